"""The archive's rows: hosts and pages, captures and what was read from them, the watch and what it found."""

from django.db.models import Model

from apps.archive.models.captures import Attempt, Capture, CaptureQuerySet, facts_of, record_name
from apps.archive.models.contents import Contents
from apps.archive.models.extracts import Extract
from apps.archive.models.health import Tallied, Tally, Worker
from apps.archive.models.pages import DOCUMENT, NO_ADDRESS, Host, Page
from apps.archive.models.uploads import Arrival, Upload
from apps.archive.models.watches import Drift, Look, Passage, Watch, in_per_cent

# Rows of these keep a record each by its digest: whoever keeps more adds a line here and a check in checking.py.
HOLDERS: tuple[type[Model], ...] = (Capture, Attempt, Look)

__all__ = [
    "DOCUMENT",
    "HOLDERS",
    "NO_ADDRESS",
    "Arrival",
    "Attempt",
    "Capture",
    "CaptureQuerySet",
    "Contents",
    "Drift",
    "Extract",
    "Host",
    "Look",
    "Page",
    "Passage",
    "Tallied",
    "Tally",
    "Upload",
    "Watch",
    "Worker",
    "facts_of",
    "in_per_cent",
    "record_name",
]
