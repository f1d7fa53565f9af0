"""The office's settings for tests: a home of its own that is thrown away, and a password hash that is quick.

The database is the embedded one, or the PostgreSQL of `CLAIMWRIGHT_DATABASE_URL` (see `tests.postgresql`).
"""

import atexit
import os
import shutil
import tempfile

_home = tempfile.mkdtemp(prefix="claimwright-tests-")
atexit.register(shutil.rmtree, _home, ignore_errors=True)
os.environ["CLAIMWRIGHT_HOME"] = _home

from claimwright.office.settings import *  # noqa: E402, F403

if "sqlcipher" in str(DATABASES["default"]["ENGINE"]):  # noqa: F405
    # Said, because with several workers pytest-django would otherwise make a name from the path of the home.
    DATABASES["default"]["TEST"] = {"NAME": ":memory:"}  # noqa: F405

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
