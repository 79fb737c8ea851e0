"""The demo newsroom: the case of the captured North Korean soldiers, worked on by a small desk.

Everything goes through the actions that people use, and the archive really fetches the wire site's pages.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from apps.accounts.actions import add_person
from apps.accounts.capabilities import RoleName
from apps.accounts.models import Role, User
from apps.archive.capturing import capture
from apps.archive.models import Capture
from apps.archive.reading import reader
from apps.audit.context import Channel, entered_by
from apps.claims import actions
from apps.claims.models import Cause, Caveat, Citation, Claim, ClaimLink, MoveRequest, ReplyRequest, Story
from apps.claims.numerals import parse
from apps.claims.states import QuotedVerb, Stage, Stance, State
from apps.claims.tasks import carry_on, reconsider_citing
from apps.sources.models import Attribution, Interview, Party
from apps.sources.tasks import learn, suggest
from apps.teamwork.actions import post_comment, watch
from verifydesk.demo.passwords import make_password

Relation = Attribution.Relation
HAND_OUT = Path(__file__).with_name("papers") / "jcs-2024-12-23-questions.pdf"
PEOPLE = [
    ("rita", "Rita Mwangi", RoleName.REPORTER),
    ("tom", "Tom Okafor", RoleName.REPORTER),
    ("ada", "Ada Lindqvist", RoleName.EDITOR),
    ("ben", "Ben Castellanos", RoleName.EDITOR),
    ("sofia", "Sofia Brandt", RoleName.STANDARDS_EDITOR),
    ("aziz", "Aziz Rahman", RoleName.AUDITOR),
    ("mia", "Mia Novak", RoleName.ADMINISTRATOR),
]


def load(wire: str, sign_ins: Path) -> None:
    """Make the people, the stories and the claims, with everything they cite from the wire site at this address."""
    password = make_password()
    people = {
        username: add_person(username, name=name, password=password, roles=Role.objects.filter(slug=role), by=None)
        for username, name, role in PEOPLE
    }
    _write_sign_ins(sign_ins, password)
    with _through_web():
        story = actions.open_story(
            "North Korean troops in Kursk",
            by=people["ada"],
            summary="Seoul and Kyiv say that North Korean soldiers fight in Russia's Kursk region."
            " What is known of prisoners and of losses, from whom, and how do they know?",
        )
        one = _one_captured(story, people, wire)
        _carry_news()
        two = _two_captured(story, people, wire)
        _carry_news()
        actions.link_claims(two, ClaimLink.Kind.SUPERSEDES, one, by=people["ada"], note="Two, and a date and a place.")
        _casualties(story, people, wire)
        _others(story, people)
        _talk(one, two, people)


def _one_captured(story: Story, people: dict[str, User], wire: str) -> Claim:
    """One report, printed three times: links enough, lines too few."""
    rita, ada = people["rita"], people["ada"]
    claim = _open(
        "Ukraine has captured one wounded North Korean soldier.",
        story,
        rita,
        ada,
        claimant="NIS",
        due=timezone.now() + timedelta(hours=6),
    )
    afp = _cite(
        claim,
        rita,
        f"{wire}/afp/2024/12/27/wounded-north-korean-soldier-captured",
        Stance.SUPPORTS,
        quote="An intelligence source, who asked not to be named, told AFP that the man was in the hands of the"
        " Ukrainian army.",
        note="The NIS has it from an ally it does not name. The second voice is anonymous.",
        quoted="NIS",
        quoted_verb=QuotedVerb.CONFIRMS,
    )
    printed = [
        _cite(
            claim,
            rita,
            f"{wire}/straitstimes/2024/12/27/injured-north-korean-soldier-captured-by-ukraine",
            Stance.SUPPORTS,
        ),
        _cite(
            claim,
            people["tom"],
            f"{wire}/urdupoint/2024/12/27/north-korean-soldier-captured-nis",
            Stance.SUPPORTS,
            note="Credit line APP - UrduPoint, but the words are AFP's.",
        ),
    ]
    nis = Party.objects.named("NIS").get()
    actions.attribute(afp.source, Relation.QUOTES, nis, by=ada, reason="It opens with the agency's statement.")
    for page in printed:
        actions.attribute(
            page.source, Relation.REPUBLISHES, afp.source, by=ada, reason="Word for word but for the end."
        )
    for of, relation, party, reason in (
        (nis, Relation.RESTS_ON, "An ally's agency", "The NIS says that it has it from the agency of an ally."),
        (afp.source, Relation.QUOTES, "An intelligence source", "AFP's second voice asked not to be named."),
    ):
        kind = Party.Kind.OTHER
        actions.attribute_by_name(of, relation, party, by=ada, reason=reason, kind=kind, is_named=False)
    actions.change_stage(claim, by=ada, expected_version=_version(claim), stage=Stage.IN_REVIEW)
    return claim


def _two_captured(story: Story, people: dict[str, User], wire: str) -> Claim:
    """Two bodies that each know for themselves, however many print it: corroborated."""
    rita, ada = people["rita"], people["ada"]
    claim = _open(
        "Ukraine captured two North Korean soldiers in Kursk on 9 January 2025.",
        story,
        rita,
        ada,
        claimant="Security Service of Ukraine",
    )
    sbu = _cite(
        claim,
        rita,
        f"{wire}/ssu/2025/01/11/two-prisoners-of-war-video",
        Stance.SUPPORTS,
        quote="Both are wounded.",
        note="The SBU's own recording.",
        quoted="Security Service of Ukraine",
        quoted_verb=QuotedVerb.SAYS,
        first_hand=True,
    )
    yonhap = _cite(
        claim,
        rita,
        f"{wire}/yonhap/2025/01/12/nis-confirms-two-north-korean-soldiers-captured",
        Stance.SUPPORTS,
        quote="The service gave the date of the capture as Jan. 9 and said that it considers the fact established.",
        quoted="NIS",
        quoted_verb=QuotedVerb.CONFIRMS,
    )
    afp = _cite(
        claim,
        people["tom"],
        f"{wire}/afp/2025/01/12/two-north-koreans-captured-seoul",
        Stance.SUPPORTS,
        quote="AFP could not independently verify the nationality of the two men.",
        note="Print the caveat. Neither Moscow nor Pyongyang has reacted.",
        quoted="AFP",
        quoted_verb=QuotedVerb.COULD_NOT_VERIFY,
    )
    printed = [
        _cite(claim, people["tom"], f"{wire}/{page}", Stance.SUPPORTS)
        for page in (
            "straitstimes/2025/01/12/seoul-confirms-two-north-koreans-captured",
            "thenews/2025/01/12/ukraine-captures-two-north-koreans",
        )
    ]
    nis = Party.objects.named("NIS").get()
    for page, body in ((yonhap, nis), (afp, nis), (afp, sbu.quoted)):
        actions.attribute(page.source, Relation.QUOTES, body or nis, by=ada, reason="It has it from their statement.")
    for page in printed:
        actions.attribute(
            page.source, Relation.REPUBLISHES, afp.source, by=ada, reason="AFP's copy, as its credit says."
        )
    actions.record_caveat(
        claim, by=rita, kind=Caveat.Kind.NOT_VERIFIED, text="The nationality of the two men.", party="AFP", citation=afp
    )
    actions.record_caveat(
        claim,
        by=rita,
        kind=Caveat.Kind.NO_EVIDENCE_SHOWN,
        text="That the two men come from North Korea.",
        party="Security Service of Ukraine",
    )
    for party in ("Moscow", "Pyongyang"):
        asked = actions.request_reply(
            claim,
            by=rita,
            party=party,
            question="Do you confirm that two North Korean soldiers are held by Ukraine?",
            channel=ReplyRequest.Channel.EMAIL,
            asked_at=timezone.now() - timedelta(days=3),
            due=timezone.now() - timedelta(days=1),
        )
        actions.settle_reply(asked, by=rita, outcome=ReplyRequest.Outcome.NO_ANSWER)
    for flag in claim.flags.open():
        actions.clear_flag(flag, by=ada, reason="I entered it myself, and have read the lines again since.")
    request = actions.request_move(
        claim,
        State.CORROBORATED,
        by=ada,
        reason="The SBU shows the men; the NIS confirms the capture and its date on its own account."
        " Their nationality rests on these two bodies: print it with attribution.",
        expected_version=_version(claim),
    )
    if isinstance(request, MoveRequest):
        actions.sign_off(request, by=people["ben"], expected_version=_version(claim))
    return claim


def _casualties(story: Story, people: dict[str, User], wire: str) -> None:
    """One measure, two numbers that can't both hold: disputed."""
    tom, ben = people["tom"], people["ben"]
    claim = _open(
        "Nearly 3,000 North Korean soldiers had been killed or wounded by 23 December 2024.",
        story,
        tom,
        ben,
        claimant="Kyiv",
    )
    kyiv = _cite(
        claim,
        tom,
        f"{wire}/president/2024/12/23/evening-address",
        Stance.SUPPORTS,
        quote="nearly 3,000 soldiers of North Korea had already been killed or wounded in the fighting there",
    )
    _cite(
        claim,
        tom,
        f"{wire}/yonhap/2024/12/23/jcs-1000-casualties",
        Stance.DISPUTES,
        quote="more than 1,000 men, a total in which it includes the wounded",
    )
    seoul = _cite(claim, tom, f"{wire}/jcs/2024/12/23/assessment-north-korean-troops", Stance.DISPUTES)
    _without_address(claim, tom)
    measure = actions.register_measure(
        "killed or wounded", by=tom, unit="soldiers", definition="The dead and the injured as one."
    )
    for party, said, citation in (("Kyiv", "nearly 3,000", kyiv), ("Seoul", "more than 1,000", seoul)):
        day = date(2024, 12, 23)
        actions.add_figure(
            claim,
            by=tom,
            measure=measure,
            quantity=parse(said),
            party=party,
            as_of_first=day,
            as_of_last=day,
            citation=citation,
        )
    actions.request_move(
        claim,
        State.DISPUTED,
        by=ben,
        reason="Kyiv says nearly 3,000 and Seoul's Joint Chiefs say more than 1,000, for killed and wounded together,"
        " on the same day. Print both, each with its source.",
        expected_version=_version(claim),
    )


