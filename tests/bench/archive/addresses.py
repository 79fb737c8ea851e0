"""What it costs to judge an address: ``python -m tests.bench.archive.addresses [--rounds 5]``.

Parse it strictly, and vet what its name leads to: microseconds of CPU an address, without the look-up itself, for
addresses that pass and for those that are refused, beside Python's own ``urlsplit`` and ``ip_address`` in the same run.
"""

from __future__ import annotations

import argparse
import ipaddress
import json
import statistics
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from apps.archive.web.addresses import Refused, parse, vet

TIMES = 2_000
# What the name servers would say of each name.
LOOKED_UP = "93.184.215.14"
KINDS = {
    "a name": [
        "https://www.example.com/world/2026/11/26/a-story-of-some-length?utm_source=feed",
        "http://example.org/",
    ],
    "a name in another script": ["https://xn--e1afmkfd.xn--p1ai/новости", "https://пример.укр/"],
    "a number": ["https://8.8.8.8/a", "https://[2606:4700:4700::1111]/"],
    "refused": [
        "http://127.0.0.1/",
        "http://0x7f000001/",
        "http://example.com\\@127.0.0.1/",
        "http://[::ffff:10.0.0.1]/",
        "http://metadata.google.internal/",
    ],
}


def judged(url: str) -> None:
    try:
        address = parse(url)
        vet(address.host if address.literal else LOOKED_UP)
    except Refused:
        return


def plainly(url: str) -> None:
    host = urlsplit(url.replace("\\", "/")).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        ipaddress.ip_address(LOOKED_UP)


def microseconds(judge: Callable[[str], None], urls: list[str]) -> float:
    started = time.process_time()
    for _ in range(TIMES // len(urls)):
        for url in urls:
            judge(url)
    return 1e6 * (time.process_time() - started) / (TIMES // len(urls) * len(urls))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    told = {
        kind: {
            name: round(statistics.median(microseconds(judge, urls) for _ in range(rounds)), 1)
            for name, judge in (("ours", judged), ("urlsplit and ip_address", plainly))
        }
        for kind, urls in KINDS.items()
    }
    print(json.dumps({"microseconds_of_cpu": told}, indent=1))  # noqa: T201


if __name__ == "__main__":
    main()
