"""Figures on the desk: typed, echoed, recorded, corrected; on the claim, and over time on the story."""

from __future__ import annotations

from datetime import date, timedelta
from html import unescape

import pytest
from django.urls import reverse

from apps.claims.actions import edit_figure, withdraw_citation
from apps.claims.figures import conflicts_of
from apps.claims.models import Figure, Measure
from tests.newsroom import make_citation, make_claim, make_editor, make_figure, make_reporter, make_story

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client):
    ada = make_editor()
    client.force_login(ada)
    return ada


@pytest.fixture
def claim(ada):
    return make_claim(ada, "Nearly 3,000 were killed or wounded.", story=make_story(ada))


def text(response):
    return unescape(" ".join(response.content.decode().split()))


TYPED = {
    "quantity": "nearly 3 000",
    "measure": "killed or wounded",
    "unit": "soldiers",
    "counting": "total",
    "party": "Kyiv",
    "as_of_first": "2024-12-23",
}


class TestRecording:
    def send(self, client, claim, **typed):
        return client.post(reverse("desk:claim_figure", args=[claim.pk]), TYPED | typed)

    def test_what_was_typed_is_echoed_first_and_recorded_when_it_comes_again(self, client, claim):
        response = self.send(client, claim)
        assert response.status_code == 200
        assert 'Understood: <strong dir="auto">nearly 3,000</strong>, read as 2,700 to under 3,000.' in text(response)
        assert not Figure.objects.exists()
        confirmed = response.context["form"]["confirmed"].value()
        assert self.send(client, claim, confirmed=confirmed).status_code == 302
        figure = Figure.objects.get()
        assert (figure.quantity.words, figure.as_of_last) == ("nearly 3,000", date(2024, 12, 23))
        page = text(client.get(reverse("desk:claim", args=[claim.pk])))
        assert "read as 2,700 to under 3,000" in page
        assert "Ada recorded a figure: Kyiv: nearly 3,000 killed or wounded" in page

    def test_a_yes_to_another_number_is_no_yes(self, client, claim):
        assert self.send(client, claim, confirmed="nearly 300").status_code == 200
        assert not Figure.objects.exists()

    def test_what_is_not_clear_is_refused_with_what_was_understood(self, client, claim):
        response = self.send(client, claim, quantity="nearly 3,000 men")
        assert response.status_code == 422
        assert "Understood “nearly 3,000”, but not “men”." in text(response)

    @pytest.mark.parametrize(
        ("typed", "told"),
        [
            ({"party": ""}, "Say who gives this number."),
            ({"unit": ""}, "is a new measure: say what it is counted in"),
            ({"as_of_first": "", "as_of_last": "2024-12-24"}, "Give the first day too."),
            ({"as_of_last": "2024-12-01"}, "The last day comes after the first."),
            ({"as_of_first": "0001-01-01"}, "Give a year between"),
            ({"as_of_first": "yesterday"}, "Enter a valid date."),
        ],
    )
    def test_what_is_missing_or_wrong_is_said_beside_the_field(self, client, claim, typed, told):
        response = self.send(client, claim, confirmed="nearly 3,000", **typed)
        assert response.status_code == 422
        assert told in text(response)
        assert not Figure.objects.exists()

    def test_units_are_never_mixed(self, client, ada, claim):
        make_figure(claim, ada)
        response = self.send(client, claim, confirmed="nearly 3,000", unit="per cent")
        assert response.status_code == 422
        assert "counted in soldiers, not in per cent" in text(response)

    def test_it_can_rest_on_a_citation_of_this_claim_only(self, client, ada, claim):
        mine, other = make_citation(claim, ada), make_citation(make_claim(ada), ada)
        assert self.send(client, claim, confirmed="nearly 3,000", citation=other.pk).status_code == 422
        assert self.send(client, claim, confirmed="nearly 3,000", citation=mine.pk).status_code == 302
        assert Figure.objects.get().citation == mine


