"""What is read of claims, sources and archived texts, so that they are found.

Confidential sources stand in tables of their own, which nothing here reads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from apps.archive.models import Capture, Extract
from apps.claims.models import Claim
from apps.search.index import Document
from apps.search.models import Kind
from apps.sources.models import Source


def _claims(subjects: Sequence[int]) -> list[Document]:
    found = Claim.objects.filter(pk__in=subjects).values_list("pk", "statement", "claimant__name")
    return [Document(pk, statement, claimant or "") for pk, statement, claimant in found]


def _sources(subjects: Sequence[int]) -> list[Document]:
    found = Source.objects.filter(pk__in=subjects).select_related("outlet", "page")
    return [
        Document(
            one.pk,
            one.title,
            "\n".join([one.outlet.name if one.outlet else "", one.byline, one.credit_line, one.page.url]),
        )
        for one in found
    ]


def _texts(subjects: Sequence[int]) -> list[Document]:
    """The texts of these copies. One that an earlier copy of its page has word for word is found there."""
    same = Extract.objects.filter(
        capture__page=OuterRef("capture__page"), text_digest=OuterRef("text_digest"), capture__lt=OuterRef("capture")
    ).exclude(text="")
    # NOT EXISTS would say the same, and PostgreSQL makes a join with all texts of it.
    new = Extract.objects.alias(same=Subquery(same.values("pk")[:1])).filter(same__isnull=True)
    found = new.filter(capture__in=subjects).values_list("capture", "title", "text")
    return [Document(*one) for one in found]


READ: dict[Kind, Callable[[Sequence[int]], list[Document]]] = {
    Kind.CLAIM: _claims,
    Kind.SOURCE: _sources,
    Kind.TEXT: _texts,
}


def subjects(kind: Kind) -> QuerySet[Any, int]:
    """The numbers of everything of a kind."""
    if kind == Kind.TEXT:
        return Extract.objects.values_list("capture", flat=True).order_by("capture")
    model: type[Claim | Source] = Claim if kind == Kind.CLAIM else Source
    return model._default_manager.values_list("pk", flat=True).order_by("pk")


def rows(kind: Kind) -> QuerySet[Any, Any]:
    """The rows that hits of a kind are, by the same number."""
    models: dict[Kind, type[Claim | Source | Capture]] = {
        Kind.CLAIM: Claim,
        Kind.SOURCE: Source,
        Kind.TEXT: Capture,
    }
    return models[kind]._default_manager.all()
