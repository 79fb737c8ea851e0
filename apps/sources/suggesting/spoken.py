"""The same words in somebody's mouth on two pages, word for word."""

from __future__ import annotations

from apps.sources.suggesting.words import Words

# Fewer words that say something are anybody's. So many are about seven to ten as they are spoken.
FEWEST = 4


def spoken_alike(here: Words, there: Words) -> dict[int, int]:
    """The longest run of words that both texts have in quotation marks, by its places in the one and in the other.

    "You were trusted," she said, "and you knew it" is one quotation: what stands between marks in one paragraph is
    read on.
    """
    if here.script != there.script or not here.quotes or not there.quotes:
        return {}
    run = int(FEWEST * here.script.unit)
    begins: dict[tuple[str, ...], tuple[list[int], int]] = {}
    for said in _speeches(there):
        for at in range(len(said) - run + 1):
            begins.setdefault(tuple(there.words[place] for place in said[at : at + run]), (said, at))
    longest: dict[int, int] = {}
    for said in _speeches(here):
        at = 0
        while at <= len(said) - run:
            found = begins.get(tuple(here.words[place] for place in said[at : at + run]))
            length = 0
            if found is not None:
                other, start = found
                same = zip(said[at:], other[start:], strict=False)
                length = next(
                    (step for step, (a, b) in enumerate(same) if here.words[a] != there.words[b]),
                    min(len(said) - at, len(other) - start),
                )
                if length > len(longest) and not _is_title(here, said[at : at + length]):
                    longest = dict(zip(said[at : at + length], other[start : start + length], strict=True))
            at += max(1, length - run + 1)
    return longest


def _is_title(words: Words, places: list[int]) -> bool:
    """Whether it is written as the names of films and laws are: every word with a capital."""
    return all(words.text[words.starts[place]].isupper() for place in places)


def _speeches(words: Words) -> list[list[int]]:
    """The places of the words that are quoted, those of one paragraph together."""
    found: list[list[int]] = []
    last = 0
    for place, is_said in enumerate(words.quoted):
        if not is_said:
            continue
        if not found or "\n" in words.text[last : words.starts[place]]:
            found.append([])
        found[-1].append(place)
        last = words.ends[place]
    return found
