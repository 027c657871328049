"""A PostgreSQL server of the tests' own: in a temporary folder, without a network, gone when they end.

Its programs are those in the folder that the environment variable COMITY_POSTGRES names, else those where Debian puts
them (/usr/lib/postgresql/*/bin), else those on the PATH. Where there are none, the tests that need them are skipped and
say how to get them; where COMITY_POSTGRES is set, as `.ci/run` sets it, they fail. PostgreSQL does not run as root: the
tests of root run it as another user.
"""

import io
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest

MISSING = (
    "no PostgreSQL: install Debian's `postgresql`, "
    "or name the folder of `initdb` in the environment variable COMITY_POSTGRES"
)
_TYPES = {pl.Boolean: "boolean", pl.Int64: "bigint", pl.Date: "date", pl.String: "text"}
_USERS = ("postgres", "nobody")


def programs(debian: Path = Path("/usr/lib/postgresql")) -> Path:
    """Return the folder of PostgreSQL's programs: the one that is promised, Debian's newest, or that of the PATH.

    Without one the test is skipped; if one was promised, it fails.
    """
    promised = os.environ.get("COMITY_POSTGRES")
    if promised and not (Path(promised) / "initdb").exists():
        pytest.fail(f"COMITY_POSTGRES is `{promised}`, and no `initdb` is there", pytrace=False)
    if promised:
        return Path(promised)
    newest = max(debian.glob("*/bin/initdb"), key=lambda one: int(one.parts[-3]), default=None)
    found = newest or shutil.which("initdb")
    return Path(found).parent if found else pytest.skip(MISSING)


class Server:
    """A running server."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs = programs
        self.folder = folder
        self.user: str | None = None
        self.group: int | None = None
        if os.getuid() == 0:
            self.user = next(name for name in _USERS if name in {one.pw_name for one in pwd.getpwall()})
            self.group = pwd.getpwnam(self.user).pw_gid
            shutil.chown(folder, self.user)

    def run(self, program: str, *arguments: str) -> None:
        """Run one of its programs."""
        done = subprocess.run(
            [self.programs / program, *arguments],
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=120,
            user=self.user,
            group=self.group,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def ask(
        self, query: str, frames: Mapping[str, pl.DataFrame], types: Mapping[str, str] | None = None
    ) -> pl.DataFrame:
        """Return what a query says over tables that hold frames; `types` are those of columns, if not as they are."""
        lines = ["BEGIN;"]
        for name, frame in frames.items():
            table = f'"{name.replace(".", "_")}"'
            columns = ", ".join(
                f'"{column}" {(types or {}).get(f"{name}/{column}") or _TYPES[type(kind)]}'
                for column, kind in frame.schema.items()
            )
            lines += [f"CREATE TEMPORARY TABLE {table} ({columns});"]
            lines += [f"COPY {table} FROM STDIN (FORMAT csv, NULL '\\N');"]
            lines += [frame.write_csv(include_header=False, null_value="\\N") + "\\."]
        lines += [f"COPY (\n{query}) TO STDOUT (FORMAT csv, HEADER);"]
        found = pl.read_csv(io.StringIO(self.told("\n".join(lines))), infer_schema=False)
        truth = {"t": True, "f": False, "": None}
        return found.select(
            pl.col("id").cast(pl.Int64),
            pl.exclude("id").replace_strict(truth, default=None, return_dtype=pl.Boolean),
        )

    def told(self, text: str) -> str:
        """Return what statements print."""
        done = subprocess.run(
            ["psql", "-h", self.folder, "-U", "comity", "-d", "postgres", "-qXv", "ON_ERROR_STOP=1", "-f", "-"],
            input=text,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr + text
        return done.stdout


@contextmanager
def server() -> Iterator[Server]:
    """Run a server."""
    found = programs()
    with tempfile.TemporaryDirectory(prefix="comity-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        own = Server(found, folder)
        data = str(folder / "data")
        own.run("initdb", "-D", data, "-A", "trust", "-U", "comity", "-E", "UTF8", "--no-sync")
        quiet = f"-k {folder} -c listen_addresses='' -c fsync=off -c jit=off"
        own.run("pg_ctl", "-D", data, "-w", "-o", quiet, "-l", str(folder / "log"), "start")
        try:
            yield own
        finally:
            own.run("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