def _without_address(claim: Claim, tom: User) -> None:
    """What the Joint Chiefs put on paper and said is one line with what they publish, however the desk came by it."""
    chiefs, day = "Joint Chiefs of Staff of the Republic of Korea", datetime(2024, 12, 23, tzinfo=UTC)
    with HAND_OUT.open("rb") as file:
        _read(
            actions.cite_document(
                claim,
                by=tom,
                file=file,
                file_name=HAND_OUT.name,
                title="Questions and answers for the press corps",
                author=chiefs,
                published_at=day,
                provided_by="The press office of the Joint Chiefs",
                comes_from="Handed out in print at the briefing; the press office mailed this file the same day.",
                stance=Stance.DISPUTES,
                quote="The figure counts the dead and the wounded as one.",
            )
        )
    _read(
        actions.cite_interview(
            claim,
            by=tom,
            party=chiefs,
            held_by=tom,
            held_at=day + timedelta(hours=2),
            how=Interview.How.PRESS_CONFERENCE,
            words="A spokesman read the assessment aloud: more than 1,000, killed and wounded taken together.\n\n"
            "Asked how they know, he said that there are several kinds of intelligence and that he names none of them.",
            stance=Stance.CONTEXT,
            note="They do not say whose intelligence it is.",
        )
    )


