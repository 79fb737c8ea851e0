"""The names that agencies go by: a credit line that says "Agence France-Presse" speaks of the party AFP."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from apps.sources.models import Agency
from apps.sources.names import fold


def agencies_by_name() -> Mapping[str, str]:
    """The name of each agency's party, by every name that it goes by; read anew only when the list has changed."""
    return _by_name(*Agency.objects.as_it_stands())


@lru_cache(maxsize=1)
def _by_name(count: int, changed: Any) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for agency in Agency.objects.with_parties():
        for name in (agency.party.name, *agency.spellings, *agency.short_names):
            found.setdefault(fold(name), agency.party.name)
    return found
