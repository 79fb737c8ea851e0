"""The claim's evidence as lines, the source's attributions, the list of suggestions, and their forms."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from apps.claims import actions, policy
from apps.claims.evidence import gather
from apps.claims.models import Ruling
from apps.sources.actions import suggest_attribution
from apps.sources.models import Attribution, Party
from tests.newsroom import make_citation, make_claim, make_editor, make_reporter, make_source

pytestmark = pytest.mark.django_db
SHARED = {
    "containment": 0.914,
    "similarity": 0.5,
    "shared": [{"here": "He was taken alive.", "there": "He was taken <alive>."}],
}


@pytest.fixture
def ada(client):
    ada = make_editor()
    client.force_login(ada)
    return ada


@pytest.fixture
def claim(ada):
    return make_claim(ada)


@pytest.fixture
def afp():
    return Party.objects.get_or_create(name="AFP", kind="agency")[0]


@pytest.fixture
def page(claim, ada):
    return make_citation(claim, ada, outlet="UrduPoint").source


@pytest.fixture
def suggested(page, afp):
    return suggest_attribution(page, "republishes", afp, found_by="credit_line", grounds={"words": "(AFP)"})


def opened(client, name, *args, **query):
    response = client.get(reverse(f"desk:{name}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


class TestTheClaimsPage:
    def test_copies_of_one_agency_stand_in_one_line_that_says_why(self, client, claim, ada, page, afp):
        other = make_citation(claim, ada, outlet="The Straits Times").source
        for source in (page, other):
            actions.attribute(source, "republishes", afp, by=ada, reason="The footer says so.")
        html = opened(client, "claim", claim.pk)
        assert "The UrduPoint and the Straits Times pages are one line: both print AFP&#x27;s copy." in html
        assert "1 line, 2 citations" in html
        assert html.count('class="line"') == 1

    def test_the_number_over_the_lines_is_that_of_the_badge_and_the_rest_says_why(self, client, claim, ada, page):
        make_citation(claim, ada, outlet="Yonhap")
        make_citation(claim, ada, outlet="Lenta", state="failed", code="http_410")
        make_citation(claim, ada, outlet="TASS", stance="disputes", state="queued")
        response = client.get(reverse("desk:claim", args=[claim.pk]))
        html = " ".join(response.content.decode().split())
        assert "2 lines, 3 citations; 1 line does not count</span>" in html
        assert "0 lines, 1 citation; 1 line does not count</span>" in html
        assert html.count("</svg>Does not count</span>") == 2
        assert html.count('<li dir="auto">Lenta does not count: its page could not be archived.') == 1
        assert html.count('<li dir="auto">TASS does not count yet: its page is still being archived.</li>') == 1
        groups = {group.stance: group.counted for group in response.context["groups"]}
        assert groups["supports"] == policy.badge(gather(claim)).lines == 2

    def test_a_citation_of_two_lines_has_its_row_once_and_a_link_in_the_other(self, client, claim, ada, page):
        for name in ("NIS", "SBU"):
            party = Party.objects.create(name=name, kind="body")
            actions.attribute(page, "quotes", party, by=ada, reason="It does.")
        html = opened(client, "claim", claim.pk)
        citation = claim.citations.get()
        assert html.count(f'id="citation-{citation.pk}"') == 1
        assert f'Also in it: <a href="#citation-{citation.pk}"' in html

    def test_a_circle_is_written_out_and_does_not_count(self, client, claim, ada, page):
        other = make_citation(claim, ada, outlet="Lenta").source
        actions.attribute(page, "quotes", other, by=ada, reason="It does.")
        actions.attribute(other, "republishes", page, by=ada, reason="It does.")
        html = opened(client, "claim", claim.pk)
        assert "Circular: does not count" in html
        assert "a circle has no origin, so this line does not count." in html

    def test_a_line_that_ends_in_somebody_without_a_name_is_marked_a_dead_end(self, client, claim, ada, page):
        nis, ally = Party.objects.create(name="NIS", kind="body"), Party.objects.create(name="an ally", is_named=False)
        actions.attribute(page, "quotes", nis, by=ada, reason="It does.")
        assert "Dead end" not in opened(client, "claim", claim.pk)
        actions.attribute(nis, "rests_on", ally, by=ada, reason="NIS says so.")
        html = opened(client, "claim", claim.pk)
        assert html.count("Dead end") == 1
        assert "NIS has it from somebody without a name: an ally." in html

    def test_a_suggestion_shows_its_grounds_and_an_editor_answers_it_there(self, client, claim, suggested):
        html = opened(client, "claim", claim.pk)
        assert "1 suggestion that nobody has answered" in html
        assert "(AFP)" in html
        assert reverse("desk:attribution_confirm", args=[suggested.pk]) in html
        assert reverse("desk:attribution_reject", args=[suggested.pk]) in html

    def test_a_reporter_sees_it_and_is_offered_no_answer(self, client, claim, suggested):
        client.force_login(make_reporter())
        html = opened(client, "claim", claim.pk)
        assert "(AFP)" in html
        assert reverse("desk:attribution_confirm", args=[suggested.pk]) not in html

    def test_shared_passages_stand_side_by_side_and_no_markup_of_theirs_is_run(self, client, claim, ada, page):
        other = make_citation(claim, ada, outlet="Lenta").source
        suggest_attribution(page, "republishes", other, found_by="text_overlap", grounds=SHARED)
        html = opened(client, "claim", claim.pk)
        assert "91 % of the shorter text" in html
        assert "He was taken &lt;alive&gt;." in html

    def test_what_a_credit_line_says_counts_and_the_page_says_so(self, client, claim, ada):
        make_citation(claim, ada, outlet="The News", credit_line="AFP")
        html = opened(client, "claim", claim.pk)
        assert "The credit line of The News names AFP" in html
        assert "relation=republishes&amp;party=AFP" in html

    def test_what_a_credit_line_says_is_rejected_with_a_reason_and_kept(self, client, claim, ada):
        page = make_citation(claim, ada, outlet="The News", credit_line="Agence France-Presse via AP").source
        back = reverse("desk:claim", args=[claim.pk])
        address = f"{reverse('desk:source_reject_credit', args=[page.pk])}?name=AFP&amp;back={back}"
        assert address in opened(client, "claim", claim.pk)
        address = address.replace("&amp;", "&")
        assert "Agence France-Presse via AP" in client.get(address).content.decode()
        assert client.post(address, {"name": "AFP", "reason": " "}).status_code == 422
        response = client.post(address, {"name": "AFP", "reason": "They quote it, and say so wrongly."})
        assert (response.status_code, response.headers["Location"]) == (302, back)
        edge = Attribution.objects.get(of_source=page)
        assert (edge.state, edge.decided_by, edge.found_by) == ("rejected", ada, "credit_line")
        html = opened(client, "claim", claim.pk)
        assert "The credit line of The News names AFP" not in html
        assert "The credit line of The News names AP" in html
        assert "They quote it, and say so wrongly." in opened(client, "source", page.pk)
        again = client.post(address, {"name": "AFP", "reason": "Once more."})
        assert again.status_code == 409
        assert "Ada has rejected it" in again.content.decode()

    def test_of_a_credit_line_only_whom_it_names_is_rejected_and_by_editors_alone(self, client, claim, ada):
        page = make_citation(claim, ada, outlet="The News", credit_line="AFP").source
        address = reverse("desk:source_reject_credit", args=[page.pk])
        refused = client.post(address, {"name": "Yonhap", "reason": "It isn't."})
        assert refused.status_code == 409
        assert "The credit line does not name Yonhap." in refused.content.decode()
        client.force_login(make_reporter())
        assert address not in opened(client, "claim", claim.pk)
        assert client.post(address, {"name": "AFP", "reason": "It isn't."}).status_code == 403
        assert not Attribution.objects.exists()

    def test_the_graph_names_every_origin_and_has_a_twin_in_words(self, client, claim, ada, page, afp):
        actions.attribute(page, "republishes", afp, by=ada, reason="So.")
        html = opened(client, "claim", claim.pk)
        assert 'class="origin-graph"' in html
        assert "<title>The UrduPoint page prints AFP&#x27;s copy</title>" in html
        assert '<li dir="auto">The UrduPoint page prints AFP&#x27;s copy.</li>' in html

    def test_the_twin_has_every_arrow_that_is_drawn_and_no_other(self, client, claim, ada, page, afp):
        """Two ways out of one page, one that nobody has confirmed, somebody without a name, and what lies behind."""
        nis, ally = Party.objects.create(name="NIS", kind="body"), Party.objects.create(name="an ally", is_named=False)
        actions.attribute(page, "quotes", nis, by=ada, reason="In its second paragraph.")
        actions.attribute(nis, "rests_on", ally, by=ada, reason="NIS says so.")
        suggest_attribution(page, "republishes", afp, found_by="byline", grounds={"words": "(AFP)"})
        make_citation(claim, ada, outlet="The News", credit_line="Yonhap")
        make_citation(claim, ada, outlet="KCNA", stance="disputes")
        html = opened(client, "claim", claim.pk)
        drawn = re.findall(r"<path [^>]*><title>(.*?)</title>", html)
        twin = html.partition('id="origins-twin"')[2].partition("</details>")[0]
        told = re.findall(r'<li dir="auto">(.*?)\.</li>', twin)
        assert sorted(drawn) == [
            "NIS rests on an ally (no name)",
            "The KCNA page is published by KCNA",
            "The News page prints Yonhap&#x27;s copy (by the credit line)",
            "The UrduPoint page prints AFP&#x27;s copy (suggested)",
            "The UrduPoint page quotes NIS",
        ]
        assert sorted({*told} - {*drawn}) == ["NIS has it from somebody without a name: an ally"]
        assert sorted(one for one in told if one in drawn) == sorted(drawn)

    def test_the_twin_names_who_has_no_arrow_too(self, client, claim, ada):
        source = make_citation(claim, ada).source
        twin = opened(client, "claim", claim.pk).partition('id="origins-twin"')[2]
        assert f"The {source.page.host_id} page names no origin." in twin

    def test_a_claim_without_citations_has_neither(self, client, claim):
        html = opened(client, "claim", claim.pk)
        assert "origin-graph" not in html
        assert "Nothing cited supports the claim yet." in html

    def test_many_citations_ask_the_database_no_more_than_few(
        self, client, claim, ada, afp, django_assert_max_num_queries
    ):
        def cite(number):
            source = make_citation(claim, ada, outlet=f"Outlet {number}").source
            suggest_attribution(source, "republishes", afp, found_by="byline", grounds={"words": "(AFP)"})

        cite(0)
        with django_assert_max_num_queries(34) as few:
            opened(client, "claim", claim.pk)
        for number in range(1, 8):
            cite(number)
        with django_assert_max_num_queries(len(few)):
            opened(client, "claim", claim.pk)

    def test_rows_that_moved_to_other_lines_come_back_all_together(self, client, claim, ada):
        make_citation(claim, ada, outlet="Yonhap", state="queued")
        page = client.get(reverse("desk:claim", args=[claim.pk])).context
        asked = {"shown": page["shown"], "lines": page["lines_shown"], "shown_state": "unverified"}
        url = reverse("desk:claim_evidence", args=[claim.pk])
        assert client.get(url, asked, headers={"HX-Request": "true"}).status_code == 204
        response = client.get(url, asked | {"lines": "otherwise"}, headers={"HX-Request": "true"})
        assert 'id="evidence"' in response.content.decode()


class TestAnswering:
    @pytest.mark.parametrize(("verb", "state"), [("confirm", "confirmed"), ("reject", "rejected")])
    def test_an_answer_leads_back_to_where_it_was_given(self, client, ada, claim, suggested, verb, state):
        back = reverse("desk:claim", args=[claim.pk])
        typed = {"reason": "I looked.", "back": back}
        response = client.post(reverse(f"desk:attribution_{verb}", args=[suggested.pk]), typed)
        assert (response.status_code, response.headers["Location"]) == (302, back)
        suggested.refresh_from_db()
        assert (suggested.state, suggested.reason, suggested.decided_by) == (state, "I looked.", ada)

    def test_without_a_reason_it_asks_again(self, client, ada, suggested):
        response = client.post(reverse("desk:attribution_confirm", args=[suggested.pk]), {"reason": ""})
        assert response.status_code == 422
        assert "Give a reason" in response.content.decode()

    def test_who_was_slower_keeps_what_they_typed_and_reads_who_was_faster(self, client, ada, suggested):
        actions.reject_attribution(suggested, by=make_editor("bert"), reason="Another agency.")
        response = client.post(reverse("desk:attribution_confirm", args=[suggested.pk]), {"reason": "It is theirs."})
        assert response.status_code == 409
        assert "Bert has rejected it" in response.content.decode()
        assert "It is theirs." in response.content.decode()

    def test_it_does_not_lead_away_from_the_desk(self, client, ada, suggested):
        typed = {"reason": "I looked.", "back": "//evil.example.com/"}
        response = client.post(reverse("desk:attribution_confirm", args=[suggested.pk]), typed)
        assert response.headers["Location"] == reverse("desk:source", args=[suggested.of_source_id])


class TestEntering:
    def enter(self, client, page, **typed):
        fields = {"relation": "quotes", "party": "", "kind": "body", "source": "", "reason": "It says so."}
        return client.post(reverse("desk:source_attribute", args=[page.pk]), fields | typed)

    def test_a_party_by_name_is_registered_and_known_ones_are_taken(self, client, ada, page, afp):
        assert self.enter(client, page, party="NIS").status_code == 302
        assert self.enter(client, page, party="afp").status_code == 302
        assert set(Attribution.objects.values_list("to_party__name", "to_party__kind")) == {
            ("NIS", "body"),
            ("AFP", "agency"),
        }

    def test_somebody_unnamed(self, client, ada, page):
        self.enter(client, page, party="an intelligence source", is_unnamed="on", kind="person")
        assert not Party.objects.get(name="an intelligence source").is_named

    def test_another_page_cited_beside_it_but_none_from_elsewhere(self, client, ada, claim, page):
        other = make_citation(claim, ada, outlet="Lenta").source
        assert self.enter(client, page, source=other.pk).status_code == 302
        assert Attribution.objects.get().to_source == other
        assert self.enter(client, page, source=make_source(outlet="KCNA").pk).status_code == 422

    def test_one_of_both_and_nothing_typed_is_lost(self, client, ada, page):
        response = self.enter(client, page)
        assert response.status_code == 422
        assert "Name who it is, or choose a page" in response.content.decode()
        assert "It says so." in response.content.decode()

    def test_what_is_known_is_refused_and_registers_nobody(self, client, ada, page):
        self.enter(client, page, party="NIS")
        response = self.enter(client, page, party="NIS")
        assert response.status_code == 409
        assert "The desk knows already" in response.content.decode()
        assert Attribution.objects.count() == Party.objects.filter(name="NIS").count() == 1


class TestRulings:
    @pytest.fixture
    def two(self, page, ada):
        nis = Party.objects.create(name="NIS", kind="body")
        somebody = Party.objects.create(name="an intelligence source", kind="person", is_named=False)
        for party in (nis, somebody):
            actions.attribute(page, "quotes", party, by=ada, reason="It does.")
        return nis, somebody

    def typed(self, claim, two, **changed):
        one, other = (f"party:{party.pk}" for party in two)
        return {"one": one, "other": other, "reason": "AFP met him.", "expected_version": claim.version} | changed

    def test_it_is_offered_in_every_script(self, client, claim, page, ada):
        for party in ("НАЦИОНАЛЬНАЯ разведка", "Чиновник"):
            found = Party.objects.create(name=party, kind="body", is_named=party != "Чиновник")
            actions.attribute(page, "quotes", found, by=ada, reason="It does.")
        html = opened(client, "claim", claim.pk)
        assert re.search(
            r"Rule that (НАЦИОНАЛЬНАЯ разведка and Чиновник|Чиновник and НАЦИОНАЛЬНАЯ разведка) stand apart", html
        )

    def test_the_page_offers_it_and_shows_the_ruling_afterwards(self, client, claim, two):
        html = opened(client, "claim", claim.pk)
        assert "Rule that NIS and an intelligence source stand apart" in html.replace(
            "an intelligence source and NIS", "NIS and an intelligence source"
        )
        response = client.post(reverse("desk:claim_rule_apart", args=[claim.pk]), self.typed(claim, two))
        assert response.status_code == 302
        html = opened(client, "claim", claim.pk)
        assert "2 lines, 1 citation" in html
        assert "AFP met him." in html
        ruling = Ruling.objects.get()
        client.post(reverse("desk:ruling_withdraw", args=[ruling.pk]), {"reason": "AFP doubts it."})
        assert "1 line, 1 citation" in opened(client, "claim", claim.pk)

    def test_a_late_one_is_told_what_happened_and_keeps_its_words(self, client, claim, two):
        typed = self.typed(claim, two)
        actions.edit_claim(claim, by=make_editor("bert"), expected_version=1, statement="Three were captured.")
        response = client.post(reverse("desk:claim_rule_apart", args=[claim.pk]), typed)
        assert response.status_code == 409
        assert "AFP met him." in response.content.decode()
        assert not Ruling.objects.exists()

    @pytest.mark.parametrize("end", ["party:0", "party:x", "source:99999", "claim:1", "", "party:²"])
    def test_an_origin_that_is_none_is_refused(self, client, claim, two, end):
        response = client.post(reverse("desk:claim_rule_apart", args=[claim.pk]), self.typed(claim, two, one=end))
        assert response.status_code == 422


class TestTheList:
    def test_it_has_all_that_waits_and_is_narrowed_by_how_they_were_found(self, client, ada, suggested, page):
        nis = Party.objects.create(name="NIS", kind="body")
        grounds = {"sentence": "He was taken, according to NIS.", "words": "according to NIS"}
        suggest_attribution(page, "rests_on", nis, found_by="stated_origin", grounds=grounds)
        html = opened(client, "suggestions")
        assert "(AFP)" in html
        assert "He was taken, according to NIS." in html
        html = opened(client, "suggestions", found_by="stated_origin")
        assert "(AFP)" not in html
        assert "Nothing matches" in opened(client, "suggestions", outlet="KCNA")

    def test_what_is_answered_is_gone_from_it(self, client, ada, suggested):
        actions.reject_attribution(suggested, by=ada, reason="No.")
        assert "Nothing waits" in opened(client, "suggestions")

    def test_it_is_paged(self, client, ada, afp):
        for _ in range(31):
            suggest_attribution(make_source(outlet="KCNA"), "republishes", afp, found_by="byline", grounds={})
        html = opened(client, "suggestions")
        assert html.count('class="suggestion"') == 30
        assert 'rel="next"' in html


class TestTheSourcesPage:
    def test_it_shows_every_attribution_with_who_and_why(self, client, ada, page, afp, suggested):
        actions.reject_attribution(suggested, by=ada, reason="Another agency.")
        nis = Party.objects.create(name="NIS", kind="body")
        edge = actions.attribute(page, "quotes", nis, by=ada, reason="In its second paragraph.")
        html = opened(client, "source", page.pk)
        assert "Another agency." in html
        assert "In its second paragraph." in html
        assert reverse("desk:attribution_withdraw", args=[edge.pk]) in html

    def test_it_says_what_counts_when_nobody_has_said_anything(self, client, ada, page):
        assert "It counts as UrduPoint’s own reporting" in opened(client, "source", page.pk)
