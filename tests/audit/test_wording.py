"""What is written down reads the same, whatever language somebody works in."""

import pytest
from django.test import RequestFactory
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from apps.accounts.denials import record_denial
from apps.accounts.permissions import NotAllowed
from apps.audit.models import Entry
from apps.audit.wording import plain, plainly
from tests.newsroom import make_person

# Words that Django itself has in German.
DAY = _("Monday")


def test_words_are_plain_in_another_language():
    with override("de"):
        assert str(DAY) == "Montag"
        assert plain(DAY) == "Monday"
        assert get_language() == "de"


def test_a_function_says_what_it_says_plainly():
    @plainly
    def sentence(name: str) -> str:
        """What becomes of somebody."""
        return f"{name} comes on {DAY}."

    with override("de"):
        assert sentence("Ann") == "Ann comes on Monday."
        assert get_language() == "de"
    assert sentence.__doc__ == "What becomes of somebody."


@pytest.mark.django_db
def test_a_denial_is_recorded_plainly_and_said_in_the_readers_language():
    request = RequestFactory().get("/")
    request.user, request.resolver_match = make_person("Ann"), None
    refusal = NotAllowed(DAY)
    with override("de"):
        record_denial(request, refusal)
        assert str(refusal) == "Montag"
    assert Entry.objects.get(verb="denied").after["why"] == "Monday"
