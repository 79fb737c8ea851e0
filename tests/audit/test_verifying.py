"""Whoever changes the trail behind its back is found, whatever they change, and what they did has a name."""

import io
import json
import os
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from apps.audit import bodies, triggers
from apps.audit.actions import record
from apps.audit.bodies import digest
from apps.audit.erasing import erase
from apps.audit.models import Checkpoint, Entry, Leaf, Node, Pending
from apps.audit.sealing import anchors, keys, notes
from apps.audit.sealing.sealer import seal, the_log
from apps.audit.sealing.tree import Growing, leaf_hash
from apps.audit.verbs import Verb
from apps.audit.verifying.checking import verify, verify_stream
from apps.audit.versioned import begin
from apps.bundles.lines import opened_of
from apps.claims import actions
from apps.claims.models import Claim, Decision, MoveRequest, Policy
from apps.claims.states import Stage
from apps.sources.models import Attribution, Source
from tests.newsroom import corroborate, make_claim, make_editor, make_person, make_story, make_two_lines

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return make_editor()


def decided(claim, ada):
    """The claim with two lines and a verdict; its sources begin with a line of their own, as the desk's do."""
    make_two_lines(claim, ada)
    for source in Source.objects.filter(head=""):
        begin(source, Verb.SOURCE_REGISTERED, target=source.page.url, by=ada)
    corroborate(Claim.objects.get(pk=claim.pk), ada)


@pytest.fixture
def claim(ada):
    """A claim with a verdict, another one beside it, 260 lines more, words erased; sealed three times, laid down."""
    claim = make_claim(ada, "Mr Kim was captured.")
    decided(claim, ada)
    seal()
    other = make_claim(ada, "Another one.")
    actions.change_stage(other, by=ada, expected_version=other.version, stage=Stage.IN_REVIEW)
    make_story(ada)
    for number in range(260):
        record(Verb.SIGNED_IN, stream=f"person:{number}", target="Ada", by=None)
    seal()
    erase(Entry.objects.get(stream=claim.stream, seq=1), ["target", "after.statement"], by=ada, reason="Asked to.")
    record(Verb.SIGNED_IN, stream="person:1", target="Ada", by=None)
    seal()
    anchors.anchor()
    return Claim.objects.get(pk=claim.pk)


def line(claim, seq):
    return Entry.every_line.get(stream=claim.stream, seq=seq)


def verdict():
    return Entry.objects.get(verb="claim_corroborated")


def change(entry, **fields):
    Entry.every_line.filter(pk=entry.pk).update(**fields)


def without(entry, field):
    """The salts of a line but this one."""
    return {name: salt for name, salt in entry.salts.items() if name != field}


def take_away(rows):
    rows._raw_delete("default")


def forge(entry, **words):
    """A line made anew with other words, with a body and a hash that fit them."""
    for name, value in words.items():
        setattr(entry, name, value)
    from apps.audit.bodies import seal as seal_body

    prev = json.loads(entry.body)["prev"]
    seal_body(entry, prev)
    entry.save()
    return entry


def forge_all_after(claim, seq, **words):
    """And every line of the stream after it, and the head: a chain that fits again."""
    from apps.audit.bodies import seal as seal_body

    entry = forge(line(claim, seq), **words)
    for later in Entry.every_line.filter(stream=claim.stream, seq__gt=seq).order_by("seq"):
        prev, entry = entry.hash, later
        seal_body(entry, prev)
        entry.save()
    Claim.objects.filter(pk=claim.pk).update(head=entry.hash)


def regrow(sign_with=None):
    """The whole tree made anew over the lines as they are; signed by whom?"""
    take_away(Leaf.objects.all())
    take_away(Node.objects.all())
    growing, sizes = Growing(), list(Checkpoint.objects.order_by("size").values_list("size", flat=True))
    for number, entry in enumerate(Entry.every_line.order_by("id")):
        leaf = leaf_hash(entry.body.encode())
        Leaf.objects.create(index=number, entry=entry, hash=leaf.hex())
        for level, index, found in growing.add(leaf):
            if level == 8:
                Node.objects.create(level=level, index=index, hash=found.hex())
        if growing.size in sizes:
            note = notes.sign(
                the_log().origin, growing.size, growing.root, sign_with or keys.signing_key(the_log().origin)
            )
            Checkpoint.objects.filter(size=growing.size).update(root=growing.root.hex(), note=note)