def _others(story: Story, people: dict[str, User]) -> None:
    """What still waits on a desk."""
    actions.open_claim(
        "The two captured men carried Russian military papers in other names.",
        by=people["tom"],
        story=story,
        due=timezone.now() - timedelta(hours=3),
    )
    actions.open_claim("Moscow has asked Pyongyang for more troops.", by=people["rita"], story=story)


def _talk(one: Claim, two: Claim, people: dict[str, User]) -> None:
    """What colleagues say to each other. Their notices come of the trail, as on any desk."""
    post_comment(two, "@tom has the video been placed on a map by anybody who is not the SBU?", by=people["ada"])
    post_comment(
        two,
        "Not that I know of. The bunks could be anywhere; I have asked @rita for the first frames.",
        by=people["tom"],
    )
    post_comment(one, "@ada can we settle this one, now that the claim of two supersedes it?", by=people["rita"])
    watch(two, by=people["sofia"])


def _open(
    statement: str, story: Story, reporter: User, editor: User, *, claimant: str, due: datetime | None = None
) -> Claim:
    """A reporter's claim, which an editor has given back to the reporter to work on."""
    claim = actions.open_claim(statement, by=reporter, claimant=claimant, story=story, due=due)
    return actions.assign(claim, by=editor, expected_version=claim.version, assignee=reporter)


def _cite(claim: Claim, by: User, url: str, stance: Stance, **said: Any) -> Citation:
    """Cite, and do the worker's part here and now, so that the newsroom is whole when it opens."""
    citation = actions.cite(claim, by=by, url=url, stance=stance, **said)
    with entered_by(Channel.WORKER):
        if not capture.run(citation.capture_id):
            failed = Capture.objects.get(pk=citation.capture_id)
            raise RuntimeError(f"The demo's page {url} could not be copied: {failed.failure} {failed.detail}")
    return _read(citation)


def _read(citation: Citation) -> Citation:
    """What workers do with a copy that is stored."""
    with entered_by(Channel.WORKER):
        reader.run(citation.capture_id)
    learn(citation.capture_id)
    suggest(citation.capture_id)
    reconsider_citing(citation.capture_id)
    return Citation.objects.with_evidence().get(pk=citation.pk)


def _carry_news() -> None:
    """What workers do with news under way: it reaches whom it concerned when it happened, not who is linked later."""
    with entered_by(Channel.WORKER):
        for cause in Cause.objects.to_carry().values_list("pk", flat=True):
            carry_on(cause)


def _version(claim: Claim) -> int:
    return Claim.objects.values_list("version", flat=True).get(pk=claim.pk)


@contextmanager
def _through_web() -> Iterator[None]:
    """The demo's people work through the web, as the trail should say."""
    with entered_by(Channel.WEB):
        yield


def _write_sign_ins(path: Path, password: str) -> None:
    people = [
        {"username": username, "name": name, "role": RoleName(role).label.lower()} for username, name, role in PEOPLE
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps({"password": password, "people": people}, indent=1) + "\n")
