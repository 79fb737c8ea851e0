"""Claims, and what is cited on them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.archive.models import Capture, CaptureQuerySet
from apps.audit.versioned import Versioned
from apps.claims.models.quotes import TextQuote
from apps.claims.models.stories import Story
from apps.claims.states import MOVES, QuotedVerb, Stage, Stance, State
from apps.sources.models import Party, Source


def _live_citations(stance: Stance) -> Coalesce:
    """How many live citations of this stance a claim has."""
    live = Citation.objects.live().filter(claim=models.OuterRef("pk"), stance=stance).order_by()
    counted = live.values("claim").annotate(number=models.Count("pk")).values("number")
    return Coalesce(models.Subquery(counted, output_field=models.IntegerField()), 0)


def _open_flags() -> Coalesce:
    """How many flags stand on a claim."""
    flagged = Claim.objects.filter(pk=models.OuterRef("pk"), flags__isnull=False, flags__cleared_at__isnull=True)
    counted = flagged.order_by().values("pk").annotate(number=models.Count("flags")).values("number")
    return Coalesce(models.Subquery(counted, output_field=models.IntegerField()), 0)


# A desk with more claims than this reads "10,000+": nobody acts on the rest of the number, and counting it is slow.
COUNTED_TO = 10_000


class ClaimQuerySet(models.QuerySet["Claim"]):
    """Reads of the queue."""

    def for_queue(self) -> ClaimQuerySet:
        """What a row of the queue shows, in one query, counted for the rows that are fetched and for no others."""
        return self.select_related("story", "assignee", "claimant").annotate(
            support_count=_live_citations(Stance.SUPPORTS),
            dispute_count=_live_citations(Stance.DISPUTES),
            flag_count=_open_flags(),
        )

    def flagged(self, kinds: Iterable[str] = ()) -> ClaimQuerySet:
        """Claims with a flag that nobody has cleared; raised for causes of these kinds, where some are given."""
        manager: Any = Claim._meta.get_field("flags").related_model._default_manager
        flags = manager.open()
        if kinds:
            flags = flags.filter(cause__kind__in=list(kinds))
        return self.filter(pk__in=flags.order_by().values("claim"))

    def open(self) -> ClaimQuerySet:
        """Claims that somebody has still to work on: at any stage but settled."""
        return self.exclude(stage=Stage.SETTLED)

    def relied_on(self, by: User | None) -> ClaimQuerySet:
        """Claims of which others hear what this person, or a worker, has changed under them.

        Those with a verdict, in review or settled; and those that somebody else has in hand.
        """
        relied_on = ~models.Q(state=State.UNVERIFIED) | models.Q(stage__in=[Stage.IN_REVIEW, Stage.SETTLED])
        return self.filter(relied_on | (models.Q(assignee__isnull=False) & ~models.Q(assignee=by)))

    def decided(self) -> ClaimQuerySet:
        """Claims with a verdict."""
        return self.exclude(state=State.UNVERIFIED)

    def needs_verifying_again(self, days: int, now: datetime) -> ClaimQuerySet:
        """Settled verdicts that nobody has decided on or looked at again for so many days."""
        settled = self.filter(stage=Stage.SETTLED, verified_at__lt=now - timedelta(days=days))
        return settled.exclude(state=State.UNVERIFIED).order_by("verified_at", "pk")

    def citing_any(self, sources: set[int]) -> ClaimQuerySet:
        """Claims with a live citation of one of these sources."""
        live = Citation.objects.live().filter(source__in=sources)
        return self.filter(pk__in=live.values("claim"))

    def overdue(self, now: datetime) -> ClaimQuerySet:
        return self.filter(due__lt=now).open()

    def due_within(self, now: datetime, span: timedelta) -> ClaimQuerySet:
        return self.filter(due__gte=now, due__lt=now + span).open()

    def with_words(self, words: str) -> ClaimQuerySet:
        """Claims that hold every one of these words, in the statement or the name of who claims it."""
        claims = self
        for word in words.split()[:8]:
            claims = claims.filter(models.Q(statement__icontains=word) | models.Q(claimant__name__icontains=word))
        return claims

    def count_by_state(self) -> dict[str, int]:
        """How many claims of this set are in each state, counted no further than one above COUNTED_TO."""
        return {state: self.filter(state=state).order_by()[: COUNTED_TO + 1].count() for state in State.values}


class Claim(Versioned):
    """A checkable assertion, in one sentence. Its state changes only through ``claims.actions``.

    ``submission`` is the form that opened it: the same form sent twice opens one claim.
    """

    statement = models.CharField(max_length=500)
    claimant = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="claims")
    story = models.ForeignKey(Story, models.PROTECT, null=True, blank=True, related_name="claims")
    state = models.CharField(max_length=15, choices=State.choices, default=State.UNVERIFIED, editable=False)
    stage = models.CharField(max_length=15, choices=Stage.choices, default=Stage.INBOX, editable=False)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="assigned_claims"
    )
    due = models.DateTimeField(null=True, blank=True)
    verified_at = models.DateTimeField(
        null=True, editable=False, help_text=_("When the verdict was decided, or settled again by somebody who looked.")
    )
    against_rule = models.BooleanField(
        default=False, editable=False, help_text=_("Whether the verdict was decided by overriding the rule.")
    )
    submission = models.UUIDField(null=True, editable=False, unique=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ClaimQuerySet.as_manager()

    TOLD = {"state": "unverified", "stage": "inbox"}

    class Meta:
        ordering = ["-changed_at", "-id"]
        indexes = [
            models.Index(fields=["-changed_at", "-id"], name="claim_by_change"),
            models.Index(fields=["state", "-changed_at", "-id"], name="claim_by_state"),
            models.Index(fields=["stage", "-changed_at", "-id"], name="claim_by_stage"),
            models.Index(fields=["assignee", "-changed_at", "-id"], name="claim_by_assignee"),
            models.Index(fields=["story", "-changed_at", "-id"], name="claim_by_story"),
            # Of those that are still open: a desk settles far more than it has in hand.
            models.Index(
                fields=["due", "id"],
                name="claim_open_by_due",
                condition=models.Q(due__isnull=False) & ~models.Q(stage="settled"),
            ),
            models.Index(
                fields=["assignee", "-changed_at", "-id"],
                name="claim_open_by_assignee",
                condition=~models.Q(stage="settled"),
            ),
            models.Index(
                fields=["verified_at"],
                name="claim_verdict_by_age",
                condition=models.Q(stage="settled", verified_at__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["unverified", "corroborated", "disputed"]),
                name="claim_state_is_known",
                violation_error_message=_("A claim is unverified, corroborated or disputed; nothing else is a state."),
            ),
            models.CheckConstraint(
                condition=models.Q(stage__in=["inbox", "in_progress", "in_review", "settled"]),
                name="claim_stage_is_known",
            ),
            models.CheckConstraint(condition=~models.Q(statement=""), name="claim_has_a_statement"),
            models.CheckConstraint(condition=models.Q(version__gte=1), name="claim_version_counts_from_one"),
            models.CheckConstraint(
                condition=models.Q(due__isnull=True)
                | models.Q(due__range=(datetime(1900, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))),
                name="claim_is_due_in_our_time",
                violation_error_message=_("Give a year between 1900 and 2100."),
            ),
        ]

    def __str__(self) -> str:
        return self.statement

    @property
    def moves(self) -> tuple[State, ...]:
        """The states this claim may be moved to from where it is, as far as the order of moves goes."""
        return MOVES[State(self.state)]

    @property
    def is_overdue(self) -> bool:
        return bool(self.due and self.due < timezone.now() and self.stage != Stage.SETTLED)

    @property
    def could_not_be_verified(self) -> bool:
        """Settled and still unverified: looked into, which is not the same as not looked at."""
        return self.stage == Stage.SETTLED and self.state == State.UNVERIFIED


class CitationQuerySet(models.QuerySet["Citation"]):
    def live(self) -> CitationQuerySet:
        return self.filter(withdrawn_at__isnull=True)

    def stored_copies(self) -> CaptureQuerySet:
        """The stored copies that these rest on, each once."""
        return Capture.objects.stored().filter(pk__in=self.values("capture")).order_by("pk")

    def copies_to_adopt(self) -> models.QuerySet[Any, Any]:
        """The numbers of the copies that came after one which could not be had, and that no citation has taken yet."""
        newer = Capture.objects.stored().filter(
            page=models.OuterRef("source__page"), pk__gt=models.OuterRef("capture"), read_at__isnull=False
        )
        waiting = self.live().filter(capture__state__in=Capture.NOT_HAD)
        adopted = waiting.annotate(copy=models.Subquery(newer.order_by("-pk").values("pk")[:1]))
        return adopted.filter(copy__isnull=False).order_by("copy").values_list("copy", flat=True).distinct()

    def for_lines(self) -> CitationQuerySet:
        """What counting the lines of many claims needs of each, and no more: a list shows fifty claims at once."""
        return (
            self.exclude(stance=Stance.CONTEXT)
            .select_related("source__page", "source__outlet", "capture")
            .only(
                *("claim", "stance", "answer", "first_hand", "source", "capture"),
                *("source__kind", "source__title", "source__credit_line", "source__page__host"),
                *(f"source__outlet__{name}" for name in ("name", "folded", "identity", "is_named")),
                *("capture__state", "capture__read_at", "capture__page"),
            )
            .order_by("id")
        )

    def with_words_to_find(self) -> CitationQuerySet:
        """Live ones whose copy has been read and whose words nobody has looked for in it yet."""
        unsought = self.live().filter(quote_sought_in__isnull=True).exclude(quote="")
        return unsought.filter(capture__state__in=Capture.HELD, capture__read_at__isnull=False)

    def with_evidence(self) -> CitationQuerySet:
        """Each with its source, outlet, copy and passages, oldest first: what policy and page need, in two queries."""
        return self.with_copies().with_passages()

    def with_passages(self) -> CitationQuerySet:
        """Each with the words of its copy that it rests on."""
        return self.prefetch_related(
            models.Prefetch("text_quotes", TextQuote.objects.live().select_related("capture").order_by("id"))
        )

    def with_copies(self) -> CitationQuerySet:
        """The same without the passages, in one query."""
        return (
            self.select_related(
                "source__page",
                "source__outlet",
                "capture__page",
                "capture__extract",
                "capture__requested_by",
                "quoted",
                "cited_by",
                "quoted",
                "answered_by",
            )
            .defer("capture__extract__text")
            .order_by("id")
        )


class Citation(models.Model):
    """A source attached to a claim. Withdrawn, never deleted."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="citations")
    source = models.ForeignKey(Source, models.PROTECT, related_name="citations")
    capture = models.ForeignKey(Capture, models.PROTECT, related_name="+")
    stance = models.CharField(max_length=10, choices=Stance.choices)
    quote = models.TextField(blank=True)
    quote_sought_in = models.ForeignKey(
        Capture,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        help_text=_("The copy in which the words were looked for, or picked."),
    )
    quoted = models.ForeignKey(
        Party, models.PROTECT, null=True, blank=True, related_name="+", help_text=_("Who is quoted, if somebody is.")
    )
    quoted_verb = models.CharField(_("what they do"), max_length=25, choices=QuotedVerb.choices, blank=True)
    first_hand = models.BooleanField(
        default=False, help_text=_("The source saw it, made it or decided it, and has it from nobody else.")
    )
    note = models.TextField(blank=True)
    cited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    cited_at = models.DateTimeField(default=timezone.now, editable=False)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_because = models.TextField(blank=True)
    answer = models.TextField(blank=True, help_text=_("What an editor answers to a citation that disputes the claim."))
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True, editable=False)

    # The passages, for whoever fetched them with many citations at once.
    known_passages: list[TextQuote] | None = None

    objects = CitationQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["id"],
                name="citation_with_words_to_find",
                condition=models.Q(quote_sought_in__isnull=True, withdrawn_at__isnull=True) & ~models.Q(quote=""),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["claim", "source"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="source_is_cited_once_on_a_claim",
                violation_error_message=_("This page is cited on this claim already."),
            ),
            models.CheckConstraint(
                condition=models.Q(stance__in=["supports", "disputes", "context"]), name="citation_stance_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(quoted_verb__in=["", *QuotedVerb.values]), name="quoted_verb_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | (models.Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~models.Q(withdrawn_because="")),
                name="a_withdrawal_says_who_and_why",
                violation_error_message=_("Withdrawing a citation needs a reason."),
            ),
            models.CheckConstraint(
                condition=models.Q(answer="", answered_by__isnull=True, answered_at__isnull=True)
                | (
                    models.Q(stance="disputes", answered_by__isnull=False, answered_at__isnull=False)
                    & ~models.Q(answer="")
                ),
                name="only_a_dispute_is_answered_by_somebody",
                violation_error_message=_("An answer to a dispute says who answers, and what."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} ({self.get_stance_display().lower()})"

    @property
    def is_archived(self) -> bool:
        return self.capture.is_stored

    @property
    def is_read(self) -> bool:
        """Whether the copy is stored and has been read."""
        return self.is_archived and self.capture.read_at is not None

    @property
    def has_no_text(self) -> bool:
        """Whether the copy has been read and nothing could be read from it."""
        extract = getattr(self.capture, "extract", None)
        return extract is not None and bool(extract.problem)

    @property
    def is_unanswered(self) -> bool:
        """Whether it disputes the claim and no editor has answered it."""
        return self.stance == Stance.DISPUTES and not self.answer

    @property
    def is_learned(self) -> bool:
        """Whether the source has taken over what this copy says of itself."""
        return self.source.learned_from_id is not None and self.source.learned_from_id >= self.capture_id

    @property
    def is_quote_awaited(self) -> bool:
        """Whether its copy has been read and its words are still to be looked for there."""
        return bool(self.quote and self.quote_sought_in_id is None and self.is_read)

    @property
    def is_moving(self) -> bool:
        """Whether this citation will still change by itself soon: being copied, read, learned from, or looked into."""
        return self.capture.is_moving or (self.capture.is_stored and not self.is_learned) or self.is_quote_awaited

    @property
    def passages(self) -> list[TextQuote]:
        """The words of its copy that it rests on, as the copy has them."""
        if self.known_passages is not None:
            return self.known_passages
        return [one for one in self.text_quotes.all() if one.replaced_at is None]

    @property
    def words(self) -> list[str]:
        """The words it rests on, one by one: as its copy has them, or as somebody typed them."""
        return [one.exact for one in self.passages] or [part for part in [self.quote.strip()] if part]

    @property
    def is_quote_missing(self) -> bool:
        """Whether its words were looked for in its copy and are not there."""
        return bool(self.quote and self.quote_sought_in_id and not self.passages)

    @property
    def said_by(self) -> str:
        """Who is quoted and what they do: "NIS confirms". Empty where nobody is named."""
        return f"{self.quoted} {self.get_quoted_verb_display()}".strip() if self.quoted else ""
