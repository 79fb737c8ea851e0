"""Packings undone under a cap, and the right character set for pages of many ages."""

import gzip
import io
import subprocess
import sys
import time
import zlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.archive.codes import Code
from apps.archive.web.decoding import CODECS, LONGEST_TEXT, Unpacked, _decode, decoded, to_text, unpack
from apps.archive.web.fetching import Exchange, FetchFailed, Limits, fetch
from tests.archive.bombs import packed_zeros
from tests.archive.servers import PAGE, hostile

LIMITS = Limits(decoded_bytes=5_000_000)
LONG = PAGE * 3_000


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


def exchange(body: bytes, coding: str = "") -> Exchange:
    now = datetime.now(UTC)
    headers = [("Content-Encoding", coding)] if coding else []
    return Exchange(
        "http://example.com/", "1.1.1.1", 80, b"", b"", 200, "OK", headers, io.BytesIO(body), len(body), now, now
    )


def code_of(body: bytes, coding: str, limits: Limits = LIMITS) -> Code:
    with pytest.raises(FetchFailed) as failed:
        decoded(exchange(body, coding), limits=limits)
    assert failed.value.http_status == 200
    return failed.value.code


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("", LONG),
        ("identity", LONG),
        ("gzip", gzip.compress(LONG)),
        ("GZIP", gzip.compress(LONG)),
        ("x-gzip", gzip.compress(LONG)),
        ("gzip", gzip.compress(LONG[:100]) + gzip.compress(LONG[100:])),
        ("gzip", gzip.compress(LONG) + bytes(500)),
        ("deflate", zlib.compress(LONG)),
        ("deflate", raw_deflate(LONG)),
        ("deflate, gzip", gzip.compress(zlib.compress(LONG))),
        ("gzip, gzip", gzip.compress(gzip.compress(LONG))),
    ],
)
def test_a_packing_is_undone(coding: str, packed: bytes) -> None:
    arrived = exchange(packed, coding)
    assert decoded(arrived, limits=LIMITS) == LONG
    assert arrived.body.tell() == 0, "the body is left as it was found"


@given(st.binary(max_size=5_000), st.integers(1, 300), st.sampled_from(["gzip", "deflate", "raw"]))
def test_a_packing_is_undone_however_it_is_cut_into_pieces(body: bytes, size: int, kind: str) -> None:
    half = len(body) // 2
    members = gzip.compress(body[:half]) + gzip.compress(body[half:])
    packed = {"gzip": members, "deflate": zlib.compress(body), "raw": raw_deflate(body)}[kind]
    pieces = [packed[at : at + size] for at in range(0, len(packed), size)]
    assert unpack(pieces, "gzip" if kind == "gzip" else "deflate", limits=LIMITS) == body


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", gzip.compress(LONG)[:-1]),
        ("gzip", gzip.compress(LONG)[:-20]),
        ("gzip", gzip.compress(LONG)[:1]),
        ("gzip", gzip.compress(LONG)[:-8] + bytes(8)),
        ("gzip", LONG),
        ("deflate", zlib.compress(LONG)[:-6]),
        ("deflate", raw_deflate(LONG)[:-1]),
        ("br", LONG),
        ("zstd", LONG),
        ("gzip, br", LONG),
        ("gzip, gzip, gzip", gzip.compress(gzip.compress(gzip.compress(LONG)))),
        (", ".join(["gzip"] * 50), LONG),
        ("gzip", gzip.compress(b"") * 5_000),
        ("gzip, gzip", gzip.compress(gzip.compress(b"") * 5_000, 9)),
    ],
)
def test_a_packing_that_can_not_be_undone_completely_is_no_evidence(coding: str, packed: bytes) -> None:
    assert code_of(packed, coding) == Code.DECODE_ERROR


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", packed_zeros(30_000_000)),
        ("gzip, gzip", gzip.compress(packed_zeros(30_000_000))),
        ("deflate", zlib.compress(bytes(30_000_000), 9)),
    ],
)
def test_a_bomb_is_refused(coding: str, packed: bytes) -> None:
    assert code_of(packed, coding, Limits()) == Code.DECOMPRESSION_BOMB


def test_the_bodies_of_a_capture_are_counted_together_with_every_layer_and_what_came_to_nothing() -> None:
    plain = b"x" * 400_000
    unpacked = Unpacked(most=2_000_000)
    unpack([plain], "", limits=LIMITS, unpacked=unpacked)
    assert unpacked.size == 0, "as it came over the wire"
    unpack([gzip.compress(plain)], "gzip", limits=LIMITS, unpacked=unpacked)
    assert unpacked.size == len(plain)
    unpack([gzip.compress(gzip.compress(plain, 0))], "gzip, gzip", limits=LIMITS, unpacked=unpacked)
    assert 3 * len(plain) < unpacked.size < 3 * len(plain) + 1_000
    with pytest.raises(FetchFailed):
        unpack([gzip.compress(plain)[:-8]], "gzip", limits=LIMITS, unpacked=unpacked)
    assert not unpacked.is_spent
    with pytest.raises(FetchFailed) as failed:
        unpack([gzip.compress(plain)], "gzip", limits=LIMITS, unpacked=unpacked)
    assert (failed.value.code, unpacked.is_spent) == (Code.TOO_LARGE, True)


