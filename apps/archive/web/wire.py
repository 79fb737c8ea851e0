"""One connection, as far as an answer goes: HTTP/1.1 read byte by byte, under a deadline and counted."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO

from apps.archive.codes import Code
from apps.archive.web.exchanges import Exchange, FetchFailed, Headers, Limits

PIECE = 65_536
LONGEST_CHUNK_LINE = 4_096
TOLD_EVERY_SECONDS = 1.0
STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: ([^\r\n\0]*))?\r?\n")
CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r?\n")
LENGTH = re.compile(r"[0-9]{1,15}", re.ASCII)
BLANK_LINES = (b"\r\n", b"\n")
BLANKS = " \t"
FIELD_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)
CONTROLS = re.compile("[\x00-\x08\x0a-\x1f\x7f]")

Progress = Callable[[int], None]


@dataclass
class Wire:
    """One connection, read with a total deadline and counted byte by byte."""

    connection: socket.socket
    ends: float
    limits: Limits
    on_progress: Progress | None
    buffer: bytearray = field(default_factory=bytearray)
    received: int = 0
    told_at: float = field(default_factory=time.monotonic)

    def send(self, request: bytes) -> None:
        self.connection.settimeout(max(self.ends - time.monotonic(), 0.001))
        try:
            self.connection.sendall(request)
        except OSError as error:
            raise FetchFailed(Code.CONNECT_FAILED, "The connection broke while the request was sent.") from error

    def read_head(self) -> tuple[bytes, int, str]:
        """The final status line and headers, exactly as received, after any interim answers."""
        first_byte_by = time.monotonic() + self.limits.first_byte_seconds
        late = Code.FIRST_BYTE_TIMEOUT if first_byte_by <= self.ends else Code.DEADLINE_EXCEEDED
        if not self._fill(min(first_byte_by, self.ends), late, Code.CONNECT_FAILED):
            raise FetchFailed(Code.CONNECT_FAILED, "The server closed the connection without an answer.")
        left = self.limits.header_bytes
        while True:
            head = self._line(left, Code.TOO_MANY_HEADERS)
            matched = STATUS_LINE.fullmatch(head)
            if matched is None:
                raise FetchFailed(Code.BAD_RESPONSE, "The answer does not begin with a status line.")
            for _ in range(self.limits.header_lines + 1):
                line = self._line(left - len(head), Code.TOO_MANY_HEADERS)
                head += line
                if line in BLANK_LINES:
                    break
            else:
                raise FetchFailed(Code.TOO_MANY_HEADERS, f"There are more than {self.limits.header_lines} headers.")
            left -= len(head)
            if (status := int(matched[1])) >= 200:
                return head, status, CONTROLS.sub(" ", text_of(matched[2] or b"")).strip()

    def read_body(self, exchange: Exchange, cap: int, *, whole: bool) -> bool:
        """De-chunks the body into its file, at most `cap` bytes. Raises FetchFailed when that isn't all of it.

        False when only the end of the connection ended the body.
        """
        codings = [coding for coding in listed(exchange.header("Transfer-Encoding").lower()) if coding != "identity"]
        lengths = set(listed(exchange.header("Content-Length")))
        if exchange.status in (204, 304):
            return True
        if codings:
            if codings != ["chunked"]:
                raise FetchFailed(Code.BAD_RESPONSE, f"Transfer-Encoding: {', '.join(codings)[:100]}")
            if lengths:
                exchange.notes.append("Content-Length and chunked were sent together; chunked was followed.")
            return self._read_chunks(exchange.body, cap)
        elif lengths:
            if len(lengths) > 1 or not all(LENGTH.fullmatch(length) for length in lengths):
                raise FetchFailed(Code.BAD_RESPONSE, f"Content-Length: {', '.join(sorted(lengths))[:100]}")
            length = int(lengths.pop())
            if whole and length > cap:
                raise FetchFailed(Code.TOO_LARGE, f"The server announces {length} bytes; the limit is {cap}.")
            self._copy(exchange.body, length, cap)
            if self.buffer:
                exchange.notes.append(f"The server sent more than the {length} bytes that it announced.")
        else:
            while self.buffer or self._fill(self.ends):
                self._copy(exchange.body, len(self.buffer), cap)
            return False
        return True

    def _read_chunks(self, out: IO[bytes], cap: int) -> bool:
        """The chunks, put together. Whether the body's own end came with the last one."""
        framing = 0
        while True:
            line = self._line(LONGEST_CHUNK_LINE, Code.BAD_RESPONSE)
            matched = CHUNK_LINE.fullmatch(line)
            framing += len(line)
            if matched is None or framing > cap + LONGEST_CHUNK_LINE:
                raise FetchFailed(Code.BAD_RESPONSE, "The chunks of the body can't be read.")
            if (size := int(matched[1], 16)) == 0:
                break
            self._copy(out, size, cap)
            if self._line(len(b"\r\n"), Code.BAD_RESPONSE) not in BLANK_LINES:
                raise FetchFailed(Code.BAD_RESPONSE, "A chunk of the body is longer than announced.")
        # Fields after the body are not kept, nor waited for: what is not here yet costs the connection and no time.
        ended = bytes(self.buffer[:2]) == b"\r\n"
        del self.buffer[:2]
        return ended

    def _copy(self, out: IO[bytes], size: int, cap: int) -> None:
        room = cap - out.tell()
        wanted = min(size, room)
        while wanted:
            if not self.buffer and not self._fill(self.ends):
                raise FetchFailed(Code.INCOMPLETE_BODY, f"{wanted} bytes or more are missing.")
            piece = self.buffer[:wanted]
            out.write(piece)
            del self.buffer[: len(piece)]
            wanted -= len(piece)
        if size > room:
            raise FetchFailed(Code.TOO_LARGE, f"The limit is {cap} bytes.")

    def _line(self, longest: int, too_long: Code) -> bytes:
        searched = 0
        while (end := self.buffer.find(b"\n", searched)) < 0 and len(self.buffer) <= longest:
            searched = len(self.buffer)
            if not self._fill(self.ends):
                raise FetchFailed(Code.INCOMPLETE_BODY, "The server stopped in the middle of a line.")
        if not 0 <= end < longest:
            raise FetchFailed(too_long, "A line of the answer is too long, or there are too many.")
        line = bytes(self.buffer[: end + 1])
        del self.buffer[: end + 1]
        return line

    def _fill(self, deadline: float, late: Code = Code.DEADLINE_EXCEEDED, broken: Code = Code.INCOMPLETE_BODY) -> bool:
        """Receives once. False at the end of the stream."""
        while (seconds := deadline - time.monotonic()) > 0:
            if self.on_progress is not None and time.monotonic() - self.told_at >= TOLD_EVERY_SECONDS:
                self.told_at = time.monotonic()
                self.on_progress(self.received)
            self.connection.settimeout(min(seconds, TOLD_EVERY_SECONDS))
            try:
                piece = self.connection.recv(PIECE)
            except TimeoutError:
                continue
            except OSError as error:
                raise FetchFailed(broken, "The connection broke.") from error
            self.received += len(piece)
            self.buffer += piece
            return bool(piece)
        raise FetchFailed(late, f"{self.received} bytes had arrived.")


def raw_headers(head: bytes) -> Headers:
    """The fields of a head as it was received, in its order; what is no field is left out."""
    headers: Headers = []
    for line in head.split(b"\n")[1:]:
        text = text_of(line.removesuffix(b"\r"))
        if text[:1] in (" ", "\t") and headers:  # a folded line, obsolete and still met
            headers[-1] = (headers[-1][0], f"{headers[-1][1]} {text.strip(BLANKS)}")
            continue
        name, colon, value = text.partition(":")
        if colon and FIELD_NAME.fullmatch(name):
            headers.append((name, value.strip(BLANKS)))
    return headers


def listed(value: str) -> list[str]:
    """The parts of a header that is a list, without empty ones."""
    return [part.strip(BLANKS) for part in value.split(",") if part.strip(BLANKS)]


def text_of(raw: bytes) -> str:
    """What a server wrote into its head: UTF-8 where it is that, else Latin-1. Never raises."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
