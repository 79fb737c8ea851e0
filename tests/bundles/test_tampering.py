"""What a forger may try on a bundle, and what the verifier says to it: each kind has its own reason.

``as it is``: somebody changed a file. ``remade``: they also wrote manifest and sums anew. ``signed``: the log's own key
signed that, so that only what is in the bundle speaks against it. A second log under the same key is not among them:
only a checkpoint from elsewhere shows that.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.bundles.authority import make_authority
from tests.bundles.forging import OWN, RELATED, TOLD, Forged, canonical, checkpoint, sha256, vkey
from tests.bundles.made import verified

STRANGER = Ed25519PrivateKey.from_private_bytes(b"\7" * 32)
INTACT, SIGNED, LOG, STAMP, WHOLE = 4, 5, 6, 7, 8


@dataclass(frozen=True)
class Kind:
    """One way to tamper, how far the forger goes, and the answer: the exit code and words of the reason."""

    change: Callable[[Forged], Any]
    code: int
    words: str
    how: str = "signed"


def line(number: int, /, **values: Any) -> Callable[[Forged], Any]:
    return lambda it: it.edit_line(number, lambda body: body.update(values))


def lines(change: Callable[[list[bytes]], Any], name: str = OWN) -> Callable[[Forged], Any]:
    def changed(it: Forged) -> None:
        rows = it.raw(name)
        change(rows)
        it.set_raw(rows, name)

    return changed


def swapped(rows: list[Any], one: int, other: int) -> None:
    rows[one], rows[other] = rows[other], rows[one]


def told(change: Callable[[dict[str, Any]], Any], field: str = "reason") -> Callable[[Forged], Any]:
    """Change what told.jsonl says of the first line of the claim that has this field."""

    def changed(it: Forged) -> None:
        own = {sha256(one) for one in it.raw()}
        rows = it.lines(TOLD)
        change(next(row for row in rows if row["hash"] in own and field in row["told"]))
        it.set_lines(rows, TOLD)

    return changed


def claim(change: Callable[[dict[str, Any]], Any]) -> Callable[[Forged], Any]:
    return lambda it: it.change("claim.json", change)


def data(name: str, change: Callable[[bytes], bytes]) -> Callable[[Forged], Any]:
    """Change a file's bytes, found by how its name ends."""

    def changed(it: Forged) -> None:
        found = it.named(name)
        it.files[found] = change(it.files[found])

    return changed


def flipped(content: bytes) -> bytes:
    half = len(content) // 2
    return content[:half] + bytes([content[half] ^ 1]) + content[half + 1 :]


def renamed(it: Forged) -> None:
    it.files["captures/notes.txt"] = it.files.pop("README.txt")


def proof(change: Callable[[bytes], bytes]) -> Callable[[Forged], Any]:
    """Change the proof of the claim's second line."""

    def changed(it: Forged) -> None:
        name = f"proofs/{sha256(it.raw()[1])}.tlog-proof"
        it.files[name] = change(it.files[name])

    return changed


def index(by: int) -> Callable[[bytes], bytes]:
    return lambda content: re.sub(rb"index (\d+)", lambda m: b"index %d" % (int(m[1]) + by), content)


def proofs_swapped(it: Forged) -> None:
    one, other = (f"proofs/{sha256(row)}.tlog-proof" for row in it.raw()[1:3])
    it.files[one], it.files[other] = it.files[other], it.files[one]


def note(size: int, *, key: str = "own", everywhere: bool = False) -> Callable[[Forged], Any]:
    """Another checkpoint, of a tree of another size, with the log's key or a stranger's; in the proofs too, or not."""

    def changed(it: Forged) -> None:
        origin, old = it.json("manifest.json")["origin"], it.files["checkpoint"]
        number = int(old.split(b"\n")[1]) + size
        made = checkpoint(origin, number, hashlib.sha256(b"").digest(), it.key if key == "own" else STRANGER)
        it.files["checkpoint"] = made
        it.files.pop("checkpoint.tsr", None)
        for name in [name for name in it.files if everywhere and name.startswith("proofs/")]:
            it.files[name] = it.files[name].replace(old, made)

    return changed


