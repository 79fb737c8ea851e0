"""A real S3 server on loopback, in a process of its own: ``python -m tests.archive.object_store``.

It is moto's server behind the one check that moto leaves out and S3 makes: the bytes that came must be those that were
announced, or nothing is kept. A test makes itself a bucket:

    with running() as address: boto3.client("s3", endpoint_url=address, ...).create_bucket(Bucket="archive")
"""

from __future__ import annotations

import base64
import hashlib
import io
import os
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verifydesk.child import die_with_parent

KEY, SECRET = "desk", "not much of a secret"
UP_SECONDS = 60
BAD_DIGEST = b"<?xml version='1.0'?><Error><Code>BadDigest</Code><Message>Not the bytes announced.</Message></Error>"


@contextmanager
def running() -> Iterator[str]:
    """The address of a server with nothing in it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.archive.object_store"],
        cwd=Path(__file__).resolve().parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        preexec_fn=die_with_parent(os.getpid()),
    )
    try:
        assert process.stdout is not None
        assert select.select([process.stdout], [], [], UP_SECONDS)[0], "the object store does not start"
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()


def comparing(application: Callable[..., Any]) -> Callable[..., Any]:
    """S3's own rule before moto's server: an upload that is cut or changed on its way is refused whole."""

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        if environ["REQUEST_METHOD"] != "PUT":
            return application(environ, start)
        announced = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(announced)
        digest = hashlib.sha256(body)
        checksum = environ.get("HTTP_X_AMZ_CHECKSUM_SHA256", "")
        signed = environ.get("HTTP_X_AMZ_CONTENT_SHA256", "UNSIGNED-PAYLOAD")
        if (
            len(body) != announced
            or (checksum and base64.b64decode(checksum) != digest.digest())
            or (signed != "UNSIGNED-PAYLOAD" and signed != digest.hexdigest())
        ):
            start("400 Bad Request", [("Content-Type", "application/xml"), ("Content-Length", str(len(BAD_DIGEST)))])
            return [BAD_DIGEST]
        environ["wsgi.input"] = io.BytesIO(body)
        return application(environ, start)

    return answer


@dataclass
class Line:
    """What stands between a desk and its object store; `passed` counts the bytes on their way there."""

    address: str
    passed: int = 0


@contextmanager
def line_to(
    address: str,
    *,
    change: Callable[[bytes], bytes] = bytes,
    pause: float = 0,
    cut_after: int = sys.maxsize,
    cut_answer_after: int = sys.maxsize,
) -> Iterator[Line]:
    """A line to the store that changes what passes, is slow, or breaks."""
    host, port = address.removeprefix("http://").split(":")

    def pass_back(server: socket.socket, visitor: socket.socket) -> None:
        passed = 0
        with suppress(OSError):
            while (piece := server.recv(10_000)) and (passed := passed + len(piece)) <= cut_answer_after:
                visitor.sendall(piece)
            visitor.shutdown(socket.SHUT_RDWR)

    def attend(visitor: socket.socket) -> None:
        passed = 0
        with socket.create_connection((host, int(port))) as server, visitor, suppress(OSError):
            threading.Thread(target=pass_back, args=(server, visitor), daemon=True).start()
            while (piece := visitor.recv(10_000)) and (passed := passed + len(piece)) <= cut_after:
                server.sendall(change(piece))
                line.passed += len(piece)
                time.sleep(pause)
            server.shutdown(socket.SHUT_RDWR)

    def listen() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=attend, args=(listener.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        line = Line(f"http://127.0.0.1:{listener.getsockname()[1]}")
        threading.Thread(target=listen, daemon=True).start()
        yield line


def main() -> None:
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import WSGIRequestHandler, make_server

    WSGIRequestHandler.protocol_version = "HTTP/1.1"
    server = make_server("127.0.0.1", 0, comparing(DomainDispatcherApplication(create_backend_app)), threaded=True)
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
