"""Django's settings for the office: everything is decided by the home and a few environment variables.

CLAIMWRIGHT_HOME          the office's folder (see `core.home`)
CLAIMWRIGHT_DATABASE_URL  postgresql://user:password@host:port/name instead of the embedded database
CLAIMWRIGHT_HOSTS         host names that the web server answers to, with commas; only this machine when unset
CLAIMWRIGHT_HTTPS         1 when the office is reached over HTTPS: cookies then travel on nothing else
"""

from __future__ import annotations

import os
from datetime import timedelta
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from claimwright.office.core.home import Home

HOME = Home.current()
SECRET_KEY = HOME.key("web")
DEBUG = False
HTTPS = os.environ.get("CLAIMWRIGHT_HTTPS") == "1"
ALLOWED_HOSTS = [host for host in os.environ.get("CLAIMWRIGHT_HOSTS", "").split(",") if host] or [
    "localhost",
    "127.0.0.1",
    "[::1]",
]


def _embedded() -> dict[str, object]:
    return {
        "ENGINE": "claimwright.office.core.sqlcipher",
        "NAME": str(HOME.database),
        "OPTIONS": {"key": HOME.key("database"), "transaction_mode": "IMMEDIATE", "timeout": 20},
        "CONN_MAX_AGE": 60,
    }


def _postgresql(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise ImproperlyConfigured("CLAIMWRIGHT_DATABASE_URL must read postgresql://user:password@host:port/name")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.strip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


_url = os.environ.get("CLAIMWRIGHT_DATABASE_URL", "")
DATABASES = {"default": _postgresql(_url) if _url else _embedded()}

INSTALLED_APPS = [
    # Before allauth: the sign-in pages take our templates.
    "claimwright.office.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "claimwright.office.core",
    "claimwright.office.ledger",
    "claimwright.office.patients",
    "claimwright.office.charges",
    "claimwright.office.claims",
    "claimwright.office.exchange",
    "claimwright.office.posting",
    "claimwright.office.followup",
    "claimwright.office.statements",
    "claimwright.office.routine",
]

MIDDLEWARE = [
    "claimwright.office.web.middleware.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "claimwright.office.web.middleware.IdleMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "claimwright.office.web.middleware.PracticeMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "claimwright.office.urls"
WSGI_APPLICATION = "claimwright.office.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "claimwright.office.web.context.frame",
            ]
        },
    }
]

AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "claimwright.office.web.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
MFA_ADAPTER = "claimwright.office.web.accounts.SecondFactorAdapter"
MFA_TOTP_ISSUER = "claimwright"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_IDLE = timedelta(minutes=15)
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS
X_FRAME_OPTIONS = "DENY"

AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = ["username", "ip_address"]

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-us"
STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True  # files are served from the package itself; there is nothing to collect
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
