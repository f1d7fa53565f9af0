"""What the administrator's guide promises of serving the office."""

from __future__ import annotations

import pytest
from waitress.adjustments import Adjustments
from waitress.proxy_headers import proxy_headers_middleware

from claimwright.cli.serving import proxy_options


def _seen(https: bool, sender: str) -> tuple[str, str]:
    """The scheme and the address that the office sees of a request which says that it was forwarded."""
    settings = Adjustments(**proxy_options(https=https))
    seen = {}
    served = proxy_headers_middleware(
        lambda environ, start: seen.update(environ),
        settings.trusted_proxy,
        settings.trusted_proxy_count,
        settings.trusted_proxy_headers,
        settings.clear_untrusted_proxy_headers,
        settings.log_untrusted_proxy_headers,
    )
    served(
        {
            "REMOTE_ADDR": sender,
            "wsgi.url_scheme": "http",
            "HTTP_X_FORWARDED_FOR": "203.0.113.7",
            "HTTP_X_FORWARDED_PROTO": "https",
        },
        lambda *_: None,
    )
    return seen["wsgi.url_scheme"], seen["REMOTE_ADDR"]


def test_behind_https_the_proxy_of_this_machine_says_who_asks():
    assert _seen(True, "127.0.0.1") == ("https", "203.0.113.7")


@pytest.mark.parametrize(("https", "sender"), [(True, "192.0.2.1"), (False, "127.0.0.1")])
def test_nobody_else_can_claim_to_be_a_proxy(https, sender):
    assert _seen(https, sender) == ("http", sender)
