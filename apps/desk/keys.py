"""The single keys of the desk: what each does, in the words of the sheet that `?` opens, and where it leads."""

from __future__ import annotations

from django.urls import reverse

# Keys, words, the view that they lead to. What leads nowhere is done by keys.js.
KEYS = [
    ("g h", "Home", "home"),
    ("g q", "The queue", "queue"),
    ("g s", "Stories", "stories"),
    ("g r", "Review", "flags"),
    ("g a", "Archive", "needs_a_person"),
    ("g t", "The trail", "trail"),
    ("n", "New claim", "claim_open"),
    ("j", "The next row of a list", ""),
    ("k", "The row before it", ""),
    ("x", "In the queue: tick the row", ""),
    ("/", "Search", ""),
    ("c", "On a claim: cite a page", ""),
    ("Ctrl+Enter", "Send the form you are in", ""),
    ("Esc", "Close this sheet, or a message", ""),
    ("?", "This sheet", ""),
]


def shortcuts() -> list[tuple[str, str, str]]:
    """Each with its address, or nothing."""
    return [(keys, words, reverse(f"desk:{view}") if view else "") for keys, words, view in KEYS]
