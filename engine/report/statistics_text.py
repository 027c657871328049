"""Protracted situations by year, as text, Markdown, CSV, and the document `comity-statistics/1`."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

from comity.engine.batch.protracted_years import Listed, Pair, Statistics, Year, named
from comity.engine.report import blocks_markdown, blocks_text
from comity.engine.report.blocks import Block, Grid, Heading, Pairs, Paragraph
from comity.engine.report.document import written
from comity.engine.report.json_text import json_text
from comity.engine.report.words import counted, number, value

FORMAT = "comity-statistics/1"
SOURCE = "Figures: UNHCR Refugee Population Statistics Database."
_CAPTION = "Protracted situations by year"
NOTE = "A statistical count, not a finding of law, and no legal advice."


def to_text(one: Statistics, listed: bool = False, width: int = 100, colour: bool = False) -> str:
    """Return the counts of years, or with `listed` the list of the last one, in lines of at most `width` characters."""
    return blocks_text.to_text(blocks(one, listed, right=True), width, colour)


def to_markdown(one: Statistics, listed: bool = False) -> str:
    """Return the same as Markdown."""
    return blocks_markdown.to_markdown(blocks(one, listed))


def blocks(one: Statistics, listed: bool, right: bool = False) -> Iterator[Block]:
    """Yield what is to be said; with `right`, the figures of a column end at one place."""
    yield Heading(title(one, listed), 1)
    yield Pairs(tuple(about(one)))
    if not one.years:
        yield Paragraph(nothing(one))
    elif listed:
        yield from _listed(one, one.years[-1], right)
    else:
        heads, rows = table(one)
        yield _ranged(heads, rows) if right else Grid(_CAPTION, heads, rows)
    yield from map(Paragraph, notes(one, listed))


def title(one: Statistics, listed: bool) -> str:
    """Return what the statistics are of."""
    when = f"{one.years[0].year} to {one.years[-1].year}" if len(one.years) > 1 else ""
    when = str(one.years[-1].year) if one.years and (listed or not when) else when
    return f"Protracted refugee situations, {when}" if when else "Protracted refugee situations"


def about(one: Statistics) -> Iterator[tuple[str, str]]:
    """Yield under what the counts were made."""
    yield "Rule set", f"{one.rules.id} {one.rules.version}, {one.rules.title}"
    yield "Reading", f"{one.reading}, {one.rules.readings[one.reading].title}"
    for name, set_ in one.settings.items():
        yield "Set", f"{name} = {value(set_, one.rules.parameters[name].value_type)}"


def nothing(one: Statistics) -> str:
    """Return why there is nothing to count."""
    if not one.covered:
        return "The file has no five year-ends one after the other, so that nothing can be told."
    return f"The file has none of these years; with what came before, it has {_span(one.covered)}."


def _span(years: range) -> str:
    return f"{years[0]} to {years[-1]}" if len(years) > 1 else str(years[0])


def table(one: Statistics) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return the counts of years in words."""
    others = any(year.with_others for year in one.years)
    heads = ("Year", "Situations", "Hosts", "People" if others else "Refugees", "Share", "Entered", "Left")
    shows_open = any(year.open for year in one.years)
    rows = tuple(
        (
            str(year.year),
            number(year.situations),
            number(year.hosts),
            number(year.people),
            share(year),
            _number(year.entered),
            _number(year.left),
            *((number(len(year.open)) if year.open else "",) if shows_open else ()),
        )
        for year in one.years
    )
    return (*heads, "Open") if shows_open else heads, rows


def _number(pairs: Sequence[Pair] | None) -> str:
    return "" if pairs is None else number(len(pairs))


def percent(part: Fraction) -> str:
    """Return a part in hundredths, with one decimal, a half upwards.

    >>> percent(Fraction(1, 3)), percent(Fraction(1, 2000))
    ('33.3', '0.1')
    """
    tenths = (part * 1000 * 2 + 1) // 2
    return f"{tenths // 10}.{tenths % 10}"


def share(year: Year) -> str:
    """Return the share of all people in words."""
    return "" if year.share is None else f"{percent(year.share)} %"


