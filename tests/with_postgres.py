"""Run a command on a real PostgreSQL of its own: `python tests/with_postgres.py pytest tests/base`.

Starts a cluster in a temporary folder on a free loopback port, sets CITYBRAIN_DATABASE_URL, runs the command, stops
and removes the cluster, and exits with the command's code. Exits 77 with a sentence where PostgreSQL is not installed.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

NOT_HERE = 77


def server_folder() -> Path | None:
    """The newest installed folder with initdb and postgres."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    there = shutil.which("initdb")
    return Path(there).parent if there else None


def as_server_user() -> dict[str, object]:
    """PostgreSQL refuses to run as root: root lends it the account `postgres`."""
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam("postgres")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def main(command: list[str]) -> int:
    binaries = server_folder()
    if binaries is None:
        print("PostgreSQL is not installed (Debian: apt-get install postgresql): its tests do not run")
        return NOT_HERE
    folder = Path(tempfile.mkdtemp(prefix="citybrain-pg-"))
    folder.chmod(0o777)
    who = as_server_user()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = folder / "data"
    try:
        subprocess.run([binaries / "initdb", "-D", data, "-U", "city", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"],
                       check=True, stdout=subprocess.DEVNULL, cwd="/", **who)  # fmt: skip
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c max_connections=200"
        subprocess.run([binaries / "pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-w", "start"],
                       check=True, stdout=subprocess.DEVNULL, cwd="/", **who)  # fmt: skip
        subprocess.run([binaries / "createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "city", "city"], check=True)
        environment = {**os.environ, "CITYBRAIN_DATABASE_URL": f"postgresql://city@127.0.0.1:{port}/city"}
        return subprocess.run(command, env=environment).returncode
    finally:
        subprocess.run([binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop"],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", **who)  # fmt: skip
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
