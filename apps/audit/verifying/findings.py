"""What a verification finds. Each kind of tampering has one name, for tests, scripts and readers alike."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import models
from django.utils.translation import gettext_lazy as _

# What is gone of a line: how many erasures it counts, and the fields whose words it lacks.
Gone = tuple[int, frozenset[str]]


class Kind(models.TextChoices):
    """What is wrong."""

    BODY_CHANGED = "body_changed", _("The hashed bytes of a line were changed")
    COLUMN_CHANGED = "column_changed", _("A line's columns don't say what was hashed")
    TOLD_CHANGED = "told_changed", _("A line's words are not those that it committed to")
    TAKEN_AWAY = "taken_away", _("Words of a line are gone, and no line tells that they were erased")
    ERASURE_DIFFERS = "erasure_differs", _("What is erased of a line is not what the lines that tell of it name")
    LINE_MISSING = "line_missing", _("A line of a stream is missing")
    CHAIN_BROKEN = "chain_broken", _("A line doesn't follow the line before it")
    HEAD_DIFFERS = "head_differs", _("A row doesn't end where its lines end")
    ROW_DIFFERS = "row_differs", _("A row doesn't say what its last line says")
    ROW_MISSING = "row_missing", _("A row is gone whose lines are there")
    ROW_WITHOUT_LINES = "row_without_lines", _("A row has no line that tells of it")
    DECISION_DIFFERS = "decision_differs", _("A decision is not the one that was recorded")
    LEAF_MISSING = "leaf_missing", _("A leaf of the tree is missing")
    LEAF_CHANGED = "leaf_changed", _("A leaf is not the hash of its line")
    ENTRY_MISSING = "entry_missing", _("A line is gone that was sealed")
    WAITING_MISSING = "waiting_missing", _("A line is gone that waited for its seal")
    NOT_SEALED = "not_sealed", _("A line is neither sealed nor waiting for it")
    NODE_CHANGED = "node_changed", _("A stored hash inside the tree is wrong or missing")
    ROOT_DIFFERS = "root_differs", _("A signed root is not the root of the lines")
    BEYOND_SEAL = "beyond_seal", _("Leaves lie beyond the last checkpoint")
    UNSIGNED = "unsigned", _("A checkpoint is not signed by a known key of this log")
    CHECKPOINT_MALFORMED = "checkpoint_malformed", _("A checkpoint can't be read, or its row says something else")
    CHECKPOINT_MISSING = "checkpoint_missing", _("A checkpoint that was laid down elsewhere is not in the database")
    ANCHOR_MISSING = "anchor_missing", _("A checkpoint that was laid down elsewhere is not there any more")
    ANCHOR_DIFFERS = "anchor_differs", _("What was laid down elsewhere is another checkpoint")
    STAMP_BROKEN = "stamp_broken", _("A time stamp is not one of its checkpoint")
    STAMP_DIFFERS = "stamp_differs", _("A time stamp that was laid down elsewhere is not the one in the database")
    GUARD_MISSING = "guard_missing", _("The database doesn't guard the trail")


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: its kind, where, and a sentence."""

    kind: Kind
    where: str
    says: str

    def __str__(self) -> str:
        return f"{self.kind.label}: {self.where}. {self.says}".rstrip()


@dataclass
class Report:
    """What was looked at and what is wrong with it. ``lacking`` is what is gone of lines, until that is judged."""

    entries: int = 0
    erased: int = 0
    waiting: int = 0
    streams: int = 0
    checkpoints: int = 0
    anchors: int = 0
    stamps: int = 0
    size: int = 0
    root: str = ""
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    lacking: dict[int, Gone] = field(default_factory=dict)

    @property
    def is_intact(self) -> bool:
        return not self.findings

    def add(self, kind: Kind, where: str, says: str = "") -> None:
        self.findings.append(Finding(kind, where, says))

    def take(self, part: Report) -> None:
        """Add what was found of lines judged by themselves."""
        self.entries += part.entries
        self.erased += part.erased
        self.findings += part.findings
        self.lacking |= part.lacking
