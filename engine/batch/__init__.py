"""Whole tables: situations as rows of data frames, and the conclusions of a rule set as columns of them.

Needs the extra `batch`: Narwhals, Polars and DuckDB.
"""

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from comity.engine.batch.assessing import assess_frame as assess_frame

__all__ = ["assess_frame"]


class MissingExtraError(ImportError):
    """A library is not there that whole tables need."""


def __getattr__(name: str) -> Any:
    if name != "assess_frame":
        raise AttributeError(name)
    need("batch", "narwhals", "polars")
    from comity.engine.batch.assessing import assess_frame

    return assess_frame


def need(extra: str, *libraries: str) -> None:
    """Make sure that libraries are there. Raises `MissingExtraError`, which says what to install."""
    lacking = [one for one in libraries if find_spec(one) is None]
    if lacking:
        text = f"this needs {', '.join(lacking)}: install it with `pip install 'comity[{extra}]'`"
        raise MissingExtraError(text)
