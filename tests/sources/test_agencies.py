"""Whose copy a page says it is, in the words of many houses; and the list that this is read by."""

import time
from importlib import import_module

import pytest

from apps.accounts.permissions import NotAllowed
from apps.audit.models import Entry
from apps.sources.actions import edit_agency, list_agency
from apps.sources.models import Agency, Party
from apps.sources.suggesting.agencies import Agencies, credits_of, listed, others_in, told_in
from tests.newsroom import make_person

AGENCIES = import_module("apps.sources.migrations.0004_suggestions").AGENCIES
KNOWN = Agencies(
    [
        Agency(party=Party(pk=number, name=name), spellings=spellings, short_names=short_names, hosts=hosts)
        for number, (name, spellings, short_names, hosts) in enumerate(AGENCIES, 1)
    ]
)
STORY = "Somebody was seen on a bridge.\n" * 30


def names(text="", credit_line="", byline=""):
    return {credit.agency.name for credit in credits_of(text, credit_line, byline, KNOWN)}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("KYIV (Reuters) - The army said it had taken a village.", {"Reuters"}),
        ("PARIS (AP) — French police have arrested two men.", {"AP"}),
        ("SEOUL, Dec. 27 (Yonhap) -- A soldier was captured.", {"Yonhap"}),
        ("Seoul (APP - UrduPoint / Pakistan Point News - 27th Dec, 2024) A soldier", {"APP", "UrduPoint"}),
        ("Berlin (dpa) - Die Regierung hat beschlossen.", {"dpa"}),
        ("MADRID, 12 Ene. (EUROPA PRESS) - El Gobierno", {"Europa Press"}),
        ("ROMA, (ANSA) - ROMA, 12 GEN - Due uomini", {"ANSA"}),
        ("МОСКВА, 12 янв - РИА Новости. Двое солдат", {"RIA Novosti"}),
        ("ТАСС, 12 января. Двое солдат", {"TASS"}),
        ("(서울=연합뉴스) 김철수 기자 = 국가정보원은 12일", {"Yonhap"}),
        ("【ソウル聯合ニュース】韓国の情報機関は12日", {"Yonhap"}),
        ("新华社北京1月12日电 据韩联社报道，韩国", {"Xinhua"}),
        (STORY + "(AFP)", {"AFP"}),
        (STORY + "AFP/ec", {"AFP"}),
        (STORY + "Agence France-Presse", {"AFP"}),
        (STORY + "The Associated Press contributed to this report.", {"AP"}),
        (STORY + "Mit Material von dpa und AFP", {"dpa", "AFP"}),
        (STORY + "(With inputs from PTI and Reuters)", {"PTI", "Reuters"}),
        (STORY + "(Reporting by A. Writer in Kyiv; Editing by B. Editor)", {"Reuters"}),
        # No credits: pictures, somebody told an agency, words that only look like one.
        ("Soldiers (Photo by AFP) went home.\n" + STORY, set()),
        ("A source told AFP that Reuters had been wrong.\n" + STORY, set()),
        ("Uni students met an app developer; the pa said so.\n" + STORY, set()),
        (STORY + "He had never read a line from AP in his life, he said, and would not begin today.", set()),
        # Whoever the text introduces it for; and what a sentence goes on behind is no credit.
        ("Police of the Punjabi Trade Inspectorate (PTI) closed two mills.\n" + STORY, set()),
        ("LAHORE: The Punjabi Trade-e-Inspection (PTI) has closed two mills.\n" + STORY, set()),
        ("Un cadre de l’Autorité portuaire (AP) a été arrêté.\n" + STORY, set()),
        ("The Airport Fire Patrol (AFP), which is paid by the city, put it out.\n" + STORY, set()),
        (STORY + "He has led the Airport Fire Patrol (AFP).", set()),
        (STORY + "Airport Fire Patrol (AFP)", set()),
        ("The military (AFP) said that nobody was hurt.\n" + STORY, set()),
        # The same letters are a credit where they stand as one.
        ("ANSE PORTUAIRE (AP) - Nobody was hurt.\n" + STORY, {"AP"}),
        ("MANILA (AFP) — The Airport Fire Patrol (AFP) put it out.\n" + STORY, {"AFP"}),
        ("The Airport Fire Patrol (AFP) put it out.\n" + STORY + "(With inputs from AFP)", {"AFP"}),
        (STORY + "Agence France-Presse (AFP)", {"AFP"}),
        (STORY + "Press Trust of India (PTI)", {"PTI"}),
        ("", set()),
    ],
)
def test_credits_are_found_in_the_text(text, found):
    assert names(text) == found


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("The Airport Fire Patrol (AFP) came. A fireman told the AFP so.", {"AFP": "Airport Fire Patrol"}),
        ("The AFP (Airport Fire Patrol) came.", {"AFP": "Airport Fire Patrol"}),
        ("The AFP, the Airport Fire Patrol, came.", {"AFP": "Airport Fire Patrol"}),
        ("Men of the Fire Patrol of the Airports, or FPA, and AFP came.", {}),
        ("The Airport Fire Patrol came at once. Later the AFP left.", {"AFP": "Airport Fire Patrol"}),
        ("The Data Protection Authority (DPA) said so.", {"DPA": "Data Protection Authority"}),
        ("Le Parti des auteurs (PA) a dit non.", {"PA": "Parti des auteurs"}),
        # An agency's own copy names the firemen in full, and itself in short.
        ("The Airport Fire Patrol came at once, a fireman told AFP. The AFP journalist left.", {}),
        ("Anna Petrova said so to AP.", {}),
        ("Agence France-Presse (AFP) said so. The AFP said more.", {}),
        ("Agence France-Presse (AFP) said so. The Airport Fire Patrol came. The AFP left.", {}),
        ("He works for Austrian Press Agents (APA), he said.", {}),
        ("The ministry (AFP) said so.", {}),
    ],
)
def test_whom_a_text_introduces_an_abbreviation_for(text, others):
    assert others_in(text, KNOWN) == others


