"""What a site's robots.txt says of one address (RFC 9309)."""

from protego import Protego

from apps.archive.codes import Robots

# RFC 9309, 2.5: at least this much of the file is read.
LONGEST = 500_000


def verdict(robots_txt: str, url: str, user_agent: str) -> Robots:
    """Whether the rules let `user_agent` fetch `url`. No rules at all allow everything."""
    try:
        rules = Protego.parse(robots_txt[:LONGEST])
        return Robots.ALLOWED if rules.can_fetch(url, user_agent) else Robots.DISALLOWED
    except ValueError:
        return Robots.UNKNOWN
