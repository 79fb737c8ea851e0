"""Words as they are written down: the desk's own, whatever language its reader works in.

What is recorded, sealed, hashed or compared has to read the same for everybody, and for ever.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.utils.translation import override

P = ParamSpec("P")
T = TypeVar("T")


def plain(words: object) -> str:
    """Words that are marked for translation, such as the label of a choice, as they stand in the code."""
    with override(None):
        return str(words)


def plainly(function: Callable[P, T]) -> Callable[P, T]:
    """Whatever the function says, it says as it stands in the code."""

    @wraps(function)
    def said(*args: P.args, **kwargs: P.kwargs) -> T:
        with override(None):
            return function(*args, **kwargs)

    return said
