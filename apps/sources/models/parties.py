"""Those who say things or know things."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from apps.sources.names import fold


class FoldedName(models.CharField):
    """A party's name as it compares, written whenever its row is. Not every database folds what is not ASCII."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        folded = fold(model_instance.name)[: self.max_length]  # type: ignore[attr-defined]
        setattr(model_instance, self.attname, folded)
        return folded

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class PartyQuerySet(models.QuerySet["Party"]):
    def named(self, name: str) -> PartyQuerySet:
        """The parties of this name, in whatever case and script it is written."""
        return self.filter(folded=fold(name))

    def taken(self, name: str) -> PartyQuerySet:
        """Those that the database takes for this name, by its own folding: its constraint refuses a second one."""
        return self.alias(lowered=Lower("name")).filter(lowered=Lower(models.Value(name)))

    def called(self, names: Iterable[str]) -> PartyQuerySet:
        """The parties of any of these names."""
        return self.called_or_numbered(names, [])

    def called_or_numbered(self, names: Iterable[str], numbers: Iterable[int]) -> PartyQuerySet:
        """The like, or with one of these numbers."""
        named = models.Q(folded__in={fold(name) for name in names})
        return self.filter(named | models.Q(pk__in=numbers) if numbers else named)


class Party(models.Model):
    """A person or body that says things or knows things: a ministry, an agency, a spokesman, an outlet, a witness."""

    class Kind(models.TextChoices):
        OUTLET = "outlet", _("Outlet")
        AGENCY = "agency", _("News agency")
        BODY = "body", _("Public body")
        PERSON = "person", _("Person")
        OTHER = "other", _("Other")

    name = models.CharField(max_length=200)
    folded = FoldedName(max_length=400, db_index=True, editable=False)
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
