"""Single keys lead to every place that the head of a page leads to."""

import pytest
from django.urls import reverse
from selectolax.lexbor import LexborHTMLParser

from apps.desk.keys import KEYS, shortcuts
from tests.newsroom import make_person

pytestmark = pytest.mark.django_db


def test_each_place_and_each_button_of_the_head_has_its_key(client):
    client.force_login(make_person("sofia", "standards_editor"))
    head = LexborHTMLParser(client.get(reverse("desk:home")).content.decode()).css_first(".masthead")
    places = {link.attributes["href"] for link in head.css(".places a, a.button")}
    assert len(places) > 8
    # The panel is Django's, where the desk's keys don't work.
    assert places - {reverse("admin:index")} <= {address for _, _, address in shortcuts()}


def test_no_key_stands_in_the_way_of_another():
    keys = [keys for keys, _, _ in KEYS]
    assert len(set(keys)) == len(keys)
    begun = {one.split()[0] for one in keys if " " in one}
    assert not begun & set(keys)
