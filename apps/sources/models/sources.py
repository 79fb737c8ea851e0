"""What is cited."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.archive.models import Capture, Page
from apps.audit.versioned import Versioned
from apps.audit.wording import plain
from apps.sources.credits import credit_names
from apps.sources.models.parties import Party

LONGEST_LABEL = 60


class SourceQuerySet(models.QuerySet["Source"]):
    def matchable(self) -> SourceQuerySet:
        """Those whose text may be compared with others' and suggested from: the one place to leave sources out.

        Notes of an interview are the desk's own words: who prints what was said has not printed them.
        """
        return self.exclude(kind=Source.Kind.INTERVIEW)

    def behind_on(self, capture: Capture) -> SourceQuerySet:
        """The sources that have not taken the facts of this stored copy yet."""
        older = models.Q(learned_from__isnull=True) | models.Q(learned_from__lt=capture.pk)
        return self.filter(older, page=capture.page_id)

    def credit_lines(self) -> SourceQuerySet:
        """Every credit line that there is, once."""
        return self.exclude(credit_line="").order_by().values_list("credit_line", flat=True).distinct()  # type: ignore

    def cited_beside(self, source: Source) -> SourceQuerySet:
        """The other sources that are cited on a claim on which this one is, by outlet and title."""
        live = models.Q(citations__withdrawn_at__isnull=True)
        claims = self.model.objects.filter(live, pk=source.pk).values("citations__claim")
        beside = self.filter(live, citations__claim__in=claims).exclude(pk=source.pk)
        return beside.select_related("outlet", "page").order_by("outlet__name", "title", "pk").distinct()

    def waiting(self) -> models.QuerySet[Any, Any]:
        """The numbers of the copies that have been read and that their source has not learned from, oldest first."""
        behind = models.Q(learned_from__isnull=True) | models.Q(learned_from__lt=models.F("page__captures"))
        read = self.filter(behind, page__captures__extract__isnull=False)
        return read.order_by("page__captures").values_list("page__captures", flat=True)


class Source(Versioned):
    """Something cited: a web page, a document, a picture, an interview. Only a web page has an address.

    Of the others ``page`` is the place in the archive that their own digest names, and ``outlet`` is who made the
    document, or whom the desk talked with.
    """

    class Kind(models.TextChoices):
        WEB_PAGE = "web_page", _("Web page")
        DOCUMENT = "document", _("Document")
        PICTURE = "picture", _("Picture")
        INTERVIEW = "interview", _("Interview")

    # What sentences call one.
    NOUNS = {
        Kind.WEB_PAGE: _("page"),
        Kind.DOCUMENT: _("document"),
        Kind.PICTURE: _("picture"),
        Kind.INTERVIEW: _("interview"),
    }

    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.WEB_PAGE)
    page = models.OneToOneField(Page, models.PROTECT, related_name="source")
    title = models.CharField(max_length=500, blank=True)
    outlet = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="published")
    byline = models.CharField(max_length=300, blank=True)
    credit_line = models.CharField(
        max_length=200,
        blank=True,
        help_text=_("Whose copy it says it is: AFP, APP - UrduPoint. Empty for own reporting."),
    )
    published_at = models.DateTimeField(null=True, blank=True)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    registered_at = models.DateTimeField(default=timezone.now, editable=False)
    by_hand = models.JSONField(
        default=list, editable=False, help_text=_("Facts that a person has set, empty ones too.")
    )
    learned_from = models.ForeignKey(Capture, models.PROTECT, null=True, editable=False, related_name="+")

    objects = SourceQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["credit_line"], name="source_by_credit_line")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["web_page", "document", "picture", "interview"]),
                name="source_kind_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="web_page") | ~models.Q(title=""),
                name="what_has_no_address_has_a_title",
                violation_error_message=_("What has no address needs a title."),
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="interview") | models.Q(outlet__isnull=False),
                name="an_interview_is_with_somebody",
                violation_error_message=_("Say whom the desk talked with."),
            ),
            models.CheckConstraint(
                condition=models.Q(published_at__isnull=True)
                | models.Q(
                    published_at__gte=datetime(1900, 1, 1, tzinfo=UTC),
                    published_at__lte=datetime(2100, 1, 1, tzinfo=UTC),
                ),
                name="source_was_published_in_our_time",
                violation_error_message=_("Give a year between 1900 and 2100."),
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.page.url

    @property
    def noun(self) -> str:
        """What it is, as the sentences of the rule say it: page, document, picture, interview."""
        return _plain_noun(self.kind)

    @property
    def shown_noun(self) -> Promise:
        """The same, as pages say it."""
        return self.NOUNS[self.Kind(self.kind)]

    @property
    def has_address(self) -> bool:
        """Whether it can be looked up on the web."""
        return self.kind == self.Kind.WEB_PAGE

    @property
    def label(self) -> str:
        """How sentences name it: the outlet, else the host; a document that nobody is said to have made, its title."""
        if self.outlet:
            return self.outlet.name
        return self.page.host_id if self.has_address else f"“{self.title[:LONGEST_LABEL].rstrip()}”"

    @property
    def called(self) -> str:
        """Its label and its title; the address of a page that has none yet."""
        if not self.title:
            return self.page.url
        return self.title if not (self.outlet or self.has_address) else f"{self.label}: {self.title}"

    @property
    def credits(self) -> frozenset[str]:
        """The names in its credit line, comparable; empty for own reporting."""
        return credit_names(self.credit_line)


@cache
def _plain_noun(kind: str) -> str:
    """Asked for with each source of a claim, of which there may be thousands."""
    return plain(Source.NOUNS[Source.Kind(kind)])
