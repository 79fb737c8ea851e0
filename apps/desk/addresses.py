"""Addresses of pages, each written once a process: Django looks for the pattern anew, and a page has 150 of them."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.urls import get_script_prefix, get_urlconf, reverse

# What stands in an address for a number that is given later: no row has these.
_PLACES = [10**17 + place for place in range(4)]


def address(name: str, *numbers: Any) -> str:
    """What ``reverse`` says of a view that is given these numbers; of anything else, and of a name, it is asked."""
    if any(type(one) is not int or one < 0 for one in numbers):
        return reverse(name, args=numbers)
    return _written(name, len(numbers), get_script_prefix(), get_urlconf()).format(*numbers)


@cache
def _written(name: str, count: int, prefix: str, urls: str | None) -> str:
    """The address with a place for each number, below this prefix, as these patterns have it."""
    written = reverse(name, urls, args=_PLACES[:count]).replace("{", "{{").replace("}", "}}")
    for place, number in enumerate(_PLACES[:count]):
        written = written.replace(str(number), f"{{{place}}}")
    return written
