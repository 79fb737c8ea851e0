"""Those who say things or know things, and the news agencies among them with every name that pages have for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection, models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.sources.names import fold


def compared(name: str, agencies: Mapping[str, Alias] | None = None) -> str:
    """What a party of this name compares by: the name folded, or that of the agency which goes by it.

    ``agencies`` are ``Agency.objects.names()`` for whoever asks about many. What an agency is called for short is left
    as it is: others are called so, too.
    """
    folded = fold(name)
    known = (Agency.objects.names() if agencies is None else agencies).get(folded)
    return fold(known.agency) if known and not known.is_short else folded


class FoldedName(models.CharField):
    """What a party compares by, written whenever its row is. Not every database folds what is not ASCII."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        folded = compared(model_instance.name)[: self.max_length]  # type: ignore[attr-defined]
        setattr(model_instance, self.attname, folded)
        return folded

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class PartyQuerySet(models.QuerySet["Party"]):
    def named(self, name: str) -> PartyQuerySet:
        """The parties of this name, in whatever case it is written, and of an agency's by any of its names."""
        return self.filter(folded=compared(name))

    def first_named(self, name: str) -> Party | None:
        """The oldest of just this name, else of an agency that goes by it."""
        return min(self.named(name), key=lambda party: (fold(party.name) != fold(name), party.pk), default=None)

    def first_written(self, name: str) -> Party | None:
        """The oldest of just this name, in whatever case it is written."""
        return next((party for party in self.named(name).order_by("pk") if fold(party.name) == fold(name)), None)

    def taken(self, name: str) -> PartyQuerySet:
        """Those that the database takes for this name, by its own folding: its constraint refuses a second one."""
        return self.alias(lowered=Lower("name")).filter(lowered=Lower(models.Value(name)))

    def called(self, names: Iterable[str]) -> PartyQuerySet:
        """The parties of any of these names."""
        return self.called_or_numbered(names, [])

    def called_or_numbered(self, names: Iterable[str], numbers: Iterable[int]) -> PartyQuerySet:
        """The like, or with one of these numbers."""
        agencies = Agency.objects.names()
        named = models.Q(folded__in={compared(name, agencies) for name in names})
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


class Alias(NamedTuple):
    """Whom a name stands for: the agency, by its party's name; and whether it stands for others, too."""

    agency: str
    is_short: bool


class AgencyQuerySet(models.QuerySet["Agency"]):
    def with_parties(self) -> AgencyQuerySet:
        return self.select_related("party").order_by("pk")

    def as_it_stands(self) -> tuple[int, Any]:
        """What is otherwise as soon as a row of the list is: whoever remembers the list asks this first.

        Plainly, for it is asked with every page that is read and every claim that is shown.
        """
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT COUNT(*), MAX(changed_at) FROM {self.model._meta.db_table}")  # noqa: S608
            count, changed = cursor.fetchone()
        return count, changed

    def names(self) -> Mapping[str, Alias]:
        """Every name that agencies go by, folded; read anew only when the list has changed."""
        return _names(*self.as_it_stands())


@lru_cache(maxsize=1)
def _names(count: int, changed: Any) -> Mapping[str, Alias]:
    agencies = list(Agency.objects.with_parties())
    found: dict[str, Alias] = {}
    # An agency's own name is nobody's spelling, and a spelling is nobody's short name.
    for agency in agencies:
        found.setdefault(fold(agency.party.name), Alias(agency.party.name, is_short=False))
    for names, is_short in (("spellings", False), ("short_names", True)):
        for agency in agencies:
            for name in getattr(agency, names):
                found.setdefault(fold(name), Alias(agency.party.name, is_short))
    return found


class Agency(models.Model):
    """A party that others print, with the names it goes by in credit lines. An administrator may extend the list."""

    party = models.OneToOneField(Party, models.PROTECT, primary_key=True, related_name="agency")
    spellings = models.JSONField(
        default=list, help_text=_("Every name it goes by, in any script: “Yonhap News Agency”, “연합뉴스”.")
    )
    short_names = models.JSONField(
        default=list,
        blank=True,
        help_text=_(
            "Names that mean other things too, like AP or UNI: they count in a credit line or a dateline only, "
            "and in just these letters."
        ),
    )
    hosts = models.JSONField(
        default=list,
        blank=True,
        help_text=_("Where it publishes itself, like reuters.com: there it prints nobody else."),
    )
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AgencyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "agencies"
        ordering = ["party__name"]

    def __str__(self) -> str:
        return self.party.name
