"""Opening and editing stories."""

from __future__ import annotations

from typing import TypedDict, Unpack

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.accounts.permissions import require
from apps.audit.verbs import Verb
from apps.audit.versioned import begin, differences, lock, write
from apps.claims.models import Story
from apps.claims.refusals import Refusal


class StoryFacts(TypedDict, total=False):
    """What can be edited of a story."""

    title: str
    summary: str


def open_story(title: str, *, by: User, summary: str = "") -> Story:
    """Begin a running matter that groups claims. Raises Refusal when one has this title."""
    require(by, Capability.OPEN_CLAIMS)
    try:
        with transaction.atomic():
            story = Story.objects.create(title=title, summary=summary, opened_by=by)
            begin(
                story,
                Verb.STORY_OPENED,
                target=title,
                by=by,
                after={"summary": summary},
            )
    except IntegrityError as error:
        raise Refusal(_("There is a story with this title already.")) from error
    return story


def edit_story(story: Story, *, by: User, expected_version: int, **changes: Unpack[StoryFacts]) -> Story:
    """Change what is given and leave the rest. Raises ChangedMeanwhile, and Refusal when another has the title."""
    require(by, Capability.OPEN_CLAIMS)
    try:
        with transaction.atomic():
            story = lock(story, expected_version)
            before = _story_facts(story)
            story.title = changes.get("title", story.title)
            story.summary = changes.get("summary", story.summary)
            was, became = differences(before, _story_facts(story))
            if became:
                write(
                    story,
                    Verb.STORY_EDITED,
                    by=by,
                    fields=["title", "summary"],
                    target=story.title,
                    before=was,
                    after=became,
                )
    except IntegrityError as error:
        raise Refusal(_("There is a story with this title already.")) from error
    return story


def _story_facts(story: Story) -> dict[str, str]:
    return {"title": story.title, "summary": story.summary}
