"""Where a name on a page leads: to what the record holds of it, to bytes that it carries itself, or nowhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urljoin

from apps.archive.web.addresses import LONGEST_URL

# Pictures and fonts may stand in the page itself. Styles and pages may not: what is in them would be read by nobody.
CARRIED = re.compile(r"data:(?:image/|font/|application/(?:x-)?font-)[^,]{0,200},", re.IGNORECASE)
AROUND = "\t\n\f\r "
INSIDE = re.compile(r"[\t\n\r]+")

Lookup = Callable[[str], str | None]


class Base:
    """The address that relative ones on a page are measured by, and what the record holds of each."""

    def __init__(self, url: str, lookup: Lookup) -> None:
        self.url = url
        self._lookup = lookup

    def moved(self, href: str) -> Base:
        """The same record, read from where the page's own ``base`` says."""
        return Base(self._joined(href) or self.url, self._lookup)

    def find(self, value: str) -> str | None:
        """Our own address of what the record holds under this name, or the data that the name itself is."""
        value = value.strip(AROUND)
        if value[:5].lower() == "data:":
            return value if CARRIED.match(value) else None
        url, _, fragment = self._joined(value).partition("#")
        found = self._lookup(url) if url else None
        return f"{found}#{fragment}" if found and fragment and fragment.isascii() and fragment.isalnum() else found

    def absolute(self, value: str) -> str:
        """The web address that a link means; empty for any other."""
        return self._joined(value)

    def _joined(self, value: str) -> str:
        value = INSIDE.sub("", value.strip(AROUND))
        if not value or value.startswith("#") or len(value) > LONGEST_URL:
            return ""
        try:
            joined = urljoin(self.url, value)
        except ValueError:
            return ""
        return joined if joined.lower().startswith(("http://", "https://")) else ""
