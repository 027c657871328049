"""Tables for a story: who has been where since when, in groups that differ."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from math import ceil
from typing import Any, NamedTuple

from comity.engine.language.history import Entry, History
from comity.engine.language.model import Fact, Given, ValueType
from comity.engine.language.quantity import months_before
from comity.engine.training.names import Cast
from comity.engine.training.setting import Setting
from comity.engine.training.wishes import Wishes

Row = Mapping[str, Given]


Shape = tuple[Mapping[str, Any], ...]  # the rows of a table but for their size: figures are shares of it


class Years(NamedTuple):
    """A figure by year: the shares of the size, from the first year on."""

    first: int
    shares: tuple[float, ...]


class Share(float):
    """A figure as a share of the size."""


class Tables:
    """Makes the rows of one table."""

    def __init__(self, setting: Setting, table: Fact, wishes: Wishes, cast: Cast, invented: bool = True) -> None:
        self.setting = setting
        self.table = table
        self.wishes = wishes
        self.cast = cast
        self.invented = invented  # whether no text is one that the rules name
        self.figures = [
            column
            for column in table.columns.values()
            if column.derive is None and column.type == "count" and setting.is_figure(column, table.name)
        ]

        values = setting.values(self.figures[0], table.name) if self.figures else (1,)
        highest = values[-1] // 2  # others may be larger by half
        self.sizes: Sequence[int] = [one for one in values if 0 < one <= highest] or (1,)

    def shape(self, level: int, single: bool) -> Shape:
        """Return rows that have lasted for as long as any rule asks; with `single`, one row of single values."""
        wishes = self.wishes
        several = not single and level > 1 and wishes.chance(0.4)
        same = several and wishes.chance(0.5)
        plain = single or level == 1
        return (self._row(0, plain, same), *([self._row(1, False, same)] if several else ()))

    def _row(self, place: int, plain: bool, same: bool) -> dict[str, Any]:
        wishes, table = self.wishes, self.table
        row: dict[str, Any] = {}
        by_year = table.since is None or (not plain and wishes.chance(0.4))
        for name, column in table.columns.items():
            if column.derive is not None:
                continue
            if name == table.since:
                if not by_year:
                    row[name] = self.since(None)
            elif column.value_type is ValueType.TEXT:
                row[name] = self._text(name, 0 if same and self._is_group(name) else place)
            elif column.history and by_year and column in self.figures:
                row[name] = self._years(1 if place == 0 else wishes.between(0.3, 0.95))
            elif column in self.figures:
                row[name] = Share(1 if place == 0 else wishes.between(0.3, 0.95))
            else:
                row[name] = wishes.pick(self.setting.values(column, table.name))
        return row

    def since(self, short: tuple[float, float] | None) -> date:
        """Return since when rows have been: longer than rules look back, or for a share of that within `short`."""
        as_of, window = self.setting.as_of, self.setting.looks_back(self.table.name)
        months = round(window * self.wishes.between(*(short or (1.05, 3))))
        if short is not None:
            months = max(1, min(months, window - 1))
        day = months_before(as_of.replace(day=1), months)
        return day.replace(day=self.wishes.pick((1, 1, 10, 15, 20)))

    def _years(self, of: float) -> Years:
        wishes = self.wishes
        last = self.setting.as_of.year
        first = months_before(self.setting.as_of, self.setting.looks_back(self.table.name)).year
        lowest = int(wishes.share() * (last - first + 1))
        shares = [1.0 if place == lowest else wishes.between(1.05, 1.6) for place in range(last - first + 1)]
        return Years(first, tuple(share * of for share in shares))

    def _is_group(self, name: str) -> bool:
        """Tell whether a text says who people are: rows are added up by it, or it comes first."""
        groups = self.setting.groups.get(self.table.name, frozenset())
        texts = [one.name for one in self.table.columns.values() if one.value_type is ValueType.TEXT]
        return name in groups or (not groups and name == texts[0])

    def _text(self, name: str, place: int) -> str:
        noted = [one for one in self.setting.sampler.pools.get((self.table.name, name), ()) if isinstance(one, str)]
        if noted and not self.invented and self.wishes.chance(0.5):
            return self.wishes.pick(noted)
        if self._is_group(name):
            return self.cast.people if place == 0 else self.cast.others[place][1]
        return self.cast.host if place == 0 else self.cast.others[place + 4][0]

    def filled(self, shape: Shape, at: int) -> tuple[Row, ...]:
        """Return the rows of a shape at one of the `sizes`, in round figures, none of them twice."""
        taken: set[Any] = set()
        size = self.sizes[at]
        return tuple({name: self._filled(value, size, taken) for name, value in row.items()} for row in shape)

    def _filled(self, value: Any, size: int, taken: set[Any]) -> Given:
        match value:
            case Share():
                return _round(value, size, taken)
            case Years(first, shares):
                entries = []
                for place, share in enumerate(shares):
                    year = first + place
                    entries.append(Entry(date(year, 1, 1), date(year, 12, 31), _round(share, size, taken)))
                return History(tuple(entries))
        return value


def yearly(setting: Setting, values: Sequence[Any], wishes: Wishes) -> Callable[[int], History]:
    """Return what gives the values of a history by year, of which the least has a place among all."""
    last = setting.as_of.year
    first = months_before(setting.as_of, setting.looks_back("")).year
    lowest = int(wishes.share() * (last - first + 1))
    more = [0 if place == lowest else int(wishes.share() * 6) for place in range(last - first + 1)]

    def at(place: int) -> History:
        found = (values[min(place + one, len(values) - 1)] for one in more)
        return History(
            tuple(Entry(date(year, 1, 1), date(year, 12, 31), value) for year, value in enumerate(found, first))
        )

    return at


def _round(share: float, size: int, taken: set[Any]) -> int:
    """Return a share of a size in two digits, rounded up to one that was not taken; all of it is the size itself."""
    value = size
    if share != 1:
        wanted = max(1, ceil(share * size))
        step = 10 ** max(0, len(str(wanted)) - 2)
        value = -(-wanted // step) * step
        while value in taken or value == size:
            value += step
    taken.add(value)
    return value
