"""What conditions and expressions over several truths or rows come to.

The rows of a table come as the compiled form yields them: whether the row counts (a truth), its value, and the key of
its group.
"""

from collections.abc import Sequence
from typing import Any

from comity.engine.language.quantity import Range, add, ends, span
from comity.engine.language.truth import Kleene


def at_least(k: Any, truths: Sequence[Kleene]) -> Kleene:
    """Tell whether at least `k` of `truths` are met.

    An unknown counts only while it could still tip the balance, so that a missing fact never reopens a settled answer.

    >>> at_least(2, (True, None, False)), at_least(2, (True, True, None)), at_least(2, (True, False, False))
    (None, True, False)
    """
    if k.__class__ is int:  # nearly always: the same without a range
        met = truths.count(True)
        return met >= k or (None if met + truths.count(None) >= k else False)
    return count(truths) >= k  # type: ignore[no-any-return]  # numbers and ranges are Any here; comparing them gives a Kleene truth


def count(truths: Sequence[Kleene]) -> Any:
    """Return how many of `truths` are met, from those that are to those that may be."""
    met = truths.count(True)
    return span(met, met + truths.count(None))


def total(rows: Sequence[tuple[Kleene, Any]]) -> Any:
    """Return the sum of the values of the rows that count; a row that may or may not count is in or out."""
    return add([_share(counts, value) for counts, value in rows if counts is not False])


def _share(counts: Kleene, value: Any) -> Any:
    if counts:
        return value
    low, high = ends(value)
    return span(min(0, low), max(0, high))


def largest_total(rows: Sequence[tuple[Kleene, Any, tuple[Any, ...]]]) -> Any:
    """Return the largest of the sums by group: all that it can be.

    A row comes with whether it counts, its value, and the key of its group; a row with an unknown in its key may belong
    to any group or to one of its own. A group without rows does not count, and without groups the total is 0. Exact
    where no value is negative; never too narrow where one is.
    """
    certain: dict[Any, list[Any]] = {}  # by key, the values of the rows that surely count
    possible: dict[Any, list[Any]] = {}
    adrift: list[Any] = []  # the values of the rows whose group is unknown
    surely: list[int] = []  # which of those surely count
    for counts, value, key in rows:
        if counts is False:
            continue
        if any(part is None or part.__class__ is Range for part in key):
            if counts:
                surely.append(len(adrift))
            adrift.append(value)
        else:
            (certain if counts else possible).setdefault(key, []).append(value)
    keys = dict.fromkeys([*certain, *possible])
    if not keys and not adrift:
        return 0
    settled = bool(certain or surely)  # whether there is a group at all, whatever the unknowns turn out to be
    highs = [_most(certain.get(key, []), [*possible.get(key, []), *adrift]) for key in keys]
    if adrift:
        highs.append(_most([], adrift))
    return span(_least(certain, possible, adrift, surely), max(highs if settled else [*highs, 0]))


def _most(certain: list[Any], optional: list[Any]) -> Any:
    """Return the largest sum of a group that holds all of `certain`, and of `optional` whatever raises it."""
    if certain:
        return ends(add([*certain, *(_share(None, value) for value in optional)]))[1]
    best = max(ends(value)[1] for value in optional)
    return best if best <= 0 else ends(total([(None, value) for value in optional]))[1]


def _least(certain: dict[Any, list[Any]], possible: dict[Any, list[Any]], adrift: list[Any], surely: list[int]) -> Any:
    """Return the least that the largest sum can be.

    Rows whose group is unknown stand alone, and rows that may be out are out, unless their value is negative.
    """
    floors = {
        key: ends(add([*certain.get(key, []), *(_share(None, value) for value in possible.get(key, []))]))[0]
        for key in [*certain, *possible]
    }
    lows = [_lowest(floors[key], adrift) for key in certain]
    for index in surely:
        others = [value for place, value in enumerate(adrift) if place != index]
        lows.append(_lowest(adrift[index], [*others, min([0, *floors.values()])]))
    return max(lows) if lows else _lowest(min([0, *floors.values()]), adrift)


def _lowest(value: Any, optional: list[Any]) -> Any:
    """Return the least sum of `value` and of whatever of `optional` lowers it."""
    return ends(add([value, *(_share(None, one) for one in optional)]))[0]
