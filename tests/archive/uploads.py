"""Files as people upload them, made here byte by byte: pictures, PDFs, saved pages, WARCs."""

import base64
import gzip
import io
import struct
import zlib

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

URL = "https://paper.example.com/story"
WORDS = "Two soldiers were captured in Kursk on Thursday, the service said in a statement to reporters. "
PAGE = f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Two captured</title>
<meta property="og:site_name" content="The Paper"></head>
<body><article><h1>Two captured</h1><p>{WORDS * 4}</p><p>It gave no further details about the men.</p></article></body></html>
""".encode()


def jpeg(width: int = 40, height: int = 30, behind: bytes = b"") -> bytes:
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    segments = (
        segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0") + segment(0xC0, frame) + segment(0xDA, b"\x01\x01\x00\x00\x3f\x00")
    )
    return b"\xff\xd8" + segments + b"\x12\xff\x00\x34\xff\xd0\x56" + b"\xff\xd9" + behind


def segment(marker: int, data: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def png(width: int = 40, height: int = 30) -> bytes:
    pixels = zlib.compress(b"".join(b"\0" + bytes(min(width, 100)) for _ in range(min(height, 100))))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def gif(width: int = 40, height: int = 30) -> bytes:
    screen = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6)
    image = b"\x2c" + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x02\x4c\x01\x00"
    return screen + b"\x21\xfe\x05hello\x00" + image + b"\x3b"


def webp(width: int = 40, height: int = 30) -> bytes:
    bits = (width - 1) | (height - 1) << 14
    data = b"\x2f" + struct.pack("<I", bits) + b"\x00"
    body = b"WEBPVP8L" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def pdf(*pages: str, info: dict[str, str] | None = None) -> bytes:
    """A small PDF with a line of text on each page."""
    contents = [f"BT /F1 12 Tf 20 100 Td ({text}) Tj ET".encode() for text in pages]
    return pdf_of(*contents, info=info)


def pdf_of(*contents: bytes, info: dict[str, str] | None = None, coding: str = "") -> bytes:
    """A PDF whose pages have these content streams."""
    first = 5
    kids = " ".join(f"{first + 2 * number} 0 R" for number in range(len(contents)))
    told = " ".join(f"/{name} ({value})" for name, value in (info or {}).items())
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(contents)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        f"<< {told} >>".encode(),
    ]
    for number, content in enumerate(contents):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents {first + 2 * number + 1} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        packing = f" /Filter /{coding}" if coding else ""
        objects.append(f"<< /Length {len(content)}{packing} >>\nstream\n".encode() + content + b"\nendstream")
    return numbered(objects, info="/Info 4 0 R")


def numbered(objects: list[bytes], *, info: str = "") -> bytes:
    """These objects, the first of them the catalog, as a PDF file with its table."""
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {info} >>\nstartxref\n{table}\n%%EOF\n".encode()
    return bytes(out)


def mhtml(page: bytes = PAGE, url: str = URL, image: bytes | None = None) -> bytes:
    """A page as a browser saves it in one file, with one picture."""
    shot = base64.encodebytes(image or png())
    return b"".join(
        [
            b"From: <Saved by a browser>\r\nSnapshot-Content-Location: "
            + url.encode()
            + b"\r\nSubject: Two captured\r\n",
            b'MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="----Edge--1"\r\n\r\n\r\n',
            b"------Edge--1\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n",
            b"Content-Location: "
            + url.encode()
            + b"\r\n\r\n"
            + page.replace(b"=", b"=3D").replace(b"\n", b"\r\n")
            + b"\r\n",
            b"------Edge--1\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n",
            b"Content-Location: https://paper.example.com/shot.png\r\n\r\n" + shot + b"\r\n",
            b"------Edge--1--\r\n",
        ]
    )


def warc(
    *answers: tuple[str, int, dict[str, str], bytes],
    packed: bool = True,
    date: str = "2026-01-02T03:04:05Z",
    resource: tuple[str, bytes] | None = None,
) -> bytes:
    """A WARC as another archive writes it: a page at URL, unless other answers are given."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=packed, warc_version="1.1")
    writer.write_record(writer.create_warcinfo_record("other.warc.gz", {"software": "another archive"}))
    for url, status, headers, body in answers or (
        [(URL, 200, {"Content-Type": "text/html"}, PAGE)] if not resource else []
    ):
        http = StatusAndHeaders(f"{status} Said", list(headers.items()), protocol="HTTP/1.1")
        writer.write_record(
            writer.create_warc_record(
                url, "response", payload=io.BytesIO(body), http_headers=http, warc_headers_dict={"WARC-Date": date}
            )
        )
    if resource:
        writer.write_record(
            writer.create_warc_record(
                resource[0],
                "resource",
                payload=io.BytesIO(resource[1]),
                warc_content_type="text/html",
                warc_headers_dict={"WARC-Date": date},
            )
        )
    return out.getvalue()


def in_one_member(plain: bytes) -> bytes:
    """A WARC packed as a whole, as nobody can read single records from."""
    return gzip.compress(plain)
