"""How a file comes in: where one is taken, from people who are signed in, and never more than is allowed."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

TAKEN_AT = frozenset({"page_upload", "claim_cite_document", "claim_cite_interview"})


class BoundedUpload(FileUploadHandler):
    """Stands before what writes files to the disk. What is too much is read and dropped, so that the page can say so
    and everything else that was typed is kept.

    The token of a form is looked for in its body before anybody asks who sent it: without this, anybody could fill the
    disk.
    """

    too_large = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.received = 0
        request = self.request
        found = request.resolver_match if request else None
        is_taken = bool(found and found.app_name == "desk" and found.url_name in TAKEN_AT)
        if request is None or not is_taken or not request.user.is_authenticated:
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.received += len(raw_data)
        if self.received > settings.ARCHIVE_UPLOAD_BYTES:
            self.too_large = True
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The next handler has the file."""


def was_too_large(request: HttpRequest) -> bool:
    """Whether a file came with this request that was larger than the desk takes."""
    return bool(request.FILES is not None) and any(
        isinstance(handler, BoundedUpload) and handler.too_large for handler in request.upload_handlers
    )
