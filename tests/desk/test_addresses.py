"""Addresses that are written once a process are those that Django writes."""

from uuid import uuid4

import pytest
from django.urls import NoReverseMatch, get_script_prefix, reverse, set_script_prefix, set_urlconf

from apps.desk.addresses import address
from apps.desk.replay_addresses import URLS
from apps.desk.urls import urlpatterns

NUMBERED = [
    (pattern.name, len(pattern.pattern.converters))
    for pattern in urlpatterns
    if {type(one).__name__ for one in pattern.pattern.converters.values()} <= {"IntConverter"}
]


@pytest.fixture
def below():
    before = get_script_prefix()
    set_script_prefix("/desk/{0}/")
    yield
    set_script_prefix(before)


@pytest.mark.parametrize(("name", "count"), NUMBERED)
def test_every_page_with_numbers_is_where_django_says(name, count):
    for numbers in ([7, 12, 3][:count], [10**17, 0, 10**18][:count]):
        assert address(f"desk:{name}", *numbers) == reverse(f"desk:{name}", args=numbers)


def test_a_desk_that_moves_below_another_address_moves_whole(below):
    assert address("desk:claim", 7) == reverse("desk:claim", args=[7])
    assert address("desk:claim", 7).startswith("/desk/%7B0%7D/")


def test_what_has_a_name_is_found_as_ever():
    assert address("desk:view_save", "queue") == reverse("desk:view_save", args=["queue"])
    key = uuid4()
    assert address("desk:confidential", key) == reverse("desk:confidential", args=[key])


@pytest.mark.parametrize("numbers", [(), (None,), ("",), (-1,), (True, 2)])
def test_what_leads_nowhere_is_refused_as_ever(numbers):
    with pytest.raises(NoReverseMatch):
        address("desk:claim", *numbers)


def test_another_host_has_addresses_of_its_own():
    assert address("desk:home") == reverse("desk:home")
    set_urlconf(URLS)
    try:
        with pytest.raises(NoReverseMatch):
            address("desk:home")
    finally:
        set_urlconf(None)
