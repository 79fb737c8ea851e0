"""Agencies go by many names, and lists of them change: which lines that makes, and which claims hear of it."""

from __future__ import annotations

import importlib

import pytest
from django.apps import apps
from django.db.models import F

from apps.audit.models import Entry
from apps.claims.actions import attribute, attribute_by_name, hear_of_party
from apps.claims.evidence import gather, gather_all
from apps.claims.refusals import Refusal
from apps.claims.states import Stage, Stance, State
from apps.claims.tasks import sweep
from apps.sources.actions import (
    edit_agency,
    edit_party,
    list_agency,
    register_party,
    reject_attribution,
    reject_credit,
    suggest_attribution,
    withdraw_attribution,
)
from apps.sources.models import Agency, Attribution, Party
from apps.sources.models.parties import AgencyNames
from apps.sources.tracing import leading_to
from tests.newsroom import decide, make_capture, make_citation, make_claim, make_editor, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return make_editor()


@pytest.fixture
def olga():
    return make_person("olga", "administrator")


@pytest.fixture
def claim(ada):
    return make_claim(ada)


def counted(claim):
    return len(gather(claim).lines.counted(Stance.SUPPORTS))


def agency(name):
    return Party.objects.get(name=name, kind="agency")


def archived(claim, by, outlet, **fields):
    citation = make_citation(claim, by, outlet=outlet, first_hand=True, **fields)
    citation.capture = make_capture(citation.source.page)
    citation.save()
    return citation.source


def corroborated(ada, *sources, **credits):
    """A claim that rests on a page of each of these outlets, with a verdict."""
    claim = make_claim(ada, "Two North Korean soldiers were captured.")
    for outlet in sources:
        archived(claim, ada, outlet, credit_line=credits.get(outlet.replace(" ", "_"), ""))
    decide(claim, State.CORROBORATED, ada)
    claim.refresh_from_db()
    return claim


def swept(claim):
    sweep()
    claim.refresh_from_db()
    return claim.stage


class TestShortNames:
    @pytest.fixture
    def credited(self, claim, ada):
        """Two papers that print AA's copy, and an editor who knows that this is not the agency Anadolu."""
        papers = [make_citation(claim, ada, outlet=name, credit_line="AA").source for name in ("The Paper", "The News")]
        for paper in papers:
            reject_credit(paper, "Anadolu", by=ada, reason="The automobile association's.")
        return papers

    def test_whom_they_mean_is_a_matter_of_the_claim_alone(self, claim, ada, credited):
        other = make_claim(ada, "Another claim.")
        make_citation(other, ada, outlet="AA")
        alone = [gather(one).lines.counted(Stance.SUPPORTS) for one in (claim, other)]
        together = gather_all([claim, other])
        assert [len(lines) for lines in alone] == [1, 1]
        assert [len(together[one.pk].lines.counted(Stance.SUPPORTS)) for one in (claim, other)] == [1, 1]

    def test_and_of_what_supports_it_alone(self, claim, ada, credited):
        for paper in credited:
            reject_credit(paper, "AA", by=ada, reason="Each has a report of its own.")
        assert counted(claim) == 2
        make_citation(claim, ada, outlet="AA", stance=Stance.CONTEXT)
        assert counted(claim) == 2
        assert len(gather_all([claim])[claim.pk].lines.counted(Stance.SUPPORTS)) == 2

    def test_who_is_led_to_by_a_short_name_is_somebody(self, claim, ada):
        """Confirmed, by a page that is not cited: the line is theirs, whoever else prints what may be the agency's."""
        beyond = make_citation(make_claim(ada, "Another claim."), ada, outlet="Telegraph").source
        attribute(make_citation(claim, ada, outlet="The Paper").source, "republishes", beyond, by=ada, reason="So.")
        attribute(beyond, "republishes", register_party("AA", kind="body", by=ada), by=ada, reason="It says so.")
        make_citation(claim, ada, outlet="The News", credit_line="AA")
        (line,) = gather(claim).lines.of(Stance.SUPPORTS)
        assert line.name == "AA and Anadolu"

    def test_the_line_is_named_by_the_agency_and_not_by_its_short_name_too(self, claim, ada):
        make_citation(claim, ada, outlet="The Paper", credit_line="AA")
        (line,) = gather(claim).lines.of(Stance.SUPPORTS)
        assert line.name == "Anadolu"
        assert line.why == ("The Paper page prints Anadolu's copy (by the credit line).",)

    def test_beside_an_outlet_of_that_name_both_are_named_and_the_page_says_why(self, claim, ada):
        make_citation(claim, ada, outlet="AA")
        make_citation(claim, ada, outlet="The Paper", credit_line="AA")
        (line,) = gather(claim).lines.of(Stance.SUPPORTS)
        assert line.name == "AA and Anadolu"
        assert line.why[1] == (
            "AA and Anadolu count as one origin: a credit line may mean either, as long as nobody has said which."
        )

    def test_two_agencies_of_one_short_name_are_either_until_somebody_says_which(self, claim, ada):
        paper = make_citation(claim, ada, outlet="The Paper", credit_line="APA").source
        make_citation(claim, ada, outlet="Azerbaijani Press Agency")
        make_citation(claim, ada, outlet="Austria Presse Agentur")
        assert counted(claim) == 1
        reject_credit(paper, "APA", by=ada, reason="It is from Baku.")
        assert counted(claim) == 2
        assert leading_to(agency("Azerbaijani Press Agency")) >= {paper.pk}

    def test_an_editor_is_asked_whom_a_short_name_means(self, claim, ada):
        paper = make_citation(claim, ada, outlet="The Paper").source
        with pytest.raises(Refusal, match="ČTK is called CTK for short, and so are others"):
            attribute_by_name(paper, "republishes", "CTK", by=ada, reason="It says so.", kind="other")
        assert attribute_by_name(paper, "republishes", "čtk", by=ada, reason="It does.", kind="other").to == agency(
            "ČTK"
        )
        rejected = make_citation(claim, ada, outlet="The News", credit_line="CTK").source
        reject_credit(rejected, "CTK", by=ada, reason="A report of its own.")
        with pytest.raises(Refusal, match="called CTK for short"):
            attribute_by_name(rejected, "quotes", "CTK", by=ada, reason="It says so.", kind="other")


