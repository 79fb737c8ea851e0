"""Every way that sources and parties change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import tldextract
from django.db import IntegrityError, transaction

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.accounts.permissions import require
from apps.archive.actions import register_page
from apps.archive.models import Capture, Page
from apps.audit.actions import record
from apps.audit.verbs import Verb
from apps.sources.models import Party, Source

_suffixes = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def register_source(url: str, *, by: User) -> Source:
    """The source at this address, new or known. Raises archive.addresses.Refused for what is no web address."""
    require(by, Capability.CITE)
    with transaction.atomic():
        page = register_page(url)
        source, is_new = Source.objects.get_or_create(page=page, defaults={"registered_by": by})
        if is_new:
            record(Verb.SOURCE_REGISTERED, stream=source.stream, target=page.url, by=by)
    return source


def correct_source(
    source: Source,
    *,
    by: User,
    title: str,
    outlet: str,
    byline: str,
    credit_line: str,
    published_at: datetime | None,
) -> Source:
    """Set a source's facts by hand: what a person enters stands above what the page says of itself."""
    require(by, Capability.CITE)
    with transaction.atomic():
        source = Source.objects.select_for_update().get(pk=source.pk)
        before = _facts(source)
        source.title, source.byline, source.credit_line, source.published_at = title, byline, credit_line, published_at
        source.outlet = register_party(outlet, kind=Party.Kind.OUTLET, by=by) if outlet else None
        after = _facts(source)
        changed = [name for name in after if before[name] != after[name]]
        if changed:
            source.save(update_fields=["title", "outlet", "byline", "credit_line", "published_at"])
            record(
                Verb.SOURCE_CORRECTED,
                stream=source.stream,
                target=str(source),
                by=by,
                before={name: before[name] for name in changed},
                after={**{name: after[name] for name in changed}, "changed": ", ".join(changed).replace("_", " ")},
            )
    return source


def learn_from_capture(capture: Capture) -> None:
    """Take what a stored copy says of itself, where nobody has entered anything: the worker's door, so no person."""
    with transaction.atomic():
        for source in Source.objects.select_for_update().behind_on(capture):
            before = _facts(source)
            extract = capture.extract
            source.title = source.title or extract.title
            source.byline = source.byline or extract.byline
            source.credit_line = source.credit_line or extract.credit_line
            source.published_at = source.published_at or extract.published_at
            if source.outlet is None:
                source.outlet = register_party(
                    extract.site_name or host_outlet(source.page), kind=Party.Kind.OUTLET, by=None
                )
            source.learned_from = capture
            source.save(update_fields=["title", "byline", "credit_line", "published_at", "outlet", "learned_from"])
            after = _facts(source)
            changed = {name: after[name] for name in after if before[name] != after[name]}
            if changed:
                record(
                    Verb.SOURCE_READ,
                    stream=source.stream,
                    target=str(source),
                    by=None,
                    before={name: before[name] for name in changed},
                    after=changed,
                )


def register_party(name: str, *, kind: str, by: User | None, note: str = "") -> Party:
    """The party of this name and kind, new or known, in whatever case it was typed. ``by=None`` is the worker."""
    if by is not None:
        require(by, Capability.CITE)
    name = " ".join(name.split())[:200]
    with transaction.atomic():
        if known := Party.objects.filter(name__iexact=name, kind=kind).first():
            return known
        try:
            with transaction.atomic():
                party = Party.objects.create(name=name, kind=kind, note=note)
        except IntegrityError:
            return Party.objects.get(name__iexact=name, kind=kind)
        record(Verb.PARTY_REGISTERED, stream=f"party:{party.pk}", target=name, by=by, after={"kind": kind})
    return party


def edit_party(party: Party, *, by: User, name: str, kind: str, note: str) -> Party:
    """Change what a party is called or is."""
    require(by, Capability.CITE)
    with transaction.atomic():
        party = Party.objects.select_for_update().get(pk=party.pk)
        before = {"name": party.name, "kind": party.kind, "note": party.note}
        party.name, party.kind, party.note = name, kind, note
        after = {"name": name, "kind": kind, "note": note}
        changed = [key for key in after if before[key] != after[key]]
        if changed:
            party.save(update_fields=["name", "kind", "note"])
            record(
                Verb.PARTY_EDITED,
                stream=f"party:{party.pk}",
                target=before["name"],
                by=by,
                before=before,
                after={**after, "changed": ", ".join(changed)},
            )
    return party


def host_outlet(page: Page) -> str:
    """What to call the outlet of a page that names none: its registered domain, or its address where it has no name."""
    domain = _suffixes(page.host).top_domain_under_public_suffix
    return domain or page.url.split("/")[2]


def _facts(source: Source) -> dict[str, Any]:
    return {
        "title": source.title,
        "outlet": source.outlet.name if source.outlet else "",
        "byline": source.byline,
        "credit_line": source.credit_line,
        "published_at": source.published_at.isoformat() if source.published_at else "",
    }
