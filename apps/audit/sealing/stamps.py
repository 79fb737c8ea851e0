"""Time stamps of an authority that the operator names (RFC 3161): that a checkpoint was there at a time, says another.

A stamp is only worth what its authority is. What is sent is the SHA-256 of a checkpoint, nothing else.
"""

from __future__ import annotations

import urllib.error
import urllib.request

from django.conf import settings
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, TimeStampResponse, decode_timestamp_response

LARGEST = 100_000
SECONDS = 20


class NoStamp(Exception):
    """The authority gave none, or what it gave is not for these bytes."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


def stamp(data: bytes) -> bytes:
    """A stamp of these bytes, as the authority answered (DER). Raises NoStamp. No proxy, no redirects, 20 seconds."""
    asked = TimestampRequestBuilder().hash_algorithm(HashAlgorithm.SHA256).data(data).build()
    request = urllib.request.Request(  # noqa: S310  (the operator's setting; refused unless it is http or https)
        settings.AUDIT_TSA_URL,
        data=asked.as_bytes(),
        headers={"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)
    try:
        with opener.open(request, timeout=SECONDS) as answer:
            found = answer.read(LARGEST + 1)
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise NoStamp(f"{settings.AUDIT_TSA_URL}: {error}") from error
    if len(found) > LARGEST:
        raise NoStamp("the answer is too large for a time stamp")
    response = _decoded(found)
    if response.status not in (0, 1):
        raise NoStamp(f"the authority refused: status {response.status} {' '.join(response.status_string)}")
    if (
        response.tst_info.message_imprint.message != asked.message_imprint.message
        or response.tst_info.nonce != asked.nonce
    ):
        raise NoStamp("the stamp is for something else")
    return found


def _decoded(found: bytes) -> TimeStampResponse:
    try:
        return decode_timestamp_response(found)
    except ValueError as error:
        raise NoStamp(f"the answer is no time stamp: {error}") from error
