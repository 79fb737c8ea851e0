"""The door to the web: an address is parsed once, strictly; looked up once; every IP address of it is vetted; and the
connection is made to a vetted one and to no other.
"""

import functools
import ipaddress
import queue
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urljoin

import idna

from apps.archive.codes import Code

LONGEST_URL = 2048
LONGEST_NAME = 253
MOST_ENDPOINTS = 4
DEFAULT_PORTS = {"http": 80, "https": 443}
PORTS = frozenset(DEFAULT_PORTS.values())

# Names that never mean a site on the public web, whatever a resolver inside the house makes of them.
SPECIAL_SUFFIXES = frozenset(
    ("localhost", "local", "localdomain", "internal", "intranet", "private", "lan", "home", "corp")
) | frozenset(("arpa", "onion", "invalid", "test", "alt"))

Ranges = tuple[tuple[int, int], ...]


def _ranges(*networks: str) -> Ranges:
    """The first and the last number of each network: comparing numbers takes a tenth of asking the network."""
    return tuple((int(network[0]), int(network[-1])) for network in map(ipaddress.ip_network, networks))


# `ipaddress.is_global` answers differently from one Python patch level to the next, and calls metadata services,
# multicast and embedded loopback global. So the lists stand here, in full.
IPV4_DENIED = _ranges(
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "168.63.129.16/32",  # Azure's host, reachable from every guest
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.31.196.0/24",
    "192.52.193.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "192.175.48.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
)
# Loopback, link-local, unique-local, multicast, NAT64 and IPv4-compatible addresses fall outside by construction.
IPV6_ALLOWED = ipaddress.IPv6Network("2000::/3")
IPV6_DENIED = _ranges("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")

SURROUNDING = " \t\r\n\f\v\u00a0\u3000\ufeff"
FORBIDDEN = re.compile("[\x00-\x20\x7f-\x9f\\\\\u2028\u2029\ud800-\udfff]")
SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
AUTHORITY = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]*\]|[^:\[\]]*)(?::(?P<port>[0-9]{0,5}))?", re.ASCII)
LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.ASCII)
LAST_LABEL = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{1,59}", re.ASCII)
# What RFC 3986 lets stand in a path or a query; existing escapes stay as they are.
KEPT = "%/:?@!$&'()*+,;=-._~[]|"

Lookup = Callable[..., list[tuple[Any, ...]]]


class Refused(Exception):
    """The desk does not go to this address, or can't find it. `code` says why, `detail` which part."""

    def __init__(self, code: Code, detail: str = "") -> None:
        super().__init__(f"{code.value}: {detail}")
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class WebAddress:
    """A web address in the one form that the desk compares, shows and fetches. All ASCII."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"

    @property
    def literal(self) -> bool:
        """Whether the host is an IP address rather than a name."""
        return _literal(self.host) is not None

    @property
    def authority(self) -> str:
        """Host and port as the Host header carries them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


@dataclass(frozen=True)
class Endpoint:
    """One vetted IP address and port to connect to."""

    family: socket.AddressFamily
    ip: str
    port: int

    @property
    def sockaddr(self) -> tuple[Any, ...]:
        return (self.ip, self.port) if self.family == socket.AF_INET else (self.ip, self.port, 0, 0)


def parse(text: str, *, allow: frozenset[str] = frozenset()) -> WebAddress:
    """The address that `text` means, if the desk may fetch it. `allow` lists exact "address:port" exceptions.

    Raises Refused. Asks no name server.
    """
    text = text.strip(SURROUNDING)
    if not text:
        raise Refused(Code.INVALID_URL, "The address is empty.")
    if len(text) > LONGEST_URL:
        raise Refused(Code.INVALID_URL, f"The address is longer than {LONGEST_URL} characters.")
    if found := FORBIDDEN.search(text):
        raise Refused(Code.INVALID_URL, _name_of_character(found[0]))
    scheme, rest = _split_scheme(text)
    authority, target = _split_target(rest)
    if "@" in authority:
        raise Refused(Code.USERINFO_NOT_ALLOWED, "There is an @ before the site's name.")
    matched = AUTHORITY.fullmatch(authority)
    if matched is None or "%" in authority:
        raise Refused(Code.INVALID_URL, "The site's name can't be read.")
    host = _host(matched["host"])
    port = int(matched["port"] or DEFAULT_PORTS[scheme])
    address = WebAddress(scheme, host, port, target)
    if len(address.url) > LONGEST_URL:
        raise Refused(Code.INVALID_URL, f"The address is longer than {LONGEST_URL} characters once it is encoded.")
    if _excepted(address, allow):
        return address
    if address.literal:
        vet(host)
    if port not in PORTS:
        raise Refused(Code.PORT_NOT_ALLOWED, f"The address names port {port}.")
    return address


def vet(ip_text: str) -> None:
    """Raises Refused(blocked_address) unless this IP address belongs to the public internet."""
    ip = _literal(ip_text)
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    if isinstance(ip, ipaddress.IPv4Address) and not _is_within(ip, IPV4_DENIED):
        return
    if isinstance(ip, ipaddress.IPv6Address) and ip in IPV6_ALLOWED and not _is_within(ip, IPV6_DENIED):
        return
    raise Refused(Code.BLOCKED_ADDRESS, f"{ip_text} is a private or reserved address.")


