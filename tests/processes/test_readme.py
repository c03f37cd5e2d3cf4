"""The commands of the README for a city of your own, run as they stand there on a fresh city."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes.city_platform import CityPlatform
from tests.processes.ground import ROOT, until

pytestmark = [pytest.mark.processes, pytest.mark.skipif(sys.platform != "linux", reason="uses the shell of Linux")]


def blocks(page: Path, heading: str) -> list[str]:
    """The shell blocks of one section of a page."""
    section = page.read_text(encoding="utf-8").split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"```sh\n(.*?)```", section, re.DOTALL)


@pytest.fixture
def city(tmp_path):
    city = CityPlatform(tmp_path)
    city.start()
    yield city
    city.stop()


def test_a_city_of_your_own(city):
    """A stranger who copies the commands sees a case that a reading caused, and the chain between them."""
    assert re.search(r"administrator: admin +password: \S{12,}", city.platform.said())
    preparing, causing = blocks(ROOT / "README.md", "A city of your own")
    environment = {
        **os.environ,
        "CITYBRAIN_DATA": str(city.data),
        "CITYBRAIN_PORT": str(city.port),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "LANG": "C.UTF-8",
    }

    def shell(script: str) -> str:
        script = script.replace("localhost:8000", f"127.0.0.1:{city.port}").replace(
            "localhost:8001", f"127.0.0.1:{city.port + 1}"
        )
        done = subprocess.run(
            ["bash", "-e", "-c", script], capture_output=True, text=True, env=environment, cwd=ROOT, timeout=120
        )
        assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    lines = [line for line in preparing.splitlines() if line.startswith("citybrain")]
    said = [shell(line) for line in lines]
    assert "WRONG" not in said[0], said[0]
    environment["TOKEN"] = city.token = said[-1].strip().splitlines()[-1]

    register, send, look = causing.split("\n\n")[0], *causing.split("\n\n")[1:]
    assert '"accepted":1' in shell(register).replace(" ", "")
    until("the thing is known to sense", lambda: '"accepted":1' in shell(send).replace(" ", ""))
    until("the case is there", lambda: city.pages("/api/v1/cases"), within=10)
    reading = send.split("now=", 1)[0]
    assert reading == ""

    case = city.pages("/api/v1/cases")[0]
    assert (case["state"], case["organisation"]) == ("dispatched", "eco")
    chain = shell(f"citybrain trace case {case['number']}")
    assert "air-1/so2/" in chain
    assert "citybrain trace reading" in look
