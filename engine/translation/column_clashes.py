"""Names that two columns would have: what reads one of them has no form over columns.

Names are of lower case, and no two facts have the same one, whatever an engine makes of capitals. A column that is
worked out has a name that no other has; those of the facts are what they are.
"""

from collections.abc import Mapping

from comity.engine.language.model import Fact
from comity.engine.translation.column_frames import columns_of
from comity.engine.translation.figures import Untranslatable

_KEYS = {"situations": ("id", "as_of"), "rows": ("id", "row")}
_SOURCES = ("situations", "series", "years")


def look(name: str, known: Mapping[str, str], outer: Mapping[str, str], table: Fact | None) -> None:
    """Raise `Untranslatable` if a fact that has columns would share one.

    `known` are the facts of the situation, or the columns of `table`; `outer` those of the situation.
    """
    for column in columns_of({name: known[name]}):
        if column in _KEYS["situations" if table is None else "rows"]:
            raise Untranslatable(f"{_called(name, table)} has the name of the column `{column}` that rows are told by")
        for other, mode in known.items():
            if other != name and column in columns_of({other: mode}):
                raise Untranslatable(f"{_called(name, table)} and `{other}` would share the column `{column}`")
        if table is not None and column.startswith("situation_"):
            inner = column.removeprefix("situation_")
            for other, mode in {**outer, "as_of": "point"}.items():
                if inner in columns_of({other: mode}):
                    raise Untranslatable(f"{_called(name, table)} has the name of `{other}` beside its rows")


def look_at_conclusion(name: str) -> None:
    """Raise `Untranslatable` if the column of a conclusion would be one that rows are told by."""
    column = name.replace("-", "_")
    if column in _KEYS["situations"]:
        raise Untranslatable(f"it has the name of the column `{column}` that rows are told by")


def look_at_source(name: str) -> None:
    """Raise `Untranslatable` if the rows of a table, or the entries of a history, would be others."""
    if name in _SOURCES:
        raise Untranslatable(f"`{name}` is the name of other rows")


def _called(name: str, table: Fact | None) -> str:
    return f"the fact `{name}`" if table is None else f"the column `{name}` of `{table.name}`"