def test_a_claim_counts_alone_as_it_does_in_a_list(claim, ada):
    """A page that is not cited has a credit line: it leads on, whether or not another claim names the same agency."""
    beyond = make_citation(make_claim(ada, "Another claim."), ada, outlet="Telegraph", credit_line="AFP").source
    attribute(make_citation(claim, ada, outlet="The Paper").source, "republishes", beyond, by=ada, reason="It says so.")
    make_citation(claim, ada, outlet="NIS")
    attribute(agency("AFP"), "quotes", Party.objects.get(name="NIS"), by=ada, reason="It does.")
    third = make_claim(ada, "A third claim.")
    make_citation(third, ada, outlet="AFP")
    together = gather_all([claim, third])
    assert counted(claim) == len(together[claim.pk].lines.counted(Stance.SUPPORTS)) == 1


def test_whoever_has_no_name_on_one_row_is_nobody_on_any_claim(claim, ada):
    """Two claims have a guard; on the one he has a name, it seems, and on the other he has none."""
    named = Party.objects.create(name="A guard", kind="other")
    unnamed = Party.objects.create(name="a guard", kind="person", is_named=False)
    other = make_claim(ada, "Another claim.")
    for where, outlet, whom in ((claim, "The Paper", named), (claim, "The News", None), (other, "The Post", unnamed)):
        page = make_citation(where, ada, outlet=outlet).source
        to = whom or register_party("An official", kind="person", by=ada, is_named=False)
        attribute(page, "quotes", to, by=ada, reason="It does.")
    alone = [gather(one).lines.counted(Stance.SUPPORTS) for one in (claim, other)]
    together = gather_all([claim, other])
    assert [len(lines) for lines in alone] == [1, 1]
    assert [len(together[one.pk].lines.counted(Stance.SUPPORTS)) for one in (claim, other)] == [1, 1]


def test_agencies_that_only_share_a_short_name_are_two(claim, ada):
    for outlet, name in (("The Paper", "Azerbaijani Press Agency"), ("The News", "Austria Presse Agentur")):
        page = make_citation(claim, ada, outlet=outlet).source
        edge = attribute_by_name(page, "republishes", name, by=ada, reason="It says so.", kind="other")
        assert edge.to.name == name
    assert counted(claim) == 2


