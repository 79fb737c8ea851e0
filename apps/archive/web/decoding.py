"""From the bytes on the wire to text: packing undone under a cap, then the right character set."""

import codecs
import io
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from charset_normalizer import from_bytes

from apps.archive.codes import Code
from apps.archive.web.exchanges import Exchange, FetchFailed, Limits

PIECE = 65_536
MOST_CODINGS = 2
# A real file has one gzip member; thousands of empty ones cost time for nothing.
MOST_MEMBERS = 1_000
# Below this size a high ratio is a short page that repeats itself, not a bomb.
RATIO_FROM_BYTES = 1_000_000
GZIP_WINDOW = zlib.MAX_WBITS | 16

BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16le"), (codecs.BOM_UTF16_BE, "utf-16be"))
# Nobody reads further into a page; and one rare character makes every other take four bytes of memory.
LONGEST_TEXT = 4_000_000
DECODED_AT_ONCE = 1_000_000
META_WITHIN = 4_096
DETECT_WITHIN = 65_536
CHARSET_PARAMETER = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]+)", re.IGNORECASE)
XML_ENCODING = re.compile(rb"\s*<\?xml\s[^>]{0,100}?encoding\s*=\s*[\"']([A-Za-z0-9_.:-]+)")
META_TAG = re.compile(rb"<meta\s[^>]{1,1000}", re.IGNORECASE)

# The Encoding Standard: a page that says "iso-8859-1" means windows-1252, and browsers have always read it so.
# Name as the standard spells it: (Python's codec, labels that pages use).
CHARSETS: dict[str, tuple[str, str]] = {
    "utf-8": ("utf-8", "utf8 unicode-1-1-utf-8 unicode11utf8 unicode20utf8 x-unicode20utf8"),
    "utf-16le": ("utf-16-le", "utf-16 unicode ucs-2 iso-10646-ucs-2 csunicode unicodefeff"),
    "utf-16be": ("utf-16-be", "unicodefffe"),
    "ibm866": ("cp866", "866 cp866 csibm866"),
    "iso-8859-2": ("iso8859-2", "latin2 l2 iso8859-2 iso_8859-2 csisolatin2"),
    "iso-8859-3": ("iso8859-3", "latin3 l3 iso8859-3 iso_8859-3"),
    "iso-8859-4": ("iso8859-4", "latin4 l4 iso8859-4 iso_8859-4"),
    "iso-8859-5": ("iso8859-5", "cyrillic iso8859-5 iso_8859-5"),
    "iso-8859-6": ("iso8859-6", "arabic iso8859-6 iso_8859-6 asmo-708 ecma-114"),
    "iso-8859-7": ("iso8859-7", "greek greek8 iso8859-7 iso_8859-7 ecma-118 elot_928"),
    "iso-8859-8": ("iso8859-8", "hebrew visual iso8859-8 iso_8859-8 iso-8859-8-i logical"),
    "iso-8859-10": ("iso8859-10", "latin6 l6 iso8859-10"),
    "iso-8859-13": ("iso8859-13", "iso8859-13"),
    "iso-8859-14": ("iso8859-14", "iso8859-14"),
    "iso-8859-15": ("iso8859-15", "latin9 l9 iso8859-15 iso_8859-15"),
    "iso-8859-16": ("iso8859-16", ""),
    "koi8-r": ("koi8-r", "koi koi8 koi8_r cskoi8r"),
    "koi8-u": ("koi8-u", "koi8-ru"),
    "macintosh": ("mac-roman", "mac x-mac-roman csmacintosh"),
    "x-mac-cyrillic": ("mac-cyrillic", "x-mac-ukrainian mac-cyrillic"),
    "windows-874": ("cp874", "dos-874 iso-8859-11 iso8859-11 tis-620"),
    "windows-1250": ("cp1250", "cp1250 x-cp1250"),
    "windows-1251": ("cp1251", "cp1251 x-cp1251 win-1251"),
    "windows-1252": (
        "cp1252",
        "ascii us-ascii ansi_x3.4-1968 cp1252 cp819 iso-8859-1 iso8859-1 iso88591 iso_8859-1 l1 latin1 latin-1",
    ),
    "windows-1253": ("cp1253", "cp1253 x-cp1253"),
    "windows-1254": ("cp1254", "cp1254 x-cp1254 iso-8859-9 iso8859-9 iso_8859-9 latin5 l5"),
    "windows-1255": ("cp1255", "cp1255 x-cp1255"),
    "windows-1256": ("cp1256", "cp1256 x-cp1256"),
    "windows-1257": ("cp1257", "cp1257 x-cp1257"),
    "windows-1258": ("cp1258", "cp1258 x-cp1258"),
    "gb18030": ("gb18030", "gbk gb2312 gb_2312 gb_2312-80 x-gbk chinese csgb2312 iso-ir-58"),
    "big5": ("big5hkscs", "big5-hkscs cn-big5 csbig5 x-x-big5"),
    "euc-jp": ("euc-jp", "x-euc-jp cseucpkdfmtjapanese"),
    "iso-2022-jp": ("iso2022-jp", "csiso2022jp"),
    "shift_jis": ("cp932", "shift-jis sjis x-sjis ms932 ms_kanji windows-31j csshiftjis cp932"),
    "euc-kr": ("cp949", "ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 korean windows-949 cseuckr cp949 uhc"),
}
CODECS = {name: codec for name, (codec, _labels) in CHARSETS.items()}
LABELS = {label: name for name, (_codec, labels) in CHARSETS.items() for label in (name, *labels.split())}