def size_of_checkpoint(it: Forged) -> None:
    old = it.files["checkpoint"]
    number = int(old.split(b"\n")[1])
    made = old.replace(b"\n%d\n" % number, b"\n%d\n" % (number + 1))
    for name, content in list(it.files.items()):
        it.files[name] = content.replace(old, made)


def erased_without_a_line(it: Forged) -> None:
    told(lambda row: row["told"].pop("reason"))(it)


def withheld(it: Forged) -> None:
    told(lambda row: (row["told"].pop("reason"), row["withheld"].append("reason")))(it)


def recorded(change: Callable[[bytes], bytes], *, also: str = "") -> Callable[[Forged], Any]:
    """Change the story's record inside and pack it again; ``also`` makes what is beside it fit, up to there."""

    def changed(it: Forged) -> None:
        name = next(
            name for name in sorted(it.files) if name.endswith("record.warc.gz") and b"Two captured" in plain(it, name)
        )
        inside = change(plain(it, name))
        it.files[name] = gzip.compress(inside, mtime=0)
        facts = {"record_sha256": sha256(it.files[name])}
        body = inside.partition(b"<!DOCTYPE")[1] + inside.partition(b"<!DOCTYPE")[2].partition(b"\r\n\r\nWARC/1.1")[0]
        folder = name.rpartition("/")[0]
        if also in ("index", "body"):
            it.change(f"{folder}/capture.json", lambda one: reindexed(one, sha256(body)))
        if also == "body":
            facts["body_sha256"] = sha256(body)
        it.change(f"{folder}/capture.json", lambda one: one.update(facts))
        it.change("claim.json", lambda one: one.update(decisions=one["decisions"]))

    return changed


def reindexed(capture: dict[str, Any], digest: str) -> None:
    for entry in capture["index"]:
        if entry["url"] == capture["page_url"]:
            entry["digest"] = f"sha256:{digest}"


def plain(it: Forged, name: str) -> bytes:
    return gzip.decompress(it.files[name])


def without_digests(record: bytes) -> bytes:
    return re.sub(rb"WARC-(?:Block|Payload)-Digest: [^\r]+\r\n", b"", record)


def other_words(record: bytes) -> bytes:
    return record.replace(b"both men", b"four men")


def records_swapped(it: Forged) -> None:
    one, other, *_ = (name for name in sorted(it.files) if name.endswith("record.warc.gz"))
    it.files[one], it.files[other] = it.files[other], it.files[one]


def copy_taken_out(it: Forged) -> None:
    folder = it.named("/capture.json").rpartition("/")[0]
    it.files = {name: content for name, content in it.files.items() if not name.startswith(f"{folder}/")}


def copy_put_in(it: Forged) -> None:
    folder = it.named("/capture.json").rpartition("/")[0]
    for name in ("capture.json", "record.warc.gz"):
        it.files[f"captures/900/{name}"] = it.files[f"{folder}/{name}"]
    it.change("captures/900/capture.json", lambda one: one.update(capture=900))


def picture_put_in(it: Forged) -> None:
    it.files[it.named("/capture.json").replace("capture.json", "screenshot.png")] = b"\x89PNG not what anybody saw"


def uploaded_other(it: Forged) -> None:
    name = it.named("/original.mhtml").replace("original.mhtml", "capture.json")
    it.change(name, lambda one: one["upload"].update(file_sha256="0" * 64))


def other_wacz(it: Forged) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(it.files["claim.wacz"])) as was, zipfile.ZipFile(out, "w") as made:
        for name in was.namelist():
            made.writestr(name, b"" if name.endswith(".warc.gz") else was.read(name))
    it.files["claim.wacz"] = out.getvalue()


def decision(change: Callable[[dict[str, Any]], Any]) -> Callable[[Forged], Any]:
    return claim(lambda one: change(one["decisions"][0]))


def rests_elsewhere(it: Forged) -> None:
    """The evidence of a decision, changed with its digest; the line still has the old one."""

    def change(one: dict[str, Any]) -> None:
        one["evidence"]["citations"][0]["record_sha256"] = "0" * 64
        one["evidence_sha256"] = sha256(canonical(one["evidence"]))

    decision(change)(it)


def crlf(name: str) -> Callable[[Forged], Any]:
    return data(name, lambda content: content.replace(b"\n", b"\r\n"))


