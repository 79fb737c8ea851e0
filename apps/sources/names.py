"""Names as they compare: whatever their case, width, apostrophe or spacing, and on whichever database."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_APOSTROPHE = "\N{RIGHT SINGLE QUOTATION MARK}"


@lru_cache(maxsize=10_000)
def fold(name: str) -> str:
    """A name as it compares with others: "НИС" and "нис" are one, like "O'Brien" with either apostrophe."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().replace(_APOSTROPHE, "'").split())
