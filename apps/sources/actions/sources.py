"""Registering sources, correcting their facts, and learning them from stored copies."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypedDict, Unpack

import tldextract
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.accounts.permissions import require
from apps.archive.actions import register_page
from apps.archive.models import Capture, Page
from apps.audit.verbs import Verb
from apps.audit.versioned import begin, differences, lock, write
from apps.sources.actions.parties import party_called, register_party
from apps.sources.models import Party, Sifting, Source
from apps.sources.refusals import Refusal

_suffixes = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def register_source(url: str, *, by: User) -> Source:
    """The source at this address, new or known. Raises archive.addresses.Refused for what is no web address."""
    require(by, Capability.CITE)
    with transaction.atomic():
        page = register_page(url)
        source, is_new = Source.objects.get_or_create(page=page, defaults={"registered_by": by})
        if is_new:
            begin(source, Verb.SOURCE_REGISTERED, target=page.url, by=by)
    return source


class SourceFacts(TypedDict, total=False):
    """What can be corrected of a source; ``outlet`` is a name, empty for none."""

    title: str
    outlet: str
    byline: str
    credit_line: str
    published_at: datetime | None


FACT_FIELDS = ["title", "outlet", "byline", "credit_line", "published_at"]


def correct_source(source: Source, *, by: User, expected_version: int, **changes: Unpack[SourceFacts]) -> Source:
    """Set what is given by hand: what a person enters stands above what the page says.

    Raises ChangedMeanwhile, and Refusal where what has no address would lose its title, or an interview its party.
    """
    require(by, Capability.CITE)
    with transaction.atomic():
        source = lock(source, expected_version)
        before = _facts(source)
        if not source.has_address and not changes.get("title", source.title).strip():
            raise Refusal(
                _("Give the %(noun)s a title: it has no address to be known by.") % {"noun": source.shown_noun}
            )
        source.title = changes.get("title", source.title)
        source.byline = changes.get("byline", source.byline)
        source.credit_line = changes.get("credit_line", source.credit_line)
        source.published_at = changes.get("published_at", source.published_at)
        if "outlet" in changes:
            source.outlet = _outlet(source, changes["outlet"], by)
        was, became = differences(before, _facts(source))
        source.by_hand = sorted({*source.by_hand, *changes})
        if became:
            write(
                source,
                Verb.SOURCE_CORRECTED,
                by=by,
                fields=[*FACT_FIELDS, "by_hand"],
                target=str(source),
                before=was,
                after=became,
            )
    return source


def learn_from_capture(capture: Capture) -> None:
    """Take what a stored copy says of itself, where nobody has entered anything: the worker's door, so no person."""
    with transaction.atomic():
        if Source.objects.filter(page=capture.page_id).exists():
            Sifting.objects.get_or_create(capture=capture)
        for behind in Source.objects.behind_on(capture):
            source = lock(behind)
            if source.learned_from_id is not None and source.learned_from_id >= capture.pk:
                continue
            before = _facts(source)
            extract = capture.extract
            for name in {"title", "byline", "credit_line", "published_at"} - set(source.by_hand):
                setattr(source, name, getattr(source, name) or getattr(extract, name))
            if source.outlet is None and "outlet" not in source.by_hand:
                name = extract.site_name or host_outlet(source.page)
                source.outlet = register_party(name, kind=Party.Kind.OUTLET, by=None)
            source.learned_from = capture
            was, became = differences(before, _facts(source))
            write(
                source,
                Verb.SOURCE_READ,
                by=None,
                fields=[*FACT_FIELDS, "learned_from"],
                target=str(source),
                before=was,
                after=became,
            )


def host_outlet(page: Page) -> str:
    """What to call the outlet of a page that names none: its registered domain, or its address where it has no name."""
    domain = _suffixes(page.host_id).top_domain_under_public_suffix
    return domain or page.url.split("/")[2]


def _outlet(source: Source, name: str, by: User) -> Party | None:
    if source.has_address:
        return register_party(name, kind=Party.Kind.OUTLET, by=by) if name else None
    if source.kind == Source.Kind.INTERVIEW and not name.strip():
        raise Refusal(_("Say whom the desk talked with."))
    return party_called(name, by=by) if name.strip() else None


def _facts(source: Source) -> dict[str, Any]:
    return {
        "title": source.title,
        "outlet": source.outlet.name if source.outlet else "",
        "byline": source.byline,
        "credit_line": source.credit_line,
        "published_at": source.published_at.isoformat() if source.published_at else "",
    }
