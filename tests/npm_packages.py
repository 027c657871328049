"""Packages of npm that read exports back: `tests/npm/package.json` says which.

They are looked for in the folder that the environment variable COMITY_NODE_MODULES names, else in
`tests/npm/node_modules`. Where there is none, or no Node.js, the tests that need them are skipped and say how to get
them; where COMITY_NODE_MODULES is set, as `.ci/run` sets it, they fail.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

_HERE = Path(__file__).parent / "npm"
MISSING = (
    "no packages of npm: install Node.js and run `npm install --prefix tests/npm`, "
    "or name the folder in the environment variable COMITY_NODE_MODULES"
)


def package(name: str) -> Path:
    """Return the folder of a package."""
    promised = os.environ.get("COMITY_NODE_MODULES")
    found = Path(promised or _HERE / "node_modules") / name
    if found.is_dir():
        return found
    if promised:
        pytest.fail(f"COMITY_NODE_MODULES is `{promised}`, and `{name}` is not there", pytrace=False)
    pytest.skip(MISSING)


def node(script: str, needs: Path, *arguments: str) -> str:
    """Run a script with Node.js, which gets the folder of a package as `process.argv[1]`, and return what it prints."""
    program = shutil.which("node")
    if program is None:
        if "COMITY_NODE_MODULES" in os.environ:
            pytest.fail("COMITY_NODE_MODULES is set, and there is no Node.js", pytrace=False)
        pytest.skip(MISSING)
    command = [program, "-e", script, str(needs), *arguments]
    return subprocess.run(command, capture_output=True, check=True, timeout=300).stdout.decode()