def _is_within(ip: ipaddress.IPv4Address | ipaddress.IPv6Address, networks: Ranges) -> bool:
    number = int(ip)
    return any(first <= number <= last for first, last in networks)


def resolve(
    address: WebAddress, *, allow: frozenset[str], seconds: float, lookup: Lookup = socket.getaddrinfo
) -> list[Endpoint]:
    """Where to connect to: one lookup, and every record in the answer must be public.

    Raises Refused: dns_not_found, dns_timeout, or blocked_address when a single record is bad.
    """
    if address.literal:
        if not _excepted(address, allow):
            vet(address.host)
        return [_endpoint(address.host, address.port)]
    endpoints: dict[Endpoint, None] = {}
    for family, _type, _protocol, _canonical, sockaddr in _look_up(address, seconds, lookup):
        if family not in (socket.AF_INET, socket.AF_INET6):
            continue
        try:
            vet(str(sockaddr[0]))
        except Refused:
            # The address itself stays unsaid: it would tell a reporter how the house's own network is numbered.
            detail = f"The name {address.host} leads to a private or reserved address."
            raise Refused(Code.BLOCKED_ADDRESS, detail) from None
        endpoints[_endpoint(str(sockaddr[0]), address.port)] = None
    if not endpoints:
        raise Refused(Code.DNS_NOT_FOUND, f"The name {address.host} has no address.")
    return list(endpoints)


def follow(address: WebAddress, location: str, *, allow: frozenset[str]) -> WebAddress:
    """Where a redirect from `address` leads, through the same door as every address. Raises Refused."""
    shown = quote(location, safe=KEPT + "#")[:200]
    if not location:
        raise Refused(Code.BAD_REDIRECT, "The redirect does not say where to.")
    if FORBIDDEN.search(location.replace(" ", "")):
        raise Refused(Code.BAD_REDIRECT, f"Control characters or a backslash in {shown}")
    location = location.replace(" ", "%20")
    if location.startswith("//"):
        location = f"{address.scheme}:{location}"
    elif not SCHEME.match(location):
        location = urljoin(address.url, location)
    try:
        return parse(location, allow=allow)
    except Refused as refused:
        code = Code.BAD_REDIRECT if refused.code == Code.INVALID_URL else refused.code
        raise Refused(code, f"Redirect to {shown}: {refused.detail}") from refused


def connect(
    address: WebAddress, *, allow: frozenset[str], seconds: float, lookup: Lookup = socket.getaddrinfo
) -> tuple[socket.socket, Endpoint]:
    """A connection to one of the address's vetted endpoints, within `seconds` for the lookup and all attempts.

    Raises Refused.
    """
    ends = time.monotonic() + seconds
    endpoints = resolve(address, allow=allow, seconds=seconds, lookup=lookup)[:MOST_ENDPOINTS]
    refusal = Refused(Code.CONNECT_FAILED, address.authority)
    for left, endpoint in zip(range(len(endpoints), 0, -1), endpoints, strict=True):
        connection = socket.socket(endpoint.family, socket.SOCK_STREAM)
        try:
            connection.settimeout(max((ends - time.monotonic()) / left, 0.001))
            connection.connect(endpoint.sockaddr)
            if connection.getpeername()[:2] != (endpoint.ip, endpoint.port):
                raise Refused(Code.BLOCKED_ADDRESS, "The connection ended somewhere else than at the vetted address.")
            return connection, endpoint
        except OSError as error:
            connection.close()
            refusal = _broken(error, address)
        except BaseException:
            connection.close()
            raise
    raise refusal


def secure(connection: socket.socket, address: WebAddress, *, seconds: float) -> ssl.SSLSocket:
    """The same connection under TLS, with the certificate checked against the host. Raises Refused."""
    connection.settimeout(max(seconds, 0.001))
    try:
        return tls_context().wrap_socket(connection, server_hostname=address.host)
    except ssl.SSLCertVerificationError as error:
        raise Refused(Code.TLS_INVALID, f"{address.host}: {error.verify_message}") from error
    except ssl.SSLEOFError as error:
        raise Refused(Code.CONNECT_FAILED, "The connection broke while it was being secured.") from error
    except ssl.SSLError as error:
        raise Refused(Code.TLS_INVALID, (error.reason or "no agreement").replace("_", " ").lower()) from error
    except OSError as error:
        raise _broken(error, address) from error


