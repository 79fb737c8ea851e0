"""Pages that stand in front of the page: tests for robots and demands to sign in. Judged before anything is stored."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from apps.archive.codes import Code

LOOKED_AT = 200_000
# A wall says little. An article that is longer than this is no wall, whatever stands in its margins.
MOST_WORDS = 250
CHALLENGE_HEADERS = {
    "cf-mitigated": re.compile(r"challenge", re.IGNORECASE),
    "x-datadome": re.compile(r"protected", re.IGNORECASE),
    "x-amzn-waf-action": re.compile(r"challenge|captcha", re.IGNORECASE),
}
TITLE = re.compile(r"<title[^<>]{0,200}>([^<]{0,300})", re.IGNORECASE)
BOT_TITLE = re.compile(
    r"\s*(?:just a moment\.\.\.|attention required! \| cloudflare|access denied|pardon our interruption"
    r"|are you a (?:human|robot)\??|robot check|security check|bot verification|verify(?:ing)? you are (?:a )?human"
    r"|ddos-guard|one moment, please\.{0,3})\s*",
    re.IGNORECASE,
)
BOT_MARK = re.compile(
    r"/cdn-cgi/challenge-platform/h/[a-z]/orchestrate/chl|cf-browser-verification|_cf_chl_opt|captcha-delivery\.com|px-captcha|_pxAppId"
    r"|_Incapsula_Resource|errors\.edgesuite\.net|unusual traffic from your computer network|awswaf\.com/",
    re.IGNORECASE,
)
# A short notice may have a comment form with one of these; a page that is nothing else hardly says a word.
CAPTCHA = re.compile(r"class=[\"'](?:g-recaptcha|h-captcha|cf-turnstile)", re.IGNORECASE)
MOST_WORDS_AT_A_CAPTCHA = 40
PASSWORD = re.compile(r"<input\b[^<>]{0,500}\btype\s*=\s*[\"']?password", re.IGNORECASE)
SIGN_IN_PATH = re.compile(
    r"/(?:log-?in|sign-?in|sso|auth|account/login|users/sign_in|oauth2?)(?:[/.?_-]|$)", re.IGNORECASE
)
SIGN_IN_HOST = re.compile(r"(?:log-?in|sign-?in|sso|auth|accounts?)\.", re.IGNORECASE)
INVISIBLE = re.compile(r"<(script|style|noscript|template|svg)\b.*?(?:</\1|$)", re.IGNORECASE | re.DOTALL)
TAG = re.compile(r"<[^<>]{0,5000}>")


def wall(status: int, headers: Iterable[tuple[str, str]], body: bytes, asked: str, final: str) -> Code | None:
    """Which wall an answer is, if it is one: `bot_wall` or `login_wall`. Takes time in proportion to the page."""
    for name, value in headers:
        mark = CHALLENGE_HEADERS.get(name.lower())
        if mark and mark.search(value):
            return Code.BOT_WALL
    if status == 401:
        return Code.LOGIN_WALL
    page = body[:LOOKED_AT].decode("utf-8", "replace")
    if "<" not in page[:2000]:
        return None
    words = _words(page)
    if words > MOST_WORDS:
        return None
    title = TITLE.search(page)
    if (title and BOT_TITLE.fullmatch(title[1])) or BOT_MARK.search(page):
        return Code.BOT_WALL
    if words <= MOST_WORDS_AT_A_CAPTCHA and CAPTCHA.search(page):
        return Code.BOT_WALL
    if PASSWORD.search(page) and (_sent_to_sign_in(asked, final) or status == 403):
        return Code.LOGIN_WALL
    return None


def _sent_to_sign_in(asked: str, final: str) -> bool:
    """Whether the site led away from the page that was asked for, to one for signing in."""
    here, there = urlsplit(asked), urlsplit(final)
    other_host = here.hostname != there.hostname and SIGN_IN_HOST.match(there.hostname or "")
    other_path = here.path != there.path and SIGN_IN_PATH.search(there.path)
    return bool(other_host or other_path)


def _words(page: str) -> int:
    """How many words a reader would see, at most one more than a wall may have."""
    visible = TAG.sub(" ", INVISIBLE.sub(" ", page))
    return len(visible.split(None, MOST_WORDS + 1))
