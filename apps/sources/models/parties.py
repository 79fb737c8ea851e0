"""Those who say things or know things."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class PartyQuerySet(models.QuerySet["Party"]):
    def named(self, name: str) -> PartyQuerySet:
        """The parties of this name in any case, folded by the database as its constraint folds."""
        return self.alias(folded=Lower("name")).filter(folded=Lower(models.Value(name)))

    def called(self, names: Iterable[str]) -> PartyQuerySet:
        """The parties of any of these names; given in small letters and as they are written."""
        return self.called_or_numbered(names, [])

    def called_or_numbered(self, names: Iterable[str], numbers: Iterable[int]) -> PartyQuerySet:
        """The like, or with one of these numbers."""
        named = models.Q(folded__in=list(names))
        return self.alias(folded=Lower("name")).filter(named | models.Q(pk__in=numbers) if numbers else named)


class Party(models.Model):
    """A person or body that says things or knows things: a ministry, an agency, a spokesman, an outlet, a witness."""

    class Kind(models.TextChoices):
        OUTLET = "outlet", _("Outlet")
        AGENCY = "agency", _("News agency")
        BODY = "body", _("Public body")
        PERSON = "person", _("Person")
        OTHER = "other", _("Other")

    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.OTHER)
    is_named = models.BooleanField(
        _("has a name"),
        default=True,
        help_text=_("Not for somebody unnamed, “a source in the ministry”: nobody can tell them apart from others."),
    )
    note = models.TextField(blank=True)

    objects = PartyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "parties"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                "kind",
                name="party_has_one_entry",
                violation_error_message=_("There is a party of this kind with this name already."),
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["outlet", "agency", "body", "person", "other"]),
                name="party_kind_is_known",
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="party_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name