@functools.cache
def tls_context() -> ssl.SSLContext:
    """Made once: reading the system's certificates costs more than fetching a page."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


def _split_scheme(text: str) -> tuple[str, str]:
    matched = SCHEME.match(text)
    rest = text[matched.end() :] if matched else text
    # "example.com:80/a" and "localhost:8000" look as if they had a scheme; what they lack is one.
    if matched is None or (not rest.startswith("//") and ("." in matched[1] or rest[:1].isdigit())):
        raise Refused(Code.INVALID_URL, "The address must begin with http:// or https://.")
    scheme = matched[1].lower()
    if scheme not in DEFAULT_PORTS:
        raise Refused(Code.SCHEME_NOT_ALLOWED, f"The address begins with {scheme[:40]}:")
    if not rest.startswith("//"):
        raise Refused(Code.INVALID_URL, f"After {scheme}: there must be two slashes and the site's name.")
    return scheme, rest[2:]


def _split_target(rest: str) -> tuple[str, str]:
    end = min((at for at in map(rest.find, "/?#") if at >= 0), default=len(rest))
    target = quote(rest[end:].split("#", 1)[0], safe=KEPT)
    return rest[:end], target if target.startswith("/") else f"/{target}"


def _host(text: str) -> str:
    if text.startswith("["):
        try:
            return str(ipaddress.IPv6Address(text[1:-1]))
        except ValueError:
            raise Refused(Code.INVALID_URL, "What stands in brackets is not an IPv6 address.") from None
    if not text:
        raise Refused(Code.INVALID_URL, "The site's name is missing.")
    if isinstance(ip := _literal(text), ipaddress.IPv4Address):
        return str(ip)
    return _name(text)


def _name(text: str) -> str:
    """A host name in its ASCII form. Legacy spellings of IPv4 addresses end in a number and are refused here."""
    if len(text) > LONGEST_NAME + 1:
        raise Refused(Code.INVALID_URL, "The site's name is too long.")
    name = text.lower()
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode("ascii")
        except UnicodeError:
            raise Refused(Code.INVALID_URL, "The site's name has characters that no name may have.") from None
    name = name.removesuffix(".")
    labels = name.split(".")
    if labels[-1] in SPECIAL_SUFFIXES:
        raise Refused(Code.BLOCKED_ADDRESS, f"{name} is a name for use inside a private network.")
    if len(labels) < 2:
        raise Refused(Code.INVALID_URL, "The site's name has no dot in it.")
    if len(name) > LONGEST_NAME or not all(LABEL.fullmatch(label) for label in labels):
        raise Refused(Code.INVALID_URL, "The site's name can't be read.")
    if not LAST_LABEL.fullmatch(labels[-1]):
        raise Refused(Code.INVALID_URL, "The site's name must end like .org or .com, not in a number.")
    for label in labels:
        _check_punycode(label)
    return name


def _check_punycode(label: str) -> None:
    if label.startswith("xn--"):
        try:
            idna.ulabel(label)
        except UnicodeError:
            raise Refused(Code.INVALID_URL, f"{label} is not an encoded name.") from None


def _look_up(address: WebAddress, seconds: float, lookup: Lookup) -> list[tuple[Any, ...]]:
    # getaddrinfo has no time limit of its own: the thread is left behind, and ends with the system's resolver.
    answers: queue.SimpleQueue[list[tuple[Any, ...]] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            # The closing dot keeps the resolver from trying the name inside the house's own search domains.
            answers.put(lookup(f"{address.host}.", address.port, type=socket.SOCK_STREAM))
        except Exception as error:
            answers.put(error)

    threading.Thread(target=ask, name="archive-lookup", daemon=True).start()
    try:
        answer = answers.get(timeout=max(seconds, 0.001))
    except queue.Empty:
        raise Refused(Code.DNS_TIMEOUT, f"The name {address.host} was not answered in {seconds:.0f} s.") from None
    if isinstance(answer, socket.gaierror) and answer.errno == socket.EAI_AGAIN:
        raise Refused(Code.DNS_TIMEOUT, f"The name server had no answer for {address.host}.")
    if isinstance(answer, OSError | UnicodeError):
        raise Refused(Code.DNS_NOT_FOUND, f"The name {address.host} is not known.")
    if isinstance(answer, Exception):
        raise answer
    return answer


def _broken(error: OSError, address: WebAddress) -> Refused:
    if isinstance(error, TimeoutError):
        return Refused(Code.CONNECT_TIMEOUT, address.authority)
    if isinstance(error, ConnectionRefusedError):
        return Refused(Code.CONNECT_REFUSED, address.authority)
    return Refused(Code.CONNECT_FAILED, address.authority)


def _literal(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    if not (text[:1].isdigit() or ":" in text) or "%" in text:
        return None  # a name, as most are: asking for its number takes longer than all the rest
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _endpoint(ip_text: str, port: int) -> Endpoint:
    ip = ipaddress.ip_address(ip_text)
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is None:
            return Endpoint(socket.AF_INET6, str(ip), port)
        ip = ip.ipv4_mapped
    return Endpoint(socket.AF_INET, str(ip), port)


def _excepted(address: WebAddress, allow: frozenset[str]) -> bool:
    host = f"[{address.host}]" if ":" in address.host else address.host
    return address.literal and f"{host}:{address.port}" in allow


def _name_of_character(character: str) -> str:
    if character == " ":
        return "There is a space inside the address."
    if character == "\\":
        return "There is a backslash in the address."
    return "There is an invisible control character inside the address."