OTHER = Ed25519PrivateKey.from_private_bytes(b"\x03" * 32)


def rewrite_note(**given):
    last = Checkpoint.objects.latest("size")
    given = {"origin": the_log().origin, "size": last.size, "root": bytes.fromhex(last.root), "private": OTHER, **given}
    Checkpoint.objects.filter(pk=last.pk).update(note=notes.sign(**given))


def at_anchor(size, work):
    work(anchors.anchors().path(anchors.name_of(size)))


def swap(claim):
    one, two = line(claim, 2), line(claim, 3)
    Entry.every_line.filter(pk=one.pk).update(seq=1_000)
    change(two, seq=2)
    change(one, seq=3)


def swap_streams(claim):
    other = Entry.every_line.filter(stream__startswith="claim:").exclude(stream=claim.stream).earliest("id")
    mine, theirs = line(claim, 1), other.stream
    Entry.every_line.filter(pk=mine.pk).update(seq=1_000)
    change(other, stream=claim.stream)
    Entry.every_line.filter(pk=mine.pk).update(stream=theirs, seq=1)


last = lambda: Checkpoint.objects.latest("size")  # noqa: E731
CHANGES = {
    "a body": ("body_changed", lambda c: change(line(c, 2), body=line(c, 2).body.replace('"v":1', '"v":2'))),
    "a hash": ("body_changed", lambda c: change(line(c, 2), hash="ab" * 32)),
    "a verb": ("column_changed", lambda c: change(line(c, 2), verb="claim_disputed")),
    "an actor": ("column_changed", lambda c: change(line(c, 2), actor=make_person("eve"))),
    "an actor's name": ("told_changed", lambda c: change(line(c, 2), actor_label="Eve")),
    "a time": ("column_changed", lambda c: change(line(c, 2), at="2020-01-01T00:00:00Z")),
    "a reason": ("told_changed", lambda c: change(verdict(), reason="So.")),
    "a reason, to nothing": ("taken_away", lambda c: change(verdict(), reason="")),
    "an address": ("column_changed", lambda c: change(line(c, 2), address="192.0.2.9")),
    "a word after": (
        "told_changed",
        lambda c: change(verdict(), after={**verdict().after, "rule": "Nothing was asked for."}),
    ),
    "a fact after": ("column_changed", lambda c: change(line(c, 2), after={**line(c, 2).after, "first_hand": 7})),
    "a value more": ("column_changed", lambda c: change(line(c, 2), after={**line(c, 2).after, "more": None})),
    "a salt": ("told_changed", lambda c: change(line(c, 2), salts={**line(c, 2).salts, "target": "0" * 32})),
    "salts taken away": ("told_changed", lambda c: change(line(c, 2), salts={})),
    "erased by hand": (
        "taken_away",
        lambda c: change(line(c, 2), target_label="[erased]", salts=without(line(c, 2), "target")),
    ),
    "erased by hand and counted": (
        "taken_away",
        lambda c: change(verdict(), reason="", salts=without(verdict(), "reason"), erasures=1),
    ),
    "more erased than the line names": (
        "taken_away",
        lambda c: change(line(c, 1), actor_label="[erased]", salts=without(line(c, 1), "actor")),
    ),
    "an erasing counted twice": ("erasure_differs", lambda c: change(line(c, 1), erasures=2)),
    "an erasing not counted": ("erasure_differs", lambda c: change(line(c, 1), erasures=0)),
    "an erasing that is counted and never was": ("erasure_differs", lambda c: change(line(c, 2), erasures=1)),
    "erased words put back": (
        "erasure_differs",
        lambda c: (
            record(
                Verb.ENTRY_ERASED,
                stream=f"entry:{line(c, 2).pk}",
                seq=1,
                target="x",
                by=None,
                after={"fields": "target"},
            ),
            change(line(c, 2), erasures=1),
        ),
    ),
    "a number in the tree": ("column_changed", lambda c: change(line(c, 2), seq=999)),
    "the first line": ("line_missing", lambda c: take_away(Entry.every_line.filter(pk=line(c, 1).pk))),
    "a middle line": ("line_missing", lambda c: take_away(Entry.every_line.filter(pk=line(c, 2).pk))),
    "the last line": ("head_differs", lambda c: take_away(Entry.every_line.filter(pk=line(c, c.version).pk))),
    "a stream": ("row_without_lines", lambda c: take_away(Entry.every_line.filter(stream=c.stream))),
    "a line and its leaf": (
        "leaf_missing",
        lambda c: (
            take_away(Leaf.objects.filter(entry=line(c, 2))),
            take_away(Entry.every_line.filter(pk=line(c, 2).pk)),
        ),
    ),
    "a line out of the tree": ("not_sealed", lambda c: take_away(Leaf.objects.filter(entry=line(c, c.version)))),
    "an unsealed line deleted, its place in the queue kept": (
        "waiting_missing",
        lambda c: (
            record(Verb.SIGNED_IN, stream="person:1", target="Ada", by=None),
            Pending.objects.get_or_create(entry=Entry.every_line.latest("id")),
            take_away(Entry.every_line.filter(pk=Entry.every_line.latest("id").pk)),
        ),
    ),
    "a sealed line put into the queue": ("leaf_changed", lambda c: Pending.objects.create(entry=line(c, 2))),
    "two lines in each other's place": ("column_changed", swap),
    "two streams in each other's place": ("column_changed", swap_streams),
    "a line made anew": ("chain_broken", lambda c: forge(line(c, 2), reason="Another.")),
    "a chain made anew": ("leaf_changed", lambda c: forge_all_after(c, 2, reason="Another.")),
    "a chain and the tree made anew": (
        "anchor_differs",
        lambda c: (forge_all_after(c, 2, reason="Another."), regrow()),
    ),
    "a tree signed by another": (
        "unsigned",
        lambda c: (forge_all_after(c, 2, reason="Another."), regrow(sign_with=OTHER)),
    ),
    "a line slipped in": (
        "chain_broken",
        lambda c: (
            change(line(c, 3), seq=1_000),
            record(Verb.CLAIM_EDITED, stream=c.stream, seq=3, target="x", by=None),
        ),
    ),
    "a leaf": ("leaf_changed", lambda c: Leaf.objects.filter(index=5).update(hash="ab" * 32)),
    "a leaf, to nonsense": ("leaf_changed", lambda c: Leaf.objects.filter(index=5).update(hash="x")),
    "a node": ("node_changed", lambda c: Node.objects.update(hash="ab" * 32)),
    "a node taken away": ("node_changed", lambda c: take_away(Node.objects.all())),
    "a root": ("checkpoint_malformed", lambda c: Checkpoint.objects.filter(pk=last().pk).update(root="ab" * 32)),
    "a note": ("checkpoint_malformed", lambda c: Checkpoint.objects.filter(pk=last().pk).update(note="x")),
    "a note's size": (
        "unsigned",
        lambda c: Checkpoint.objects.filter(pk=last().pk).update(
            note=last().note.replace(f"\n{last().size}\n", "\n7\n")
        ),
    ),
    "a note by another key": ("unsigned", lambda c: rewrite_note()),
    "a note of another log": (
        "unsigned",
        lambda c: rewrite_note(origin="elsewhere", private=keys.signing_key(the_log().origin)),
    ),
    "a checkpoint, signed with our key": (
        "root_differs",
        lambda c: (
            rewrite_note(root=b"\x01" * 32, private=keys.signing_key(the_log().origin)),
            Checkpoint.objects.filter(pk=last().pk).update(root="01" * 32),
        ),
    ),
    "the last checkpoint taken away": (
        "checkpoint_missing",
        lambda c: take_away(Checkpoint.objects.filter(pk=last().pk)),
    ),
    "all that was sealed last": (
        "checkpoint_missing",
        lambda c: (
            take_away(Leaf.objects.filter(index__gte=Checkpoint.objects.order_by("-size")[1].size)),
            take_away(Checkpoint.objects.filter(pk=last().pk)),
            take_away(Entry.every_line.filter(stream="person:1", pk=Entry.every_line.latest("id").pk)),
        ),
    ),
    "an anchor": ("anchor_differs", lambda c: at_anchor(last().size, lambda path: Path(path).write_text("x"))),
    "an anchor taken away": ("anchor_missing", lambda c: at_anchor(last().size, os.unlink)),
    "an anchor of nothing": (
        "anchor_differs",
        lambda c: at_anchor(
            last().size, lambda path: Path(path.replace(f"{last().size:012d}", f"{9:012d}")).write_text("x")
        ),
    ),
    "a stamp": ("stamp_broken", lambda c: Checkpoint.objects.filter(pk=last().pk).update(stamp=b"0")),
    "a state": ("row_differs", lambda c: Claim.objects.filter(pk=c.pk).update(state="disputed")),
    "a stage": ("row_differs", lambda c: Claim.objects.filter(pk=c.pk).update(stage="inbox")),
    "a version": ("head_differs", lambda c: Claim.objects.filter(pk=c.pk).update(version=c.version + 1)),
    "a head": ("head_differs", lambda c: Claim.objects.filter(pk=c.pk).update(head="ab" * 32)),
    "a claim put in": ("row_without_lines", lambda c: Claim.objects.create(statement="Put in.", opened_by=c.opened_by)),
    "a decision's reason": ("decision_differs", lambda c: Decision.objects.update(reason="Another.")),
    "a decision's evidence": ("decision_differs", lambda c: Decision.objects.update(evidence={"lines": []})),
    "a statement": ("row_differs", lambda c: Claim.objects.exclude(pk=c.pk).update(statement="Another.")),
    "a due time": ("row_differs", lambda c: Claim.objects.exclude(pk=c.pk).update(due=timezone.now())),
    "who decided": ("decision_differs", lambda c: Decision.objects.update(decided_by=c.opened_by, asked_by=None)),
    "who asked": ("decision_differs", lambda c: Decision.objects.update(asked_by=F("decided_by"))),
    "who had asked": ("decision_differs", lambda c: MoveRequest.objects.update(asked_by=make_person("eve"))),
    "the request of a decision": ("decision_differs", lambda c: Decision.objects.update(request=None)),
    "when it was decided": (
        "decision_differs",
        lambda c: Decision.objects.update(decided_at=F("decided_at") - timedelta(days=1)),
    ),
    "from which state": ("decision_differs", lambda c: Decision.objects.update(from_state="disputed")),
    "under which rule": ("decision_differs", lambda c: Decision.objects.update(policy=None)),
    "the words decided on": ("decision_differs", lambda c: Decision.objects.update(statement="Another.")),
    "a decision taken away": ("decision_differs", lambda c: take_away(Decision.objects.all())),
    "the rule": ("row_differs", lambda c: Policy.objects.update(minimum_lines=1)),
}