@dataclass
class Unpacked:
    """What has been unpacked for one capture so far: bytes of every layer, also of bodies that came to nothing."""

    most: int
    size: int = 0

    @property
    def is_spent(self) -> bool:
        """Whether nothing more may be unpacked for it."""
        return self.size >= self.most

    def add(self, size: int) -> None:
        """Count what was unpacked. Raises FetchFailed beyond the most."""
        self.size += size
        if self.size > self.most:
            raise FetchFailed(Code.TOO_LARGE, f"Unpacked, the capture is larger than {self.most} bytes.")


def decoded(exchange: Exchange, *, limits: Limits, unpacked: Unpacked | None = None) -> bytes:
    """The body with its content codings undone, counted in ``unpacked``.

    Raises FetchFailed: decode_error, decompression_bomb or too_large.
    """
    exchange.body.seek(0)
    pieces = iter(lambda: exchange.body.read(PIECE), b"")
    try:
        return unpack(pieces, exchange.header("Content-Encoding"), limits=limits, unpacked=unpacked)
    except FetchFailed as failure:
        failure.http_status = exchange.status
        raise
    finally:
        exchange.body.seek(0)


def most_unpacked(exchange: Exchange, *, limits: Limits) -> int:
    """How many bytes the body may have with its content codings undone."""
    packed = bool(exchange.header("Content-Encoding"))
    return min(limits.decoded_bytes, exchange.body_bytes * (limits.ratio if packed else 1))


def unpack(
    pieces: Iterable[bytes], content_encoding: str, *, limits: Limits, unpacked: Unpacked | None = None
) -> bytes:
    """The pieces of a body with its content codings undone, in memory little larger than the result."""
    codings = [coding.strip().lower() for coding in content_encoding.split(",")]
    codings = [coding for coding in codings if coding not in ("", "identity", "none")]
    if len(codings) > MOST_CODINGS:
        raise FetchFailed(Code.DECODE_ERROR, f"{len(codings)} packings inside each other.")
    stream: Iterable[bytes] = pieces
    for coding in reversed(codings):
        if coding not in ("gzip", "x-gzip", "deflate"):
            raise FetchFailed(Code.DECODE_ERROR, f"Unknown packing: {coding[:40]}")
        stream = _unpacked(stream, gzip=coding != "deflate", limits=limits, unpacked=unpacked)
    out = io.BytesIO()
    for piece in stream:
        out.write(piece)
        if out.tell() > limits.decoded_bytes:
            raise FetchFailed(Code.TOO_LARGE, f"Unpacked, the page is larger than {limits.decoded_bytes} bytes.")
    return out.getvalue()


def to_text(body: bytes, content_type: str) -> tuple[str, str]:
    """The body as text and its character set: what the page declares, unless that can't be. Never raises.

    Of a long body, as much as anybody reads.
    """
    for bom, charset in BOMS:
        if body.startswith(bom):
            return _decode(body[len(bom) :], CODECS[charset], "replace"), charset
    declared = [charset for charset in (_in_header(content_type), _in_markup(body[:META_WITHIN])) if charset]
    for charset in declared:
        text = _decode(body, CODECS[charset], "replace")
        if _plausible(text):
            return text, charset
    try:
        return _decode(body, "utf-8", "strict"), "utf-8"
    except UnicodeDecodeError:
        charset = _detected(body) or (declared or ["windows-1252"])[0]
        return _decode(body, CODECS[charset], "replace"), charset


