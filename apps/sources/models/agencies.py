"""News agencies, and how pages spell them: what credit lines and datelines are read by."""

from __future__ import annotations

from typing import Any

from django.db import connection, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.sources.models.parties import Party


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
