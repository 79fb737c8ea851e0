"""Get the desk's data ready for a start: one Python process, because every start of Django costs half a second."""

import os
import sys

import django
from django.conf import settings
from django.core.management import CommandError, call_command


def prepare(*, demo: bool) -> None:
    """Check a production desk, migrate, collect its static files, and load the demo newsroom where it is wanted."""
    if not settings.DEBUG:
        call_command("check", deploy=True, fail_level="ERROR")
    call_command("migrate", interactive=False, verbosity=0)
    if not settings.DEBUG:
        call_command("collectstatic", interactive=False, verbosity=0)
    if demo:
        call_command("load_demo")


def main() -> int:
    """Prepare the desk; a refusal is a sentence, not a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "verifydesk.settings")
    django.setup()
    try:
        prepare(demo="--demo" in sys.argv[1:])
    except CommandError as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
