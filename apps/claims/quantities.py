"""How numbers are said in the news, and what each way of saying them is read as.

"More than 1,000" allows 3,000 by logic and not in practice: whoever knew of 2,000 would say so. Each qualifier is read
as a bounded interval; the desk shows that reading wherever it matters, and an editor who knows better types a range.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.audit.wording import plain


class Qualifier(models.TextChoices):
    """How a number is hedged. The label stands before it."""

    EXACTLY = "exactly", _("exactly")
    ABOUT = "about", _("about")
    NEARLY = "nearly", _("nearly")
    MORE_THAN = "more_than", _("more than")
    AT_LEAST = "at_least", _("at least")
    LESS_THAN = "less_than", _("less than")
    AT_MOST = "at_most", _("at most")
    UP_TO = "up_to", _("up to")


class Counting(models.TextChoices):
    """How a measure goes with time: what decides whether figures of different days can both hold."""

    TOTAL = "total", _("A total so far: it only grows")
    LEVEL = "level", _("A level: it goes up and down")
    FIXED = "fixed", _("A fact: it does not change with time")


FROM_BELOW = frozenset({Qualifier.MORE_THAN, Qualifier.AT_LEAST})
FROM_ABOVE = frozenset({Qualifier.NEARLY, Qualifier.LESS_THAN, Qualifier.AT_MOST, Qualifier.UP_TO})
TENTH, HALF = Decimal("0.1"), Decimal("0.5")
SMALL = 20
# Of a few things, counted one by one, a hedge reaches so many further at least: "at least one" may be three.
FEW = Decimal(3)


@dataclass(frozen=True)
class Interval:
    """All the numbers that a figure allows. An open end is not one of them."""

    low: Decimal
    high: Decimal
    low_open: bool = False
    high_open: bool = False

    def is_below(self, other: Interval) -> bool:
        """Whether every number of this one is smaller than every number of the other."""
        touch = self.high == other.low and (self.high_open or other.low_open)
        return self.high < other.low or touch

    def meets(self, other: Interval) -> bool:
        """Whether there is a number that both allow."""
        return not (self.is_below(other) or other.is_below(self))

    @property
    def words(self) -> str:
        """From where to where, as a sentence says it."""
        if self.low == self.high:
            return f"{number(self.low)} and no other number"
        low = f"over {number(self.low)}" if self.low_open else number(self.low)
        high = f"under {number(self.high)}" if self.high_open else number(self.high)
        return f"{low} to {high}"


@dataclass(frozen=True)
class Quantity:
    """A number as somebody says it: "more than" has only a low end, "nearly" only a high one, a range has two."""

    qualifier: Qualifier
    low: Decimal | None
    high: Decimal | None

    @property
    def words(self) -> str:
        """As it is said: "nearly 3,000", "1,000 to 1,500"."""
        ends = [number(end) for end in dict.fromkeys([self.low, self.high]) if end is not None]
        said = " to ".join(ends)
        return said if self.qualifier == Qualifier.EXACTLY else f"{plain(self.qualifier.label)} {said}"

    @property
    def interval(self) -> Interval:
        """What it is read as. Of whole things no halves are read: a reading reaches to the next whole one."""
        read = self._read()
        if all(end is None or end == end.to_integral_value() for end in (self.low, self.high)):
            low, high = read.low.to_integral_value(ROUND_FLOOR), read.high.to_integral_value(ROUND_CEILING)
            return Interval(low, high, read.low_open, read.high_open)
        return read

    def _read(self) -> Interval:
        low = self.low if self.low is not None else self.high
        high = self.high if self.high is not None else self.low
        if low is None or high is None:
            raise ValueError("a quantity has a number")
        match self.qualifier:
            case Qualifier.ABOUT | Qualifier.NEARLY if low == high == 0:
                # Nothing, or next to nothing: a tenth of it would leave no other number, or none at all.
                return Interval(low, low + 1)
            case Qualifier.ABOUT:
                return Interval(low - abs(low) * TENTH, high + abs(high) * TENTH)
            case Qualifier.NEARLY if high < 0:
                return Interval(high, high + abs(high) * TENTH, low_open=True)
            case Qualifier.NEARLY:
                return Interval(high - abs(high) * TENTH, high, high_open=True)
            case Qualifier.MORE_THAN:
                return Interval(low, _next_round(low), low_open=True, high_open=True)
            case Qualifier.AT_LEAST:
                return Interval(low, _next_round(low), high_open=True)
            case Qualifier.LESS_THAN:
                return Interval(_down_to(high) if high else -FEW, high, high_open=True)
            case Qualifier.AT_MOST | Qualifier.UP_TO:
                return Interval(_down_to(high), high)
            case _:
                return Interval(low, high)

    @property
    def reading(self) -> str:
        """What it is read as, in words; empty where that is what was said."""
        return "" if self.qualifier == Qualifier.EXACTLY else self.interval.words


def number(value: Decimal) -> str:
    """A number as the desk writes it: 1,204,003 or 2.5."""
    return f"{value.normalize():,f}"


def _next_round(value: Decimal) -> Decimal:
    """The next number as round as this one: after 1,000 comes 2,000, after 1,500 comes 1,600. A tenth more at least.

    Where people are counted one by one every number is as round as the next: below 20 it is twice the number, and a
    few more than it at least.
    """
    if abs(value) < SMALL:
        return value + max(abs(value), _few(value))
    exponent = value.normalize().as_tuple().exponent
    step = Decimal(1).scaleb(exponent) if isinstance(exponent, int) else Decimal(1)
    return value + max(step, abs(value) * TENTH)


def _down_to(value: Decimal) -> Decimal:
    """Half of it, of small numbers a few less at least; and what is more than nothing is not less than nothing."""
    half = value - abs(value) * HALF
    if abs(value) >= SMALL:
        return half
    least = min(half, value - _few(value))
    return max(least, Decimal(0)) if value >= 0 else least


def _few(value: Decimal) -> Decimal:
    """How far a hedge of a small number reaches at least; what is no whole number is measured, not counted."""
    return FEW if value == value.to_integral_value() else Decimal(1)
