"""Sources that only those named on them may know of.

They stand in a table of their own that nothing public points to, and no reverse relation leads here: no list, count,
search, export or suggestion can reach a row by a join that somebody forgot to narrow. The default manager finds nothing
at all; ``visible_to`` is the one way to read.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DatabaseError, models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User


class CouldNotKeep(Exception):
    """The database refused a confidential row. What it said is not repeated: it quotes the row."""


class HiddenQuerySet(models.QuerySet[Any]):
    """Confidential rows. Written one by one: every other way to write would log what it could not write."""

    def bulk_create(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError("Confidential rows are written one by one.")


class HiddenManager(models.Manager[Any]):
    """Finds nothing: who wants a confidential row says for whom."""

    def get_queryset(self) -> HiddenQuerySet:
        return HiddenQuerySet(self.model, using=self._db).none()

    def visible_to(self, person: User) -> HiddenQuerySet:
        """The rows that this person is named on, while they are on the desk."""
        rows = HiddenQuerySet(self.model, using=self._db)
        if not person.is_active:
            return rows.none()
        return rows.filter(**{self.model.NAMED_THROUGH: person}).distinct()


class Hidden(models.Model):
    """A row that only those named on it may see. It has no name of its own, and errors do not quote it."""

    NAMED_THROUGH = "people"

    objects = HiddenManager()
    # Every row, whoever asks. tests/test_confidential_rules.py lists who may say this.
    of_everybody_UNSAFE = models.Manager()  # noqa: N815, DJ012 - to be seen in every review

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    def __repr__(self) -> str:
        return f"<{self._meta.verbose_name}>"

    def save(self, *args: Any, **kwargs: Any) -> None:
        try:
            super().save(*args, **kwargs)
        except (DatabaseError, ValidationError, ValueError, TypeError):
            raise CouldNotKeep(gettext("The desk could not keep this. Shorten what you typed and try again.")) from None


class ConfidentialSource(Hidden):
    """Somebody or something that only those named here may know of. The desk holds no file of it, only its digest."""

    class Kind(models.TextChoices):
        INTERVIEW = "interview", _("Conversation")
        DOCUMENT = "document", _("Document")
        PICTURE = "picture", _("Picture or video")
        OTHER = "other", _("Something else")

    key = models.UUIDField(default=uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    title = models.CharField(max_length=300)
    party = models.CharField(_("who it is"), max_length=300, blank=True)
    note = models.TextField(blank=True)
    document_digest = models.CharField(_("SHA-256 of the document"), max_length=64, blank=True)
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    registered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("confidential source")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["interview", "document", "picture", "other"]),
                name="confidential_kind_is_known",
            ),
            models.CheckConstraint(condition=~models.Q(title=""), name="confidential_source_has_a_title"),
        ]

    @property
    def stream(self) -> str:
        """What the trail calls it: a key that says nothing, in streams that only auditors' lists show."""
        return f"confidential:{self.key}"
