"""Why a capture failed: a closed list of codes, what each means to a reporter, and what to do next."""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Code(models.TextChoices):
    """One reason for a capture without a stored page. The label is the sentence that the desk shows."""

    INVALID_URL = "invalid_url", _("This is not a complete web address.")
    SCHEME_NOT_ALLOWED = "scheme_not_allowed", _("Only addresses that begin with http:// or https:// can be archived.")
    USERINFO_NOT_ALLOWED = "userinfo_not_allowed", _("The address carries a user name or an @ before the site's name.")
    PORT_NOT_ALLOWED = "port_not_allowed", _("The address names a port that the desk does not connect to.")
    BLOCKED_ADDRESS = "blocked_address", _("The address leads into a private or reserved network.")
    DNS_NOT_FOUND = "dns_not_found", _("No site answers to this name.")
    DNS_TIMEOUT = "dns_timeout", _("The name of the site could not be looked up in time.")
    CONNECT_REFUSED = "connect_refused", _("The site refused the connection.")
    CONNECT_TIMEOUT = "connect_timeout", _("The site did not take the connection in time.")
    CONNECT_FAILED = "connect_failed", _("The connection to the site broke before it answered.")
    TLS_INVALID = "tls_invalid", _("The site could not prove who it is: its security certificate was not accepted.")
    FIRST_BYTE_TIMEOUT = "first_byte_timeout", _("The site took the request but did not begin to answer in time.")
    DEADLINE_EXCEEDED = "deadline_exceeded", _("The page did not arrive completely in the time allowed.")
    TOO_LARGE = "too_large", _("The page is larger than the desk keeps.")
    TOO_MANY_HEADERS = "too_many_headers", _("The site sent far more headers than a page needs.")
    DECOMPRESSION_BOMB = "decompression_bomb", _("The page unpacks to an unreasonable size.")
    DECODE_ERROR = "decode_error", _("The page arrived in a packing that could not be undone.")
    INCOMPLETE_BODY = "incomplete_body", _("The page broke off before its end.")
    TOO_MANY_REDIRECTS = "too_many_redirects", _("The site sent the desk from address to address too often.")
    REDIRECT_LOOP = "redirect_loop", _("The site redirects in a circle.")
    BAD_REDIRECT = "bad_redirect", _("The site redirects to something that is not a web address.")
    BAD_RESPONSE = "bad_response", _("The site's answer is not proper HTTP.")
    HTTP_401 = "http_401", _("The page needs a sign-in: the server answered 401.")
    HTTP_403 = "http_403", _("The site does not let the desk see this page: the server answered 403.")
    HTTP_404 = "http_404", _("There is no such page: the server answered 404.")
    HTTP_410 = "http_410", _("The page is gone: the server answered 410.")
    HTTP_429 = "http_429", _("The site asks for fewer requests: the server answered 429.")
    ASKED_TO_WAIT = "asked_to_wait", _("The site has asked the desk to wait, and that time is not over.")
    HTTP_4XX = "http_4xx", _("The server turned the request down.")
    HTTP_5XX = "http_5xx", _("The site has a fault of its own and could not show the page.")
    EMPTY = "empty", _("The server answered with an empty page.")
    BOT_WALL = "bot_wall", _("The site showed a test for robots instead of the page.")
    LOGIN_WALL = "login_wall", _("The site asked for a sign-in instead of showing the page.")
    PAYWALL = "paywall", _("The page says that it is for subscribers: the text may be only its beginning.")
    CONTENT_EMPTY = "content_empty", _("No article text was found: the page may show it only in a browser.")
    ROBOTS_DISALLOWED = "robots_disallowed", _("The site's robots.txt asks archives to stay away from this page.")
    ROBOTS_UNREACHABLE = (
        "robots_unreachable",
        _("The site could not say in its robots.txt whether archives may come; the desk stays away until it can."),
    )
    REQUISITES_CUT = (
        "requisites_cut",
        _("The page is whole; some pictures or styles went over a limit and are missing."),
    )
    RENDERING_FAILED = "rendering_failed", _("The page is stored, but a browser could not draw it.")
    NO_RENDERER = "no_renderer", _("The page is stored, but no browser is there to draw it.")
    WORKER_LOST = "worker_lost", _("The worker stopped before the capture was done.")
    STORAGE_FULL = "storage_full", _("There is no room left in the archive.")
    STORAGE_FAILED = "storage_failed", _("The page was fetched but could not be stored.")
    INTERNAL = "internal", _("Something went wrong on the desk's own side.")


