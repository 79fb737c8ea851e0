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
    CLAIM_FLAGGED = "claim_flagged", "The claim was flagged: {after[missing]}"
    FLAG_CLEARED = "flag_cleared", "{actor} cleared a flag: {before[flag]}"
    CLAIM_LINKED = "claim_linked", "{actor} linked the claim: it {after[relation]} “{after[other]}”"
    LINK_WITHDRAWN = "link_withdrawn", "{actor} withdrew a link: it {before[relation]} “{before[other]}”"
    REPLY_REQUESTED = "reply_requested", "{actor} asked {after[party]} for a reply"
    REPLY_SETTLED = "reply_settled", "{actor} noted what came of asking {before[party]}: {after[outcome]}"
    REPLY_CORRECTED = (
        "reply_corrected",
        "{actor} corrected what was noted of asking {after[party]}: {after[outcome]}",
    )
    CAVEAT_RECORDED = "caveat_recorded", "{actor} recorded a caveat: {after[caveat]}"
    CAVEAT_WITHDRAWN = "caveat_withdrawn", "{actor} withdrew a caveat: {before[caveat]}"
    USE_NOTED = "use_noted", "{actor} noted that “{after[headline]}” relies on the claim"
    USE_WITHDRAWN = "use_withdrawn", "{actor} took back that “{before[headline]}” relies on the claim"
    CORRECTION_SETTLED = "correction_settled", "{actor} said what was done about “{before[headline]}”: {after[done]}"
    CONFIDENTIAL_REGISTERED = "confidential_registered", "{actor} registered a confidential source"
    CONFIDENTIAL_CITED = "confidential_cited", "{actor} held a confidential source against a claim"
    CONFIDENTIAL_WITHDRAWN = "confidential_withdrawn", "{actor} took a confidential source off a claim"
    CONFIDENTIAL_SEEN = "confidential_seen", "{actor} looked at a confidential source"
    CONFIDENTIAL_NAMED = "confidential_named", "{actor} changed who is named on a confidential source"
    CORROBORATED_BY_OVERRIDE = (
        "corroborated_by_override",
        "{actor} marked the claim corroborated AGAINST THE RULE: {after[against_the_rule]}",
    )
    DISPUTED_BY_OVERRIDE = (
        "disputed_by_override",
        "{actor} marked the claim disputed AGAINST THE RULE: {after[against_the_rule]}",
    )
    MOVE_REQUESTED = "move_requested", "{actor} asked for “{after[to]}”: a second editor has to sign"
    MOVE_REFUSED = "move_refused", "{actor} refused to sign “{after[to]}”, which {after[asked_by]} had asked for"
    REQUEST_WITHDRAWN = "request_withdrawn", "{actor} no longer asks for “{after[to]}”"
    REQUEST_VOIDED = (
        "request_voided",
        "What {after[asked_by]} asked for, “{after[to]}”, is void, as {actor} found: {after[changes]}",
    )
    VERIFY_AGAIN = "verify_again", "The verdict is older than {after[days]} days: verify the claim again"
    DISPUTE_ANSWERED = "dispute_answered", "{actor} answered the dispute of {after[source]}"
    POLICY_EDITED = "policy_edited", "{actor} changed the rule: {after[changed]}"
    SOURCE_CITED = "source_cited", "{actor} cited {after[source]} ({after[stance]})"
    CITATION_EDITED = "citation_edited", "{actor} edited the citation of {after[source]}: {after[changed]}"
    STANCE_CHANGED = (
        "stance_changed",
        "{actor} changed the citation of {after[source]} from “{before[stance]}” to “{after[stance]}”",
    )
    INFORMATION_GRADED = "information_graded", "{actor} graded what {after[source]} says: {after[credibility]}"
    PASSAGE_PICKED = "passage_picked", "{actor} picked words of {after[source]}: “{after[passage]}”"
    QUOTE_FOUND = "quote_found", "{actor} found the cited words in the copy of {after[source]}"
    QUOTE_NOT_FOUND = "quote_not_found", "{actor} could not find the cited words in the copy of {after[source]}"
    CITATION_WITHDRAWN = "citation_withdrawn", "{actor} withdrew the citation of {before[source]}"
    COPY_ADOPTED = "copy_adopted", "{actor} gave the citation of {after[source]} the copy that is there now"
    FIGURE_ADDED = "figure_added", "{actor} recorded a figure: {after[figure]}"
    FIGURE_EDITED = "figure_edited", "{actor} edited the figure {before[figure]}: {after[changed]}"
    FIGURE_WITHDRAWN = "figure_withdrawn", "{actor} withdrew the figure {before[figure]}"
    MEASURE_REGISTERED = "measure_registered", "{actor} named a measure: {target}"
    MEASURE_EDITED = "measure_edited", "{actor} edited the measure {target}: {after[changed]}"
    SOURCE_REGISTERED = "source_registered", "{actor} registered the source {target}"
    SOURCE_READ = "source_read", "{actor} read the facts of {target} from its archived copy"
    SOURCE_CORRECTED = "source_corrected", "{actor} corrected the source {target}: {after[changed]}"
    PARTY_REGISTERED = "party_registered", "{actor} registered {target}"
    AGENCY_LISTED = "agency_listed", "{actor} put {target} on the list of news agencies"
    AGENCY_EDITED = "agency_edited", "{actor} edited how {target} is recognised in credit lines: {after[changed]}"
    PARTY_GRADED = "party_graded", "{actor} graded {target}: {after[reliability]}"
    PARTY_EDITED = "party_edited", "{actor} edited {target}: {after[changed]}"
    ATTRIBUTION_ENTERED = "attribution_entered", "{actor} entered an attribution: {target}"
    ATTRIBUTION_SUGGESTED = "attribution_suggested", "{actor} suggests ({after[found_by]}): {target}"
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
    DOCUMENT_HANDED_IN = "document_handed_in", "{actor} handed in {target}"
    DOCUMENT_HANDED_IN_AGAIN = "document_handed_in_again", "{actor} handed in {target}, which the desk had already"
    NOTES_KEPT = "notes_kept", "{actor} put what was said on record: {target}"
    CAPTURE_LET_GO = "capture_let_go", "{actor} decided to do without a copy of {target}"
    PAGE_WATCHED = "page_watched", "{actor} put {target} under watch"
    LOOK_REQUESTED = "look_requested", "{actor} asked for a look at {target} now"
    WATCH_ENDED = "watch_ended", "{actor} ended the watch of {target}"
    DRIFT_FOUND = "drift_found", "{actor} found something different at {target}: {after[finding]}"
    TEXT_READ = "text_read", "{actor} read the text of {target}"
    WARC_DOWNLOADED = "warc_downloaded", "{actor} downloaded the archived record of {target}"
    WACZ_DOWNLOADED = "wacz_downloaded", "{actor} downloaded a WACZ with {after[copies]}: {target}"
    BUNDLE_EXPORTED = (
        "bundle_exported",
        "{actor} exported the claim as a bundle: {after[entries]} lines, {after[copies]} copies",
    )
    DOSSIER_EXPORTED = (
        "dossier_exported",
        "{actor} exported the story's dossier as a {after[format]}, with {after[claims]} claims",
    )
    ENTRY_ERASED = "entry_erased", "{actor} erased words of entry {after[entry]}: {after[fields]}"
    TRAIL_EXPORTED = "trail_exported", "{actor} exported the trail as {after[format]}: {after[filter]}"
    TRAIL_VERIFIED = "trail_verified", "{actor} verified the trail: {after[result]}"
    VIEW_SAVED = "view_saved", "{actor} saved the view “{target}”"
    VIEW_REMOVED = "view_removed", "{actor} removed the view “{target}”"
    COMMENT_POSTED = "comment_posted", "{actor} commented on “{target}”"
    COMMENT_EDITED = "comment_edited", "{actor} edited a comment on “{target}”"
    COMMENT_WITHDRAWN = "comment_withdrawn", "{actor} withdrew a comment on “{target}”"
    CLAIM_WATCHED = "claim_watched", "{actor} watches “{target}”"
    CLAIM_UNWATCHED = "claim_unwatched", "{actor} no longer watches “{target}”"
    NOTICES_CHOSEN = "notices_chosen", "{actor} changed how the desk tells them of news: {after[changed]}"
    DENIED = "denied", "{actor} was refused: {after[why]}"
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
