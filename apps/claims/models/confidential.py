"""What confidential sources say about claims, and what decisions seal of it."""

from __future__ import annotations

import hashlib
import json

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.claims.models.claims import Claim
from apps.claims.models.decisions import Decision
from apps.claims.states import Stance
from apps.sources.models import ConfidentialSource, Hidden


class ConfidentialCitation(Hidden):
    """A confidential source held against a claim. It never counts by the rule. Written once, and perhaps withdrawn."""

    NAMED_THROUGH = "source__people"

    source = models.ForeignKey(ConfidentialSource, models.PROTECT, related_name="+")
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="+")
    stance = models.CharField(max_length=10, choices=Stance.choices)
    quote = models.TextField(blank=True)
    note = models.TextField(blank=True)
    salt = models.CharField(max_length=64, editable=False)
    cited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    cited_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("confidential citation")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["claim", "source"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="confidential_source_is_cited_once_on_a_claim",
            ),
            models.CheckConstraint(
                condition=models.Q(stance__in=["supports", "disputes", "context"]),
                name="confidential_citation_stance_is_known",
            ),
        ]

    @property
    def sealed(self) -> str:
        """A digest that shows later that this stood here in these words, and shows nothing until then."""
        told = {
            "source": str(self.source.key),
            "kind": self.source.kind,
            "title": self.source.title,
            "party": self.source.party,
            "document_sha256": self.source.document_digest,
            "stance": self.stance,
            "quote": self.quote,
            "note": self.note,
        }
        words = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(f"{self.salt}\n{words}".encode()).hexdigest()


class Commitment(Hidden):
    """What a decision seals of the confidential sources on its claim: every decision has one, with sources or without.

    ``leaves`` are filled up with random ones: neither the digest nor the list tells how many sources there are.
    """

    decision = models.OneToOneField(Decision, models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    salt = models.CharField(max_length=64)
    leaves = models.JSONField(default=list)

    class Meta:
        verbose_name = "commitment"

    @staticmethod
    def of(salt: str, leaves: list[str]) -> str:
        """The digest over all leaves."""
        return hashlib.sha256("\n".join([salt, *leaves]).encode()).hexdigest()
