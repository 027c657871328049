"""A session of Spark: started without a word on the terminal, and set to answer as the other engines do."""

import logging
import os
import re
import shutil
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from comity.engine.batch import MissingExtraError, need

MASTER = "local[*]"
_ALIKE: Mapping[str, str] = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",  # what overflows fails
    "spark.sql.caseSensitive": "true",  # so that columns that differ in capitals are told apart, and refused
    "spark.sql.parquet.mergeSchema": "true",  # else a column that one of the files lacks could be dropped from all
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
}
_QUIET: Mapping[str, str] = {
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.python.sql.dataFrameDebugging.enabled": "false",  # it doubles the calls to the JVM
}
_ALONE: Mapping[str, str] = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
}


class StartError(Exception):
    """Spark does not start: a master that does not answer, or that there is not."""


def need_spark() -> None:
    """Make sure that Spark can be started. Raises `MissingExtraError`, which says what to install."""
    need("spark", "pyspark", "pyarrow")
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java" if home is None else str(Path(home, "bin", "java"))) is None:
        where = "there is none on the PATH" if home is None else f"there is none in JAVA_HOME, `{home}`"
        text = "install it (Debian: `openjdk-17-jre-headless`), or name its folder in JAVA_HOME"
        raise MissingExtraError(f"Spark needs Java 17 or later, and {where}: {text}")


@contextmanager
def session(master: str | None, folder: Path) -> Iterator[Any]:
    """Run a session, in a Spark of its own or in the one that this process runs already.

    What Spark has to say goes to a file in `folder`. Raises `StartError`.
    """
    from pyspark.sql import SparkSession

    logging.getLogger("SQLQueryContextLogger").disabled = True  # it prints what is raised anyway
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        running = SparkSession.getActiveSession()
        if running is not None:
            here = running.sparkContext.master
            if master not in (None, here):
                raise StartError(f"a Spark on `{here}` runs already")
            yield _alike(running.newSession())
            return
        one = _started(master or MASTER, folder)
        try:
            yield _alike(one)
        finally:
            one.stop()


def _alike(session: Any) -> Any:
    for name, value in _ALIKE.items():
        session.conf.set(name, value)
    return session


def _started(master: str, folder: Path) -> Any:
    from py4j.protocol import Py4JError
    from pyspark import SparkConf, SparkContext
    from pyspark.errors import PySparkException
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    settings: dict[str, str] = {
        "spark.master": master,
        "spark.app.name": "comity",
        "spark.sql.warehouse.dir": str(folder),
        **_QUIET,
    }
    settings |= _ALONE if master.startswith("local") else {}
    conf = SparkConf().setAll([*settings.items()])
    try:
        with (folder / "spark.log").open("wb") as log:
            # A process has one JVM, which outlives its sessions.
            there = SparkContext._gateway is not None
            gateway = None if there else launch_gateway(conf, {"stdout": log, "stderr": log})  # type: ignore[no-untyped-call]
        return SparkSession(SparkContext(conf=conf, gateway=gateway))
    except (PySparkException, Py4JError) as error:
        raise StartError(_told(folder / "spark.log") or reason(error)) from error


def _told(log: Path) -> str | None:
    """Return what Spark wrote down as the cause, which it does not always raise."""
    text = log.read_text(encoding="utf-8", errors="replace")
    found = re.search(r"^(?:\S+ \S+ ERROR \w+|Exception in thread \S+ [\w.$]+): (?!Error initializing)(.+)", text, re.M)
    return found and found[1]


def reason(error: Exception) -> str:
    """Return in one line why Spark failed."""
    thrown = getattr(error, "java_exception", getattr(error, "_origin", None))
    while thrown is not None and thrown.getCause() is not None:  # what wraps it says that a task failed, and no more
        thrown = thrown.getCause()
    text = str(error) if thrown is None else str(thrown.getMessage() or thrown.getClass().getName())
    return next(iter(text.strip().splitlines()), type(error).__name__)