class TestWhoHears:
    def test_a_verdict_that_no_longer_stands_when_the_list_is_edited_goes_back(self, ada, olga):
        claim = corroborated(ada, "Kurierdienst", "Kurier Wire")
        list_agency("Kurier Wire", by=olga, spellings=["Kurierdienst"])
        assert counted(claim) == 1
        assert swept(claim) == Stage.IN_REVIEW
        flag = claim.flags.get()
        sentence = "Whom “Kurier Wire” stands for has changed, and so may have what is one line of evidence."
        assert flag.sentence.startswith(f"{sentence} The rule now misses: One more independent line")
        assert not Party.objects.with_news().exists()

    def test_when_an_outlet_is_renamed(self, ada):
        claim = corroborated(ada, "AFP Wire", "AFP")
        edit_party(Party.objects.get(name="AFP Wire"), by=ada, name="Agence France-Presse")
        assert (counted(claim), swept(claim)) == (1, Stage.IN_REVIEW)

    def test_when_a_name_means_what_it_meant_nobody_hears(self, ada, olga):
        claim = corroborated(ada, "The Paper", "Kurier Wire")
        made = list_agency("Kurier Wire", by=olga)
        sweep()
        edit_agency(made, by=olga, hosts=["kurier.example"])
        assert not Party.objects.with_news().exists()
        assert swept(claim) == Stage.SETTLED

    def test_an_agency_that_is_renamed_is_the_same_one(self, claim, ada):
        make_citation(claim, ada, outlet="dpa")
        page = make_citation(claim, ada, outlet="The Paper").source
        attribute(page, "republishes", agency("dpa"), by=ada, reason="It says so.")
        assert counted(claim) == 1
        edit_party(agency("dpa"), by=ada, name="Deutsche Presse-Agentur")
        assert counted(claim) == 1
        assert "dpa" in Agency.objects.get(party__name="Deutsche Presse-Agentur").spellings
        told = list(Entry.objects.filter(stream=f"party:{agency('Deutsche Presse-Agentur').pk}").order_by("pk"))
        assert [entry.verb for entry in told] == ["party_edited", "agency_edited"]
        assert told[1].after["spellings"] == [*told[1].before["spellings"], "dpa"]

    def test_of_a_party_that_was_renamed_once_more_before_anybody_looked(self, ada):
        claim = corroborated(ada, "AFP Wire", "AFP")
        wire = Party.objects.get(name="AFP Wire")
        edit_party(wire, by=ada, name="The Wire")
        loaded = Party.objects.get(pk=wire.pk)
        edit_party(wire, by=ada, name="Agence France-Presse")
        hear_of_party(loaded)
        claim.refresh_from_db()
        assert (counted(claim), claim.stage) == (1, Stage.IN_REVIEW)

    def test_when_two_credit_lines_become_one(self, ada, olga):
        claim = corroborated(ada, "The Paper", "The News", The_Paper="Kurier Wire", The_News="Kurierdienst")
        made = list_agency("Kurier Wire", by=olga)
        assert swept(claim) == Stage.SETTLED
        edit_agency(made, by=olga, spellings=["Kurierdienst"])
        assert (counted(claim), swept(claim)) == (1, Stage.IN_REVIEW)

    def test_and_nobody_hears_where_the_verdict_stands(self, ada, olga):
        claim = corroborated(ada, "Kurierdienst", "The Paper")
        list_agency("Kurier Wire", by=olga, spellings=["Kurierdienst"])
        assert (counted(claim), swept(claim)) == (2, Stage.SETTLED)
        assert not claim.flags.exists()

    def test_of_an_attribution_that_a_credit_line_leads_to_by_whatever_name(self, ada, olga):
        list_agency("Kurier", by=olga, spellings=["Kurierdienst Nord"])
        claim = corroborated(ada, "The Paper", "NIS", The_Paper="Kurier")
        nis = Party.objects.get(name="NIS")
        nord = register_party("Kurierdienst Nord", kind="other", by=ada)
        attribute(nord, "rests_on", nis, by=ada, reason="It says so.")
        claim.refresh_from_db()
        assert (counted(claim), claim.stage) == (1, Stage.IN_REVIEW)

    def test_of_one_that_lies_behind_whom_a_credit_line_names(self, ada):
        claim = corroborated(ada, "The Paper", "SBU", The_Paper="Yonhap")
        paper = claim.citations.get(source__outlet__name="The Paper").source_id
        ministry = register_party("The ministry", kind="body", by=ada)
        attribute(agency("Yonhap"), "quotes", ministry, by=ada, reason="It does.")
        assert paper in leading_to(ministry)
        assert paper not in leading_to(Party.objects.get(name="SBU"))
        attribute(ministry, "rests_on", Party.objects.get(name="SBU"), by=ada, reason="It says so.")
        assert paper in leading_to(Party.objects.get(name="SBU"))


