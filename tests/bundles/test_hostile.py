"""Bundles that are made to harm whoever opens them: refused with the reason, and nothing is written anywhere."""

from __future__ import annotations

import io
import json
import os
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile, ZipInfo

import pytest

from apps.bundles import verify
from tests.bundles.made import verified

LINK = 0o120777 << 16


def packed(*members: tuple[str | ZipInfo, bytes], compression: int = 0) -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w", compression) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def info(name: str, mode: int = 0) -> ZipInfo:
    made = ZipInfo(name)
    made.external_attr = mode
    return made


def twice() -> bytes:
    with pytest.warns(UserWarning, match="Duplicate name"):
        return packed(("a", b"1"), ("a", b"2"))


def with_bytes(data: bytes, was: bytes, became: bytes) -> bytes:
    assert was in data
    return data.replace(was, became)


def with_a_gap() -> bytes:
    """Bytes between two files that no table of contents knows, where a program that reads from the front finds more."""
    one, both = packed(("a", b"1")), packed(("a", b"1"), ("b", b"2"))
    start = one.index(b"PK\1\2")
    hidden = packed(("hidden", b"3"))[: packed(("hidden", b"3")).index(b"PK\1\2")]
    out = bytearray(both[:start] + hidden + both[start:])
    # The second file's place, and that of the table of contents, move on by what was put in.
    central = out.rindex(b"PK\1\2")
    out[central + 42 : central + 46] = (start + len(hidden)).to_bytes(4, "little")
    end = out.rindex(b"PK\5\6")
    was = int.from_bytes(out[end + 16 : end + 20], "little")
    out[end + 16 : end + 20] = (was + len(hidden)).to_bytes(4, "little")
    return bytes(out)


def overlapping() -> bytes:
    """Two entries of the table of contents lead to the same bytes, as in bombs without a nest."""
    out = bytearray(packed(("a", b"1"), ("b", b"2")))
    central = out.rindex(b"PK\1\2")
    out[central + 42 : central + 46] = bytes(4)
    return bytes(out)


def endless_table() -> bytes:
    out = bytearray(packed(("a", b"1")))
    end = out.rindex(b"PK\5\6")
    out[end + 12 : end + 16] = (1 << 30).to_bytes(4, "little")
    return bytes(out)


ZIPS: dict[str, tuple[Callable[[], bytes], str]] = {
    "a way out": (lambda: packed(("../../evil", b"x")), "its name leads out of the bundle"),
    "a way out in the middle": (lambda: packed(("a/../../evil", b"x")), "its name leads out of the bundle"),
    "a way out for Windows": (lambda: packed(("..\\evil", b"x")), "its name leads out of the bundle"),
    "a backslash": (lambda: packed(("captures\\1", b"x")), "no file of a bundle has such a name"),
    "the root": (lambda: packed(("/etc/passwd", b"x")), "its name begins at the root"),
    "a drive": (lambda: packed(("C:evil", b"x")), "its name begins at the root"),
    "a letter that is not ASCII": (lambda: packed(("claim\u0301.json", b"x")), "letters that are not ASCII"),
    "a letter that looks like one": (lambda: packed(("clаim.json", b"x")), "letters that are not ASCII"),
    "a NUL": (lambda: with_bytes(packed(("aaXaa", b"x")), b"aaXaa", b"aa\0aa"), "no file of a bundle has such a name"),
    "a line end": (lambda: packed(("a\nb", b"x")), "no file of a bundle has such a name"),
    "an escape for terminals": (lambda: packed(("\x1b[2Ja", b"x")), "no file of a bundle has such a name"),
    "a name without an end": (lambda: packed(("a" * 5_000, b"x")), "no file of a bundle has such a name"),
    "a link": (lambda: packed((info("README.txt", LINK), b"/etc/passwd")), "is a link and not a file"),
    "a device": (lambda: packed((info("README.txt", 0o020666 << 16), b"")), "is no ordinary file"),
    "a name twice": (twice, "there are two files of this name"),
    "a name in capitals": (lambda: packed(("a.txt", b"1"), ("A.TXT", b"2")), "in other letters, capital or small"),
    "a bomb": (lambda: packed(("a", bytes(1 << 25)), compression=ZIP_DEFLATED), "a bomb"),
    "something before it": (lambda: b"#!/bin/sh\n" + packed(("a", b"1")), "something that is no file stands before"),
    "something behind it": (lambda: packed(("a", b"1")) + b"more", "something stands behind its end"),
    "a comment": (lambda: packed(("a", b"1"))[:-2] + b"\2\0hi", "something stands behind its end"),
    "a file between files": (with_a_gap, "something that is no file stands"),
    "files on top of each other": (overlapping, "files overlap"),
    "a table of contents without an end": (endless_table, "its table of contents is too large"),
    "a file that is locked": (
        lambda: with_bytes(packed(("a", b"1")), b"PK\1\2\x14\3\x14\0\0", b"PK\1\2\x14\3\x14\0\1"),
        "is encrypted",
    ),
    "another packing": (lambda: packed(("a", b"1"), compression=ZIP_BZIP2), "packed in a way that no bundle is"),
    "no ZIP": (lambda: b"%PDF-1.7\n" * 100, "it is no ZIP"),
    "nothing": (lambda: b"", "it is no ZIP"),
    "half a ZIP": (lambda: packed(("a", bytes(1_000)))[:500], "it is no ZIP"),
}


