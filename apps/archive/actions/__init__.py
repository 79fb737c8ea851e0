"""The archive's door: every way that its part of the world changes at somebody's wish."""

from apps.archive.actions.captures import (
    AlreadyBeingCopied,
    NeverDrawnError,
    NothingToFetchError,
    NothingToLetGoError,
    let_go,
    register_page,
    request_capture,
    retry_capture,
)
from apps.archive.actions.documents import keep_document
from apps.archive.actions.evidence import record_download, record_export
from apps.archive.actions.uploads import upload_copy
from apps.archive.actions.watches import (
    NotWatched,
    end_watch,
    lock_watch,
    look_again,
    register_passage,
    release_passage,
    watch_page,
)
from apps.archive.receiving.refusals import UploadRefused

__all__ = [
    "AlreadyBeingCopied",
    "NeverDrawnError",
    "NotWatched",
    "NothingToFetchError",
    "NothingToLetGoError",
    "UploadRefused",
    "end_watch",
    "keep_document",
    "let_go",
    "lock_watch",
    "look_again",
    "record_download",
    "record_export",
    "register_page",
    "register_passage",
    "release_passage",
    "request_capture",
    "retry_capture",
    "upload_copy",
    "watch_page",
]
