"""The table of every operation that changes the world: how it is done at each of its doors, and what the trail says."""

from tests.audit.complete import claims, evidence, people, sources, verdicts, workers
from tests.audit.complete.rows import TABLE

__all__ = ["TABLE", "claims", "evidence", "people", "sources", "verdicts", "workers"]
