"""What the operator has set for the archive: how much a capture may cost, and who we say we are."""

from django.conf import settings

from apps.archive.web.exchanges import Limits

SOFTWARE = "VerifyDesk/0.1"


def limits() -> Limits:
    """The operator's limits for one capture."""
    return Limits(
        connect_seconds=settings.ARCHIVE_CONNECT_SECONDS,
        first_byte_seconds=settings.ARCHIVE_FIRST_BYTE_SECONDS,
        resource_seconds=settings.ARCHIVE_RESOURCE_SECONDS,
        capture_seconds=settings.ARCHIVE_CAPTURE_SECONDS,
        page_bytes=settings.ARCHIVE_PAGE_BYTES,
        asset_bytes=settings.ARCHIVE_ASSET_BYTES,
        total_bytes=settings.ARCHIVE_TOTAL_BYTES,
        decoded_bytes=settings.ARCHIVE_DECODED_BYTES,
        total_decoded_bytes=settings.ARCHIVE_TOTAL_DECODED_BYTES,
        ratio=settings.ARCHIVE_RATIO,
        requisites=settings.ARCHIVE_REQUISITES,
        at_once=settings.ARCHIVE_AT_ONCE,
        redirects=settings.ARCHIVE_REDIRECTS,
        header_lines=settings.ARCHIVE_HEADER_LINES,
        header_bytes=settings.ARCHIVE_HEADER_BYTES,
    )


def user_agent() -> str:
    """Who we say we are to the sites we copy from."""
    contact = f"; {settings.ARCHIVE_CONTACT}" if settings.ARCHIVE_CONTACT else ""
    return f"Mozilla/5.0 (compatible; {SOFTWARE}; newsroom archive{contact})"
