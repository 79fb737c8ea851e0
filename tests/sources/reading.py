"""Pages that were captured, read and gone through, and what was suggested of them."""

from apps.sources.actions import suggest_from_capture
from apps.sources.models import Attribution, Sifting
from tests.newsroom import make_capture, make_extract, make_source


def read(text, url="", *, outlet="", credit_line="", sifted=True, **extract):
    """A source whose page has been captured and read, and gone through unless it is to wait."""
    source = make_source(url, outlet=outlet, credit_line=credit_line)
    capture = make_capture(source.page)
    make_extract(capture, text, **extract)
    source.learned_from = capture
    source.save(update_fields=["learned_from"])
    Sifting.objects.create(capture=capture)
    if sifted:
        suggest_from_capture(capture)
    return source


def told():
    """Every suggestion, as a sentence would have it."""
    return [
        (edge.of_source, edge.relation, edge.to_source or edge.to_party.name, edge.found_by)
        for edge in Attribution.objects.order_by("pk")
    ]
