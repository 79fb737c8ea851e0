"""Few words that two pages quote word for word: when they are one speaker's, and whose they are for the desk."""

import pytest

from apps.sources.actions import confirm_attribution
from apps.sources.models import Attribution, Party
from tests.newsroom import make_editor
from tests.sources.reading import read, told

pytestmark = pytest.mark.django_db
SAID = "We take the sand from the harbour and sell it as soil"
HERE = "The dredger has been tied up at the old pier since Easter, and gulls nest in its bucket.\n{}\nNobody was paid."
THERE = "Gardeners in three towns have found shells in what they bought by the sack this spring.\n{}\nA trial is due."
LATER = "On the island the ferries have begun to run aground, an hour before and after low water.\n{}\nTwo were hurt."


def quoting(*paragraphs):
    """The parties that pages with these paragraphs, and else nothing in common, are taken to quote: page by page."""
    pages = [read(page.format(said)) for page, said in zip((HERE, THERE, LATER), paragraphs, strict=False)]
    return [sorted(to for of, _, to, by in told() if of == page and by == "text_overlap") for page in pages]


class TestFewWords:
    @pytest.mark.parametrize(
        "other",
        [
            "“{}”, Ada Quist told a hearing.",
            "Quist, who owns the dredger, said: “{}”.",
            "‘{},’ said harbour master Ada Quist.",
            "Two days after Ada Quist was heard, the clerk read it out: “{}”.",
            "Ada Quist told the hearing more than it had asked. “{}. And nobody looks.”",
        ],
    )
    def test_of_one_speaker_are_quoted_by_both(self, other):
        assert quoting(f"“{SAID},” Ada Quist said.", other.format(SAID)) == [["Ada Quist"]] * 2

    def test_they_are_one_quotation_with_the_speaker_in_the_midst(self):
        whole = "We take the sand from under the harbour wall and sell it as soil"
        split = (
            "“We take the sand from under the harbour wall,” harbour master Ada Quist told it, “and sell it as soil.”"
        )
        assert quoting(f"Ada Quist told the court: “{whole}.”", split) == [["Ada Quist"]] * 2

    @pytest.mark.parametrize(
        "other",
        [
            "“{}”, Bo Lind told a hearing.",
            "“{}”, read a banner on the bridge.",
            "Somebody sang “{}”, and others joined in.",
            "Ada Quist said that they {}.",
            "“{}”, Bo Lind said, and Ada Quist shook her head.",
        ],
    )
    def test_of_two_or_of_nobody_are_a_saying(self, other):
        assert quoting(f"“{SAID},” Ada Quist said.", other.format(SAID)) == [[], []]

    def test_that_are_a_title_are_nobodys(self):
        title = "“The Long Winter of Seven Silent Daughters”"
        assert quoting(f"Ada Quist said that {title} is sold out.", f"Ada Quist spoke of {title}.") == [[], []]

    def test_that_are_too_few_are_anybodys(self):
        assert quoting(
            "“We will not rest until it is over,” Ada Quist said.",
            "“We will not rest until it is over,” Ada Quist said.",
        ) == [[], []]


class TestWhoseTheyAre:
    def test_all_pages_go_by_the_fullest_name_that_one_of_them_has(self):
        pages = [
            f"“{SAID},” Quist said.",
            f"“{SAID},” said Ada Quist, who owns the dredger.",
            f"Harbour Master Ada Quist told the court: “{SAID}.”",
        ]
        assert quoting(*pages) == [["Ada Quist"]] * 3

    def test_a_name_that_the_desk_has_for_these_words_stays(self):
        first = quoting(f"“{SAID},” Quist said.", f"Quist told the court: “{SAID}.”")
        assert first == [["Quist"]] * 2
        confirm_attribution(Attribution.objects.first(), by=make_editor(), reason="It says so.")
        page = read(LATER.format(f"“{SAID},” said Ada Quist."))
        assert [to for of, _, to, _ in told() if of == page] == ["Quist"]
        assert Party.objects.filter(name__contains="Quist").count() == 1

    def test_a_page_that_has_the_name_in_full_once_is_read_so(self):
        once = f"Ada Quist has owned the dredger since 2019.\n“{SAID},” Quist said."
        assert quoting(once, f"“{SAID},” Quist said.") == [["Ada Quist"]] * 2

    def test_other_words_of_the_same_page_are_another_matter(self):
        more = "The ferries will run again when somebody pays the pilots for nights"
        assert quoting(
            f"“{SAID},” Ada Quist said.\n“{more},” Bo Lind said.",
            f"“{SAID},” Ada Quist said.",
            f"“{more},” Bo Lind said.",
        ) == [["Ada Quist", "Bo Lind"], ["Ada Quist"], ["Bo Lind"]]
