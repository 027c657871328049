"""Several accounts of one value made into one, so that nobody's figure is thrown away.

What is made of them is never more than what each of them says: every account of a value is a refinement of the merged
one (docs/language.md, `soundness`). Differing figures merge to the smallest range that holds them all, histories day by
day, tables row by row; of what is no figure, two values leave nothing known.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from comity.engine.language.history import Entry, History
from comity.engine.language.model import Fact, Given, Row, ValueType
from comity.engine.language.quantity import DAY, ends, hull, span


class How(StrEnum):
    """How several accounts of a value stand to each other, from the most to the least alike."""

    AGREED = "agreed"
    SOME = "given-by-some"  # all who gave it gave the same
    OVERLAPPING = "overlapping"  # figures that differ, and have values in common
    APART = "apart"  # figures that have none in common
    CONTESTED = "contested"  # what no range can hold: nothing is known

    @property
    def differs(self) -> bool:
        """Whether two accounts give different values."""
        return self not in (How.AGREED, How.SOME)


_ORDER = [*How]


class Part(NamedTuple):
    """A figure in a table or a history of which the accounts are not all the same.

    `row` counts the rows of the merged table from 1, `first` and `last` are the days of a history; None where there are
    none. `given` has the figure of each account, None where it gives none.
    """

    row: int | None
    column: str | None
    first: date | None
    last: date | None
    given: tuple[Given, ...]
    how: How
    merged: Given


class Joined(NamedTuple):
    """What several accounts of a value come to.

    `merged` is None where nothing is known; `common` is what differing figures have in common; `parts` are the figures
    in which tables or histories are not the same, none where they were not compared figure by figure.
    """

    how: How
    merged: Given
    common: Given = None
    parts: tuple[Part, ...] = ()


def join(fact: Fact, given: Sequence[Given], as_of: date) -> Joined:
    """Return what several accounts of a fact or column come to; None among `given` is an account without a value.

    The order of the accounts makes no difference to what is merged. At least one of them gives a value.
    """
    told = [value for value in given if value is not None]
    alike = How.AGREED if len(told) == len(given) else How.SOME
    if all(value == told[0] for value in told):
        return Joined(alike, told[0])
    if fact.value_type is ValueType.TABLE:
        found = _tables(fact, told, as_of)
    elif any(value.__class__ is History for value in told):
        found = _histories(fact, told, as_of)
    elif fact.value_type.ordered:
        return _figures(fact, told)
    else:
        return Joined(How.CONTESTED, None)
    whole = [number for number, value in enumerate(given) if value is not None]
    parts = tuple(part._replace(given=_spread(part.given, whole, len(given))) for part in found.parts)
    return found._replace(how=max(found.how, alike, key=_ORDER.index), parts=parts)


def told_by(given: Sequence[Given]) -> tuple[tuple[Given, tuple[int, ...]], ...]:
    """Return each value among some accounts once, with the numbers of those that give it; None for no value.

    >>> told_by((True, None, True))
    ((True, (0, 2)), (None, (1,)))
    """
    found: list[Given] = []
    for value in given:
        if value not in found:
            found.append(value)
    return tuple((value, tuple(number for number, one in enumerate(given) if one == value)) for value in found)


def _spread(values: tuple[Given, ...], places: Sequence[int], size: int) -> tuple[Given, ...]:
    """Return so many values, those at `places` as given and the others None."""
    found: list[Given] = [None] * size
    for place, value in zip(places, values, strict=True):
        found[place] = value
    return tuple(found)


def _figures(fact: Fact, told: Sequence[Given]) -> Joined:
    lows, highs = zip(*map(ends, told), strict=True)
    whole = hull(told)
    merged = None if whole == fact.unknown else whole
    if max(lows) > min(highs):
        return Joined(How.APART, merged)
    return Joined(How.OVERLAPPING, merged, span(max(lows), min(highs)))


def _histories(fact: Fact, told: Sequence[Given], as_of: date) -> Joined:
    """Return accounts over time, merged day by day; one value is the value on the as-of date and says no more."""
    point = fact.but(history=False)
    entries: list[Entry] = []
    parts: list[Part] = []
    for first, last, given in _pieces([_by_period(value, as_of) for value in told]):
        one = join(point, given, as_of)
        if one.merged is not None:
            entries.append(Entry(first, last, one.merged))
        if one.how is not How.AGREED:
            parts.append(Part(None, None, first, last, given, one.how, one.merged))
    return Joined(_worst(parts), History(tuple(entries)), None, tuple(parts))


def _by_period(value: Given, as_of: date) -> History:
    return value if isinstance(value, History) else History((Entry(as_of, as_of, value),))


def _pieces(histories: Sequence[History]) -> Iterator[tuple[date, date, tuple[Given, ...]]]:
    """Yield the stretches of days on which nobody's value changes, with the value of each; not those of nobody's."""
    every = [entry for history in histories for entry in history.entries]
    starts = {entry.first for entry in every} | {entry.last + DAY for entry in every if entry.last < date.max}
    following = sorted(starts)
    for first, after in zip(following, [*following[1:], None], strict=True):
        given = tuple(
            next((entry.value for entry in history.entries if entry.first <= first <= entry.last), None)
            for history in histories
        )
        if any(value is not None for value in given):
            yield first, date.max if after is None else after - DAY, given


def _worst(parts: Sequence[Part]) -> How:
    return max((part.how for part in parts), key=_ORDER.index, default=How.AGREED)


# --- tables -----------------------------------------------------------------------------------------------------------


def _tables(table: Fact, told: Sequence[tuple[Row, ...]], as_of: date) -> Joined:
    """Return tables merged row by row, if they have the same rows but for figures; else they are contested as wholes.

    Rows are the same that agree on everything but figures; where several do, the first is held against the first.
    """
    contested = Joined(How.CONTESTED, None)
    keys = [[_key(table, row) for row in rows] for rows in told]
    if any(Counter(each) != Counter(keys[0]) for each in keys):
        return contested
    same_order = all(each == keys[0] for each in keys)
    numbered = [_numbered(each) for each in keys]
    order = [*numbered[0]] if same_order else sorted(numbered[0], key=repr)
    merged: list[Row] = []
    parts: list[Part] = []
    for number, key in enumerate(order, 1):
        rows = [rows[places[key]] for rows, places in zip(told, numbered, strict=True)]
        row: dict[str, Given] = {}
        for name, column in table.columns.items():
            cells = tuple(one.get(name) for one in rows)
            if all(cell is None for cell in cells):
                continue
            one = join(column, cells, as_of)
            if column.derive is not None and (one.merged is None or None in cells):
                return contested  # left out, the derived value stands there, which is another
            if one.merged is not None:
                row[name] = one.merged
            if one.how is not How.AGREED:
                own = one.parts or (Part(None, None, None, None, cells, one.how, one.merged),)
                parts += (part._replace(row=number, column=name) for part in own)
        if not _fits_since(table, rows, row, as_of):
            return contested
        merged.append(row)
    return Joined(_worst(parts), tuple(merged), None, tuple(parts))


def _key(table: Fact, row: Row) -> tuple[Given, ...]:
    return tuple(row.get(name) for name, column in table.columns.items() if not column.value_type.ordered)


def _numbered(keys: Sequence[tuple[Given, ...]]) -> dict[tuple[tuple[Given, ...], int], int]:
    """Return the place of each key, with how often the same stood before it."""
    seen: Counter[tuple[Given, ...]] = Counter()
    found = {}
    for place, key in enumerate(keys):
        found[key, seen[key]] = place
        seen[key] += 1
    return found


def _fits_since(table: Fact, rows: Sequence[Row], merged: Row, as_of: date) -> bool:
    """Tell whether a row can be merged: what its `since` says hangs on the as-of date, and on its values by period."""
    if table.since is None:
        return True
    later = {table.since in row and ends(row[table.since])[0] > as_of for row in rows}
    since = merged.get(table.since)
    begins = [cell.entries[0].last for cell in merged.values() if cell.__class__ is History and cell.entries]
    return len(later) == 1 and (since is None or all(first >= ends(since)[0] for first in begins))
