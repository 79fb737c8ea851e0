"""Judging a citation on screen: its stance, and the grades beside it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from apps.claims import actions
from apps.claims.states import Stance
from apps.sources.actions import grade_party, suggest_attribution
from apps.sources.models import Party
from tests.newsroom import make_citation, make_claim, make_editor, make_reporter

pytestmark = pytest.mark.django_db
SAID = "Right <four> times of five."


@pytest.fixture
def ada(client):
    ada = make_editor()
    client.force_login(ada)
    return ada


@pytest.fixture
def claim(ada):
    return make_claim(ada)


@pytest.fixture
def citation(claim, ada):
    return make_citation(claim, ada, outlet="Yonhap", quote="He was taken alive.")


@pytest.fixture
def yonhap(citation):
    return citation.source.outlet


def page(client, name, *args, **query):
    response = client.get(reverse(f"desk:{name}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def send(client, name, key, **data):
    return client.post(reverse(f"desk:{name}", args=[key]), data)


class TestStance:
    def change(self, client, citation, **data):
        citation.claim.refresh_from_db()
        version = {"expected_version": citation.claim.version}
        return send(
            client, "citation_stance", citation.pk, **{"stance": "disputes", "reason": "Read.", **version, **data}
        )

    def test_an_editor_changes_it_and_comes_back_to_the_citation(self, client, claim, citation):
        assert reverse("desk:citation_stance", args=[citation.pk]) in page(client, "claim", claim.pk)
        response = self.change(client, citation)
        assert response.headers["Location"] == f"{reverse('desk:claim', args=[claim.pk])}#citation-{citation.pk}"
        citation.refresh_from_db()
        assert citation.stance == Stance.DISPUTES
        assert "from “supports” to “disputes”" in page(client, "claim", claim.pk)

    def test_what_is_refused_comes_back_as_it_was_typed(self, client, citation):
        response = self.change(client, citation, stance="supports", reason="I meant <this>.")
        assert response.status_code == 409
        html = response.content.decode()
        assert "It does that already" in html
        assert "I meant &lt;this&gt;." in html
        assert self.change(client, citation, reason="").status_code == 422

    def test_who_is_late_reads_what_happened_and_sends_again(self, client, claim, citation, ada):
        actions.record_caveat(claim, by=ada, kind="not_verified")
        response = self.change(client, citation, expected_version=1)
        assert response.status_code == 409
        html = response.content.decode()
        assert "Changed meanwhile" in html
        claim.refresh_from_db()
        assert f'name="expected_version" value="{claim.version}"' in html
        assert self.change(client, citation, expected_version=claim.version).status_code == 302

    def test_it_says_that_an_answer_would_go(self, client, claim, ada):
        dispute = make_citation(claim, ada, outlet="TASS", stance=Stance.DISPUTES)
        actions.answer_dispute(dispute, by=ada, answer="TASS names nobody.")
        assert "Its answer goes with the dispute" in page(client, "citation_stance", dispute.pk)

    def test_a_withdrawn_citation_has_no_such_page(self, client, citation, ada):
        actions.withdraw_citation(citation, by=ada, reason="Taken back.")
        assert client.get(reverse("desk:citation_stance", args=[citation.pk])).status_code == 404


class TestGrades:
    def test_a_partys_grade_stands_on_the_claim_and_on_the_source_with_its_rationale(
        self, client, claim, citation, yonhap
    ):
        back = reverse("desk:claim", args=[claim.pk])
        address = f"{reverse('desk:party_grade', args=[yonhap.pk])}?back={back}"
        assert client.post(address, {"grade": "B", "rationale": SAID}).headers["Location"] == back
        html = page(client, "claim", claim.pk)
        assert '<span dir="auto">Yonhap</span>: <b>B</b>, usually reliable' in html
        assert "Right &lt;four&gt; times of five." in html
        assert "B, usually reliable" in page(client, "source", citation.source_id)

    def test_the_informations_grade_stands_beside_the_citation(self, client, claim, citation):
        data = {"grade": "2", "rationale": SAID, "expected_version": claim.version}
        response = send(client, "citation_grade", citation.pk, **data)
        assert response.headers["Location"] == f"{reverse('desk:claim', args=[claim.pk])}#citation-{citation.pk}"
        assert "This information: <b>2</b>, probably true" in page(client, "claim", claim.pk)

    def test_earlier_grades_stay_readable(self, client, yonhap, ada):
        grade_party(yonhap, by=ada, grade="B", rationale="Right four times of five.")
        grade_party(yonhap, by=ada, grade="D", rationale="Wrong three times since.")
        html = page(client, "party_grade", yonhap.pk)
        assert html.index("D, not usually reliable") < html.index("Earlier grades") < html.index("B, usually reliable")
        assert "Right four times of five." in html

    def test_a_reporter_reads_them_and_is_offered_no_form(self, client, claim, citation, yonhap, ada):
        grade_party(yonhap, by=ada, grade="B", rationale=SAID)
        client.force_login(make_reporter())
        for name, key in (("party_grade", yonhap.pk), ("citation_grade", citation.pk)):
            assert 'name="rationale"' not in page(client, name, key)
            assert send(client, name, key, grade="1", rationale="So.").status_code == 403
        assert "Right &lt;four&gt; times of five." in page(client, "party_grade", yonhap.pk)
        assert "Judge it" not in page(client, "claim", claim.pk)

    @pytest.mark.parametrize(
        ("sent", "sentence"),
        [
            ({"grade": "B", "rationale": " "}, "Say what the grade rests on"),
            ({"grade": "", "rationale": "So."}, "Choose a grade"),
            ({"grade": "Z", "rationale": "So."}, "Select a valid choice"),
        ],
    )
    def test_what_is_wrong_is_said_where_it_was_typed(self, client, yonhap, sent, sentence):
        response = send(client, "party_grade", yonhap.pk, **sent)
        assert response.status_code == 422
        assert sentence in response.content.decode()
        assert not yonhap.grades.exists()

    def test_who_grades_information_and_is_late_reads_what_happened(self, client, claim, citation, ada):
        actions.record_caveat(claim, by=ada, kind="not_verified")
        response = send(client, "citation_grade", citation.pk, grade="2", rationale=SAID, expected_version=1)
        assert response.status_code == 409
        assert "Changed meanwhile" in response.content.decode()

    def test_a_body_that_publishes_and_is_quoted_is_graded_once(self, client, claim, ada):
        body = Party.objects.create(name="Security Service of Ukraine", kind="body")
        citation = make_citation(claim, ada, outlet=body.name, quote="Both are wounded.")
        citation.quoted = body
        citation.save()
        assert page(client, "claim", claim.pk).count("How reliable is") == 1
        grade_party(body, by=ada, grade="B", rationale=SAID)
        assert page(client, "claim", claim.pk).count("How reliable is") == 1
        assert f'<span dir="auto">{body.name}</span>: <b>B</b>, usually reliable' in page(client, "claim", claim.pk)

    def test_a_source_without_outlet_and_attribution_has_nobody_to_grade(self, client, claim, ada):
        bare = make_citation(claim, ada, url="https://a.example.org/1")
        assert "How reliable" not in page(client, "source", bare.source_id)


class TestManySuggestions:
    @pytest.mark.parametrize(("number", "is_open"), [(1, True), (3, True), (4, False)])
    def test_more_than_three_are_folded_and_counted(self, client, claim, citation, number, is_open):
        for one in range(number):
            party = Party.objects.create(name=f"Agency {one}", kind="agency")
            suggest_attribution(citation.source, "quotes", party, found_by="stated_origin", grounds={"words": "says"})
        html = page(client, "claim", claim.pk)
        assert f'<details class="waiting-answers" id="suggestions"{" open" if is_open else ""}>' in html
        assert f'Suggested, not confirmed <span class="count">{number}</span>' in html