def test_a_text_of_nothing_but_abbreviations_is_read_through_in_no_time():
    began = time.process_time()
    assert others_in("AFP AFP PTI AP " * 4_000, KNOWN) == {}
    assert time.process_time() - began < 2


def test_who_told_somebody_of_that_abbreviation_told_no_agency():
    said = "A fireman told the AFP that it was out. An AFP reporter wrote it down."
    assert told_in(said, KNOWN) == {KNOWN.named("AFP").party_id}
    introduced = f"The Airport Fire Patrol (AFP) came. {said}"
    assert told_in(introduced, KNOWN, others_in(introduced, KNOWN)) == set()


@pytest.mark.parametrize(
    ("credit_line", "byline", "found"),
    [
        ("AFP", "", {"AFP"}),
        ("APP - UrduPoint", "", {"APP", "UrduPoint"}),
        ("Photo: AFP", "", set()),
        ("", "Agence France-Presse", {"AFP"}),
        ("", "Jane Doe, with AP", {"AP"}),
        ("", "Anna Orlova", set()),
        ("연합뉴스", "", {"Yonhap"}),
    ],
)
def test_credits_are_found_beside_the_text(credit_line, byline, found):
    assert names("x", credit_line, byline) == found


def test_a_byline_is_told_from_a_credit_line():
    found = credits_of("KYIV (Reuters) - More.", "AFP", "", KNOWN)
    assert [(credit.agency.name, credit.in_byline, credit.words) for credit in found] == [
        ("AFP", False, "AFP"),
        ("Reuters", True, "(Reuters)"),
    ]


@pytest.mark.parametrize(
    ("host", "outlet", "is_own"),
    [
        ("www.reuters.com", "", True),
        ("reuters.com.example", "", False),
        ("mirror.example", "Thomson Reuters", True),
        ("mirror.example", "The Mirror", False),
    ],
)
def test_an_agency_knows_its_own_pages(host, outlet, is_own):
    assert (KNOWN.named("Reuters").party_id in KNOWN.whose(host, outlet)) is is_own


@pytest.mark.django_db
class TestTheList:
    def test_it_begins_with_the_worlds_agencies(self):
        assert Agency.objects.count() == len(AGENCIES) > 90
        assert listed().named("連合通信") is None
        assert listed().named("Agence  France-presse").name == "AFP"

    def test_an_administrator_extends_it_and_the_next_copy_is_read_by_it(self):
        olga = make_person("olga", "administrator")
        assert listed().named("Kurier Wire") is None
        agency = list_agency(
            "Kurier Wire", by=olga, spellings=["Kurierdienst ", "Kurierdienst"], hosts=["WWW.kurier.example"]
        )
        assert (agency.spellings, agency.hosts) == (["Kurierdienst"], ["kurier.example"])
        assert credits_of("GRAZ (Kurierdienst) - More.", "", "", listed())[0].agency.name == "Kurier Wire"
        edit_agency(agency, by=olga, spellings=["KD"])
        assert credits_of("GRAZ (Kurierdienst) - More.", "", "", listed()) == []
        edited = Entry.objects.get(verb="agency_edited")
        assert (edited.actor, edited.before, edited.after["spellings"]) == (
            olga,
            {"spellings": ["Kurierdienst"]},
            ["KD"],
        )

    def test_a_reporter_may_not(self):
        tom = make_person("tom", "reporter")
        with pytest.raises(NotAllowed):
            list_agency("Mine", by=tom)
        with pytest.raises(NotAllowed):
            edit_agency(Agency.objects.first(), by=tom, hosts=[])

    def test_it_is_edited_in_the_panel_through_the_action(self, client):
        client.force_login(make_person("olga", "administrator"))
        agency = Agency.objects.get(party__name="AFP")
        page = f"/admin/sources/agency/{agency.pk}/change/"
        shown = client.get(page).context["adminform"].form
        typed = {
            f"{prefix}{name}": "\n".join(getattr(agency, name))
            for name in ("spellings", "short_names", "hosts")
            for prefix in ("", "initial-")
        }
        assert shown["spellings"].value() == typed["spellings"]
        typed["hosts"] += "\nafp.example"
        assert client.post(page, typed).status_code == 302
        agency.refresh_from_db()
        assert agency.hosts[-1] == "afp.example"
        assert Entry.objects.filter(verb="agency_edited").count() == 1
        assert (
            client.post("/admin/sources/agency/add/", {"name": "Neue Depesche", "spellings": "ND"}).status_code == 302
        )
        assert Agency.objects.get(party__name="Neue Depesche").spellings == ["ND"]
        assert client.post("/admin/sources/agency/add/", {"name": "neue depesche"}).status_code == 200

    def test_who_may_only_read_the_panel_sees_it_and_edits_nothing(self, client):
        client.force_login(make_person("aziz", "auditor"))
        assert client.get("/admin/sources/agency/").status_code == 200
        assert client.get("/admin/sources/agency/add/").status_code == 403