def _decode(body: bytes, codec: str, errors: str) -> str:
    if len(body) <= DECODED_AT_ONCE:
        return body.decode(codec, errors)
    decoder = codecs.getincrementaldecoder(codec)(errors)
    text, length = [], 0
    for at in range(0, len(body), DECODED_AT_ONCE):
        piece = body[at : at + DECODED_AT_ONCE]
        text.append(decoder.decode(piece, final=at + len(piece) == len(body)))
        length += len(text[-1])
        if length >= LONGEST_TEXT:
            break
    return "".join(text)[:LONGEST_TEXT]


def _unpacked(stream: Iterable[bytes], *, gzip: bool, limits: Limits, unpacked: Unpacked | None) -> Iterator[bytes]:
    """Each layer has the cap and the ratio of its own, or an inner bomb could burn time and give nothing."""
    member = _Member(gzip)
    taken = given = 0
    for piece in stream:
        taken += len(piece)
        for part in member.feed(piece):
            given += len(part)
            if unpacked:
                unpacked.add(len(part))
            if given > limits.decoded_bytes or given > max(RATIO_FROM_BYTES, limits.ratio * taken):
                raise FetchFailed(Code.DECOMPRESSION_BOMB, f"{taken} bytes unpack to more than {given}.")
            yield part
    if taken and not member.ended:
        raise FetchFailed(Code.DECODE_ERROR, "The packed body stops before its end.")


class _Member:
    """Undoes gzip, member after member, or deflate in either of the two forms that servers send."""

    def __init__(self, gzip: bool) -> None:
        self.gzip = gzip
        self.count = 0
        self.held = b""
        self.decompressor = zlib.decompressobj(GZIP_WINDOW)

    @property
    def ended(self) -> bool:
        return self.decompressor.eof

    def feed(self, data: bytes) -> Iterator[bytes]:
        data = self.held + data
        self.held = b""
        if (self.count == 0 or self.ended) and not self._begin(data):
            return
        while True:
            try:
                part = self.decompressor.decompress(data, PIECE)
            except zlib.error as error:
                raise FetchFailed(Code.DECODE_ERROR, "The packed body is damaged.") from error
            if part:
                yield part
            data = self.decompressor.unconsumed_tail
            if self.ended:
                data = self.decompressor.unused_data
                if not self._begin(data):
                    return
            elif not data and len(part) < PIECE:
                return

    def _begin(self, data: bytes) -> bool:
        """Makes ready for a member that begins with `data`. What follows the last one is filling, and ignored."""
        if len(data) < 2:
            self.held = data
            return False
        if self.count and not (self.gzip and data.startswith(b"\x1f\x8b")):
            return False
        if self.count >= MOST_MEMBERS:
            raise FetchFailed(Code.DECODE_ERROR, f"More than {MOST_MEMBERS} packed parts.")
        self.count += 1
        if self.gzip:
            window = GZIP_WINDOW
        else:
            zlib_header = data[0] & 0x0F == zlib.DEFLATED and int.from_bytes(data[:2], "big") % 31 == 0
            window = zlib.MAX_WBITS if zlib_header else -zlib.MAX_WBITS
        self.decompressor = zlib.decompressobj(window)
        return True


def _in_header(content_type: str) -> str | None:
    matched = CHARSET_PARAMETER.search(content_type)
    return LABELS.get(matched[1].lower()) if matched else None


def _in_markup(start: bytes) -> str | None:
    found = [_in_header(tag.decode("latin-1")) for tag in META_TAG.findall(start)]
    if matched := XML_ENCODING.match(start):
        found.append(LABELS.get(matched[1].decode("ascii").lower()))
    charset = next(filter(None, found), None)
    # Whoever can read the declaration as ASCII is not reading UTF-16.
    return "utf-8" if charset and charset.startswith("utf-16") else charset


def _plausible(text: str) -> bool:
    """Whether a declared character set may stand: some damage is common, mostly damage means another set."""
    damaged = text.count("\ufffd")
    return not damaged or damaged * 10 <= len(text) - len(text.encode("ascii", "ignore"))


def _detected(body: bytes) -> str | None:
    best = from_bytes(body[:DETECT_WITHIN]).best()
    return LABELS.get(best.encoding.replace("_", "-")) if best else None
