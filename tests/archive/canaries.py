"""Who came where nobody may come: servers on loopback that take note of every connection and datagram, by way and path."""

import contextlib
import re
import select
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

PATH = re.compile(rb"(?:GET|POST|HEAD|OPTIONS|PUT) (/\S*) ")


@dataclass
class Canaries:
    """Two of them, of IPv4 and IPv6. `seen` says who came: "v4 /path", or "v6 udp"."""

    v4: str = ""
    v6: str = ""
    seen: list[str] = field(default_factory=list)

    def ways(self) -> set[str]:
        """The paths that somebody came to, without what follows them."""
        return {came.partition(" ")[2].partition("?")[0] for came in self.seen}


@contextlib.contextmanager
def canaries() -> Iterator[Canaries]:
    """TCP and UDP, on one port each of 127.0.0.1 and ::1."""
    found, closing = Canaries(), threading.Event()
    with contextlib.ExitStack() as stack:
        sockets: dict[socket.socket, str] = {}
        for name, family, host in (("v4", socket.AF_INET, "127.0.0.1"), ("v6", socket.AF_INET6, "::1")):
            listener = stack.enter_context(socket.create_server((host, 0), family=family))
            port = listener.getsockname()[1]
            datagrams = stack.enter_context(socket.socket(family, socket.SOCK_DGRAM))
            datagrams.bind((host, port))
            sockets |= {listener: name, datagrams: name}
            setattr(found, name, f"[{host}]:{port}" if ":" in host else f"{host}:{port}")

        def attend(connection: socket.socket, name: str) -> None:
            with contextlib.suppress(OSError), connection:
                connection.settimeout(2)
                found.seen.append(f"{name} tcp")
                matched = PATH.match(connection.recv(4_096))
                if matched:
                    found.seen.append(f"{name} {matched[1].decode()}")
                head = "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 2\r\nConnection: close"
                connection.sendall(f"{head}\r\n\r\nhi".encode())

        def watch() -> None:
            while not closing.is_set():
                for ready in select.select(list(sockets), [], [], 0.05)[0]:
                    if ready.type == socket.SOCK_DGRAM:
                        ready.recvfrom(4_096)
                        found.seen.append(f"{sockets[ready]} udp")
                        continue
                    connection = ready.accept()[0]
                    threading.Thread(target=attend, args=(connection, sockets[ready]), daemon=True).start()

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield found
        finally:
            closing.set()
            watcher.join()


def hostile_page(where: str, *, dialogs: bool = True) -> str:
    """A page that tries every way that we know of to reach `where`, an "address:port", from a browser."""
    http, ws = f"http://{where}", f"ws://{where}"
    # Without anybody to answer them, a browser waits for ever.
    asking = 'quietly(() => alert("x")); quietly(() => confirm("x")); quietly(() => print());' if dialogs else ""
    return f"""<!doctype html><html><head><title>Hostile</title>
<link rel="prefetch" href="{http}/prefetch"><link rel="preload" as="image" href="{http}/preload">
<link rel="dns-prefetch" href="//{where}"><link rel="preconnect" href="{http}">
<link rel="modulepreload" href="{http}/modulepreload"><link rel="manifest" href="{http}/manifest">
<link rel="stylesheet" href="{http}/stylesheet"><link rel="icon" href="{http}/icon">
<style>@import url({http}/import); @font-face {{ font-family: x; src: url({http}/font) }}
body {{ background: url({http}/background); font-family: x }}</style>
<script type="speculationrules">{{"prefetch": [{{"source": "list", "urls": ["{http}/speculation"]}}],
"prerender": [{{"source": "list", "urls": ["{http}/prerender"]}}]}}</script></head><body>
<p id="words">Words.</p><img src="{http}/img"><img srcset="{http}/srcset 1x"><iframe src="{http}/iframe"></iframe>
<iframe src="/leads-inside"></iframe><img src="/picture-leads-inside"><iframe src="/refreshes"></iframe>
<script src="{http}/script"></script><object data="{http}/object"></object><embed src="{http}/embed">
<video src="{http}/video" autoplay></video><video poster="{http}/poster"></video><audio src="{http}/audio" autoplay></audio>
<iframe srcdoc="<img src='{http}/srcdoc'>"></iframe><svg><image href="{http}/svg"/><use href="{http}/use#a"/></svg>
<a id="ping" href="/still-here" ping="{http}/ping">x</a>
<form id="form" method="post" action="{http}/form" target="frame"><input name="a" value="b"></form><iframe name="frame"></iframe><iframe name="other"></iframe>
<script>
const quietly = f => {{ try {{ const p = f(); if (p && p.catch) p.catch(() => 0) }} catch (e) {{}} }};
quietly(() => fetch("{http}/fetch")); quietly(() => fetch("{http}/no-cors", {{mode: "no-cors"}}));
quietly(() => fetch("{http}/keepalive", {{keepalive: true, method: "POST", mode: "no-cors", body: "x"}}));
quietly(() => {{ const x = new XMLHttpRequest(); x.open("GET", "{http}/xhr"); x.send() }});
quietly(() => {{ const x = new XMLHttpRequest(); x.open("PUT", "{http}/xhr-put"); x.send("x") }});
quietly(() => new WebSocket("{ws}/websocket")); quietly(() => new WebSocket("{ws.replace("ws:", "wss:")}/websocket-tls"));
quietly(() => new EventSource("{http}/eventsource")); quietly(() => navigator.sendBeacon("{http}/beacon", "x"));
quietly(() => window.open("{http}/window")); quietly(() => document.getElementById("form").submit());
quietly(() => document.getElementById("ping").click === 0);
quietly(() => import("{http}/module")); quietly(() => new Worker(URL.createObjectURL(new Blob(
["fetch('{http}/worker', {{mode: 'no-cors'}}); importScripts('{http}/worker-script')"]))));
quietly(() => new SharedWorker(URL.createObjectURL(new Blob(["fetch('{http}/shared-worker', {{mode: 'no-cors'}})"]))));
quietly(() => navigator.serviceWorker.register("/service-worker.js"));
quietly(() => {{ const w = new WebTransport("https://{where}/webtransport"); w.ready.catch(() => 0); w.closed.catch(() => 0) }});
quietly(() => {{ const p = new RTCPeerConnection({{iceServers: [{{urls: ["stun:{where}"]}},
{{urls: ["turn:{where}?transport=udp", "turn:{where}?transport=tcp"], username: "a", credential: "b"}}]}});
p.createDataChannel("x"); p.createOffer().then(o => p.setLocalDescription(o)) }});
quietly(() => new Image().src = "{http}/late");
{asking}quietly(() => navigator.clipboard.readText()); quietly(() => Notification.requestPermission());
quietly(() => navigator.geolocation.getCurrentPosition(() => 0)); quietly(() => CSS.paintWorklet.addModule("{http}/worklet"));
quietly(() => {{ const a = document.createElement("a"); a.href = "{http}/download"; a.target = "other"; a.download = "x"; a.click() }});
</script></body></html>"""
