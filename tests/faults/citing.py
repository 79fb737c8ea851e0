"""A web process that cites pages and may die between a commit and its bell: ``python -m tests.faults.citing``."""

import os
import sys

import django


def main(claim_id: str, *told: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "verifydesk.settings")
    django.setup()
    from django.db import transaction

    from apps.audit.context import Channel, entered_by
    from apps.claims import actions
    from apps.claims.models import Claim
    from apps.claims.states import Stance

    claim = Claim.objects.get(pk=claim_id)
    for url in (one for one in told if not one.startswith("--")):
        with entered_by(Channel.WEB), transaction.atomic():
            if "--die-after-commit" in told:
                transaction.on_commit(lambda: os._exit(9))
            actions.cite(claim, by=claim.opened_by, url=url, stance=Stance.SUPPORTS)


if __name__ == "__main__":
    main(*sys.argv[1:])
