"""A plan as SQL for somebody's warehouse: one query, one named stage a step, to read and to run.

Every stage is a common table expression. What a stage works out is what the relation of the plan says, in fewer words;
numbers are whole, so that nothing is rounded, and a verdict is TRUE (met), FALSE (not met) or NULL (unknown).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from comity.engine.batch.sql_layout import Layout, indented, wrapped
from comity.engine.batch.sql_names import RESERVED
from comity.engine.batch.sql_sources import Sources
from comity.engine.batch.sql_stages import Stage, Stages
from comity.engine.batch.sql_terms import Terms
from comity.engine.language.diagnostic import Code, Diagnostic, Refused, Span
from comity.engine.language.model import RuleSet
from comity.engine.translation.columns import Plan, Shape

DIALECTS = ("duckdb", "spark", "postgres")


def to_sql(
    rules: RuleSet,
    shape: Shape,
    made: Plan,
    dialect: str,
    *,
    reading: str | None = None,
    settings: Mapping[str, Any] | None = None,
    tables: Mapping[str, str] | None = None,
    prepared: bool = False,
) -> str:
    """Return a query in a dialect that gives the conclusions of a plan.

    `tables` says where `situations`, the tables and the histories are, if not by their own names. A number or share is
    read as a DECIMAL, unless data is `prepared`: whole numbers, in millionths.

    Raises `Refused` for histories of a series, which have no form in SQL.
    """
    if shape.series is not None:
        text = f"`{rules.id}` over a series of years has no form in SQL"
        hint = "give each situation its own history"
        raise Refused([Diagnostic(Span(rules.id, 1, 1), Code.NOT_OVER_COLUMNS, text, hint)])
    layout = Layout(Terms(dialect, RESERVED))
    sources = Sources(rules, shape, made.inputs, layout, tables or {}, prepared)
    stages = Stages(rules, made, sources)
    body = stages.verdicts()
    header = "\n".join(
        f"-- {line}".rstrip() for line in _header(rules, sources, stages.stages, reading, settings or {})
    )
    written = ",\n".join(f"{layout.name(one.name)} AS (\n{indented(one.query)}\n)" for one in stages.stages)
    return f"{header}\nWITH {written}\n{body}\n"


def _header(
    rules: RuleSet, sources: Sources, stages: Sequence[Stage], reading: str | None, settings: Mapping[str, Any]
) -> Iterator[str]:
    """Yield what the query is, what it reads, and what its stages are."""
    yield from wrapped(f"{rules.title}: {rules.id} {rules.version} over whole tables")
    reading = reading or rules.default_reading
    day = sources.shape.as_of
    said = [] if reading is None else [f"Reading: {reading}."]
    if day is not None:
        said.append(f"As of {day}.")
    elif any("as_of" in read for read in sources.inputs.values()):
        said.append("As of the date in the column as_of.")
    if settings:
        said.append("Set: " + ", ".join(f"{name}={value}" for name, value in settings.items()) + ".")
    yield from wrapped(" ".join(said))
    yield "TRUE is met, FALSE is not met, NULL is unknown. What is missing is NULL: never false, and never 0."
    yield ""
    yield "Reads"
    for source in sources.inputs:
        yield from _described(sources, source)
    shapes = (sources.shape.facts, *sources.shape.tables.values())
    if sources.shape.histories or any("range" in shape.values() for shape in shapes):
        yield from wrapped(
            "A range has two columns, _low and _high, both included; where there is no bound, NULL. A period of a "
            "history is from first to last, both included."
        )
    if sources.scaled():
        yield from wrapped(
            "A DECIMAL is taken in millionths, as a whole number, so that nothing is rounded; one that is finer is "
            "unknown."
        )
    if any("_under" in one.query for one in stages):
        yield from wrapped("What is divided stays a fraction: a column, over another by its name with _under.")
    yield ""
    yield "Stages"
    longest = max(len(one.name) for one in stages)
    for one in stages:
        yield from wrapped(f"{one.name:{longest}}  {one.about}", "  ", " " * (longest + 4))


def _described(sources: Sources, source: str) -> Iterator[str]:
    """Yield the columns that are read of a source, by type."""
    about = "a situation" if source == "situations" else "a row of the table"
    about = f"a period of the history {source}" if source in sources.shape.histories else about
    columns: dict[str, list[str]] = {}
    for name in sources.columns(source):
        columns.setdefault(sources.type(source, name), []).append(name)
    told = "; ".join(f"{kind} {', '.join(names)}".lstrip() for kind, names in columns.items())
    yield from wrapped(f"{sources.places[source]}, one row {about}: {told}", "  ", "    ")
