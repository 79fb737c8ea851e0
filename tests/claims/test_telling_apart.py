"""Sources of one outlet are told apart in sentences, by what differs, and only where there are several."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from apps.archive.models import Capture
from apps.claims import actions, policy
from apps.claims.evidence import gather, gather_all, what_changed
from apps.claims.models import Claim
from apps.claims.states import Stance, State
from apps.desk.panels.origins import origin_graph, steps
from apps.sources.models import Attribution, Party
from tests.newsroom import ask, make_citation, make_claim, make_editor, make_person, make_two_lines, signer

pytestmark = pytest.mark.django_db
DECEMBER, JANUARY = datetime(2024, 12, 27, 23, 30, tzinfo=UTC), datetime(2025, 1, 12, 8, 0, tzinfo=UTC)


@pytest.fixture
def ada():
    return make_editor()


@pytest.fixture
def claim(ada):
    return make_claim(ada)


def cited(claim, by, at, title="", outlet="AFP", **fields):
    citation = make_citation(claim, by, outlet=outlet, **fields)
    source = citation.source
    source.published_at, source.title = at, title
    source.save(update_fields=["published_at", "title"])
    return citation


def edge(by, of, relation, to):
    end = "to_party" if isinstance(to, Party) else "to_source"
    told = {"decided_by": by, "decided_at": JANUARY, "reason": "It says so.", "state": "confirmed"}
    Attribution.objects.create(of_source=of, relation=relation, **{end: to}, found_by="editor", **told)


def twin(claim):
    lines = gather(claim).lines
    return [said for line in lines.of(Stance.SUPPORTS) for said in steps(lines.teller, _sources(line))]


def _sources(line):
    return [("source", one.source_id) for one in line.members]


def disputes(claim):
    return policy.assess(State.CORROBORATED, gather(claim)).missing[2:]


def test_two_pages_of_one_outlet_are_told_apart_by_day_in_the_list_of_arrows_and_in_the_drawing(claim, ada):
    nis, sbu = (Party.objects.create(name=name, kind="body") for name in ("NIS", "SBU"))
    december, january = cited(claim, ada, DECEMBER), cited(claim, ada, JANUARY)
    edge(ada, december.source, "quotes", nis)
    edge(ada, january.source, "quotes", sbu)
    edge(ada, make_citation(claim, ada, outlet="The Straits Times").source, "republishes", december.source)
    said = twin(claim)
    assert "The Straits Times page prints the copy of the AFP page of 27 December." in said
    assert "The AFP page of 27 December quotes NIS." in said
    assert "The AFP page of 12 January quotes SBU." in said
    labels = [box.title for box in origin_graph(gather(claim).lines).boxes]
    assert {"AFP, 27 December", "AFP, 12 January", "The Straits Times"} <= set(labels)
    why = [sentence for line in gather(claim).lines.of(Stance.SUPPORTS) for sentence in line.why]
    assert why == [
        "The Straits Times page and the AFP page of 27 December are one line: the AFP page of 27 December quotes NIS;"
        " the Straits Times page prints the copy of the AFP page of 27 December, which quotes NIS.",
        "The AFP page of 12 January quotes SBU.",
    ]


def test_one_that_is_alone_keeps_its_short_name_whatever_other_claims_cite(claim, ada):
    other = make_claim(ada, "Another claim.")
    cited(other, ada, DECEMBER)
    cited(claim, ada, JANUARY, stance=Stance.DISPUTES)
    evidence = gather_all([claim, other])[claim.pk]
    assert policy.assess(State.CORROBORATED, evidence).missing[2:] == (
        "An editor's answer to AFP, which disputes the claim.",
    )
    (line,) = evidence.lines.of(Stance.DISPUTES)
    assert line.why == ("The AFP page is AFP's own reporting.",)


def test_one_that_is_reached_and_not_cited_is_told_from_the_cited_one(claim, ada):
    beyond = cited(make_claim(ada, "Another claim."), ada, DECEMBER).source
    edge(ada, make_citation(claim, ada, outlet="UrduPoint").source, "republishes", beyond)
    assert "The UrduPoint page prints the copy of the AFP page." in twin(claim)
    cited(claim, ada, JANUARY)
    assert "The UrduPoint page prints the copy of the AFP page of 27 December." in twin(claim)


@pytest.mark.parametrize(
    ("one", "other", "names"),
    [
        ((DECEMBER, "One"), (JANUARY, "Two"), ("of 27 December", "of 12 January")),
        ((JANUARY.replace(year=2024), "One"), (JANUARY, "Two"), ("of 12 January 2024", "of 12 January 2025")),
        ((JANUARY, "One"), (JANUARY, "Two"), ("“One”", "“Two”")),
        ((JANUARY, ""), (None, "Two"), ("of 12 January", "“Two”")),
        ((None, "Long " * 20), (None, "Two"), (f"“{('Long ' * 12)[:59].rstrip()}…”", "“Two”")),
        ((None, "Same"), (None, "Same"), ("at https://a.example.com/1", "at https://a.example.com/2")),
    ],
)
def test_they_are_told_apart_by_day_else_by_headline_else_by_address(claim, ada, one, other, names):
    for number, (at, title) in enumerate((one, other), start=1):
        cited(claim, ada, at, title, stance=Stance.DISPUTES, url=f"https://a.example.com/{number}")
    assert disputes(claim) == tuple(
        f"An editor's answer to the AFP page {name}, which disputes the claim." for name in names
    )


def test_a_page_and_an_interview_of_one_party_are_told_apart_by_what_they_are(claim, ada):
    cited(claim, ada, JANUARY, outlet="NIS", state="failed", code="http_410")
    page = next(one for one in policy.assess(State.CORROBORATED, gather(claim)).noted if "could not" in one)
    assert page.startswith("NIS does not count")
    said = {"party": "NIS", "held_by": ada, "held_at": JANUARY, "how": "telephone", "stance": Stance.SUPPORTS}
    interview = actions.cite_interview(claim, by=ada, words="Yes.", **said)
    noted = policy.assess(State.CORROBORATED, gather(claim)).noted
    assert any(one.startswith("The NIS page does not count") for one in noted)
    assert any(one.startswith("The NIS interview does not count yet") for one in noted)
    assert {"NIS, page", "NIS, interview"} <= {box.title for box in origin_graph(gather(claim).lines).boxes}
    Capture.objects.filter(pk=interview.capture_id).update(read_at=JANUARY)
    noted = policy.assess(State.CORROBORATED, gather(claim)).noted
    assert "What was said in the NIS interview stands in the desk's own notes: nobody else can look it up." in noted


def test_all_pages_of_an_outlet_together_need_no_more_than_its_name(claim, ada):
    afp = Party.objects.get_or_create(name="AFP", kind="agency")[0]
    for at in (DECEMBER, JANUARY):
        edge(ada, cited(claim, ada, at, outlet="UrduPoint").source, "republishes", afp)
    (line,) = gather(claim).lines.of(Stance.SUPPORTS)
    assert line.why == ("The UrduPoint pages are one line: both print AFP's copy.",)


def test_a_request_that_waits_is_bound_to_no_name_that_another_source_would_change(claim, ada):
    lines = make_two_lines(claim, ada)
    edge(ada, lines[0].source, "quotes", lines[1].source)
    cited(claim, ada, JANUARY, "One", outlet="Yonhap", stance=Stance.CONTEXT)
    frozen = gather(claim).frozen()
    assert frozen["attributions"][0]["says"] == "the Security Service of Ukraine page quotes the Yonhap page"
    source = lines[1].source
    source.published_at, source.title = DECEMBER, "Another headline"
    source.save(update_fields=["published_at", "title"])
    evidence = gather(claim)
    assert evidence.frozen() == frozen
    assert what_changed(frozen, evidence.frozen()) == []
    why = [said for line in evidence.lines.of(Stance.SUPPORTS) for said in line.why]
    assert any("the Yonhap page of 27 December" in said for said in why)


def test_a_signature_still_holds_where_two_of_one_outlet_are_told_apart(claim, ada):
    for at in (DECEMBER, JANUARY):
        cited(claim, ada, at, outlet="Yonhap")
    make_two_lines(claim, ada)
    request = ask(claim, State.CORROBORATED, ada)
    claim.refresh_from_db()
    actions.sign_off(request, by=signer(ada), expected_version=claim.version)
    assert Claim.objects.get(pk=claim.pk).state == State.CORROBORATED


def test_what_an_override_knew_to_be_missing_is_no_news_by_another_name(claim, ada):
    sven = make_person("sven", "standards_editor")
    cited(claim, ada, DECEMBER, outlet="TASS", stance=Stance.DISPUTES)
    second = cited(claim, ada, JANUARY, outlet="TASS", stance=Stance.DISPUTES)
    make_two_lines(claim, ada)
    claim.refresh_from_db()
    actions.override(claim, State.CORROBORATED, by=sven, reason="TASS.", expected_version=claim.version)
    claim.refresh_from_db()
    decision = claim.decisions.get()
    assert len([one for one in decision.missing if "TASS" in one]) == 2
    assert policy.lost(gather(claim), decision) == []
    actions.withdraw_citation(second, by=ada, reason="TASS took it back.")
    assert policy.lost(gather(claim), decision) == []
    for day in (13, 14):
        cited(claim, ada, JANUARY.replace(day=day), outlet="TASS", stance=Stance.DISPUTES)
    assert policy.lost(gather(claim), decision) == [
        f"An editor's answer to the TASS page of {day} January, which disputes the claim." for day in (13, 14)
    ]
