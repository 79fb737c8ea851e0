"""The desk's rule as data: what evidence a state needs, version by version."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import connections, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.audit.versioned import Versioned

NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]


class PolicyQuerySet(models.QuerySet["Policy"]):
    def current(self) -> Policy:
        """The version that holds now. There is one desk; with several, this is where each would ask for its own."""
        return self.order_by("-version")[0]

    def newest_first(self) -> PolicyQuerySet:
        return self.select_related("made_by").order_by("-version")


class Policy(Versioned):
    """One version of the rule. A version is never changed: an edit adds the next one."""

    version = models.PositiveIntegerField(unique=True, editable=False)
    minimum_lines = models.PositiveSmallIntegerField(
        default=2,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
        help_text=_("Lines that support the claim and are independent of each other."),
    )
    first_hand_lines = models.PositiveSmallIntegerField(
        default=1,
        validators=[MaxValueValidator(20)],
        help_text=_("How many of them have to be first-hand."),
    )
    archived = models.BooleanField(
        default=True, help_text=_("Only a citation with a stored copy that was read counts.")
    )
    disputes_block = models.BooleanField(
        default=True, help_text=_("A dispute that no editor has answered stands in the way of “corroborated”.")
    )
    four_eyes = models.BooleanField(default=True, help_text=_("“Corroborated” is signed by somebody who did not ask."))
    four_eyes_to_dispute = models.BooleanField(
        default=False, help_text=_("“Disputed” is signed by somebody who did not ask.")
    )
    minimum_disputes = models.PositiveSmallIntegerField(
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
        help_text=_("Archived citations that dispute the claim, unless two figures can't both hold."),
    )
    shelf_life_days = models.PositiveIntegerField(
        _("verify again after"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        help_text=_("Days. A verdict that is older sends its claim back to review. Empty: never."),
    )
    reason = models.TextField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = PolicyQuerySet.as_manager()

    ONE_STREAM = "1"
    FACTS = (
        *("minimum_lines", "first_hand_lines", "archived", "disputes_block", "four_eyes", "four_eyes_to_dispute"),
        *("minimum_disputes", "shelf_life_days"),
    )

    class Meta:
        verbose_name_plural = "policies"
        ordering = ["-version"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(reason=""),
                name="a_rule_says_why",
                violation_error_message=_("Every change of the rule needs a reason."),
            ),
            models.CheckConstraint(
                condition=models.Q(version=1) | models.Q(made_by__isnull=False), name="a_changed_rule_says_who"
            ),
            models.CheckConstraint(
                condition=models.Q(version__gte=1, minimum_lines__gte=1, minimum_disputes__gte=1),
                name="a_rule_asks_for_something",
                violation_error_message=_("A verdict needs at least one line, and a dispute at least one citation."),
            ),
            models.CheckConstraint(
                condition=models.Q(first_hand_lines__lte=models.F("minimum_lines")),
                name="first_hand_lines_are_among_the_lines",
                violation_error_message=_("More lines can't be first-hand than lines are asked for."),
            ),
        ]

    def __str__(self) -> str:
        return f"The rule, version {self.version}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Raises TypeError for a version that is there already."""
        if not self._state.adding:
            raise TypeError("A version of the rule is never changed: add the next one.")
        super().save(*args, **kwargs)

    @property
    def facts(self) -> dict[str, Any]:
        """What the rule asks for, by name."""
        return {name: getattr(self, name) for name in self.FACTS}

    def wants_second_editor(self, to_state: str) -> bool:
        """Whether this move is signed by somebody who did not ask for it. Going back to unverified never is."""
        return {"corroborated": self.four_eyes, "disputed": self.four_eyes_to_dispute}.get(to_state, False)

    @property
    def sentences(self) -> list[str]:
        """The rule in plain words."""
        lines = f"{in_words(self.minimum_lines)} independent line{'s' if self.minimum_lines > 1 else ''}"
        first_hand = f", at least {in_words(self.first_hand_lines)} of them first-hand" if self.first_hand_lines else ""
        said = [f"Corroborated needs at least {lines} that support the claim{first_hand}."]
        if self.archived:
            said.append("A citation counts when its page has been archived and read.")
        else:
            said.append("A citation counts whether or not its page could be archived.")
        if self.disputes_block:
            said.append("No dispute may stand unanswered.")
        else:
            said.append("A dispute that nobody answered does not stand in the way.")
        disputes = f"{in_words(self.minimum_disputes)} archived citation{'s' if self.minimum_disputes > 1 else ''}"
        verb = "dispute" if self.minimum_disputes > 1 else "disputes"
        said.append(f"Disputed needs at least {disputes} that {verb} it, or two figures that can't both hold.")
        said.append(_signed(self.four_eyes, self.four_eyes_to_dispute))
        if self.shelf_life_days:
            said.append(f"A verdict is verified again after {self.shelf_life_days} days.")
        else:
            said.append("A verdict has no date on which it must be verified again.")
        return said


def in_words(number: int) -> str:
    """A small number as a sentence writes it."""
    return NUMBERS[number] if number < len(NUMBERS) else str(number)


def _signed(corroborated: bool, disputed: bool) -> str:
    if corroborated and disputed:
        return "A second editor signs before a claim is corroborated or disputed."
    if corroborated:
        return "A second editor signs before a claim is corroborated; one editor may mark it disputed."
    if disputed:
        return "A second editor signs before a claim is disputed; one editor may mark it corroborated."
    return "One editor may decide alone."


def make_first(using: str, **kwargs: Any) -> None:
    """After every migrate, as after a flush: a desk has a rule. The first version is what the fields default to."""
    if Policy._meta.db_table not in connections[using].introspection.table_names():
        return
    if not Policy.objects.using(using).exists():
        Policy(version=1, reason="The rule that every desk begins with.").save(using=using)
