"""A password for the demo's people."""

import secrets

WORDS = [
    "amber",
    "birch",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "grove",
    "heron",
    "inlet",
    "juniper",
    "kestrel",
    "lagoon",
    "maple",
    "north",
    "orchid",
    "pebble",
    "quartz",
    "river",
]


def make_password() -> str:
    """A password that a person can copy from one window to another: three words and four digits, about 25 bits.

    It guards a demo on loopback, behind the lock-out after six wrong tries.
    """
    return "-".join([*(secrets.choice(WORDS) for _ in range(3)), str(secrets.randbelow(9000) + 1000)])
