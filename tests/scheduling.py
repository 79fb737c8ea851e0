"""Which of pytest-xdist's workers runs what, and when: so that no processor rests while tests are left.

Loaded by name (``-p tests.scheduling`` in pyproject.toml).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

SHARED = 'scope="module"'


@cache
def is_shared(path: str) -> bool:
    """Whether the tests of this file share what one of them had to make."""
    return SHARED in Path(path).read_text()


class OneByOne(LoadScopeScheduling):
    """Each worker takes the next test when it has nearly done its own. What a file's tests share, one worker makes."""

    def __init__(self, config: pytest.Config, log: Any) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False  # The order is that of the tests, said below.

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return path if is_shared(str(self.config.rootpath / path)) else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneByOne | None:
    """In place of xdist's own, unless the command line names one."""
    return OneByOne(config, log) if config.getoption("dist") == "load" else None


@pytest.hookimpl(trylast=True)  # of what is left of them, in the order of pytest-django
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests that wait for browsers and processes, which are the longest, come evenly among those that ask no database.

    Before them come those that are rolled back: what commits takes from its worker's database what migrations wrote.
    """
    if hasattr(config, "workerinput"):
        first = next((number for number, item in enumerate(items) if commits(item)), len(items))
        rest = sorted(items[first:], key=lambda item: not is_shared(str(item.path)))  # The longest piece of work first.
        waits = [any(mark.name in {"browser", "processes"} for mark in item.iter_markers()) for item in rest]
        items[first:] = mixed(rest, waits)


def commits(item: pytest.Item) -> bool:
    """Whether the test's rows are really written, and all rows taken away after it."""
    mark = item.get_closest_marker("django_db")
    asks = {"transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
    return bool(asks or (mark and mark.kwargs.get("transaction")))


def mixed(tests: list[Any], waits: list[bool]) -> list[Any]:
    """Those that wait spread evenly among the first three quarters of the others, each kind in its order.

    So there is always work beside them, and at the end nobody is waited for.
    """
    waiting = [test for test, does in zip(tests, waits, strict=True) if does]
    working = [test for test, does in zip(tests, waits, strict=True) if not does]
    step = 3 * len(working) / (4 * len(waiting)) if waiting else 0
    places = [(number * step, test) for number, test in enumerate(waiting)]
    places += [(float(number), test) for number, test in enumerate(working)]
    return [test for _, test in sorted(places, key=lambda one: one[0])]
