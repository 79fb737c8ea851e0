"""The table of every operation that changes the world: how it is done at each of its doors, and what the trail says."""

import pytest

pytest.register_assert_rewrite("tests.audit.complete.rows")

from tests.audit.complete import claims, evidence, handed_in, people, sources, teamwork, verdicts, workers  # noqa: E402
from tests.audit.complete.rows import TABLE  # noqa: E402

__all__ = ["TABLE", "claims", "evidence", "handed_in", "people", "sources", "teamwork", "verdicts", "workers"]