class TestOnTheClaim:
    def test_two_that_cannot_both_hold_are_told_beside_them_and_beside_the_form(self, client, ada, claim):
        make_figure(claim, ada)
        make_figure(claim, ada, "more than 1,000", "Seoul")
        for name in ("claim", "claim_figure"):
            page = text(client.get(reverse(f"desk:{name}", args=[claim.pk])))
            assert "Kyiv's nearly 3,000 and Seoul's more than 1,000 killed or wounded (both 23 December 2024)" in page

    def test_what_another_claim_of_the_story_says_against_it_is_told_as_such(self, client, ada, claim):
        make_figure(claim, ada)
        make_figure(make_claim(ada, "More than 1,000.", story=claim.story), ada, "more than 1,000", "Seoul")
        page = text(client.get(reverse("desk:claim", args=[claim.pk])))
        assert "Elsewhere in the story:" in page
        assert "Conflict:" not in page

    def test_one_without_a_day_is_said_to_be_compared_with_nothing(self, client, ada, claim):
        make_figure(claim, ada, day=None)
        assert "has no date: compared with nothing" in text(client.get(reverse("desk:claim", args=[claim.pk])))

    def test_it_is_corrected_with_an_echo_of_a_new_number_only(self, client, ada, claim):
        figure = make_figure(claim, ada)
        url = reverse("desk:figure_edit", args=[figure.pk])
        typed = self.shown(client, figure)
        assert client.post(url, typed | {"party": "SBU"}).status_code == 302
        figure.refresh_from_db()
        assert figure.party.name == "SBU"
        typed["expected_version"] = claim.__class__.objects.get(pk=claim.pk).version
        changed = typed | {"quantity": "2,700", "party": "SBU", "initial-party": "SBU"}
        response = client.post(url, changed)
        assert "Understood:" in text(response)
        assert client.post(url, changed | {"confirmed": "2,700"}).status_code == 302
        figure.refresh_from_db()
        assert figure.quantity.words == "2,700"

    @pytest.mark.parametrize("last", ["", "2024-12-22", "2024-12-23", "2024-12-26"])
    @pytest.mark.parametrize("first", ["", "2024-12-20", "2024-12-23", "2024-12-25", "2024-12-28"])
    @pytest.mark.parametrize("was_last", [None, date(2024, 12, 26)])
    def test_whatever_days_are_sent_are_kept_as_they_stand_or_refused_at_their_field(
        self, client, ada, claim, was_last, first, last
    ):
        figure = make_figure(claim, ada, as_of_last=was_last)
        response = self.correct(client, figure, as_of_first=first, as_of_last=last)
        figure.refresh_from_db()
        if (last and not first) or (last and last < first):
            errors = response.context["form"].errors
            assert (response.status_code, list(errors)) == (422, ["as_of_last" if first else "as_of_first"])
            assert (figure.as_of_first, figure.as_of_last) == (date(2024, 12, 23), was_last or date(2024, 12, 23))
        else:
            assert response.status_code == 302
            sent = [date.fromisoformat(day) if day else None for day in (first, last or first)]
            assert [figure.as_of_first, figure.as_of_last] == sent

    def test_days_that_a_colleague_made_wrong_meanwhile_are_refused_at_their_field(self, client, ada, claim):
        figure = make_figure(claim, ada)
        shown = self.shown(client, figure)
        claim.refresh_from_db()
        edit_figure(figure, by=ada, expected_version=claim.version, as_of_last=date(2024, 12, 26))
        shown["expected_version"] = claim.version + 1
        response = self.correct(client, figure, shown, as_of_first="2024-12-28")
        assert response.status_code == 409
        assert response.context["form"].errors["as_of_last"] == ["The last day, 26 December 2024, is before the first."]
        response = self.correct(client, figure, shown, as_of_first="")
        assert response.context["form"].errors["as_of_first"] == [
            "Give the first day too: the last one is 26 December 2024."
        ]

    def test_one_whose_day_is_corrected_to_that_of_another_conflicts_with_it(self, client, ada, claim):
        make_figure(claim, ada)
        figure = make_figure(claim, ada, "more than 1,000", "Seoul", date(2024, 12, 24))
        assert self.correct(client, figure, as_of_first="2024-12-23").status_code == 302
        assert len(conflicts_of(claim)) == 1

    def test_correcting_one_whose_citation_is_withdrawn_does_not_take_it_off(self, client, ada, claim):
        cited = make_citation(claim, ada, outlet="TASS")
        figure = make_figure(claim, ada, citation=cited)
        withdraw_citation(cited, by=ada, reason="It says nothing of it.")
        assert "(withdrawn)</option>" in text(client.get(reverse("desk:figure_edit", args=[figure.pk])))
        assert self.correct(client, figure, party="SBU").status_code == 302
        figure.refresh_from_db()
        assert (figure.party.name, figure.citation, figure.counts) == ("SBU", cited, False)
        assert self.correct(client, figure, citation="").status_code == 302
        figure.refresh_from_db()
        assert figure.citation is None

    def shown(self, client, figure):
        form = client.get(reverse("desk:figure_edit", args=[figure.pk])).context["form"]
        known = {name: form[name].value() or "" for name in form.fields}
        return known | {f"initial-{name}": value for name, value in known.items()}

    def correct(self, client, figure, shown=None, **typed):
        shown = shown or self.shown(client, figure)
        return client.post(reverse("desk:figure_edit", args=[figure.pk]), shown | typed)

    def test_it_is_withdrawn_with_a_reason_and_stays_to_be_seen(self, client, ada, claim):
        figure = make_figure(claim, ada)
        url = reverse("desk:figure_withdraw", args=[figure.pk])
        assert client.post(url, {"reason": " "}).status_code == 422
        assert client.post(url, {"reason": "It was of another day."}).status_code == 302
        page = text(client.get(reverse("desk:claim", args=[claim.pk])))
        assert "It was of another day." in page
        assert client.get(url).status_code == 404

    def test_a_reporter_records_and_touches_no_colleagues(self, client, ada, claim):
        figure = make_figure(claim, ada)
        client.force_login(make_reporter())
        assert client.get(reverse("desk:claim_figure", args=[claim.pk])).status_code == 200
        for name in ("figure_edit", "figure_withdraw"):
            assert client.get(reverse(f"desk:{name}", args=[figure.pk])).status_code == 403