def test_the_cap_holds_below_the_ratio_too() -> None:
    assert code_of(gzip.compress(bytes(range(256)) * 30_000), "gzip") == Code.DECOMPRESSION_BOMB
    assert code_of(b"x" * 5_000_001, "") == Code.TOO_LARGE


def test_a_short_page_that_repeats_itself_is_no_bomb() -> None:
    page = b"<p>the same again</p>" * 20_000
    packed = gzip.compress(page, 9)
    assert len(page) > 100 * len(packed)
    assert decoded(exchange(packed, "gzip"), limits=LIMITS) == page


BOMB = """
import resource, sys
from apps.archive.web.decoding import decoded
from apps.archive.web.fetching import FetchFailed, Limits, fetch
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    with fetch(sys.argv[1], limits=Limits(), allow=frozenset([sys.argv[2]]), user_agent="test") as fetched:
        decoded(fetched.final, limits=Limits())
except FetchFailed as failed:
    print(failed.code.value, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.parametrize("name", ["gzip bomb", "gzip bomb in a gzip"])
def test_a_bomb_over_the_wire_costs_little_memory_and_time(name: str) -> None:
    started = time.monotonic()
    with hostile(name) as wire:
        command = [sys.executable, "-c", BOMB, f"http://{wire}/", wire]
        said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout.split()
    assert said[0] == "decompression_bomb"
    assert int(said[1]) < 60, "300 MB of zeros must not become 300 MB of memory"
    assert time.monotonic() - started < 20


@pytest.mark.parametrize(
    "name", ["cut gzip", "damaged gzip", "plain text called gzip", "unknown packing", "packing inside packing"]
)
def test_a_damaged_packing_over_the_wire_is_noticed(name: str) -> None:
    with hostile(name) as wire:
        fetched = fetch(f"http://{wire}/", limits=Limits(), allow=frozenset({str(wire)}), user_agent="test")
        with fetched, pytest.raises(FetchFailed) as failed:
            decoded(fetched.final, limits=LIMITS)
    assert failed.value.code == Code.DECODE_ERROR


# Character sets

RUSSIAN = "Сеул подтвердил захват северокорейского солдата"
JAPANESE = "韓国の情報機関は北朝鮮兵の拘束を確認した"
CHINESE = "韩国情报机构证实一名朝鲜士兵被俘"
KOREAN = "국정원은 북한군 포로를 확인했다"
FRENCH = "Séoul a confirmé la capture d’un soldat"


def meta(charset: str, text: str) -> str:
    return f'<html><head><meta charset="{charset}"></head><body>{text}</body></html>'


@pytest.mark.parametrize(
    ("body", "content_type", "text", "charset"),
    [
        (RUSSIAN.encode("utf-8"), "text/html; charset=utf-8", RUSSIAN, "utf-8"),
        (RUSSIAN.encode("utf-8"), "text/html", RUSSIAN, "utf-8"),
        (RUSSIAN.encode("utf-8"), "", RUSSIAN, "utf-8"),
        (b"\xef\xbb\xbf" + RUSSIAN.encode("utf-8"), "text/html; charset=windows-1251", RUSSIAN, "utf-8"),
        (b"\xff\xfe" + RUSSIAN.encode("utf-16-le"), "text/html", RUSSIAN, "utf-16le"),
        (b"\xfe\xff" + RUSSIAN.encode("utf-16-be"), "text/html", RUSSIAN, "utf-16be"),
        (RUSSIAN.encode("cp1251"), "text/html; charset=windows-1251", RUSSIAN, "windows-1251"),
        (RUSSIAN.encode("cp1251"), 'text/html; charset="CP1251"', RUSSIAN, "windows-1251"),
        (RUSSIAN.encode("koi8-r"), "text/html;charset=KOI8-R", RUSSIAN, "koi8-r"),
        (JAPANESE.encode("cp932"), "text/html; charset=Shift_JIS", JAPANESE, "shift_jis"),
        ("①㈱".encode("cp932"), "text/html; charset=Shift_JIS", "①㈱", "shift_jis"),
        (JAPANESE.encode("euc-jp"), "text/html; charset=EUC-JP", JAPANESE, "euc-jp"),
        (JAPANESE.encode("iso2022-jp"), "text/html; charset=ISO-2022-JP", JAPANESE, "iso-2022-jp"),
        (CHINESE.encode("gbk"), "text/html; charset=gb2312", CHINESE, "gb18030"),
        (CHINESE.encode("gb18030"), "text/html; charset=GBK", CHINESE, "gb18030"),
        (KOREAN.encode("cp949"), "text/html; charset=euc-kr", KOREAN, "euc-kr"),
        (FRENCH.encode("cp1252"), "text/html; charset=iso-8859-1", FRENCH, "windows-1252"),
        (FRENCH.encode("cp1252"), "text/html; charset=us-ascii", FRENCH, "windows-1252"),
        ("naïve €".encode("iso8859-15"), "text/html; charset=latin9", "naïve €", "iso-8859-15"),
    ],
)
def test_the_declared_character_set_is_read_as_browsers_read_it(
    body: bytes, content_type: str, text: str, charset: str
) -> None:
    assert to_text(body, content_type) == (text, charset)


@pytest.mark.parametrize(
    ("page", "codec", "charset"),
    [
        (meta("windows-1251", RUSSIAN), "cp1251", "windows-1251"),
        (meta("shift_jis", JAPANESE), "cp932", "shift_jis"),
        (meta("x-sjis", JAPANESE), "cp932", "shift_jis"),
        (meta("utf-16", RUSSIAN), "utf-8", "utf-8"),
        (meta("nothing-known", RUSSIAN), "utf-8", "utf-8"),
        (f"<META http-equiv=Content-Type content='text/html; charset=koi8-r'>{RUSSIAN}", "koi8-r", "koi8-r"),
        (f"<?xml version='1.0' encoding='windows-1251'?><html>{RUSSIAN}</html>", "cp1251", "windows-1251"),
        ("<!--" + "x" * 3_000 + "-->" + meta("windows-1251", RUSSIAN), "cp1251", "windows-1251"),
    ],
)
def test_a_page_may_declare_its_character_set_itself(page: str, codec: str, charset: str) -> None:
    assert to_text(page.encode(codec), "text/html") == (page, charset)


def test_the_server_goes_before_the_page() -> None:
    page = meta("koi8-r", RUSSIAN)
    assert to_text(page.encode("cp1251"), "text/html; charset=windows-1251") == (page, "windows-1251")


def test_a_declaration_that_can_not_be_true_is_passed_over() -> None:
    page = meta("windows-1251", RUSSIAN)
    assert to_text(page.encode("cp1251"), "text/html; charset=utf-8") == (page, "windows-1251")


def test_a_little_damage_does_not_change_the_character_set() -> None:
    text, charset = to_text((RUSSIAN * 3).encode() + b"\xff", "text/html; charset=utf-8")
    assert (text, charset) == (RUSSIAN * 3 + "\ufffd", "utf-8")


def test_an_undeclared_character_set_is_recognised() -> None:
    text, charset = to_text(f"<p>{RUSSIAN}. {RUSSIAN}.</p>".encode("cp1251"), "text/html")
    assert (RUSSIAN in text, charset) == (True, "windows-1251")


@pytest.mark.parametrize(
    "label", ["rot13", "unicode_escape", "utf-7", "idna", "hex", "zip", "undefined", "mbcs", "x" * 900]
)
def test_a_python_codec_is_not_a_character_set(label: str) -> None:
    assert to_text(b"+AGE- \\u0061", f"text/html; charset={label}") == ("+AGE- \\u0061", "utf-8")


@given(st.binary(max_size=300), st.text(max_size=60))
def test_no_bytes_and_no_header_make_it_fail(body: bytes, content_type: str) -> None:
    text, charset = to_text(body, content_type)
    assert isinstance(text, str)
    assert charset


def test_five_megabytes_of_noise_are_read_in_time() -> None:
    # A fifth of a second here; the bound leaves room for a busy machine and would catch a search that grows squared.
    started = time.monotonic()
    to_text(b"<meta " * 800_000 + bytes(range(256)) * 1_000, "text/html; charset=" + "utf-8 " * 1_000)
    assert time.monotonic() - started < 5


# Letters of more than one byte, in each family of character sets that has them; others take what fits of the Russian.
LETTERS = {
    "shift_jis": "日本の記事 ",
    "euc-jp": "日本の記事 ",
    "iso-2022-jp": "日本の記事 ",
    "gb18030": "新闻报道 ",
    "big5": "新聞 ",
}


@pytest.mark.parametrize("charset", sorted(CODECS))
def test_a_long_text_is_decoded_as_a_short_one_wherever_it_is_cut(charset: str) -> None:
    codec = CODECS[charset]
    letters = LETTERS.get(charset, f"news {RUSSIAN} 기사 é ").encode(codec, "ignore")
    body = "x".encode(codec) + letters * (2_300_000 // len(letters))
    assert _decode(body, codec, "strict") == body.decode(codec)
    assert _decode(body + b"\xff\xe9", codec, "replace") == (body + b"\xff\xe9").decode(codec, "replace")


def test_of_a_giant_text_as_much_is_decoded_as_anybody_reads() -> None:
    text, charset = to_text("ж".encode() * 9_000_000, "text/html")
    assert (len(text), set(text), charset) == (LONGEST_TEXT, {"ж"}, "utf-8")
