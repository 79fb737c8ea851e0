"""What is handed in without a web address: a document, a picture, the notes of a conversation and its recording.

Its place in the archive is its own SHA-256, so that the same bytes are one document, whoever brings them.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.archive.codes import Kind, Sound
from apps.archive.models import DOCUMENT
from apps.archive.reading.kinds import LOOKED_AT, PICTURES, WIDE_BOMS, kind_of
from apps.archive.receiving.documents import Received, clean_name, in_megabytes, into_a_record, is_zip, measured
from apps.archive.receiving.mhtml import Part
from apps.archive.receiving.recordings import SOUND_TYPES, check_recording, sound_of
from apps.archive.receiving.refusals import UploadRefused

TAKEN = frozenset({Kind.PDF, Kind.TEXT, *PICTURES})
WHAT_WE_TAKE = _("The desk takes a PDF, a picture (JPEG, PNG, GIF, WebP) or plain text as a document.")
A_PAGE = _(
    "This file is a page of the web. Cite the page by its address; if its site lets no archive in, upload the file "
    "there as a copy by hand."
)
NO_RECORDING = _("This file is no recording that can be kept. The desk takes MP3, M4A or MP4, Ogg and WAV.")
# What no text holds: it would be something else that only begins like text.
NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


@dataclass(frozen=True)
class Recording:
    """A recording of a conversation that was looked at. Its bytes go into the record of the notes."""

    kind: Sound
    file_name: str
    data: bytes
    digest: str

    @property
    def address(self) -> str:
        """Where it lies in the record."""
        return f"{DOCUMENT}{self.digest}"


def receive_document(file: IO[bytes], *, name: str) -> Received:
    """Judge a document by its bytes and store it under its own digest. Raises UploadRefused, OSError."""
    digest, size = measured(file, document_too_large)
    start = file.read(LOOKED_AT)
    file.seek(0)
    kind = kind_of(start) or Kind.TEXT
    if kind in (Kind.HTML, Kind.MHTML):
        raise UploadRefused(A_PAGE)
    if is_zip(file, size):
        raise UploadRefused(_and_what_we_take(gettext("This file is also a ZIP archive, as office files are.")))
    if kind not in TAKEN:
        raise UploadRefused(_and_what_we_take(gettext("This file is none of the kinds that can be kept.")))
    data = file.read()
    if kind == Kind.TEXT:
        _check_text(data)
    return into_a_record(kind, data, f"{DOCUMENT}{digest}", clean_name(name), digest)


def receive_recording(file: IO[bytes], *, name: str) -> Recording:
    """Judge a recording by its bytes. Nothing is stored yet. Raises UploadRefused, OSError."""
    digest, size = measured(file, recording_too_large)
    start = file.read(LOOKED_AT)
    file.seek(0)
    kind = sound_of(start)
    if kind is None:
        raise UploadRefused(NO_RECORDING)
    if is_zip(file, size):
        raise UploadRefused(
            gettext("This file is also a ZIP archive. Save the recording itself, and upload that file.")
        )
    data = file.read()
    check_recording(kind, data)
    return Recording(kind, clean_name(name), data, digest)


def receive_notes(words: str, recording: Recording | None = None) -> Received:
    """Store the notes of a conversation as the text that they are, with its recording beside them. Raises OSError."""
    data = words.encode()
    digest = hashlib.sha256(data).hexdigest()
    beside = [Part(recording.address, SOUND_TYPES[recording.kind], recording.data)] if recording else []
    return into_a_record(Kind.TEXT, data, f"{DOCUMENT}{digest}", "notes.txt", digest, beside)


def _check_text(data: bytes) -> None:
    if codec := WIDE_BOMS.get(data[:2]):
        try:
            data = data[2:].decode(codec).encode()
        except UnicodeDecodeError as error:
            raise UploadRefused(_and_what_we_take(gettext("This text is damaged."))) from error
    if NO_TEXT.search(data):
        raise UploadRefused(_and_what_we_take(gettext("This file is none of the kinds that can be kept.")))
    if not data.strip():
        raise UploadRefused(gettext("This file is empty."))


def document_too_large(most: int) -> str:
    """What is said of a document with more than the most bytes."""
    return gettext(
        "This file is larger than %(size)s, more than the desk takes. "
        "Make a smaller PDF of it, or hand in the part that matters."
    ) % {"size": in_megabytes(most)}


def recording_too_large(most: int) -> str:
    """What is said of a recording with more than the most bytes."""
    return gettext(
        "This file is larger than %(size)s, more than the desk takes. "
        "Save it with a lower quality, or only the part that matters."
    ) % {"size": in_megabytes(most)}


def _and_what_we_take(sentence: str) -> str:
    return f"{sentence} {WHAT_WE_TAKE}"
