"""Where the information of sources and parties comes from, edge by edge."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.archive.models import Capture
from apps.sources.models.parties import Party
from apps.sources.models.sources import Source


class AttributionQuerySet(models.QuerySet["Attribution"]):
    """Reads of the edges."""

    def live(self) -> AttributionQuerySet:
        """Those that count: confirmed, and suggested ones that nobody has answered, which is the cautious reading."""
        return self.filter(state__in=Attribution.LIVE)

    def pending(self) -> AttributionQuerySet:
        """Suggestions that wait for an editor."""
        return self.filter(state=Attribution.State.SUGGESTED)

    def rejected(self) -> AttributionQuerySet:
        return self.filter(state=Attribution.State.REJECTED)

    def between(self, of: Source | Party, relation: str, to: Source | Party) -> AttributionQuerySet:
        """Those that say just this, in whatever state, by whatever name a party goes."""
        of_end = {"of_source": of} if isinstance(of, Source) else {"of_party__identity": of.identity}
        to_end = {"to_source": to} if isinstance(to, Source) else {"to_party__identity": to.identity}
        return self.filter(relation=relation, **of_end, **to_end)

    def touching(self, end: Source | Party) -> AttributionQuerySet:
        """The live ones that begin or end at this source or party."""
        if isinstance(end, Source):
            return self.live().filter(models.Q(of_source=end) | models.Q(to_source=end))
        return self.live().filter(models.Q(of_party=end) | models.Q(to_party=end))

    def with_news(self) -> AttributionQuerySet:
        """Those of whose newest change the claims haven't heard, oldest first."""
        return self.filter(has_news=True).order_by("pk")

    def with_ends(self) -> AttributionQuerySet:
        """Each with both of its ends and with the people who answered for it, in one query."""
        return self.select_related(
            *("of_source__outlet", "of_source__page", "of_party", "to_source__outlet", "to_source__page", "to_party"),
            *("entered_by", "decided_by"),
        )


class Attribution(models.Model):
    """An edge: this source or party republishes, quotes, translates or rests on that source or that party.

    Entered by an editor, and then confirmed at once, or suggested by the machine, and then confirmed or rejected by an
    editor with a reason. What is rejected or withdrawn is kept and doesn't count.
    """

    class Relation(models.TextChoices):
        """What the first does with the second. The first two carry copy; the others carry what somebody knows."""

        REPUBLISHES = "republishes", _("republishes")
        TRANSLATES = "translates", _("translates")
        QUOTES = "quotes", _("quotes")
        RESTS_ON = "rests_on", _("rests on")

    class State(models.TextChoices):
        SUGGESTED = "suggested", _("Suggested")
        CONFIRMED = "confirmed", _("Confirmed")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class FoundBy(models.TextChoices):
        """Who or what said so first."""

        EDITOR = "editor", _("An editor")
        REPORTER = "reporter", _("A reporter")
        CREDIT_LINE = "credit_line", _("Its credit line")
        BYLINE = "byline", _("Its byline or dateline")
        ADDRESS = "address", _("Its address")
        TEXT_OVERLAP = "text_overlap", _("Text that both share")
        STATED_ORIGIN = "stated_origin", _("What it says itself of its origin")

    LIVE = [State.SUGGESTED, State.CONFIRMED]
    CARRIES_COPY = [Relation.REPUBLISHES, Relation.TRANSLATES]

    of_source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="attributions")
    of_party = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="attributions")
    relation = models.CharField(max_length=12, choices=Relation.choices)
    to_source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="attributed")
    to_party = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="attributed")
    state = models.CharField(max_length=10, choices=State.choices, editable=False)
    found_by = models.CharField(max_length=15, choices=FoundBy.choices, editable=False)
    grounds = models.JSONField(
        default=dict,
        editable=False,
        help_text=_("What a suggestion rests on: the words found, or the passages shared."),
    )
    capture = models.ForeignKey(
        Capture, models.PROTECT, null=True, editable=False, related_name="+", help_text=_("The copy it was read from.")
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    entered_at = models.DateTimeField(default=timezone.now, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, editable=False)
    reason = models.TextField(blank=True, help_text=_("Why it is so, or why it isn't."))

    has_news = models.BooleanField(
        default=True, editable=False, help_text=_("The claims have not been looked at again since it last changed.")
    )

    objects = AttributionQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["-id"], name="attribution_pending", condition=models.Q(state="suggested")),
            models.Index(fields=["id"], name="attribution_with_news", condition=models.Q(has_news=True)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(relation__in=["republishes", "translates", "quotes", "rests_on"]),
                name="attribution_relation_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["suggested", "confirmed", "rejected", "withdrawn"]),
                name="attribution_state_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(of_source__isnull=False, of_party__isnull=True)
                | models.Q(of_source__isnull=True, of_party__isnull=False),
                name="attribution_is_of_one_thing",
                violation_error_message=_("An attribution is of one source or of one party."),
            ),
            models.CheckConstraint(
                condition=models.Q(to_source__isnull=False, to_party__isnull=True)
                | models.Q(to_source__isnull=True, to_party__isnull=False),
                name="attribution_leads_to_one_thing",
                violation_error_message=_("An attribution leads to one source or to one party."),
            ),
            models.CheckConstraint(
                condition=(models.Q(of_source__isnull=True) | ~models.Q(of_source=models.F("to_source")))
                & (models.Q(of_party__isnull=True) | ~models.Q(of_party=models.F("to_party"))),
                name="nothing_is_attributed_to_itself",
                violation_error_message=_("Nothing can be attributed to itself."),
            ),
            models.CheckConstraint(
                condition=models.Q(state="suggested", decided_by__isnull=True, decided_at__isnull=True)
                | (
                    ~models.Q(state="suggested")
                    & models.Q(decided_by__isnull=False, decided_at__isnull=False)
                    & ~models.Q(reason="")
                ),
                name="an_answered_attribution_says_who_and_why",
                violation_error_message=_("Confirming, rejecting or withdrawing an attribution needs a reason."),
            ),
            *(
                models.UniqueConstraint(
                    fields=[of_end, "relation", to_end],
                    condition=models.Q(state__in=["suggested", "confirmed"]),
                    name=f"one_live_attribution_of_{of_end[3:]}_to_{to_end[3:]}",
                    violation_error_message=_("The desk knows of this attribution already."),
                )
                for of_end in ("of_source", "of_party")
                for to_end in ("to_source", "to_party")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.of} {self.get_relation_display()} {self.to}"

    @property
    def of(self) -> Any:
        """The source or party whose information is attributed."""
        return self.of_source or self.of_party

    @property
    def to(self) -> Any:
        """The source or party that it is attributed to."""
        return self.to_source or self.to_party

    @property
    def is_pending(self) -> bool:
        return self.state == self.State.SUGGESTED