class TestOnTheStory:
    def page(self, client, claim, **query):
        return client.get(reverse("desk:story", args=[claim.story_id]), query)

    def test_a_story_without_figures_has_no_chart(self, client, claim):
        assert "Figures:" not in text(self.page(client, claim))

    def test_each_figure_stands_in_the_drawing_and_in_the_table(self, client, ada, claim):
        make_figure(claim, ada)
        make_figure(claim, ada, "more than 1,000", "Seoul")
        make_figure(make_claim(ada, story=claim.story), ada, "4,000", "Kyiv", date(2025, 1, 11))
        response = self.page(client, claim)
        chart = response.context["story_figures"]["chart"]
        assert [(point.letter, point.figure.quantity.words) for point in chart.points] == [
            ("A", "nearly 3,000"),
            ("B", "more than 1,000"),
            ("A", "4,000"),
        ]
        assert chart.scale == ["4,000", "2,000", "0"]
        assert (chart.points[0].y, chart.points[1].y, chart.points[2].y) == (25.0, 75.0, 0.0)
        assert (chart.points[1].top, chart.points[1].bottom) == (50.0, 75.0)
        page = text(response)
        assert page.count("<tr><td>") == 3
        assert "The newest of each party: Seoul more than 1,000 (23 December 2024); Kyiv 4,000" in page or (
            "The newest of each party: Kyiv 4,000 (11 January 2025); Seoul more than 1,000" in page
        )

    def test_one_measure_at_a_time(self, client, ada, claim):
        make_figure(claim, ada)
        make_figure(claim, ada, "1,000", measure="killed")
        for measure in Measure.objects.all():
            told = self.page(client, claim, measure=measure.pk).context["story_figures"]
            assert {figure.measure for figure in told["rows"]} == {measure}
        assert self.page(client, claim, measure="x").status_code == 200

    def test_figures_without_a_day_are_in_the_table_only(self, client, ada, claim):
        make_figure(claim, ada, day=None)
        response = self.page(client, claim)
        assert response.context["story_figures"]["chart"] is None
        assert "nothing to draw over time" in text(response)

    @pytest.mark.parametrize("day", [date(2024, 12, 23), None])
    def test_one_whose_citation_was_withdrawn_is_marked_in_the_table_and_nowhere_drawn_or_compared(
        self, client, ada, claim, day
    ):
        other = make_claim(ada, story=claim.story)
        cited = make_citation(other, ada, outlet="TASS")
        make_figure(other, ada, "100", "Moscow", day, citation=cited)
        withdraw_citation(cited, by=ada, reason="It says nothing of it.")
        response = self.page(client, claim)
        assert response.context["story_figures"]["chart"] is None
        assert "These figures were withdrawn with their citations" in text(response)
        make_figure(claim, ada)
        response = self.page(client, claim)
        told = response.context["story_figures"]
        assert [point.figure.party.name for point in told["chart"].points] == ["Kyiv"]
        assert (told["number"], told["that_count"], told["chart"].left_out, told["conflicts"]) == (2, 1, 0, [])
        page = text(response)
        assert "1 more was withdrawn with its citation and is in the table only." in page
        assert "for want of a date" not in page
        assert page.count("(withdrawn with its citation)") == 1
        for claims in (claim, other):
            shown = text(client.get(reverse("desk:claim", args=[claims.pk])))
            assert "Elsewhere in the story" not in shown
            assert "compared with nothing" not in shown

    def test_two_hundred_figures_are_drawn_in_part_and_paged(self, client, ada, claim):
        other = make_claim(ada, story=claim.story)
        for number in range(200):
            day = date(2024, 1, 1) + timedelta(days=number // 4)
            make_figure([claim, other][number % 2], ada, str(1000 + number), f"Party {number % 5}", day)
        response = self.page(client, claim)
        told = response.context["story_figures"]
        assert (len(told["rows"]), len(told["chart"].points), told["chart"].left_out) == (50, 120, 80)
        assert all(0 <= point.x <= 100 and 0 <= point.y <= 100 for point in told["chart"].points)
        last = self.page(client, claim, figures=150, measure=told["measure"].pk)
        assert len(last.context["story_figures"]["rows"]) == 50
        assert "The newest" in text(last)
        assert "Earlier figures" not in text(last)

    def test_numbers_below_nothing_have_a_floor_below_nothing(self, client, ada, claim):
        make_figure(claim, ada, "-5", measure="temperature")
        chart = self.page(client, claim).context["story_figures"]["chart"]
        assert chart.scale[-1] == "-10"
        assert chart.points[0].y < 100
