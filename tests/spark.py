"""Spark in this process, or on a cluster of two workers on this machine, which the tests start and stop.

It needs Java: the one that the environment variable COMITY_JAVA names, else `java` on the PATH. Where there is none,
the tests are skipped and say how to get it; where COMITY_JAVA is set, as `.ci/run` sets it, they fail.
"""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

_BRIEF = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"  # a JVM that lives for a minute learns no more
BRIEF = {"spark.driver.extraJavaOptions": _BRIEF, "spark.executor.extraJavaOptions": _BRIEF}
MISSING = "no Spark: install `comity[spark]` and Debian's `openjdk-17-jre-headless`, or name Java in COMITY_JAVA"
_QUIET = (
    "appender.none.type=Null\nappender.none.name=none\nrootLogger.level=off\nrootLogger.appenderRef.none.ref=none\n"
)


def java() -> str:
    """Return the Java to run: the one that is promised, or that of the PATH.

    Without one, or without PySpark, the test is skipped; if one was promised, it fails.
    """
    promised = os.environ.get("COMITY_JAVA")
    found = shutil.which(promised or "java")
    if promised and (found is None or find_spec("pyspark") is None):
        pytest.fail(f"COMITY_JAVA is `{promised}`, and no program or no PySpark is there", pytrace=False)
    return found if found and find_spec("pyspark") else pytest.skip(MISSING)


@contextmanager
def session(master: str, compiled: bool = False) -> Iterator[Any]:
    """Run a session of Spark. If nothing is `compiled`, it starts sooner, and takes longer for many rows."""
    java()
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(master).appName("comity")
    with tempfile.TemporaryDirectory(prefix="comity-") as folder:
        settings = {
            "spark.ui.enabled": "false",
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.sql.shuffle.partitions": "2",
            "spark.sql.session.timeZone": "America/Sao_Paulo",  # days are to be days everywhere
            "spark.python.sql.dataFrameDebugging.enabled": "false",
            "spark.sql.warehouse.dir": folder,
            "spark.log.level": "OFF",
            "spark.executor.memory": "768m",
            **BRIEF,
            "spark.sql.codegen.wholeStage": str(compiled).lower(),
            "spark.sql.codegen.factoryMode": "FALLBACK" if compiled else "NO_CODEGEN",
        }
        for name, value in settings.items():
            builder = builder.config(name, value)
        one = builder.getOrCreate()
        try:
            yield one
        finally:
            one.stop()


@contextmanager
def cluster() -> Iterator[tuple[str, list[Path]]]:
    """Run a master and two workers; return the master's address, and where each worker has what it works on."""
    program = java()
    import pyspark

    home = Path(pyspark.__file__).parent
    jars = str(home / "jars" / "*")
    [core] = (home / "jars").glob("spark-core_*.jar")  # as in spark-core_2.13-4.3.0.jar
    scala = core.name.removeprefix("spark-core_").partition("-")[0]
    own_environment = {"SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_SCALA_VERSION": scala}
    port = _free()
    address = f"spark://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="comity-", ignore_cleanup_errors=True) as folder:
        (Path(folder) / "log4j2.properties").write_text(_QUIET)
        started = [
            program,
            *_BRIEF.split(),
            "-Xmx512m",
            f"-Dlog4j2.configurationFile={folder}/log4j2.properties",
            "-cp",
            jars,
        ]
        local = ["--host", "127.0.0.1", "--webui-port", "0"]
        own = [("master.Master", ["--port", str(port)])]
        own += [
            ("worker.Worker", ["--cores", "1", "--memory", "1g", "--work-dir", f"{folder}/{number}", address])
            for number in (1, 2)
        ]
        processes: list[subprocess.Popen[bytes]] = []
        try:
            for name, arguments in own:
                command = [*started, f"org.apache.spark.deploy.{name}", *local, *arguments]
                environment = {**os.environ, **own_environment}
                quiet = subprocess.DEVNULL
                processes.append(subprocess.Popen(command, cwd=folder, env=environment, stdout=quiet, stderr=quiet))
                if name == "master.Master":
                    _answers(port)
            yield address, [Path(folder, number) for number in ("1", "2")]
        finally:
            for process in reversed(processes):
                process.terminate()
            for process in processes:
                process.wait(timeout=30)


def _free() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _answers(port: int) -> None:
    for _ in range(300):
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError(f"nothing listens at port {port}")
