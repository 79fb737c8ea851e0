"""What scripts and style sheets weigh, as they are served. tests/bench/desk/pages.py measures it in a browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse
from selectolax.lexbor import LexborHTMLParser
from whitenoise.compress import Compressor

from tests.desk.stylesheet import ROOT, STATIC
from tests.newsroom import make_claim, make_person

TEMPLATES = [path for path in (ROOT / "templates").rglob("*.html") if path.parent.name != "admin"]
LINKED = re.compile(r"""<(?:script|link)\b[^>]*\{% static ['"]([^'"]+\.(?:js|css))['"] %\}""")
SCRIPTS, STYLES = 60_000, 40_000


def linked() -> set[str]:
    """The files that any page of the desk links, by the names that templates give them."""
    return {name for path in TEMPLATES for name in LINKED.findall(path.read_text())}


def weight(names: set[str]) -> int:
    """Their bytes as WhiteNoise sends them, together: no page links more than all."""
    return sum(len(Compressor.compress_gzip(Path(finders.find(name)).read_bytes())) for name in names)


def of_kind(ending: str) -> set[str]:
    return {name for name in linked() if name.endswith(ending)}


def test_all_scripts_and_all_sheets_together_stay_light() -> None:
    assert 20_000 < weight(of_kind(".js")) < SCRIPTS
    assert 5_000 < weight(of_kind(".css")) < STYLES


def test_none_of_ours_goes_unweighed() -> None:
    ours = {f"desk/{path.name}" for ending in ("js", "css") for path in STATIC.glob(f"*.{ending}")}
    assert linked() - ours == {"django_htmx/htmx-2.min.js"}
    assert ours <= linked()


@pytest.mark.django_db
def test_pages_load_what_was_weighed_and_nothing_else(client) -> None:
    ada = make_person("ada", "editor")
    claim = make_claim(ada)
    names = ["home", "queue", "style", "add"]
    addresses = [reverse(f"desk:{name}") for name in names] + [reverse("desk:claim", args=[claim.pk])]
    client.force_login(ada)
    loaded = set()
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        page = LexborHTMLParser(answer.content.decode())
        loaded |= {one.attributes["src"] for one in page.css("script[src]")}
        loaded |= {one.attributes["href"] for one in page.css("link[rel=stylesheet]")}
        assert not page.css("script:not([src]), style")
    assert {name.removeprefix("/static/") for name in loaded} == linked()
