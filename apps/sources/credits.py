"""Credit lines as names: "APP - UrduPoint" says that the copy passed through APP and UrduPoint."""

import re
import unicodedata
from functools import lru_cache

from apps.sources.names import fold

_BETWEEN = re.compile(r"\s+[-–—|/]\s+|[,;/|·]|\s+(?:via|with|and|through|from|by)\s+", re.IGNORECASE)
_NOISE = re.compile(r"^(?:source|credit|copyright|\(c\)|©)\s*:?\s*", re.IGNORECASE)
_EDGES = " \t().[]“”\"'"


@lru_cache(maxsize=4_000)
def credit_names(credit_line: str) -> frozenset[str]:
    """The names in a credit line, folded so that they compare: "(AFP)" and "Source: AFP, via APP" share "afp"."""
    found = set()
    for part in _BETWEEN.split(unicodedata.normalize("NFKC", credit_line)):
        name = _NOISE.sub("", part.strip(_EDGES)).strip(_EDGES).casefold()
        name = re.sub(r"^(?:via|with|and|from|by)\s+", "", name)
        if name:
            found.add(fold(name))
    return frozenset(found)
