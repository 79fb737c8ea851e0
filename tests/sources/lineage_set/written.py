"""Sets whose every version is written by hand, as documents and pairs."""

from __future__ import annotations

from typing import Any


def paired(prefix: str, events: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """Documents and pairs, in the order in which the events are written.

    ``kin`` says which versions of an event are copy of one another, ``party`` which only quote the same speaker,
    ``not_judged`` which pairs nobody could tell; any other two of one event are independent. ``sites`` are hosts that
    more than one version stands on; where ``published`` is given, only those hours are known.
    """
    documents, pairs = [], []
    for number, event in enumerate(events):
        names = list(event["texts"])
        hours = event.get("published") or {name: hour + 5 for hour, name in enumerate(names)}
        for name in names:
            site = event.get("sites", {}).get(name, f"www.{name}{number}.example")
            hour = hours.get(name)
            documents.append(
                {
                    "id": f"{prefix}{number}-{name}",
                    "url": f"https://{site}/{number}/{name}.html",
                    "title": f"{name} of {number}",
                    "text": event["texts"][name],
                    "credit": event["credits"].get(name, ""),
                    "published": hour and f"2025-02-{number + 1:02}T{hour:02}:00:00+00:00",
                }
            )
        for at, one in enumerate(names):
            for other in names[:at]:
                both = {one, other}
                if any(both == set(left_out) for left_out in event.get("not_judged", [])):
                    continue
                relation = "independent"
                if any(both <= set(kin) for kin in event["kin"]):
                    relation = "copy"
                elif any(both == set(party) for party in event["party"]):
                    relation = "same-party"
                pairs.append({"a": f"{prefix}{number}-{other}", "b": f"{prefix}{number}-{one}", "relation": relation})
    return documents, pairs
