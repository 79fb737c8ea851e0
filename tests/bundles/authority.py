"""A time-stamping authority made on the spot with openssl, and a server on loopback that answers for it (RFC 3161)."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CONFIG = """
[tsa]
default_tsa = stamps
[stamps]
serial = {folder}/serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


def openssl(*words: str | Path) -> None:
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, timeout=30)


@dataclass(frozen=True)
class Authority:
    """Its certificates (`root` is what a reader names), and a way to have bytes stamped."""

    folder: Path

    @property
    def root(self) -> Path:
        return self.folder / "root.pem"

    def stamp(self, data: bytes) -> bytes:
        """A stamp of these bytes, certificate included."""
        (self.folder / "data").write_bytes(data)
        query = self.folder / "query.tsq"
        openssl("ts", "-query", "-data", self.folder / "data", "-sha256", "-cert", "-out", query)
        return self.answer(query.read_bytes())

    def answer(self, query: bytes) -> bytes:
        """What it answers to a request."""
        asked, reply = self.folder / "asked.tsq", self.folder / "reply.tsr"
        asked.write_bytes(query)
        made_with = ("-inkey", self.folder / "tsa.key", "-signer", self.folder / "tsa.pem")
        openssl("ts", "-reply", "-config", self.folder / "ca.cnf", "-queryfile", asked, *made_with, "-out", reply)
        return reply.read_bytes()

    @contextmanager
    def served(self) -> Iterator[str]:
        """Its address, while it answers."""
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                answer = authority.answer(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            server.server_close()


def make_authority(folder: Path, *, ended: bool = False, between: bool = False) -> Authority:
    """A root, and a certificate for stamping under it; with ``ended`` one whose time was over an hour ago.

    With ``between`` a third one signs the authority's: it is laid down as between.pem, and in no stamp.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ca.cnf").write_text(CONFIG.format(folder=folder))
    (folder / "serial").write_text("01\n")
    now, root_key, key = (
        datetime.now(UTC),
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP256R1()),
    )
    root_name, name = _name("A root for tests"), _name("An authority for tests")
    root = _certificate(root_name, root_name, root_key, now + timedelta(days=1))
    root = root.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    made = [("root", root, root_key)]
    signer_name, signer_key = root_name, root_key
    if between:
        signer_name, signer_key = _name("One between for tests"), ec.generate_private_key(ec.SECP256R1())
        middle = _certificate(signer_name, root_name, signer_key, now + timedelta(days=1))
        middle = middle.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        made.append(("between", middle, root_key))
    own = _certificate(name, signer_name, key, now + timedelta(hours=-1 if ended else 24))
    own = own.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    made.append(("tsa", own, signer_key))
    for title, certificate, by in made:
        (folder / f"{title}.pem").write_bytes(certificate.sign(by, hashes.SHA256()).public_bytes(Encoding.PEM))
    (folder / "tsa.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return Authority(folder)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, until: datetime
) -> x509.CertificateBuilder:
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number())
    return made.not_valid_before(until - timedelta(days=2)).not_valid_after(until)