@pytest.mark.parametrize("name", ZIPS)
def test_a_zip_that_could_harm_is_refused(name, tmp_path):
    make, words = ZIPS[name]
    bundle = tmp_path / "bundle.zip"
    bundle.write_bytes(make())
    said = verified(bundle)
    assert said.code == 3
    assert words in said.told["refused"]
    assert said.told["refused"].isascii()
    assert said.told["refused"].isprintable()
    assert os.listdir(tmp_path) == ["bundle.zip"]


def test_a_file_whose_two_names_differ_is_not_read(shared, tmp_path):
    """One program goes by the table of contents, another by what stands before the file."""
    data = shared.forged().zipped(tmp_path / "bundle.zip").read_bytes()
    (tmp_path / "bundle.zip").write_bytes(data.replace(b"README.txt", b"README.exe", 1))
    said = verified(tmp_path / "bundle.zip", "--key", shared.vkey)
    assert said.code == 4
    assert any("README.txt can't be read" in reason for reason in said.reasons)


def test_a_folder_with_links_or_worse_is_refused(shared, tmp_path):
    for number, (make, words) in enumerate(
        [
            (lambda place: place.symlink_to("/etc/passwd"), "is a link and not a file"),
            (lambda place: place.symlink_to("."), "is a link and not a file"),
            (os.mkfifo, "is no ordinary file"),
            (lambda place: place.with_name("näme").write_bytes(b""), "letters that are not ASCII"),
            (lambda place: (place / "/".join("abcdefghijkl")).mkdir(parents=True), "nested too deep"),
        ]
    ):
        folder = shared.forged().folder(tmp_path / str(number))
        make(folder / "extra")
        said = verified(folder)
        assert said.code == 3
        assert words in said.told["refused"]


def test_a_folder_of_giant_files_is_refused_at_once(shared, tmp_path):
    folder = shared.forged().folder(tmp_path)
    with (folder / "giant").open("wb") as file:
        file.truncate(verify.MOST_BYTES)
    said = verified(folder)
    assert said.code == 3
    assert "unpacks to more than 64 GiB" in said.told["refused"]


def test_more_files_than_any_bundle_has_are_refused(monkeypatch):
    monkeypatch.setattr(verify, "MOST_FILES", 1_000)
    many = ((f"file{number}", 0) for number in range(1_001))
    with pytest.raises(verify.Refused, match="more than 1000 files"):
        verify.Files(many, lambda name: io.BytesIO())


def test_json_that_is_too_large_is_not_read(shared, tmp_path):
    folder = shared.forged().folder(tmp_path)
    with (folder / "claim.json").open("wb") as file:
        file.truncate(verify.MOST_TEXT + 1)
    said = verified(folder, "--key", shared.vkey)
    assert said.code == 4
    assert any("claim.json is too large" in reason for reason in said.reasons)


