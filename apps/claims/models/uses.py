"""Where a claim has been printed, and what must be corrected there."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.claims.models.claims import Claim
from apps.claims.models.flags import Cause


class UseQuerySet(models.QuerySet["Use"]):
    def live(self) -> UseQuerySet:
        return self.filter(withdrawn_at__isnull=True)


class Use(models.Model):
    """A published story that relies on the claim. Withdrawn when it was entered by mistake, never deleted."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="uses")
    headline = models.CharField(max_length=300)
    url = models.CharField("address", max_length=2048)
    published_at = models.DateTimeField()
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(default=timezone.now)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.TextField(blank=True)

    objects = UseQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(headline=""), name="use_has_a_headline"),
            models.CheckConstraint(condition=~models.Q(url=""), name="use_has_an_address"),
            models.UniqueConstraint(
                fields=["claim", "url"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="a_story_uses_a_claim_once",
                violation_error_message=_("This story is noted as a use of the claim already."),
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | (models.Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~models.Q(withdrawn_because="")),
                name="a_withdrawn_use_says_who_and_why",
                violation_error_message=_("Withdrawing a use needs a reason."),
            ),
        ]

    def __str__(self) -> str:
        return self.headline


class CorrectionQuerySet(models.QuerySet["Correction"]):
    """Reads of what must be corrected."""

    def open(self) -> CorrectionQuerySet:
        """Uses of which nobody has said what was done."""
        return self.filter(done_at__isnull=True)

    def to_announce(self) -> CorrectionQuerySet:
        """News for hooks and mails that has not gone out, oldest first."""
        return self.filter(announced_at__isnull=True).order_by("pk")

    def told(self) -> CorrectionQuerySet:
        """With everything that a list shows of them."""
        return self.select_related("use__claim__story", "cause", "done_by")


class Correction(models.Model):
    """A use that needs correction, because the claim it relies on lost its verdict or was superseded.

    The row is also the bell for hooks and mails: who sends one takes it by setting ``announced_at``.
    """

    class Done(models.TextChoices):
        CORRECTED = "corrected", _("Corrected in the story")
        UPDATED = "updated", _("The story was updated")
        TAKEN_DOWN = "taken_down", _("The story was taken down")
        NOTHING_NEEDED = "nothing_needed", _("Nothing had to be done")

    use = models.ForeignKey(Use, models.PROTECT, related_name="corrections")
    cause = models.ForeignKey(Cause, models.PROTECT, related_name="corrections")
    needed_since = models.DateTimeField(default=timezone.now)
    announced_at = models.DateTimeField(null=True, editable=False, help_text=_("When hooks and mails had gone out."))
    done = models.CharField(_("what was done"), max_length=15, choices=Done.choices, blank=True)
    note = models.TextField(blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["-id"], name="correction_open", condition=models.Q(done_at__isnull=True)),
            models.Index(fields=["id"], name="correction_to_announce", condition=models.Q(announced_at__isnull=True)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["use", "cause"], name="one_correction_for_a_cause"),
            models.CheckConstraint(
                condition=models.Q(done="", done_at__isnull=True, done_by__isnull=True)
                | (
                    models.Q(done__in=["corrected", "updated", "taken_down", "nothing_needed"])
                    & models.Q(done_at__isnull=False, done_by__isnull=False)
                    & ~models.Q(note="")
                ),
                name="a_correction_says_what_was_done_and_by_whom",
                violation_error_message=_("Say what was done, in words."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.use}: {self.get_done_display() or gettext('needs correction')}"

    @property
    def sentence(self) -> str:
        """Why, in words; also of a story that came out when it had happened already."""
        if self.use.published_at <= self.cause.happened_at:
            return self.cause.sentence
        return gettext("%(why)s The story was published after that.") % {"why": self.cause.sentence}