@contextmanager
def tampered(claim, work):
    """Whoever owns the database turns its guards off, does this, and turns them on again. Undone afterwards."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            connection.cursor().execute("SET LOCAL session_replication_role = replica")
        else:
            triggers.lift(connection)
        work(claim)
        if connection.vendor == "postgresql":
            connection.cursor().execute("SET LOCAL session_replication_role = origin")
        else:
            triggers.install(connection)
        yield
        transaction.set_rollback(True)


def test_what_was_changed_is_found_and_named(claim, subtests):
    """Each change is made on its own: after it is undone the trail is intact again."""
    for name, (kind, work) in CHANGES.items():
        with subtests.test(name):
            assert verify().findings == []
            with laid_back(), tampered(Claim.objects.get(pk=claim.pk), work):
                report = verify()
            assert kind in [finding.kind for finding in report.findings], report.findings
            assert not report.is_intact
            for finding in report.findings:
                assert finding.where
                assert str(finding).startswith(str(finding.kind.label))


@contextmanager
def laid_back():
    """The anchors are files, which no transaction brings back."""
    folder = Path(anchors.anchors().path(anchors.name_of(0))).parent
    before = {path: path.read_bytes() for path in folder.iterdir()}
    yield
    for path in set(folder.iterdir()) - before.keys():
        path.unlink()
    for path, content in before.items():
        path.write_bytes(content)


OF_ONE = [name for name, (kind, _) in CHANGES.items() if name in {
    "a body", "a verb", "a reason", "a salt", "the first line", "a middle line", "the last line", "a line made anew",
    "a chain made anew", "a state", "a version", "a head", "a decision's reason", "a decision's evidence",
    "a note by another key", "erased by hand and counted", "more erased than the line names",
    "an erasing counted twice", "an erasing not counted",
}]  # fmt: skip


def test_one_claim_alone_tells_too(claim, subtests):
    for name in OF_ONE:
        with subtests.test(name):
            assert verify_stream(claim.stream).findings == []
            with tampered(Claim.objects.get(pk=claim.pk), CHANGES[name][1]):
                assert CHANGES[name][0] in [finding.kind for finding in verify_stream(claim.stream).findings]


def test_a_guard_that_is_gone_is_found(claim):
    triggers.lift(connection)
    assert {finding.kind for finding in verify().findings} == {"guard_missing"}
    triggers.install(connection)


def test_what_it_says_of_a_trail_that_is_intact(claim):
    report = verify()
    assert report.is_intact
    assert (report.erased, report.waiting, report.checkpoints, report.anchors) == (1, 0, 3, 3)
    assert report.entries == report.size == Entry.every_line.count()
    assert report.root == last().root


def test_what_is_left_of_erased_words_still_has_to_fit(claim):
    with tampered(claim, lambda c: change(line(c, 1), target_label="Somebody else was captured.")):
        findings = verify().findings
    assert "told_changed" in [finding.kind for finding in findings]


SHAPES = {
    "nothing at all": lambda ada: None,
    "nothing sealed": lambda ada: make_claim(ada),
    "sealed and not laid down": lambda ada: (make_claim(ada), seal()),
    "laid down once and sealed again": lambda ada: (make_claim(ada), seal(), anchors.anchor(), make_story(ada), seal()),
    "sealed and laid down": lambda ada: (make_claim(ada), seal(), anchors.anchor()),
    "some wait": lambda ada: (make_claim(ada), seal(), make_story(ada)),
    "many sizes": lambda ada: [(make_story(ada, f"Story {number}"), seal()) for number in range(5)],
    "one of 256": lambda ada: ([record(Verb.SIGNED_IN, stream="a:1", target="x", by=None) for _ in range(256)], seal()),
    "one of 257": lambda ada: ([record(Verb.SIGNED_IN, stream="a:1", target="x", by=None) for _ in range(257)], seal()),
    "rounds in the middle": lambda ada: (
        [record(Verb.SIGNED_IN, stream="a:1", target="x", by=None) for _ in range(300)],
        [seal(99) for _ in range(4)],
    ),
    "odd words": lambda ada: (make_story(ada, 'Ünïcode “quotes” \\ " \u2028 \x7f 한국'), seal()),
    "a long word": lambda ada: (make_claim(ada, "x" * 500), seal()),
    "two in one transaction": lambda ada: (make_claim(ada), make_claim(ada, "Another."), seal()),
    "erased before it is sealed": lambda ada: (
        make_story(ada),
        erase(Entry.objects.latest("id"), ["target"], by=ada, reason="x"),
        seal(),
    ),
    "erased after it is sealed": lambda ada: (
        make_story(ada),
        seal(),
        erase(Entry.objects.latest("id"), ["target"], by=ada, reason="x"),
    ),
    "erased twice": lambda ada: [
        erase(line_, [field], by=ada, reason="x")
        for line_ in [(make_story(ada), Entry.objects.latest("id"))[1]]
        for field in ("target", "actor")
    ],
    "what an erasing named, erased": lambda ada: (
        make_story(ada),
        erase(Entry.objects.latest("id"), ["target"], by=ada, reason="He."),
        erase(Entry.objects.latest("id"), ["after.fields"], by=ada, reason="x"),
    ),
    "an erasing erased": lambda ada: (
        make_story(ada),
        erase(Entry.objects.latest("id"), ["target"], by=ada, reason="He."),
        erase(Entry.objects.latest("id"), ["reason"], by=ada, reason="x"),
    ),
    "a claim that was edited": lambda ada: actions.edit_claim(
        make_claim(ada), by=ada, expected_version=1, statement="Other."
    ),
    "a claim that was assigned": lambda ada: actions.assign(make_claim(ada), by=ada, expected_version=1, assignee=ada),
    "a verdict": lambda ada: decided(make_claim(ada), ada),
    "a new key": lambda ada: (
        make_claim(ada),
        seal(),
        (keys._folder() / keys.SECRET).unlink(),
        make_story(ada),
        seal(),
    ),
}


def test_no_list_has_become_shorter_and_no_two_lines_of_it_do_the_same():
    def done(work):
        code = work.__code__
        inner = tuple(one.co_code for one in code.co_consts if hasattr(one, "co_code"))
        plain = tuple(one for one in code.co_consts if not hasattr(one, "co_code"))
        return code.co_code, code.co_names, repr(plain), inner

    assert len({done(work) for _, work in CHANGES.values()}) == len(CHANGES) >= 25
    assert len({done(work) for work in SHAPES.values()}) == len(SHAPES) >= 20


@pytest.mark.parametrize("make", SHAPES.values(), ids=SHAPES.keys())
def test_a_trail_that_nobody_changed_raises_no_alarm(ada, make):
    make(ada)
    assert [str(finding) for finding in verify().findings] == []
    for stream in Entry.every_line.values_list("stream", flat=True).distinct()[:5]:
        assert [str(finding) for finding in verify_stream(stream).findings] == []


class TestCommand:
    def run(self, capsys, *arguments):
        with pytest.raises(SystemExit) as ended:
            call_command("audit_verify", *arguments)
        return ended.value.code, capsys.readouterr()

    def test_it_says_intact_and_ends_with_0(self, claim, capsys):
        code, said = self.run(capsys)
        assert code == 0
        assert "The trail is intact." in said.out

    def test_it_names_what_was_changed_and_ends_with_1(self, claim, capsys):
        with tampered(claim, CHANGES["a state"][1]):
            code, said = self.run(capsys, "--claim", str(claim.pk))
        assert code == 1
        assert f"FOUND row_differs: A row doesn't say what its last line says: {claim.stream}." in said.out

    def test_it_says_it_to_a_script(self, claim, capsys):
        with tampered(claim, CHANGES["a leaf"][1]):
            code, said = self.run(capsys, "--json")
        told = json.loads(said.out)
        assert (code, told["intact"], told["findings"][0]["kind"]) == (1, False, "leaf_changed")

    @pytest.mark.parametrize("is_terminal", [True, False])
    def test_whoever_watches_sees_how_far_it_is_and_a_log_does_not(self, claim, capsys, is_terminal):
        err, lines = io.StringIO(), f"{Entry.every_line.count():,}"
        err.isatty = lambda: is_terminal
        with pytest.raises(SystemExit):
            call_command("audit_verify", stderr=err)
        assert err.getvalue().endswith(f"\r{lines} of {lines} lines\n" if is_terminal else "")
        assert bool(err.getvalue()) == is_terminal
        assert " of " not in capsys.readouterr().out.splitlines()[-1]

    def test_what_can_not_be_checked_ends_with_2(self, claim, capsys):
        assert self.run(capsys, "--stream", "claim:999999")[0] == 2
        (keys._folder() / keys.SECRET).write_text("")
        code, said = self.run(capsys)
        assert code == 2
        assert "signing.pem" in said.err


def test_lines_that_wait_are_counted_and_no_alarm(claim):
    with transaction.atomic():
        record(Verb.SIGNED_IN, stream="person:1", target="Ada", by=None)
    report = verify()
    assert (report.waiting, report.findings) == (1, [])
    assert Pending.objects.count() == 1
    assert digest(Entry.every_line.latest("id").body) == Entry.every_line.latest("id").hash


def test_words_of_choices_read_back_as_they_were_written_also_where_older_lines_commit_to_them(ada, monkeypatch):
    """For some hours lines were written that commit to the states of attributions, which stand open in others."""
    told = {"before": {"state": Attribution.State.SUGGESTED}, "after": {"state": Attribution.State.REJECTED}}
    record(Verb.ATTRIBUTION_REJECTED, stream="source:1", target="A page", by=ada, **told)
    with monkeypatch.context() as then:
        plain = bodies.is_open
        then.setattr(bodies, "is_open", lambda value: plain(value) and type(value) is not Attribution.State)
        record(Verb.ATTRIBUTION_REJECTED, stream="source:2", target="Another page", by=ada, **told)
    opened, hidden = (Entry.objects.get(stream=f"source:{number}") for number in (1, 2))
    assert '"after":{"state":"rejected"}' in opened.body
    assert '"after":{"state":"sha256:' in hidden.body
    seal()
    assert [str(found) for found in verify().findings] == []
    assert opened_of(hidden)["told"].keys() - opened_of(opened)["told"].keys() == {"before.state", "after.state"}
