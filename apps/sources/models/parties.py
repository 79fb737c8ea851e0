"""Those who say things or know things, and the news agencies among them with every name that pages have for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection, models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.sources.names import fold


class FoldedName(models.CharField):
    """A row's name as it compares, written whenever the row is. Not every database folds what is not ASCII."""

    def made_of(self, name: str) -> str:
        return fold(name)

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        folded = self.made_of(model_instance.name)[: self.max_length]  # type: ignore[attr-defined]
        setattr(model_instance, self.attname, folded)
        return folded

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class Identity(FoldedName):
    """Whom lineage takes a party for, written like its folded name and when names of agencies change."""

    def made_of(self, name: str) -> str:
        return Agency.objects.names().identity(name)


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

    def one_with(self, identities: Iterable[str]) -> PartyQuerySet:
        """The parties that lineage takes for any of these, the oldest first."""
        return self.filter(identity__in=set(identities)).order_by("pk")

    def with_news(self) -> PartyQuerySet:
        """Those that are taken for somebody else since the claims heard of them, oldest first."""
        return self.filter(has_news=True).order_by("pk")


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
    identity = Identity(
        max_length=400,
        db_index=True,
        editable=False,
        help_text=_("Whom lineage takes it for: its folded name, or that of the agency that goes by it."),
    )
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.OTHER)
    is_named = models.BooleanField(
        _("has a name"),
        default=True,
        help_text=_("Not for somebody unnamed, “a source in the ministry”: nobody can tell them apart from others."),
    )
    note = models.TextField(blank=True)
    has_news = models.BooleanField(
        default=False,
        editable=False,
        help_text=_("It is taken for somebody else, and the claims have not been looked at again since."),
    )

    objects = PartyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "parties"
        ordering = ["name"]
        indexes = [
            models.Index(fields=["id"], name="party_with_news", condition=models.Q(has_news=True)),
        ]
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


@dataclass(frozen=True)
class AgencyNames:
    """What agencies are called, by folded names: who goes by each name alone, and whom it stands for among others.

    ``written`` has each agency's own name as the desk writes it.
    """

    meant: Mapping[str, str]
    short: Mapping[str, frozenset[str]]
    written: Mapping[str, str]

    def identity(self, name: str) -> str:
        """Whom lineage takes a party of this name for: the agency that goes by it, else nobody but itself."""
        return self.meant.get(fold(name), fold(name))

    def may_be(self, name: str) -> set[str]:
        """The identities of those whom a folded name in a credit line may mean: several where it is a short name."""
        return {self.meant.get(name, name), *self.short.get(name, ())}

    def only_short(self, name: str) -> list[str]:
        """The agencies, as the desk writes them, of which this is a short name; none where one goes by it."""
        folded = fold(name)
        return [] if folded in self.meant else sorted(self.written[own] for own in self.short.get(folded, ()))


class AgencyQuerySet(models.QuerySet["Agency"]):
    def with_parties(self) -> AgencyQuerySet:
        return self.select_related("party").order_by("pk")

    def as_it_stands(self) -> tuple[Any, ...]:
        """What is otherwise as soon as a row of the list is: whoever remembers the list asks this first.

        Plainly, for it is asked with every page that is read and every claim that is shown. The times tell a list that
        was never committed from one that was, the versions an edit that was committed after a later one.
        """
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT COUNT(*), MAX(changed_at), SUM(version) FROM {self.model._meta.db_table}")  # noqa: S608
            found: tuple[Any, ...] = cursor.fetchone()
        return found

    def names(self) -> AgencyNames:
        """What all are called; read anew only when the list has changed."""
        return _names(self.as_it_stands())


@lru_cache(maxsize=1)
def _names(_stand: tuple[Any, ...]) -> AgencyNames:
    agencies = [(fold(one.party.name), one) for one in Agency.objects.with_parties()]
    # An agency's own name is nobody's spelling.
    meant = {own: own for own, _ in agencies}
    short: dict[str, set[str]] = {}
    for own, agency in agencies:
        for name in agency.spellings:
            meant.setdefault(fold(name), own)
        for name in agency.short_names:
            short.setdefault(fold(name), set()).add(own)
    return AgencyNames(
        meant,
        {name: frozenset(owns) for name, owns in short.items()},
        {own: agency.party.name for own, agency in agencies},
    )


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
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = AgencyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "agencies"
        ordering = ["party__name"]

    def __str__(self) -> str:
        return self.party.name