def test_a_bundle_that_is_not_there_is_told_in_words(tmp_path):
    said = verified(tmp_path / "nothing.zip")
    assert said.code == 3
    assert "No such file" in said.told["refused"]


@pytest.mark.parametrize("option", ["--key", "--tsa-ca"])
def test_a_key_or_an_authority_that_is_none_is_told_before_anything_is_looked_at(option, tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        verify.main([str(tmp_path), option, "nothing"])
    assert ended.value.code == 2
    assert "nothing" in capsys.readouterr().err


@pytest.mark.django_db
def test_what_is_said_to_people_is_what_is_said_to_programs(shared, tmp_path, capsys):
    bundle = shared.forged().zipped(tmp_path / "bundle.zip", zipfile.ZIP_DEFLATED)
    assert verify.main([str(bundle), "--key", str(shared.vkey)]) == 0
    said = capsys.readouterr().out
    assert [line.split("  ")[0] for line in said.splitlines() if not line.startswith(" ")] == [
        *("intact", "signed", "in the log", "time-stamped", "complete")
    ]
    assert verify.main([str(Path(__file__))]) == 3
    assert capsys.readouterr().out.startswith("refused: it is no ZIP")


ODD = [None, True, -1, 10**25, "", "sha256:" + "0" * 64, "\ud83e", [], {}, [[]], {"hash": {}}, "../x", ["x"] * 3]


def elsewhere(told: Any, numbers: random.Random) -> Any:
    """The same JSON with one value, chosen at random, replaced by something that has no business there."""
    if isinstance(told, dict) and told and numbers.random() < 0.9:
        name = numbers.choice(sorted(told))
        return {**told, name: elsewhere(told[name], numbers)}
    if isinstance(told, list) and told and numbers.random() < 0.9:
        place = numbers.randrange(len(told))
        return [*told[:place], elsewhere(told[place], numbers), *told[place + 1 :]]
    return numbers.choice(ODD)


def spoiled(content: bytes, name: str, numbers: random.Random) -> bytes:
    if name.endswith((".json", ".jsonl")) and numbers.random() < 0.8:
        rows = content.split(b"\n")[:-1] if name.endswith(".jsonl") else [content]
        place = numbers.randrange(len(rows))
        made = json.dumps(elsewhere(json.loads(rows[place]), numbers), sort_keys=True, separators=(",", ":"))
        rows[place] = made.encode()
        return b"".join(row + b"\n" for row in rows)
    place = numbers.randrange(len(content))
    return numbers.choice(
        [
            lambda: content[:place],
            lambda: content[:place] + numbers.randbytes(8) + content[place + 8 :],
            lambda: content[:place] + content[place:] * 2,
            lambda: content.replace(b"\n", b"", 1),
            lambda: b"",
        ]
    )()


def test_nothing_that_a_bundle_says_breaks_the_program(shared, tmp_path):
    """Spoiled in eighty ways, signed by the log's own key or not: each has an answer, and none a traceback."""
    numbers = random.Random(4711)  # noqa: S311 - the same in every run
    keys = verify.known_keys([str(shared.vkey)])
    untouched = shared.forged().files
    names = [name for name in sorted(untouched) if name not in ("README.txt", "verify.py", "claim.wacz")]
    told_of = [name for name in names if name.endswith((".json", ".jsonl"))]
    it = shared.forged()
    folder = it.folder(tmp_path)
    held = 0
    for number in range(80):
        name = numbers.choice(told_of if number % 2 else names)
        it.files = {**untouched, name: spoiled(untouched[name], name, numbers)}
        if number % 4 and name not in ("manifest.json", "SHA256SUMS", "SHA256SUMS.sig", "SHA256SUMS.tsr"):
            it.signed()
        changed = {one for one in it.files if it.files[one] != untouched[one]}
        for one in changed:
            (folder / one).write_bytes(it.files[one])
        bundle = verify.examine(str(folder), keys, "")
        held += bundle.code == 0
        for one in changed:
            (folder / one).write_bytes(untouched[one])
    # What nothing hangs on may be said otherwise by whoever holds the log's key: a note, an address.
    assert held < 30
