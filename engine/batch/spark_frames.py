"""What is done otherwise for a table on Spark."""

from collections.abc import Iterable
from typing import Any

import narwhals as nw

Frame = nw.LazyFrame[Any]


def is_spark(frame: Frame) -> bool:
    """Tell whether a frame is one of Spark."""
    return bool(frame.implementation.is_pyspark())


def with_marks(frame: Frame, name: str, ids: Iterable[Any]) -> Frame:
    """Return a frame with a column that is true for some ids, and null for others.

    They are joined: as constants, each would be a call to the JVM, and ten thousand of them half a minute.
    """
    import pyarrow as pa

    native = nw.to_native(frame)
    own = [*ids]
    marks = native.sparkSession.createDataFrame(pa.table({"id": own, name: [True] * len(own)}))
    found: Frame = nw.from_native(native.join(marks, on="id", how="left"))
    return found
