"""Files of one run on Spark: it reads typed Parquet itself, and all else after Polars; a folder comes out.

All that Spark reads and writes in passing stands beside the output, so that workers on other machines see it where they
see that.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from glob import glob
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import narwhals as nw

from comity.engine.batch.files import Files, Output, Place, has_text, new_mode
from comity.engine.batch.folders import put
from comity.engine.batch.prepare import Source
from comity.engine.batch.spark_session import reason, session

Frame = nw.LazyFrame[Any]


@contextmanager
def spark_files(
    output: Place, master: str | None, columns: Iterable[str], read: Iterable[str]
) -> Iterator["SparkFiles"]:
    """Run Spark, for one run. Raises `StartError`, and `OSError` where nothing can stand beside the output."""
    target = Path(os.path.realpath(output.path))
    with TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, new_mode(0o777))
        with session(master, Path(folder)) as one:
            yield SparkFiles(one, Path(folder), columns, read)


class SparkFiles(Files):
    """Opens tables for one run on Spark."""

    def __init__(self, session: Any, folder: Path, columns: Iterable[str], read: Iterable[str]) -> None:
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        super().__init__("spark", folder, columns, read)
        self.session = session
        self.broken = (*self.broken, PySparkException, Py4JError)

    def typed(self, path: str) -> Source | None:
        frame = self.scan(*sorted(glob(path)))
        return None if has_text(frame, self.read) else Source(frame, path, False)

    def scan(self, *paths: str) -> Frame:
        """Return files of Parquet as a frame of Spark."""
        found: Frame = nw.from_native(self.session.read.parquet(*map(_only, paths)))
        return found

    def lent(self, path: Path) -> Frame:
        return self.scan(str(path))

    def reason(self, error: Exception) -> str:
        return reason(error)

    def output(self, at: Place) -> "SparkOutput":
        return SparkOutput(at, self)


def _only(path: str) -> str:
    """Return a path for Spark to read, in which nothing is a pattern."""
    return "file://" + "".join(f"\\{one}" if one in "\\*?[]{}" else one for one in os.path.abspath(path))


class SparkOutput(Output):
    """A folder of Parquet in the making."""

    files: SparkFiles

    def __init__(self, at: Place, files: SparkFiles) -> None:
        self.at = at
        self.files = files
        self.path = files.passing(".parquet")

    def write(self, frame: Frame, seen: Callable[[int], None] | None) -> None:  # noqa: ARG002  # Spark tells nothing
        """Write a frame."""
        nw.to_native(frame).write.parquet(f"file://{self.path}")
        for file in self.path.iterdir():  # what Spark needs while it writes, and no table has
            if not file.name.startswith("part-") or file.is_dir():
                shutil.rmtree(file) if file.is_dir() else file.unlink()

    def count(self) -> int:
        """Return how many rows were written."""
        return int(nw.to_native(self.files.scan(str(self.path))).count())

    def tally(self, columns: Iterable[str]) -> dict[str, dict[str | None, int]]:
        """Return how often each text stands in columns of what was written."""
        names = [*columns]
        found: dict[str, dict[str | None, int]] = {name: {} for name in names}
        groups = nw.to_native(self.files.scan(str(self.path))).groupBy(*names).count().collect() if names else []
        for *values, number in groups:
            for name, value in zip(names, values, strict=True):
                word = str(value).lower() if isinstance(value, bool) else value
                found[name][word] = found[name].get(word, 0) + number
        return found

    def done(self) -> None:
        """Put what was written in its place, all at once."""
        put(self.path, Path(os.path.realpath(self.at.path)))

    def dropped(self) -> None:
        """Leave nothing behind: what stands beside the output goes with the run."""
