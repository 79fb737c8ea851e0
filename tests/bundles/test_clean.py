"""Bundles of many shapes that nobody has touched: the verifier has nothing to say against them."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.audit.context import Channel, entered_by
from apps.audit.erasing import erase
from apps.audit.models import Entry
from apps.audit.verbs import Verb
from apps.claims import actions
from apps.claims.models import Claim
from apps.claims.states import Stage, Stance, State
from tests.archive.copies import FILES
from tests.bundles.forging import Forged
from tests.bundles.made import Desk, exported, log_key, verified
from tests.newsroom import make_claim, make_figure, make_knowledge

pytestmark = pytest.mark.django_db
LONG_FROM = 60_000


def with_two_lines(desk: Desk) -> Claim:
    claim = desk.claim()
    desk.cite(claim, "/story", "NIS", first_hand=True)
    desk.cite(claim, "/paper.pdf", "SBU")
    return claim


def decided(desk: Desk, *states: State) -> Claim:
    claim = with_two_lines(desk)
    for state in states:
        desk.decide(claim, state, f"Because it is {state}.")
    return claim


def overridden(desk: Desk) -> Claim:
    claim = desk.claim()
    actions.override(
        claim, State.DISPUTED, by=desk.sofia, reason="The desk knows better.", expected_version=claim.version
    )
    return claim


def disputed(desk: Desk) -> Claim:
    claim = desk.claim()
    desk.cite(claim, "/story", "Moscow", stance=Stance.DISPUTES)
    desk.decide(claim, State.DISPUTED)
    return claim


def cited(desk: Desk, path: str) -> Claim:
    claim = desk.claim()
    desk.cite(claim, path, "NIS")
    return claim


def uploaded(desk: Desk, kind: str) -> Claim:
    claim = desk.claim()
    desk.upload(claim, kind)
    return claim


def withdrawn_after_a_decision(desk: Desk) -> Claim:
    claim = decided(desk, State.CORROBORATED)
    citation = claim.citations.first()
    assert citation
    actions.withdraw_citation(citation, by=desk.rita, reason="Not any more.")
    return claim


def by_many_rules(desk: Desk) -> Claim:
    claim = decided(desk, State.CORROBORATED)
    for version in (1, 2, 3):
        actions.edit_policy(by=desk.sofia, reason="Again.", expected_version=version, minimum_disputes=version + 1)
    desk.decide(claim, State.UNVERIFIED)
    desk.decide(claim, State.CORROBORATED, "Still so.")
    return claim


def much_edited(desk: Desk) -> Claim:
    claim = desk.claim()
    for number in range(40):
        claim.refresh_from_db()
        actions.edit_claim(
            claim,
            by=desk.rita,
            expected_version=claim.version,
            statement=f"{number} were captured: “{number}”\\\t\u007f.",
        )
    return claim


def worked_on(desk: Desk) -> Claim:
    claim = desk.claim()
    for stage in (Stage.IN_REVIEW, Stage.SETTLED, Stage.IN_PROGRESS):
        claim.refresh_from_db()
        actions.change_stage(claim, by=desk.ada, expected_version=claim.version, stage=stage)

    return claim


def known_of(desk: Desk) -> Claim:
    claim = desk.claim()
    make_knowledge(claim, desk.ada)
    make_figure(claim, desk.rita)
    return claim


def asked_and_refused(desk: Desk) -> Claim:
    claim = with_two_lines(desk)
    request = actions.request_move(
        claim, State.CORROBORATED, by=desk.ada, reason="Two bodies.", expected_version=claim.version
    )
    claim.refresh_from_db()
    actions.refuse_move(request, by=desk.sofia, reason="One of them is nobody.", expected_version=claim.version)
    return claim


def an_older_copy_of_the_page(desk: Desk) -> Claim:
    """The page was copied for another claim before; this one shares what is known of it."""
    other = cited(desk, "/story")
    type(other).objects.filter(pk=other.pk).update(opened_at=timezone.now() - timedelta(days=3))
    claim = desk.claim("Another claim.")
    desk.cite(claim, "/story")
    return claim


def handed_in(desk: Desk) -> Claim:
    """A document without an address, which a second claim cites too."""
    claim = desk.claim()
    desk.hand_in(claim)
    other = desk.claim("Another claim.")
    desk.hand_in(other)
    return other


def erased(desk: Desk) -> Claim:
    """Names and reasons that the law took out of the claim's lines, a page's, and those that tell of the erasing."""
    claim = decided(desk, State.CORROBORATED)
    last = Entry.objects.filter(stream=claim.stream, seq=claim.version).get()
    stored = Entry.objects.get(verb=Verb.CAPTURE_STORED, after__capture=claim.citations.first().capture_id)
    erase(last, ["reason", "actor", "after.rule"], by=desk.sofia, reason="Ada asked for it.")
    erase(last, ["target"], by=desk.sofia, reason="And so did NIS.")
    erase(stored, ["target", "after.record_sha256"], by=desk.sofia, reason="A judge said so.")
    telling = Entry.objects.filter(stream=f"entry:{stored.pk}").get()
    erase(telling, ["reason", "after.fields"], by=desk.sofia, reason="That too.")
    return claim


def by_a_worker(desk: Desk) -> Claim:
    claim = decided(desk, State.CORROBORATED)
    Claim.objects.filter(pk=claim.pk).update(verified_at=timezone.now() - timedelta(days=40))
    with entered_by(Channel.WORKER):
        actions.verify_again(claim, days=30)
    return claim


SHAPES: dict[str, Callable[[Desk], Claim]] = {
    "nothing but a claim": lambda desk: desk.claim(),
    "the shortest words": lambda desk: desk.claim("A."),
    "the longest words": lambda desk: desk.claim("ツ" * 500),
    "one citation": lambda desk: cited(desk, "/story"),
    "a page behind redirects": lambda desk: cited(desk, "/moved"),
    "a document": lambda desk: cited(desk, "/paper.pdf"),
    "a picture": lambda desk: cited(desk, "/shot.png"),
    "a page that could not be had": lambda desk: cited(desk, "/refused"),
    **{f"an uploaded {kind}": lambda desk, kind=kind: uploaded(desk, kind) for kind in FILES},
    "corroborated": lambda desk: decided(desk, State.CORROBORATED),
    "corroborated and reopened": lambda desk: decided(desk, State.CORROBORATED, State.UNVERIFIED),
    "disputed": disputed,
    "against the rule": overridden,
    "asked for and refused": asked_and_refused,
    "withdrawn after a decision": withdrawn_after_a_decision,
    "by many rules": by_many_rules,
    "much edited": much_edited,
    "moved through the work": worked_on,
    "with all that is known": known_of,
    "an older copy of the page": an_older_copy_of_the_page,
    "to be verified again": by_a_worker,
    "with words erased": erased,
    "a document that was handed in": handed_in,
    "a conversation": lambda desk: desk.talked(),
    "everything": lambda desk: desk.full_claim(),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_bundle_that_nobody_touched_holds(shape, desk, tmp_path):
    claim = SHAPES[shape](desk)
    bundle = tmp_path / "bundle.zip"
    bundle.write_bytes(exported(claim, desk.ada))
    said = verified(bundle, "--key", log_key())
    assert said.code == 0, said.reasons
    assert said.holds("intact")
    assert said.holds("signed")
    assert said.holds("in the log")
    assert said.holds("complete")
    assert said.told["claim"] == claim.pk


def test_there_are_enough_shapes():
    assert len(SHAPES) >= 20


def test_it_holds_unpacked_and_packed_again_by_other_programs(shared, tmp_path):
    it: Forged = shared.forged()
    again: list[Any] = [
        it.folder(tmp_path / "folder"),
        it.zipped(tmp_path / "deflated.zip", zipfile.ZIP_DEFLATED),
    ]
    with zipfile.ZipFile(tmp_path / "folders.zip", "w") as archive:
        for path in sorted((tmp_path / "folder").rglob("*")):
            archive.write(path, path.relative_to(tmp_path / "folder"))
    with open(tmp_path / "streamed.zip", "wb") as out, zipfile.ZipFile(Unseekable(out), "w") as archive:
        for name, content in it.files.items():
            archive.writestr(name, content)
    for bundle in [*again, tmp_path / "folders.zip", tmp_path / "streamed.zip"]:
        assert verified(bundle, "--key", shared.vkey).code == 0, bundle


class Unseekable:
    """A pipe: what is written into a ZIP there has its sizes behind it."""

    def __init__(self, out: Any) -> None:
        self._out = out

    def write(self, data: bytes) -> int:
        return int(self._out.write(data))

    def flush(self) -> None:
        self._out.flush()


def test_every_new_line_leaves_the_earlier_bundle_valid(desk, tmp_path):
    claim = desk.claim()
    (tmp_path / "early.zip").write_bytes(exported(claim))
    for number in range(5):
        make_claim(desk.rita, f"Claim {number}.")
        exported(claim)
    assert verified(tmp_path / "early.zip", "--key", log_key()).code == 0


def test_it_holds_when_it_is_longer_than_four_gigabytes(monkeypatch, desk, tmp_path):
    """Where ZIP needs its longer numbers (APPNOTE 4.3.14 to 16): here from 60 kB on."""
    claim = desk.talked(seconds=25)
    desk.cite(claim, "/paper.pdf", "SBU")
    with monkeypatch.context() as patched:
        patched.setattr(zipfile, "ZIP64_LIMIT", LONG_FROM)
        patched.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 5)
        path = tmp_path / "long.zip"
        path.write_bytes(exported(claim))
    data = path.read_bytes()
    assert len(data) > 4 * LONG_FROM
    # Where the end of the longer kind is to be found.
    assert data[-42:-38] == b"PK\6\7"
    assert verified(path, "--key", log_key()).code == 0
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert max(info.file_size for info in archive.infolist()) > LONG_FROM
