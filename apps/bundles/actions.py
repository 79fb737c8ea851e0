"""What leaves the desk is known to have left: a claim as a bundle, a story as a dossier."""

from __future__ import annotations

from typing import IO

from django.db import transaction

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.accounts.permissions import require
from apps.audit.actions import record
from apps.audit.verbs import Verb
from apps.bundles.dossiers import Dossier
from apps.bundles.exporting import Bundle, write_bundle
from apps.claims.models import Claim


def export_bundle(claim: Claim, out: IO[bytes], *, by: User | None) -> Bundle:
    """Put the claim into a bundle that others can check, and say so in the trail. Without a person it is the command.

    A bundle tells names and reasons, so not everybody who may read may export. Raises CannotExport, OSError.
    """
    if by is not None:
        require(by, Capability.EXPORT_BUNDLES)
    bundle = write_bundle(out, claim)
    with transaction.atomic():
        record(
            Verb.BUNDLE_EXPORTED,
            stream=claim.stream,
            target=claim.statement,
            by=by,
            after={
                "bundle_sha256": bundle.digest,
                "entries": bundle.entries,
                "copies": bundle.copies,
                "sealed": bundle.sealed,
            },
        )
    return bundle


def export_dossier(dossier: Dossier, *, by: User, form: str, digest: str = "") -> None:
    """Say in the trail that a story's dossier is handed out, as a page or as a PDF with this SHA-256."""
    require(by, Capability.EXPORT_BUNDLES)
    story = dossier.story
    with transaction.atomic():
        record(
            Verb.DOSSIER_EXPORTED,
            stream=story.stream,
            target=story.title,
            by=by,
            after={"format": form, "claims": len(dossier.claims), "sha256": digest},
        )
