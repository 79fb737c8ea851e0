"""Programs of others that open what we write: ``python -m tests.tools`` makes them ready in ``.venv-tools``.

pywb and py-wacz can't share the desk's environment (pywb pins a redis of 2017, and is GPL); ReplayWeb.page is AGPL. So
they are tools of the tests alone, pinned by their digests, and made when they are needed.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TOOLS = ROOT / ".venv-tools"
PLAYER = TOOLS / "replaywebpage"
PLAYER_FILES = ("ui.js", "sw.js", "LICENSE")
MADE_OF = ("requirements.txt", "build.txt", "replaywebpage.txt")
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


def tool(name: str) -> str:
    """The path of one of the programs: wayback, wb-manager, wacz."""
    return str(TOOLS / "bin" / name)


def ensure() -> None:
    """Make the tools, unless they are there. Two who ask at once: the second waits, and finds them made."""
    wanted = f"{ROOT}\n" + "".join((HERE / name).read_text() for name in MADE_OF)
    mark = TOOLS / "made-of"
    if mark.is_file() and mark.read_text() == wanted:
        return
    with (HERE / "__init__.py").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if mark.is_file() and mark.read_text() == wanted:
            return
        sys.stderr.write("desk: making .venv-tools\n")
        _environment(TOOLS, "requirements.txt")
        _fetch_player()
        mark.write_text(wanted)  # last of all: without it, what lies there is half made


def _environment(folder: Path, lock: str) -> None:
    """An environment of its own with what a lock file names; what must be built is built with what build.txt names."""
    python = str(folder / "bin" / "python")
    build = ["--build-constraints", str(HERE / "build.txt")]
    _run([_uv(), "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)])
    _run([_uv(), "pip", "install", "--quiet", "--python", python, "--require-hashes", *build, "-r", str(HERE / lock)])


def _fetch_player() -> None:
    """The two files that are ReplayWeb.page, out of its package, without the hundreds that it was built with."""
    name, integrity = (HERE / "replaywebpage.txt").read_text().split()
    with tempfile.TemporaryDirectory() as folder:
        npm = shutil.which("npm")
        if npm is None:  # a wheel for one command: Debian's npm is hundreds of packages
            _environment(Path(folder) / "node", "npm.txt")
            npm = f"{folder}/node/bin/npm"
        path = os.pathsep.join([str(Path(npm).parent), os.environ.get("PATH", "")])
        _run([npm, "pack", "--silent", "--ignore-scripts", "--pack-destination", folder, name], cwd=folder, PATH=path)
        (package,) = Path(folder).glob("*.tgz")
        found = base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode()
        if integrity != f"sha512-{found}":
            raise SystemExit(f"{name} is not the package that tests/tools/replaywebpage.txt was written for")
        PLAYER.mkdir()
        with tarfile.open(package) as archive:
            for file in PLAYER_FILES:
                content = archive.extractfile(f"package/{file}")
                assert content is not None
                (PLAYER / file).write_bytes(content.read())


def _run(command: list[str], cwd: str | None = None, **environment: str) -> None:
    # Behind a proxy that signs anew, uv trusts the system's certificates only when told.
    trusted = {"UV_SYSTEM_CERTS": "1"} if CERTIFICATES.is_file() else {}
    done = subprocess.run(
        command, cwd=cwd, env={**trusted, **os.environ, **environment}, stdout=subprocess.DEVNULL, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command[:3])} failed: the tools of the tests could not be made")


def _uv() -> str:
    return str(Path(sys.executable).parent / "uv")
