"""The archive's door: every way that its part of the world changes at somebody's wish."""

from apps.archive.actions.captures import (
    AlreadyBeingCopied,
    NeverDrawnError,
    NothingToLetGoError,
    let_go,
    register_page,
    request_capture,
    retry_capture,
)
from apps.archive.actions.evidence import record_download
from apps.archive.actions.uploads import upload_copy
from apps.archive.receiving.refusals import UploadRefused

__all__ = [
    "AlreadyBeingCopied",
    "NeverDrawnError",
    "NothingToLetGoError",
    "UploadRefused",
    "let_go",
    "record_download",
    "register_page",
    "request_capture",
    "retry_capture",
    "upload_copy",
]
