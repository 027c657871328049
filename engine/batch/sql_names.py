"""Names of columns in SQL: short, unlike each other, and quoted where a database has the word for itself."""

import re
from collections.abc import Iterable, Iterator

from comity.engine.translation.relations import Column, Relation, Scan

# What DuckDB, PostgreSQL, Spark (by its ANSI list) or the standard keep for themselves, in any position.
RESERVED = frozenset(
    """
    all analyse analyze and anti any array as asc asof asymmetric at authorization between bigint binary bit boolean
    both by case cast char character check coalesce collate collation column columns concurrently constraint create
    cross cube current current_catalog current_date current_role current_schema current_time current_timestamp
    current_user date day dec decimal default deferrable desc describe distinct do drop else end escape except
    exists extract false fetch filter first float following for foreign freeze from full function generated glob
    greatest grant group grouping grouping_id groups having hour ilike in initially inner inout insert int integer
    intersect
    interval into is isnull join json json_array json_arrayagg json_object json_objectagg lambda last lateral
    leading least left like limit local localtime localtimestamp map minus minute month national natural nchar no none
    normalize not notnull null nullif numeric offset on only or order out outer over overlaps overlay pivot
    pivot_longer pivot_wider placing position positional precision primary qualify range real recursive references
    returning revoke right rollup row rows second select semi session_user set setof show similar smallint some
    start struct substring summarize symmetric system_user table tablesample then time timestamp to trailing treat
    trim true truncate try_cast tuple union unique unknown unpack unpivot update user using values varchar variadic
    verbose when where window with within xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces
    xmlparse xmlpi xmlroot xmlserialize xmltable year
    """.split()  # noqa: SIM905  # as a list it would be two pages
)

_SIDES = re.compile(r"_{2,}")


def renamed(relations: Iterable[Relation], taken: Iterable[str], kept: Iterable[str]) -> dict[str, str]:
    """Return what each column that is worked out is called; no two alike, and none as one that is `taken`.

    Those that are `kept` have the names that they had.
    """
    names = {name: name for name in kept}
    used = {*taken, *names}
    for name, group in _made(relations):
        if name in names:
            continue
        short = next(one for one in _options(name, group) if one not in used and (group is None or one not in RESERVED))
        names[name] = short
        used.add(short)
    return names


def _made(relations: Iterable[Relation]) -> Iterator[tuple[str, str | None]]:
    """Yield the columns that relations add, with the name of the group that an aggregate belongs to."""
    for relation in relations:
        if of_situation(relation):
            continue
        for stage in relation.stages:
            yield from ((name, None) for name in stage)
        if relation.group is not None:
            yield from ((name, relation.name) for name in relation.group.aggregates)


def _options(name: str, group: str | None) -> Iterator[str]:
    if group is not None and name.startswith(f"{group}_"):
        own = name[len(group) + 1 :].rstrip("_")
        yield own
        yield f"{re.sub(r'_(rows|entries|by|of_situations|groups).*', '', group)}_{own}"
        yield f"{group}_{own}"
    plain, side = _parted(name)
    yield f"{plain}{side}"
    yield f"{plain}_used{side}"
    number = 2
    while True:
        yield f"{plain}_{number}{side}"
        number += 1


def _parted(name: str) -> tuple[str, str]:
    """Return a name without the underscores that keep it apart from others, and its `_low`, `_high` or `_under`."""
    plain = _SIDES.sub("_", name.rstrip("_"))
    match = re.search(r"(_low|_high)?(_under)?\Z", plain)
    assert match is not None
    return plain[: match.start()], match.group()


def scanned(relation: Relation) -> Iterator[Relation]:
    """Yield a relation and those that it is made of, the innermost first."""
    if not isinstance(relation.source, Scan):
        yield from scanned(relation.source)
    for join in relation.joins:
        yield from scanned(join.relation)
    yield relation


def of_situation(relation: Relation) -> dict[str, str]:
    """Return the columns of its situation that a row is joined with, by their new names; of other relations, none."""
    if relation.source != Scan("situations") or relation.group is not None or len(relation.stages) != 1:
        return {}
    return {name: expr.name for name, expr in relation.stages[0].items() if isinstance(expr, Column)}
