"""The single keys of the desk: what each does, in the words of the sheet that `?` opens, and where it leads."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.desk.addresses import address

# Keys, words, the view that they lead to. What leads nowhere is done by keys.js.
KEYS = [
    ("g h", _("Home"), "home"),
    ("g q", _("The queue"), "queue"),
    ("g s", _("Stories"), "stories"),
    ("g n", _("Notices"), "notices"),
    ("g u", _("Suggestions"), "suggestions"),
    ("g r", _("Review"), "flags"),
    ("g a", _("Archive"), "needs_a_person"),
    ("g t", _("The trail"), "trail"),
    ("n", _("New claim"), "claim_open"),
    ("a", _("Add pages or words"), "add"),
    ("j", _("The next row of a list"), ""),
    ("k", _("The row before it"), ""),
    ("x", _("In the queue: tick the row"), ""),
    ("/", _("Search"), ""),
    ("c", _("On a claim: cite a page"), ""),
    ("Ctrl+Enter", _("Send the form you are in"), ""),
    ("Esc", _("Close this sheet, or a message"), ""),
    ("?", _("This sheet"), ""),
]


def shortcuts() -> list[tuple[str, str, str]]:
    """Each with its address, or nothing."""
    return [(keys, str(words), address(f"desk:{view}") if view else "") for keys, words, view in KEYS]