def other_key(it: Forged) -> None:
    it.files["keys/log.vkey"] = (vkey(it.json("manifest.json")["origin"], STRANGER) + "\n").encode()


def swap_files(one: str, other: str) -> Callable[[Forged], Any]:
    def changed(it: Forged) -> None:
        it.files[one], it.files[other] = it.files[other], it.files[one]

    return changed


KINDS = {
    # Lines of the trail.
    "a verb": Kind(line(2, verb="claim_edited"), INTACT, "the chain is broken"),
    "an actor": Kind(line(2, actor={"kind": "person", "id": 99, "name": None}), INTACT, "the chain is broken"),
    "a time": Kind(line(2, at="2020-01-01T00:00:00.000000Z"), INTACT, "the chain is broken"),
    "a field too many": Kind(line(2, note="hm"), INTACT, "in its one form"),
    "a time of another form": Kind(line(2, at="yesterday"), INTACT, "its fields are others"),
    "the first line gone": Kind(lines(lambda rows: rows.pop(0)), INTACT, "before number 2 comes number 0"),
    "a middle line gone": Kind(lines(lambda rows: rows.pop(2)), INTACT, "the chain is broken, before number"),
    "the last line gone": Kind(lines(lambda rows: rows.pop()), INTACT, "the last line of the claim is another one"),
    "the order of lines": Kind(lines(lambda rows: swapped(rows, 1, 2)), INTACT, "number 2 comes after number 3"),
    "a line twice": Kind(lines(lambda rows: rows.insert(2, rows[1])), INTACT, "is there twice"),
    "a number twice": Kind(line(2, seq=2), INTACT, "number 2 comes after number 2"),
    "a line of another claim": Kind(line(2, stream="claim:999999"), INTACT, "belongs to claim:999999"),
    "two streams swapped": Kind(swap_files(OWN, RELATED), INTACT, "belongs to source:"),
    "spaces in a line": Kind(
        lines(lambda rows: swapped_in(rows, 2, lambda row: row.replace(b",", b", ", 1))), INTACT, "in its one form"
    ),
    "a key twice": Kind(
        lines(lambda rows: swapped_in(rows, 2, lambda row: row[:-1] + b',"v":1}')), INTACT, "a key is there twice"
    ),
    "a float": Kind(
        lines(lambda rows: swapped_in(rows, 2, lambda row: row.replace(b'"v":1', b'"v":1.0'))),
        INTACT,
        "is no whole number",
    ),
    "the line of a source": Kind(lines(lambda rows: rows.pop(), RELATED), INTACT, "tells of a line that is not there"),
    "a told reason": Kind(
        told(lambda row: swapped_in(row["told"]["reason"], 1, lambda text: text + "!")),
        INTACT,
        "is not what the line was",
    ),
    "a salt": Kind(
        told(lambda row: swapped_in(row["told"]["reason"], 0, lambda salt: "0" * 32)),
        INTACT,
        "is not what the line was",
    ),
    "no salt at all": Kind(
        told(lambda row: swapped_in(row["told"]["reason"], 0, lambda salt: "x")), INTACT, "the salt of reason"
    ),
    "letters normalised otherwise": Kind(
        told(
            lambda row: swapped_in(row["told"]["target"], 1, lambda text: unicodedata.normalize("NFD", text)), "target"
        ),
        INTACT,
        "target of entries/claim.jsonl, line 1 is not what the line was",
    ),
    "a field that was never written": Kind(
        told(lambda row: row["told"].update({"after.bribe": ["0" * 32, "paid"]})), INTACT, "a field that"
    ),
    "told of a line twice": Kind(lines(lambda rows: rows.append(rows[0]), TOLD), INTACT, "or of one twice"),
    "a reason left out": Kind(erased_without_a_line, WHOLE, "no line says that it was erased"),
    "a reason withheld": Kind(withheld, WHOLE, "reason is withheld, which no bundle may"),
    "the whole chain written anew": Kind(
        lambda it: it.rechained(lambda rows: rows[1].update(channel="api")), LOG, "its proof does not lead to the root"
    ),
    # The log.
    "a proof gone": Kind(
        lambda it: it.files.pop(f"proofs/{sha256(it.raw()[1])}.tlog-proof"), LOG, "has no proof that it is in the log"
    ),
    "proofs swapped": Kind(proofs_swapped, LOG, "line 2: its proof does not lead to the root"),
    "the place in the log, one on": Kind(proof(index(1)), LOG, "line 2: its proof does not lead to the root"),
    "the place in the log, one back": Kind(proof(index(-1)), LOG, "line 2: its proof does not lead to the root"),
    "a hash of a proof": Kind(
        proof(lambda content: re.sub(rb"\n[^\n]{44}\n", b"\n" + base64.b64encode(bytes(32)) + b"\n", content, count=1)),
        LOG,
        "line 2: its proof does not lead to the root",
    ),
    "a hash that is none": Kind(
        proof(lambda content: re.sub(rb"\n[^\n]{44}\n", b"\n!\n", content, count=1)), LOG, "a hash in it is none"
    ),
    "what proofs are called": Kind(
        proof(lambda content: content.replace(b"tlog-proof@v1", b"tlog-proof@v9")), LOG, "is no proof"
    ),
    "a proof too many": Kind(
        lambda it: it.files.update({f"proofs/{'0' * 64}.tlog-proof": b"x"}), LOG, "is the proof of no line"
    ),
    "an older checkpoint": Kind(note(-1), LOG, "its proof is for another checkpoint"),
    "an older checkpoint, in the proofs too": Kind(note(-1, everywhere=True), LOG, "does not lead to the root"),
    "a forked checkpoint": Kind(note(0, everywhere=True), LOG, "does not lead to the root"),
    "a checkpoint of a stranger": Kind(note(0, key="other", everywhere=True), LOG, "is not signed by"),
    "the size in the checkpoint": Kind(size_of_checkpoint, LOG, "its signature does not fit what it says"),
    "a checkpoint without a signature": Kind(
        data("checkpoint", lambda content: content.partition(b"\n\n")[0]), LOG, "is no signed note"
    ),
    # Keys and signatures.
    "everything made anew with a key of one's own": Kind(
        lambda it: it.relogged(STRANGER), SIGNED, "none of those that you know", how="as it is"
    ),
    "the key": Kind(other_key, SIGNED, "does not fit SHA256SUMS"),
    "the key's id": Kind(
        data("keys/log.vkey", lambda text: re.sub(rb"\+[0-9a-f]{8}\+", b"+00000000+", text)), SIGNED, "is damaged"
    ),
    "the origin": Kind(
        lambda it: it.change("manifest.json", lambda one: one.update(origin="else")), SIGNED, "the bundle is of else"
    ),
    "manifest and sums made anew": Kind(
        claim(lambda one: one.update(story="Another")), SIGNED, "the signature does not fit SHA256SUMS", how="remade"
    ),
    "the signature": Kind(data("SHA256SUMS.sig", flipped), SIGNED, "the signature does not fit", how="as it is"),
    # Files.
    "a letter": Kind(data("README.txt", flipped), INTACT, "README.txt is not what was packed", how="as it is"),
    "the program": Kind(data("verify.py", lambda text: text + b"#"), INTACT, "verify.py is not what", how="as it is"),
    "a file too many": Kind(
        lambda it: it.files.update({"captures/note.txt": b"Believe this."}), INTACT, "was added", how="as it is"
    ),
    "an empty file too many": Kind(lambda it: it.files.update({"new": b""}), INTACT, "new was added", how="as it is"),
    "a file gone": Kind(lambda it: it.files.pop("README.txt"), INTACT, "README.txt is missing", how="as it is"),
    "the sums gone": Kind(lambda it: it.files.pop("SHA256SUMS"), INTACT, "SHA256SUMS is missing", how="as it is"),
    "a file renamed": Kind(renamed, INTACT, "captures/notes.txt was added", how="as it is"),
    "line ends of the lines": Kind(crlf("claim.jsonl"), INTACT, "its line ends were changed", how="as it is"),
    "line ends of the lines, signed": Kind(
        crlf("claim.jsonl"), INTACT, "line 1: is no line of a trail in its one form"
    ),
    "line ends of the sums": Kind(crlf("SHA256SUMS"), INTACT, "its line ends were changed", how="as it is"),
    "line ends of a proof": Kind(proof(lambda content: content.replace(b"\n", b"\r\n")), LOG, "line ends were changed"),
    "the order of the sums": Kind(
        lines(lambda rows: swapped(rows, 0, 1), "SHA256SUMS"), INTACT, "the names are not in order", how="as it is"
    ),
    "a size in the manifest": Kind(
        lambda it: it.change("manifest.json", lambda one: one["files"]["README.txt"].update(size=1)),
        INTACT,
        "README.txt has another size",
        how="as it is",
    ),
    # Copies.
    "a byte of a record": Kind(data("record.warc.gz", flipped), INTACT, "the record's digest is not that of captures/"),
    "half a record": Kind(
        data("record.warc.gz", lambda content: content[: len(content) // 2]), INTACT, "record.warc.gz can't be read"
    ),
    "a byte of a record, as it is": Kind(
        data("record.warc.gz", flipped), INTACT, "is not what was packed", how="as it is"
    ),
    "the digests in a record": Kind(recorded(without_digests), INTACT, "records in it have lost their digests"),
    "a page in a record": Kind(recorded(other_words), INTACT, "is not what it was written as"),
    "a page and the digests in a record": Kind(
        recorded(lambda one: without_digests(other_words(one))), INTACT, "does not hold what the index says of"
    ),
    "a page, the digests and the index": Kind(
        recorded(lambda one: without_digests(other_words(one)), also="index"), INTACT, "the page in it is not the one"
    ),
    "a page and all that is beside it": Kind(
        recorded(lambda one: without_digests(other_words(one)), also="body"),
        INTACT,
        "is not what entries/related.jsonl",
    ),
    "two records swapped": Kind(records_swapped, INTACT, "the record's digest is not that of"),
    "the text of a copy": Kind(data("/text.txt", lambda text: text + b"?"), INTACT, "is not the text that was read"),
    "a screenshot": Kind(picture_put_in, INTACT, "screenshot.png: is not what lies in the record"),
    "a document": Kind(data("/original.pdf", flipped), INTACT, "original.pdf: is neither what lies in the record"),
    "an uploaded file": Kind(data("/original.mhtml", flipped), INTACT, "original.mhtml: is neither what lies in the"),
    "what was uploaded": Kind(uploaded_other, INTACT, "original.mhtml: is not the file that was uploaded"),
    "a copy taken out": Kind(copy_taken_out, INTACT, "is missing: decision"),
    "a copy put in": Kind(copy_put_in, WHOLE, "captures/900: the claim knows nothing of this copy"),
    "the WACZ": Kind(other_wacz, INTACT, "is not what its table of contents says"),
    "the WACZ gone": Kind(lambda it: it.files.pop("claim.wacz"), WHOLE, "claim.wacz is missing"),
    # The claim.
    "the verdict": Kind(claim(lambda one: one.update(state="disputed")), INTACT, "the lines say corroborated"),
    "the version": Kind(claim(lambda one: one.update(version=3)), INTACT, "claim.json: is version 3"),
    "the words of the claim": Kind(claim(lambda one: one.update(statement="No.")), INTACT, "the statement is not what"),
    "the number of the claim": Kind(claim(lambda one: one.update(claim=999_999)), INTACT, "is about another claim"),
    "why it was decided": Kind(decision(lambda one: one.update(reason="So.")), INTACT, "the reason of decision"),
    "what was decided": Kind(decision(lambda one: one.update(to_state="disputed")), INTACT, "the to_state of decision"),
    "by which rule it was decided": Kind(
        decision(lambda one: one.update(rule_version=9)), INTACT, "the rule_version of"
    ),
    "what was decided on": Kind(
        decision(lambda one: one["evidence"].update(statement="No.")), INTACT, "is not what was decided on"
    ),
    "which copy was decided on": Kind(rests_elsewhere, INTACT, "rests on another copy"),
    "a decision gone": Kind(claim(lambda one: one["decisions"].pop()), INTACT, "claim.json: knows nothing of decision"),
    "a decision too many": Kind(
        claim(lambda one: one["decisions"].append({**one["decisions"][0], "decision": 900})),
        INTACT,
        "entries/claim.jsonl: knows nothing of decision 900",
    ),
    # Time stamps.
    "a stamp of other bytes": Kind(
        lambda it: it.files.update({"SHA256SUMS.tsr": it.files["checkpoint.tsr"]}), STAMP, "imprint", how="as it is"
    ),
    "a stamp that is none": Kind(data("SHA256SUMS.tsr", lambda _: b"x"), STAMP, "is no time stamp", how="as it is"),
    "both stamps gone": Kind(
        lambda it: it.files.pop("checkpoint.tsr"), STAMP, "there is no time stamp in the bundle", how="signed"
    ),
    # What is no bundle inside.
    "a nest of brackets": Kind(data("claim.json", lambda _: b"[" * 200_000), INTACT, "is nested too deep"),
    "a number without an end": Kind(
        data("claim.json", lambda _: b'{"claim": ' + b"9" * 5_000 + b"}"), INTACT, "is no whole number"
    ),
    "no JSON": Kind(data("manifest.json", lambda _: b"\xff\xfe"), INTACT, "is no JSON", how="as it is"),
    "JSON of another shape": Kind(claim(lambda one: one.update(decisions=[7])), INTACT, "knows nothing of decision"),
    "no object": Kind(data("claim.json", lambda _: b"[]"), INTACT, "claim.json: is no JSON object"),
}


def swapped_in(where: Any, at: Any, change: Callable[[Any], Any]) -> None:
    where[at] = change(where[at])


@pytest.mark.parametrize("name", KINDS)
def test_tampering_is_found_and_named(name, shared, tmp_path):
    kind, it = KINDS[name], shared.forged()
    kind.change(it)
    {"as it is": lambda: it, "remade": it.remade, "signed": it.signed}[kind.how]()
    said = verified(it.folder(tmp_path / "bundle"), "--key", shared.vkey, "--tsa-ca", shared.authority.root)
    assert any(kind.words in reason for reason in said.reasons), said.reasons
    assert said.code == kind.code


def test_there_are_enough_kinds_and_no_two_say_only_the_same():
    assert len(KINDS) >= 25


@pytest.mark.django_db
def test_the_bundle_that_they_all_begin_with_holds(shared, tmp_path):
    said = verified(shared.forged().folder(tmp_path), "--key", shared.vkey, "--tsa-ca", shared.authority.root)
    assert said.code == 0, said.reasons
    assert all(said.holds(level) for level in ("intact", "signed", "in the log", "time-stamped", "complete"))


def test_an_authority_that_nobody_named_or_whose_time_was_over_is_refused(shared, tmp_path):
    other, ended = make_authority(tmp_path / "other"), make_authority(tmp_path / "ended", ended=True)
    bundle = shared.forged().folder(tmp_path / "bundle")
    said = verified(bundle, "--key", shared.vkey, "--tsa-ca", other.root)
    assert said.code == STAMP
    assert any("certificate" in reason for reason in said.reasons), said.reasons
    it = shared.forged().signed()
    it.files["SHA256SUMS.tsr"] = ended.stamp(it.files["SHA256SUMS"])
    it.files.pop("checkpoint.tsr")
    it.signed()
    it.files["SHA256SUMS.tsr"] = ended.stamp(it.files["SHA256SUMS"])
    said = verified(it.folder(tmp_path / "late"), "--key", shared.vkey, "--tsa-ca", ended.root)
    assert said.code == STAMP
    assert any("expired" in reason for reason in said.reasons), said.reasons


def test_without_a_key_it_shows_the_fingerprint_and_says_that_nobody_vouched_for_it(shared, tmp_path):
    bundle = shared.forged().folder(tmp_path / "bundle")
    said = verified(bundle)
    assert said.code == 9
    assert said.holds("signed") is None
    assert "nobody has vouched" in said.told["signed"]["open"]
    public = base64.b64decode(shared.vkey.read_text().split("+", 2)[2])[1:]
    assert said.told["fingerprint"] == sha256(public)
    assert verified(bundle, "--key", sha256(public).upper()).code == 0
    forged = verified(shared.forged().relogged(STRANGER).folder(tmp_path / "forged"))
    assert forged.code == 9
    assert forged.told["fingerprint"] != said.told["fingerprint"]
    assert json.dumps(forged.told)
