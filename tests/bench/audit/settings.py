"""The desk's settings, with the tables that a recorded change is measured beside."""

import os

from verifydesk.settings import *  # noqa: F403
from verifydesk.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.bench.audit"]
if os.environ.get("BENCH_PEERS"):
    INSTALLED_APPS += ["auditlog", "simple_history"]