class Kind(models.TextChoices):
    """What somebody may upload, judged by its bytes. Nothing else is taken."""

    HTML = "html", _("Page saved from a browser")
    MHTML = "mhtml", _("Page saved from a browser in one file (MHTML)")
    PDF = "pdf", _("PDF")
    JPEG = "jpeg", _("Picture (JPEG)")
    PNG = "png", _("Picture (PNG)")
    GIF = "gif", _("Picture (GIF)")
    WEBP = "webp", _("Picture (WebP)")
    WARC = "warc", _("Web archive (WARC)")
    TEXT = "text", _("Text")


class Sound(models.TextChoices):
    """What a conversation may have been recorded as, judged by its bytes."""

    MP3 = "mp3", _("Recording (MP3)")
    MP4 = "mp4", _("Recording (M4A or MP4)")
    OGG = "ogg", _("Recording (Ogg)")
    WAV = "wav", _("Recording (WAV)")


class Phase(models.TextChoices):
    """Where a capture is on its way."""

    TURN = "turn", _("Waiting for its turn at the site")
    PAGE = "page", _("Fetching the page")
    REQUISITES = "requisites", _("Fetching its pictures and styles")
    RENDERING = "rendering", _("Drawing it in a browser")
    STORING = "storing", _("Storing")


class Robots(models.TextChoices):
    """What the site's robots.txt (RFC 9309) says of an address, or why nothing is known of it."""

    ALLOWED = "allowed", _("robots.txt allows it")
    DISALLOWED = "disallowed", _("robots.txt asks robots to stay away")
    UNKNOWN = "unknown", _("robots.txt could not be read")


CHECK_ADDRESS = _("Check the address, or copy it again from the browser.")
LATER = _("The desk tries again by itself.")
GIVEN_UP = _(
    "The desk has tried as often as it may. Look whether the page opens in a browser; "
    "if it does, try again, or save it and upload the file here."
)
ANOTHER_WAY = _("Open the page in a browser. If it is there, save it and upload the file here.")
OPERATOR = _("Tell the administrator; the log has the details.")

