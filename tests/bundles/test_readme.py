"""What the README in a bundle tells people to type is typed here, and says what the README promises."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.bundles.forging import Forged, sha256


def commands(it: Forged) -> str:
    """Every command of the part that is done by hand: the lines that stand in by two."""
    by_hand = it.files["README.txt"].decode().partition("CHECK IT BY HAND")[2]
    return "\n".join(line[2:] for line in by_hand.splitlines() if re.match(r"  (?!  openssl ts)\S|      ", line))


def typed(script: str, folder) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", "-c", script], cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def test_the_commands_say_what_the_readme_promises(shared, tmp_path):
    it = shared.forged()
    folder = it.folder(tmp_path / "bundle")
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    done = typed("set -e\n" + commands(it), folder)
    first = sha256(it.raw()[0])
    public = it.files["keys/log.vkey"]
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert said[0] == "Signature Verified Successfully"
    assert re.fullmatch(r"[0-9a-f]{64}  -", said[1])
    assert said[2:4] == ["Signature Verified Successfully", "line 1 is in the log"]
    assert said[4:6] == [first, "1"]
    assert re.fullmatch(r"[0-9a-f]{64}  -", said[6])
    assert public.decode().count("+") >= 2
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


@pytest.mark.parametrize("number", [2, 7, 15])
def test_any_line_is_found_in_the_log_and_no_other(number, shared, tmp_path):
    it = shared.forged()
    script = commands(it).replace("n=1\n", f"n={number}\n")
    assert f"line {number} is in the log" in typed(script, it.folder(tmp_path / "good")).stdout
    it.edit_line(number - 1, lambda body: body.update(channel="api"))
    name = f"proofs/{sha256(it.raw()[number - 1])}.tlog-proof"
    it.files[name] = it.files[it.named(".tlog-proof")]
    assert "is in the log" not in typed(script, it.folder(tmp_path / "bad")).stdout


def test_by_hand_too_a_changed_and_an_added_file_are_found(shared, tmp_path):
    it = shared.forged()
    it.files["claim.json"] += b" "
    it.files["captures/added"] = b""
    done = typed(commands(it), it.folder(tmp_path / "bundle"))
    assert "claim.json: FAILED" in done.stdout
    assert "captures/added" in done.stdout
    it = shared.forged()
    it.files["SHA256SUMS.sig"] = bytes(64)
    assert "Signature Verification Failure" in typed(commands(it), it.folder(tmp_path / "other")).stdout


def test_the_readmes_time_stamp_command_holds_too(shared, tmp_path):
    it = shared.forged()
    folder = it.folder(tmp_path / "bundle")
    (command,) = re.findall(r"^ +(openssl ts -verify .*)$", it.files["README.txt"].decode(), re.MULTILINE)
    done = typed(command.replace("authority.pem", str(shared.authority.root)), folder)
    assert done.returncode == 0, done.stderr


def test_it_names_the_claim_and_when_it_was_made(shared):
    text = shared.forged().files["README.txt"].decode()
    assert re.search(r"knew about claim \d+, from whom", text)
    assert re.search(r"Made \d{4}-\d\d-\d\d \d\d:\d\d UTC\.", text)
    assert "@" not in text