def _ranged(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Grid:
    """Return a table whose cells, but for the first of each row, end at one place."""
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    aligned = [(row[0], *map(str.rjust, row[1:], widths[1:])) for row in (heads, *rows)]
    return Grid(_CAPTION, aligned[0], tuple(aligned[1:]))


# --- the list of a year ---


def list_table(one: Statistics, year: Year) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return the list of a year in words."""
    new = set(year.entered or ())
    rows = tuple(
        (
            named(one.names, each.origin),
            named(one.names, each.host),
            number(each.people),
            _since(one, each),
            "entered" if Pair(each.origin, each.host) in new else "",
        )
        for each in one.lists[year.year]
    )
    people = "People" if year.with_others else "Refugees"
    return ("Origin", "Host country", people, "Since", "Change"), rows


def _since(one: Statistics, each: Listed) -> str:
    return f"{each.since} or before" if each.since == one.covered[0] else str(each.since)


def lead(year: Year) -> str:
    """Return the counts of a year in a sentence."""
    people = "people" if year.with_others else "refugees"
    part = f", {share(year)} of all" if year.share is not None else ""
    return (
        f"At the end of {year.year}: {counted(year.situations, 'situation')} in "
        f"{number(year.hosts)} host {'country' if year.hosts == 1 else 'countries'}, with {number(year.people)} "
        f"{people}{part}."
    )


def went(one: Statistics, year: Year) -> str | None:
    """Return what left since the year before."""
    if year.left is None:
        return None
    names = [f"{named(one.names, each.origin)} in {named(one.names, each.host)}" for each in year.left]
    return f"No longer in the list, which had them in {year.year - 1}: {'; '.join(names) or 'none'}."


def _listed(one: Statistics, year: Year, right: bool) -> Iterator[Block]:
    yield Paragraph(lead(year))
    heads, rows = list_table(one, year)
    if right and rows:
        widest = max(len(heads[2]), *(len(row[2]) for row in rows))
        rows = tuple((f"{row[0]} in {row[1]}", row[2].rjust(widest), *row[3:]) for row in rows)
        heads = ("Situation", heads[2].rjust(widest), *heads[3:])
    if rows:
        yield Grid(title(one, True), heads, rows)
    left = went(one, year)
    if left is not None:
        yield Paragraph(left)


def notes(one: Statistics, listed: bool) -> Iterator[str]:
    """Yield what a reader has to know of the figures."""
    if listed and one.years:
        yield "Since: the year at whose end it was first protracted, without a break to this year."
    years = one.years[-1:] if listed else one.years
    counted_ = {year.with_others for year in years}
    others = "refugees and other people in need of international protection"
    if counted_ == {True}:
        yield f"People: {others}."
    elif counted_ == {True, False}:
        first = next(year.year for year in years if year.with_others)
        yield f"People: refugees; from {first} on {others}."
    if years and not listed:
        yield (
            "Share: of all refugees, and others where they count, also those whose origin is unknown. "
            "Entered, left: since the end of the year before."
        )
    if not listed and any(year.open for year in years):
        yield "Open: situations of which it cannot be told; they are in none of the counts. `--list` names them."
    for year in years:
        if listed and year.open:
            names = "; ".join(f"{named(one.names, each.origin)} in {named(one.names, each.host)}" for each in year.open)
            yield f"Open at the end of {year.year}, and not counted: {names}."
    yield f"{SOURCE} {NOTE}"


# --- for other programs ---


def to_csv(one: Statistics, listed: bool = False) -> str:
    """Return the counts of years, or the list of the last one, as CSV with a header."""
    lines: list[str] = []
    writer = csv.writer(SimpleNamespace(write=lines.append), lineterminator="\n")
    if listed:
        writer.writerow(("year", "reading", "origin", "origin_name", "host", "host_name", "people", "since", "change"))
        writer.writerows(_csv_list(one))
        return "".join(lines)
    heads = (
        "year",
        "reading",
        "situations",
        "host_countries",
        "refugees",
        "all",
        "share_pct",
        "open",
        "entered",
        "left",
    )
    writer.writerow(heads)
    for year in one.years:
        part = "" if year.share is None else percent(year.share)
        moved = ("" if pairs is None else len(pairs) for pairs in (year.entered, year.left))
        writer.writerow(
            (year.year, one.reading, year.situations, year.hosts, year.people, year.total, part, len(year.open), *moved)
        )
    return "".join(lines)


def _csv_list(one: Statistics) -> Iterator[tuple[Any, ...]]:
    for year in one.years[-1:]:
        entered = set(year.entered or ())
        for each in one.lists[year.year]:
            word = "entered" if Pair(each.origin, each.host) in entered else ""
            yield (year.year, one.reading, *_coded(one, each.origin, each.host), each.people, each.since, word)
        for word, pairs in (("left", year.left or ()), ("open", year.open)):
            for pair in pairs:
                yield (year.year, one.reading, *_coded(one, pair.origin, pair.host), "", "", word)


def _coded(one: Statistics, origin: str, host: str) -> Iterable[str]:
    """Yield the codes and names of a pair, none of which a spreadsheet takes for a formula."""
    for code in (origin, host):
        for text in (code, named(one.names, code)):
            yield f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def to_json(one: Statistics, listed: bool = False) -> str:
    """Return the document."""
    return json_text(document(one, listed))


def document(one: Statistics, listed: bool = False) -> dict[str, Any]:
    """Return the statistics as plain data; with `listed`, the list of each year too."""
    kinds = one.rules.parameters
    return {
        "format": FORMAT,
        "rule_set": {
            "id": one.rules.id,
            "version": one.rules.version,
            "reading": one.reading,
            "set": {name: written(value_, kinds[name].value_type) for name, value_ in one.settings.items()},
        },
        "years": [
            {
                "year": year.year,
                "situations": year.situations,
                "host_countries": year.hosts,
                "people": year.people,
                "all": year.total,
                "share_pct": None if year.share is None else float(percent(year.share)),
                "others_counted": year.with_others,
                "open": _pairs(year.open),
                "entered": None if year.entered is None else _pairs(year.entered),
                "left": None if year.left is None else _pairs(year.left),
                **({"list": [each._asdict() for each in one.lists[year.year]]} if listed else {}),
            }
            for year in one.years
        ],
        "names": {code: name for code, name in one.names.items() if code in _mentioned(one, listed)},
    }


def _pairs(pairs: Sequence[Pair]) -> list[dict[str, str]]:
    return [pair._asdict() for pair in pairs]


def _mentioned(one: Statistics, listed: bool) -> set[str]:
    pairs = [pair for year in one.years for pair in (*year.open, *(year.entered or ()), *(year.left or ()))]
    if listed:
        pairs += [Pair(each.origin, each.host) for year in one.years for each in one.lists[year.year]]
    return {code for pair in pairs for code in pair}
