"""The closed list of what can happen. A verb's label is the sentence that a timeline shows."""

from __future__ import annotations

from django.db import models


class Verb(models.TextChoices):
    """What an entry says happened. ``{actor}``, ``{target}``, ``{before[...]}`` and ``{after[...]}`` are filled in."""

    STORY_OPENED = "story_opened", "{actor} opened the story “{target}”"
    STORY_EDITED = "story_edited", "{actor} edited the story “{target}”"
    CLAIM_OPENED = "claim_opened", "{actor} opened the claim"
    CLAIM_EDITED = "claim_edited", "{actor} edited the claim: {after[changed]}"
    CLAIM_ASSIGNED = "claim_assigned", "{actor} assigned the claim to {after[assignee]}"
    CLAIM_STAGED = "claim_staged", "{actor} moved the claim from {before[stage]} to {after[stage]}"
    CLAIM_CORROBORATED = "claim_corroborated", "{actor} marked the claim corroborated"
    CLAIM_DISPUTED = "claim_disputed", "{actor} marked the claim disputed"
    CLAIM_REOPENED = "claim_reopened", "{actor} reopened the claim: unverified again"
    CLAIM_FLAGGED = "claim_flagged", "A change by {actor} sent the claim back to review: {after[missing]}"
    SOURCE_CITED = "source_cited", "{actor} cited {after[source]} ({after[stance]})"
    CITATION_WITHDRAWN = "citation_withdrawn", "{actor} withdrew the citation of {before[source]}"
    COPY_ADOPTED = "copy_adopted", "{actor} gave the citation of {after[source]} the copy that is there now"
    SOURCE_REGISTERED = "source_registered", "{actor} registered the source {target}"
    SOURCE_READ = "source_read", "{actor} read the facts of {target} from its archived copy"
    SOURCE_CORRECTED = "source_corrected", "{actor} corrected the source {target}: {after[changed]}"
    PARTY_REGISTERED = "party_registered", "{actor} registered {target}"
    AGENCY_LISTED = "agency_listed", "{actor} put {target} on the list of news agencies"
    AGENCY_EDITED = "agency_edited", "{actor} edited how {target} is recognised in credit lines: {after[changed]}"
    PARTY_EDITED = "party_edited", "{actor} edited {target}: {after[changed]}"
    ATTRIBUTION_ENTERED = "attribution_entered", "{actor} entered an attribution: {target}"
    ATTRIBUTION_SUGGESTED = "attribution_suggested", "{actor} suggests, by {after[found_by]}: {target}"
    ATTRIBUTION_CONFIRMED = "attribution_confirmed", "{actor} confirmed an attribution: {target}"
    ATTRIBUTION_REJECTED = "attribution_rejected", "{actor} rejected the suggestion that {target}"
    ATTRIBUTION_WITHDRAWN = "attribution_withdrawn", "{actor} took back an attribution: {target}"
    ORIGINS_RULED_APART = "origins_ruled_apart", "{actor} ruled that {after[one]} and {after[other]} stand apart"
    RULING_WITHDRAWN = (
        "ruling_withdrawn",
        "{actor} took back that {before[one]} and {before[other]} stand apart",
    )
    CAPTURE_REQUESTED = "capture_requested", "{actor} asked for a copy of {target}"
    CAPTURE_RETRIED = "capture_retried", "{actor} asked to try {target} again"
    CAPTURE_STORED = "capture_stored", "{actor} stored a copy of {target}"
    CAPTURE_POSTPONED = "capture_postponed", "{actor} could not copy {target} yet: {after[failure]}"
    CAPTURE_FAILED = "capture_failed", "{actor} could not copy {target}: {after[failure]}"
    CAPTURE_UPLOADED = "capture_uploaded", "{actor} uploaded a copy of {target} by hand"
    CAPTURE_LET_GO = "capture_let_go", "{actor} decided to do without a copy of {target}"
    PAGE_WATCHED = "page_watched", "{actor} put {target} under watch"
    WATCH_ENDED = "watch_ended", "{actor} ended the watch of {target}"
    DRIFT_FOUND = "drift_found", "{actor} found something different at {target}: {after[finding]}"
    TEXT_READ = "text_read", "{actor} read the text of {target}"
    WARC_DOWNLOADED = "warc_downloaded", "{actor} downloaded the archived record of {target}"
    WACZ_DOWNLOADED = "wacz_downloaded", "{actor} downloaded a WACZ with {after[copies]}: {target}"
    PERSON_ADDED = "person_added", "{actor} added {target}"
    PERSON_CHANGED = "person_changed", "{actor} changed {target}: {after[changed]}"
    SIGNED_IN = "signed_in", "{actor} signed in"
    SIGN_IN_FAILED = "sign_in_failed", "A sign-in as “{target}” failed"
    SIGNED_OUT = "signed_out", "{actor} signed out"

    @classmethod
    def of_machinery(cls) -> list[Verb]:
        """Steps on the way of a citation that nobody decided: the trail has them, a claim's own timeline needn't."""
        return [
            cls.CAPTURE_REQUESTED,
            cls.SOURCE_REGISTERED,
            cls.TEXT_READ,
            cls.SOURCE_READ,
            cls.PARTY_REGISTERED,
            cls.PAGE_WATCHED,
            cls.ATTRIBUTION_SUGGESTED,
        ]

    @property
    def heading(self) -> str:
        """The verb alone, for filters: "Claim corroborated"."""
        return self.value.replace("_", " ").capitalize()
