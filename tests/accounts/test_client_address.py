"""The client's address by the trusted-proxy rule."""

import pytest
from django.test import RequestFactory

from apps.accounts.middleware import client_address


def request(remote="198.51.100.9", forwarded=None):
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    return RequestFactory().get("/", REMOTE_ADDR=remote, **headers)


def test_without_a_trusted_proxy_the_header_is_not_read(settings):
    settings.TRUSTED_PROXY_COUNT = 0
    assert client_address(request(forwarded="203.0.113.5")) == "198.51.100.9"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "found"),
    [
        (1, "203.0.113.5", "203.0.113.5"),
        (1, "10.9.9.9, 203.0.113.5", "203.0.113.5"),
        (2, "10.9.9.9, 203.0.113.5, 198.51.100.1", "203.0.113.5"),
        (2, "203.0.113.5", None),
        (1, "garbage<script>", None),
        (1, "", None),
    ],
)
def test_with_trusted_proxies_it_counts_from_the_right(settings, proxies, forwarded, found):
    settings.TRUSTED_PROXY_COUNT = proxies
    assert client_address(request(forwarded=forwarded)) == found
