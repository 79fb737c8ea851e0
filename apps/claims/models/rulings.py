"""What editors have ruled of origins: that two, of whom one has no name, stand apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from apps.claims.models.claims import Claim
from apps.sources.chains import Node, node_of
from apps.sources.models import Party, Source


class RulingQuerySet(models.QuerySet["Ruling"]):
    """Reads of the rulings."""

    def live(self) -> RulingQuerySet:
        return self.filter(withdrawn_at__isnull=True)

    def with_ends(self) -> RulingQuerySet:
        """Each with what it is about and who ruled."""
        return self.select_related(
            *("one_source__outlet", "one_source__page", "one_party", "other_source__outlet", "other_source__page"),
            *("other_party", "ruled_by", "withdrawn_by"),
        )

    def pairs_of(self, claims: Iterable[int]) -> dict[int, set[frozenset[Node]]]:
        """What those on these claims are about, as lineage knows it, by the claim's number."""
        return pairs(self.filter(claim__in=claims).ends())

    def ends(self) -> models.QuerySet[Any, Any]:
        """Of each its claim and both of its ends, in no order."""
        ends = ("claim", "one_source", "one_party__identity", "other_source", "other_party__identity")
        return self.order_by().values_list(*ends)


def pairs(ends: Iterable[tuple[Any, ...]]) -> dict[int, set[frozenset[Node]]]:
    """What rulings with these ends are about, as lineage knows it, by the claim's number."""
    found: dict[int, set[frozenset[Node]]] = defaultdict(set)
    for claim, one, first, other, second in ends:
        found[claim].add(frozenset((node_of(one, first), node_of(other, second))))
    return found


class Ruling(models.Model):
    """On this claim these two origins stand apart, because. Taken back, never deleted."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="rulings")
    one_source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="+")
    one_party = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="+")
    other_source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="+")
    other_party = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.TextField()
    ruled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ruled_at = models.DateTimeField(default=timezone.now, editable=False)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_because = models.TextField(blank=True)

    objects = RulingQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="ruling_has_a_reason"),
            models.CheckConstraint(
                condition=(
                    models.Q(one_source__isnull=False, one_party__isnull=True)
                    | models.Q(one_source__isnull=True, one_party__isnull=False)
                )
                & (
                    models.Q(other_source__isnull=False, other_party__isnull=True)
                    | models.Q(other_source__isnull=True, other_party__isnull=False)
                ),
                name="ruling_is_about_two_origins",
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | (models.Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~models.Q(withdrawn_because="")),
                name="a_withdrawn_ruling_says_who_and_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.one} and {self.other} stand apart"

    @property
    def one(self) -> Any:
        return self.one_source or self.one_party

    @property
    def other(self) -> Any:
        return self.other_source or self.other_party
