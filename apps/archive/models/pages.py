"""Where pages are: hosts, with what politeness asks of us there, and addresses worth keeping."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.archive.codes import Code


class Host(models.Model):
    """A server that pages live on. Every worker that goes there asks this row first."""

    name = models.CharField(max_length=260, primary_key=True)
    free_at = models.DateTimeField(
        default=timezone.now, help_text=_("No request before this: the pause between two, or what the host asked for.")
    )
    held_until = models.DateTimeField(
        null=True, editable=False, help_text=_("The host itself has asked for no request before this.")
    )
    look_until = models.DateTimeField(
        null=True,
        editable=False,
        help_text=_("The watch is looking at a page here, until then at most: one at a time."),
    )
    robots = models.TextField("robots.txt", blank=True, help_text=_("As it was last read; empty when there is none."))
    robots_at = models.DateTimeField(null=True, help_text=_("When robots.txt was last read."))
    robots_failure = models.CharField(
        max_length=30, choices=Code.choices, blank=True, help_text=_("Why robots.txt could not be had when last asked.")
    )
    robots_failed_at = models.DateTimeField(null=True, help_text=_("When that was."))

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


# The host of what lies nowhere on the web: no name of a host has a space or brackets.
NO_ADDRESS = "(no address)"
DOCUMENT = "urn:sha256:"


class Page(models.Model):
    """A web address worth keeping, in its normal form; or the place of a document, which is its own SHA-256.

    A document's place is never fetched, watched or drawn: `archive.actions` refuses, and the guard of the web too.
    """

    url = models.CharField(max_length=2048, unique=True)
    host = models.ForeignKey(Host, models.PROTECT, related_name="pages", db_column="host")
    first_asked_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(host=NO_ADDRESS, url__startswith=DOCUMENT)
                | (~models.Q(host=NO_ADDRESS) & ~models.Q(url__startswith="urn:")),
                name="a_document_lies_at_no_host",
                violation_error_message="What has no web address lies at no host, under its own digest.",
            ),
        ]

    def __str__(self) -> str:
        return self.url

    @property
    def is_document(self) -> bool:
        """Whether this is the place of a document, and no web address."""
        return self.host_id == NO_ADDRESS

    @property
    def digest(self) -> str:
        """The SHA-256 of the document whose place this is; empty for a web page."""
        return self.url.removeprefix(DOCUMENT) if self.is_document else ""

    @property
    def stream(self) -> str:
        return f"page:{self.pk}"
