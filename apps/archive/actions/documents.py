"""Documents, pictures and notes that have no web address: each lies under its own digest, once."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.accounts.permissions import require
from apps.archive.actions.uploads import keep
from apps.archive.models import NO_ADDRESS, Capture, Host, Page, facts_of
from apps.archive.receiving.documents import Received
from apps.archive.receiving.refusals import UploadRefused
from apps.audit.actions import record
from apps.audit.verbs import Verb
from apps.audit.wording import plain


def keep_document(
    received: Received,
    *,
    by: User,
    title: str,
    comes_from: str,
    provided_by: str = "",
    verb: Verb = Verb.DOCUMENT_HANDED_IN,
) -> Capture:
    """Keep a file that was received as a document: its one copy, new or known. A known one keeps what was said first.

    Who else brings it, and from where, is recorded; ``verb`` is what the first time is called. Raises UploadRefused.
    """
    require(by, Capability.CITE)
    if not comes_from.strip():
        raise UploadRefused(gettext("Say where it comes from: somebody will ask for it."))
    with transaction.atomic():
        host, _ = Host.objects.get_or_create(name=NO_ADDRESS)
        page, _ = Page.objects.get_or_create(url=received.facts["final_url"], defaults={"host": host})
        page = Page.objects.select_for_update().get(pk=page.pk)
        known = page.captures.order_by("id").first()
        capture = known or keep(page, received, by=by, note=comes_from, provided_by=provided_by)
        record(
            Verb.DOCUMENT_HANDED_IN_AGAIN if known else verb,
            stream=page.stream,
            target=title,
            by=by,
            after={
                **facts_of(capture),
                "file": received.file_name,
                "kind": plain(received.kind.label),
                "file_sha256": received.file_digest,
                "provided_by": provided_by,
            },
            reason=comes_from,
        )
        if known:
            received.forget()
    return capture
