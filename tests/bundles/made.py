"""Claims as a desk has them, with copies of a site on loopback, and the bundles that are made of them."""

from __future__ import annotations

import io
import json
import resource
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from apps.accounts.models import User
from apps.archive.capturing import capture as workshop
from apps.archive.models import Capture
from apps.archive.reading import reader
from apps.audit.context import Channel, entered_by
from apps.audit.sealing.sealer import seal
from apps.bundles import verify
from apps.bundles.actions import export_bundle
from apps.claims import actions
from apps.claims.models import Caveat, Citation, Claim, ClaimLink
from apps.claims.states import Stance, State
from apps.sources.actions import correct_source
from apps.sources.models import Source
from tests.archive import sounds, uploads
from tests.archive.copies import NOTE, Copies
from tests.newsroom import (
    decide,
    make_claim,
    make_confidential,
    make_figure,
    make_person,
    make_reply_request,
    make_story,
    make_use,
)

# Letters of many scripts, and what a careless writer of JSON gets wrong.
STATEMENT = "Zwei Soldaten wurden gefangen — 두 명의 군인이 포로로 잡혔다 \u2028 «عاجل» 🪖."
SECRET = "Nightjar"
PROVIDER = "The clerk on the third floor"
VERIFY = Path(verify.__file__)


@dataclass
class Desk:
    """The people whom a bundle names."""

    copies: Copies
    rita: User = field(default_factory=lambda: make_person("rita", "reporter"))
    ada: User = field(default_factory=lambda: make_person("ada", "editor"))
    sofia: User = field(default_factory=lambda: make_person("sofia", "standards_editor"))

    def claim(self, statement: str = STATEMENT) -> Claim:
        with self.at_the_desk():
            return make_claim(self.rita, statement, claimant="NIS")

    def at_the_desk(self) -> Any:
        """What is done inside came in through the web, from an address that no bundle may tell."""
        return entered_by(Channel.WEB, address="203.0.113.77")

    def cite(self, claim: Claim, path: str = "/story", outlet: str = "", **told: Any) -> Citation:
        """A page of the site on the claim, fetched and read by a worker, with its outlet as a person knows it."""
        url = f"http://{self.copies.where}{path}"
        with self.at_the_desk():
            citation = actions.cite(claim, by=self.rita, url=url, **{"stance": Stance.SUPPORTS, **told})
        with entered_by(Channel.WORKER):
            workshop.run(citation.capture_id)
            reader.run(citation.capture_id)
        if outlet:
            source = citation.source
            correct_source(source, by=self.rita, expected_version=source.version, outlet=outlet)
        claim.refresh_from_db()
        citation.refresh_from_db()
        return citation

    def upload(self, claim: Claim, kind: str = "html") -> Capture:
        """A file that somebody brought, cited for context."""
        capture = self.copies.uploaded(kind)
        source, _ = Source.objects.get_or_create(page=capture.page, defaults={"title": "The Paper"})
        Citation.objects.create(
            claim=claim, source=source, capture=capture, stance=Stance.CONTEXT, cited_by=self.rita, quote=""
        )
        return capture

    def hand_in(self, claim: Claim) -> Citation:
        """A document that somebody gave the desk."""
        told = {"title": "The order", "comes_from": NOTE, "provided_by": PROVIDER, "stance": Stance.SUPPORTS}
        with self.at_the_desk():
            file = io.BytesIO(uploads.pdf("Two were captured."))
            citation = actions.cite_document(claim, by=self.rita, file=file, file_name="order.pdf", **told)
        reader.run(citation.capture_id)
        return citation

    def talked(self, seconds: float = 0.1) -> Claim:
        """A claim with the notes of a call, and its recording."""
        claim, at = self.claim(), timezone.now() - timedelta(hours=1)
        held: dict[str, Any] = {"party": "Captain Oak", "held_by": self.rita, "held_at": at, "how": "telephone"}
        recorded = {"recording": io.BytesIO(sounds.wav(seconds)), "recording_name": "call.wav"}
        with self.at_the_desk():
            citation = actions.cite_interview(
                claim, by=self.rita, words="He saw two of them.", stance=Stance.SUPPORTS, **held, **recorded
            )
        reader.run(citation.capture_id)
        return claim

    def decide(self, claim: Claim, state: State, reason: str = "Two bodies know.") -> None:
        with self.at_the_desk():
            decide(claim, state, self.ada, reason)

    def full_claim(self) -> Claim:
        """A claim with something of everything that a bundle holds."""
        with self.at_the_desk():
            claim = make_claim(self.rita, STATEMENT, claimant="NIS", story=make_story(self.ada))
        words = "both men were taken on the ninth of January"
        self.cite(claim, "/story", "NIS", quote=words, first_hand=True, quoted="NIS", quoted_verb="confirms")
        self.cite(claim, "/paper.pdf", "SBU")
        self.cite(claim, "/refused", "Away")
        wrong = self.cite(claim, "/moved", "Wrong", stance=Stance.CONTEXT)
        self.upload(claim, "mhtml")
        make_figure(claim, self.rita, "nearly 3,000", "Kyiv", date(2024, 12, 23))
        make_confidential(claim, self.rita, SECRET, [self.ada])
        self.decide(claim, State.CORROBORATED)
        self.decide(claim, State.UNVERIFIED, "We looked again.")
        actions.edit_policy(by=self.sofia, reason="One first-hand line more.", expected_version=1, four_eyes=False)
        self.decide(claim, State.CORROBORATED, "Three bodies know.")
        claim.refresh_from_db()
        actions.withdraw_citation(wrong, by=self.rita, reason="It is about something else.")
        actions.record_caveat(claim, by=self.rita, kind=Caveat.Kind.NOT_VERIFIED, party="AFP")
        actions.link_claims(make_claim(self.rita, "One was captured."), ClaimLink.Kind.PART_OF, claim, by=self.rita)
        make_reply_request(claim, self.rita, due=timezone.now() + timedelta(days=1))
        make_use(claim, self.rita)
        claim.refresh_from_db()
        return claim


def exported(claim: Claim, by: User | None = None) -> bytes:
    """The bytes of the claim's bundle."""
    out = io.BytesIO()
    export_bundle(claim, out, by=by)
    return out.getvalue()


@dataclass(frozen=True)
class Said:
    """What the verifier answered."""

    code: int
    told: dict[str, Any]

    @property
    def reasons(self) -> list[str]:
        if "refused" in self.told:
            return [self.told["refused"]]
        return [reason for level in self.told.values() if isinstance(level, dict) for reason in level["wrong"]]

    def holds(self, level: str) -> bool | None:
        return self.told[level]["holds"]


def verified(bundle: Path, *options: str | Path) -> Said:
    """What the verifier says, run as anybody would: by a bare Python that finds no package, Django least of all."""
    words = [sys.executable, "-I", "-S", str(VERIFY), str(bundle), "--json", *map(str, options)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False, preexec_fn=_modest)
    assert not done.stderr, done.stderr
    return Said(done.returncode, json.loads(done.stdout))


def _modest() -> None:
    """A bundle that makes the program take a gigabyte has done harm."""
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))


def sealed() -> None:
    """Everything that waits goes into the log."""
    while (done := seal()) and done.is_more:
        continue


def log_key() -> Path:
    """The verifier key of the test's log, as the desk publishes it."""
    (found,) = Path(settings.AUDIT_KEYS_DIR).glob("*.vkey")
    return found
