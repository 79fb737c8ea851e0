"""A broker for each of pytest-xdist's workers, as each has a database: Redis' numbered databases serve for that.

Loaded by name before anything reads the settings (``-p tests.brokers`` in pyproject.toml).
"""

import os

if (number := os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")) and "REDIS_URL" in os.environ:
    os.environ["REDIS_URL"] = os.environ["REDIS_URL"].rpartition("/")[0] + f"/{int(number) + 1}"