def test_the_panel_says_whom_a_party_counts_as(client):
    client.force_login(make_person("sofia", "standards_editor"))
    long = Party.objects.create(name="Agence France-Presse", kind="outlet")
    shown = client.get("/admin/sources/party/?q=agence").content.decode()
    assert '<td class="field-counts_as">afp</td>' in shown
    assert '<div class="readonly">afp</div>' in client.get(f"/admin/sources/party/{long.pk}/change/").content.decode()
    other = client.get("/admin/sources/party/?q=ritzau").content.decode()
    assert '<td class="field-counts_as">itself</td>' in other


class TestAnOlderDesk:
    """What its migration makes of the list as it was, and of parties that had been entered."""

    @pytest.fixture
    def migrate(self):
        migration = importlib.import_module("apps.sources.migrations.0012_agencies_go_by_many_names")

        def run():
            for operation in migration.Migration.operations:
                operation.code(apps, None)

        return run

    def test_rows_of_two_agencies_are_taken_apart_and_what_was_edited_is_left(self, migrate):
        split = ("Azerbaijani Press Agency", "Agence de presse sénégalaise", "African News Agency")
        Agency.objects.filter(party__name__in=split).delete()
        Party.objects.filter(name__in=split).delete()
        both = {"spellings": ["Austria Presse Agentur", split[0]], "hosts": ["apa.at"], "version": 1}
        Agency.objects.filter(party__name="APA").update(**both)
        edited = {"spellings": ["South African Government News Agency"], "short_names": ["ANA"]}
        Agency.objects.filter(party__name="SAnews").update(**edited)
        migrate()
        migrate()
        apart = Agency.objects.get(party__name=split[0])
        assert (apart.spellings, apart.short_names, apart.hosts) == ([split[0]], ["APA"], ["apa.az"])
        assert Agency.objects.get(party__name="APA").spellings == ["Austria Presse Agentur"]
        assert Agency.objects.get(party__name="SAnews").short_names == ["ANA"]
        assert not Agency.objects.filter(party__name=split[2]).exists()

    def test_verdicts_that_rested_on_two_names_of_one_agency_go_back(self, ada, migrate):
        Party.objects.create(name="Yonhap News Agency", kind="outlet")
        Party.objects.update(identity=F("folded"))
        claim = corroborated(ada, "Yonhap News Agency", "Yonhap")
        assert counted(claim) == 2
        migrate()
        assert (counted(claim), swept(claim)) == (1, Stage.IN_REVIEW)

    def test_and_those_that_rested_on_two_credit_lines(self, ada, migrate, monkeypatch):
        Party.objects.update(identity=F("folded"))
        with monkeypatch.context() as before:
            before.setattr(AgencyNames, "may_be", lambda names, name: {name})
            claim = corroborated(ada, "The Paper", "The News", The_Paper="Yonhap", The_News="Yonhap News Agency")
        assert (counted(claim), claim.stage) == (1, Stage.SETTLED)
        migrate()
        assert swept(claim) == Stage.IN_REVIEW