HINTS: dict[Code, Promise] = {
    Code.INVALID_URL: CHECK_ADDRESS,
    Code.SCHEME_NOT_ALLOWED: _("Cite the page by its http or https address."),
    Code.USERINFO_NOT_ALLOWED: _("Remove everything before the site's name. Never paste a password into an address."),
    Code.PORT_NOT_ALLOWED: _("Use the page's public address; the desk connects to ports 80 and 443."),
    Code.BLOCKED_ADDRESS: _("Use an address that anybody on the public web can open."),
    Code.DNS_NOT_FOUND: _("Check the spelling. If the site is gone, cite a copy in a public web archive."),
    Code.DNS_TIMEOUT: LATER,
    Code.CONNECT_REFUSED: LATER,
    Code.CONNECT_TIMEOUT: LATER,
    Code.CONNECT_FAILED: LATER,
    Code.TLS_INVALID: _("Do not trust the page as it stands; ask the site, or cite it from another address."),
    Code.FIRST_BYTE_TIMEOUT: LATER,
    Code.DEADLINE_EXCEEDED: LATER,
    Code.TOO_LARGE: _("Cite a part of the document that has its own address, or upload a smaller file of it."),
    Code.TOO_MANY_HEADERS: ANOTHER_WAY,
    Code.DECOMPRESSION_BOMB: _("Treat the site with care; it may mean harm."),
    Code.DECODE_ERROR: ANOTHER_WAY,
    Code.INCOMPLETE_BODY: LATER,
    Code.TOO_MANY_REDIRECTS: _("Open the page in a browser and cite the address at which it ends."),
    Code.REDIRECT_LOOP: _("The page may want a consent first: cite the address at which a browser ends."),
    Code.BAD_REDIRECT: _("Open the page in a browser and cite the address at which it ends."),
    Code.BAD_RESPONSE: ANOTHER_WAY,
    Code.HTTP_401: _("Cite a public copy; or save what you see when you are signed in, and upload the file here."),
    Code.HTTP_403: ANOTHER_WAY,
    Code.HTTP_404: _("Check the address. If the page was there before, cite a copy in a web archive, or upload one."),
    Code.HTTP_410: _("Cite a copy in a public web archive, or upload one that somebody has kept."),
    Code.HTTP_429: LATER,
    Code.ASKED_TO_WAIT: LATER,
    Code.HTTP_4XX: ANOTHER_WAY,
    Code.HTTP_5XX: LATER,
    Code.EMPTY: _("Open the page in a browser. If it shows its text there, save it and upload the file here."),
    Code.BOT_WALL: ANOTHER_WAY,
    Code.LOGIN_WALL: ANOTHER_WAY,
    Code.PAYWALL: _(
        "Compare it with the page in a browser. If you may read all of it, save it and upload the file here."
    ),
    Code.CONTENT_EMPTY: _("See for yourself in a browser what the page says; save it there and upload the file here."),
    Code.ROBOTS_DISALLOWED: ANOTHER_WAY,
    Code.ROBOTS_UNREACHABLE: LATER,
    Code.REQUISITES_CUT: _("The words are all there."),
    Code.RENDERING_FAILED: _("Ask for the copy again."),
    Code.NO_RENDERER: _("Ask the administrator to turn the renderer on."),
    Code.WORKER_LOST: LATER,
    Code.STORAGE_FULL: OPERATOR,
    Code.STORAGE_FAILED: OPERATOR,
    Code.INTERNAL: OPERATOR,
}

RETRYABLE: frozenset[Code] = frozenset(
    {
        Code.DNS_TIMEOUT,
        Code.CONNECT_REFUSED,
        Code.CONNECT_TIMEOUT,
        Code.CONNECT_FAILED,
        Code.FIRST_BYTE_TIMEOUT,
        Code.DEADLINE_EXCEEDED,
        Code.INCOMPLETE_BODY,
        Code.HTTP_429,
        Code.ASKED_TO_WAIT,
        Code.HTTP_5XX,
        Code.ROBOTS_UNREACHABLE,
        Code.WORKER_LOST,
        Code.STORAGE_FULL,
        Code.STORAGE_FAILED,
    }
)

BLOCKED: frozenset[Code] = frozenset(
    {
        Code.BLOCKED_ADDRESS,
        Code.SCHEME_NOT_ALLOWED,
        Code.PORT_NOT_ALLOWED,
        Code.USERINFO_NOT_ALLOWED,
        Code.ROBOTS_DISALLOWED,
    }
)

# With these the page is stored: what they say is a caution, not a failure. A copy carries one: the first of those here
# that are true of it.
CAUTIONS_IN_ORDER = (Code.PAYWALL, Code.CONTENT_EMPTY, Code.NO_RENDERER, Code.RENDERING_FAILED, Code.REQUISITES_CUT)
CAUTIONS: frozenset[Code] = frozenset(CAUTIONS_IN_ORDER)


# Those that say something of the words themselves. They stand before the others: the words are the evidence.
OF_THE_WORDS: frozenset[Code] = frozenset({Code.PAYWALL, Code.CONTENT_EMPTY})


def lesser_cautions(code: Code) -> list[Code]:
    """The cautions whose place this one takes on a stored copy; those of the words leave each other alone."""
    later = CAUTIONS_IN_ORDER[CAUTIONS_IN_ORDER.index(code) + 1 :]
    return [other for other in later if not (code in OF_THE_WORDS and other in OF_THE_WORDS)]


def code_for_status(status: int) -> Code:
    """What an HTTP status that is neither a page nor a redirect means."""
    exact = f"http_{status}"
    if exact in Code.values:
        return Code(exact)
    if 400 <= status < 600:
        return Code.HTTP_4XX if status < 500 else Code.HTTP_5XX
    return Code.BAD_RESPONSE