class TestAnswers:
    """What was answered of a party was answered of it by whatever name it goes."""

    def suggested(self, page):
        return suggest_attribution(page, "republishes", agency("AFP"), found_by="credit_line", grounds={"words": "AFP"})

    def test_what_was_taken_back_is_not_suggested_again(self, claim, ada):
        page = make_citation(claim, ada, outlet="The Paper").source
        long = register_party("Agence France-Presse", kind="outlet", by=ada)
        withdraw_attribution(attribute(page, "republishes", long, by=ada, reason="So it says."), by=ada, reason="No.")
        assert self.suggested(page) is None

    def test_what_was_rejected_is_not_suggested_again(self, claim, ada):
        page = make_citation(claim, ada, outlet="The Paper", credit_line="Agence France-Presse").source
        register_party("Agence France-Presse", kind="outlet", by=ada)
        reject_credit(page, "Agence France-Presse", by=ada, reason="A report of its own.")
        assert self.suggested(page) is None

    def test_what_an_editor_enters_confirms_what_was_suggested(self, claim, ada):
        page = make_citation(claim, ada, outlet="The Paper").source
        edge = self.suggested(page)
        long = register_party("Agence France-Presse", kind="outlet", by=ada)
        assert attribute(page, "republishes", long, by=ada, reason="So it says.") == edge
        assert Attribution.objects.get().state == "confirmed"

    def test_what_was_rejected_stays_so_when_the_agency_no_longer_goes_by_the_name(self, ada, olga):
        made = list_agency("Kurier Wire", by=olga, spellings=["Kurierdienst"])
        claim = make_claim(ada, "Two North Korean soldiers were captured.")
        for outlet in ("The Paper", "The News"):
            page = archived(claim, ada, outlet, credit_line="Kurierdienst")
            reject_credit(page, "Kurier Wire", by=ada, reason="A report of its own.")
        decide(claim, State.CORROBORATED, ada)
        edit_agency(made, by=olga, spellings=[])
        assert counted(claim) == 2

    def test_one_that_was_rejected_silences_the_credit_line(self, claim, ada):
        page = make_citation(claim, ada, outlet="The Paper", credit_line="AFP").source
        long = register_party("Agence France-Presse", kind="outlet", by=ada)
        edge = suggest_attribution(page, "republishes", long, found_by="byline", grounds={"words": "AFP"})
        reject_attribution(edge, by=ada, reason="A report of its own.")
        (line,) = gather(claim).lines.of(Stance.SUPPORTS)
        assert (line.name, line.is_pending) == ("The Paper", False)


class TestAtOnce:
    """Somebody edits the list while somebody else enters a party of that very name: neither sees the other's row."""

    def test_whoever_is_done_last_sees_both(self, ada, olga, django_capture_on_commit_callbacks):
        made = list_agency("Kurier", by=olga)
        with django_capture_on_commit_callbacks() as when_done:
            party = register_party("Kurierdienst", kind="outlet", by=ada)
            assert party.identity == "kurierdienst"
            Agency.objects.filter(pk=made.pk).update(spellings=["Kurierdienst"], version=F("version") + 1)
        for callback in when_done:
            callback()
        assert Party.objects.get(pk=party.pk).identity == "kurier"

    def test_nor_when_one_is_renamed(self, ada, olga, django_capture_on_commit_callbacks):
        made = list_agency("Kurier", by=olga)
        party = register_party("The Post", kind="outlet", by=ada)
        with django_capture_on_commit_callbacks() as when_done:
            edit_party(party, by=ada, name="Kurierdienst")
            Agency.objects.filter(pk=made.pk).update(spellings=["Kurierdienst"], version=F("version") + 1)
        for callback in when_done:
            callback()
        assert Party.objects.get(pk=party.pk).identity == "kurier"

    def test_nor_does_it_matter_which_is_done_first(self, ada, olga, django_capture_on_commit_callbacks):
        made = list_agency("Kurier", by=olga)
        with django_capture_on_commit_callbacks() as when_done:
            edit_agency(made, by=olga, spellings=["Kurierdienst"])
        party = register_party("Kurierdienst", kind="outlet", by=ada)
        Party.objects.filter(pk=party.pk).update(identity="kurierdienst")
        for callback in when_done:
            callback()
        assert Party.objects.get(pk=party.pk).identity == "kurier"

    def test_an_edit_that_is_stored_after_a_later_one_is_read(self, olga):
        made = list_agency("Kurier", by=olga)
        assert Agency.objects.names().identity("Kurierdienst") == "kurierdienst"
        Agency.objects.filter(pk=made.pk).update(spellings=["Kurierdienst"], version=F("version") + 1)
        assert Agency.objects.names().identity("Kurierdienst") == "kurier"
