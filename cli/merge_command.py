"""`comity merge`."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from comity.cli.common import (
    check_reading,
    complete_situations,
    emit,
    format_option,
    in_colour,
    load_rules,
    load_situation,
    output_option,
    parse_date,
    parse_settings,
    reading_option,
    rules_option,
    settings_option,
    stop,
    width,
)

if TYPE_CHECKING:
    from comity.engine.assessment.assessors import Merger


@click.command("merge")
@click.argument("files", nargs=-1, required=True, metavar="FILE FILE...", shell_complete=complete_situations)
@rules_option
@reading_option
@settings_option
@click.option(
    "--as-of",
    callback=parse_date,
    metavar="DATE",
    help="Take all files as of this date (2013-01-31) instead of theirs.",
)
@format_option("text", "json", "markdown", "html", "yaml")
@output_option
def command(
    files: tuple[str, ...],
    rules: str,
    reading: str | None,
    settings: tuple[str, ...],
    as_of: date | None,
    format_: str,
    output: str | None,
) -> None:
    """Merge what several assessors say of one situation: where they differ, and whether it matters.

    Each FILE is the situation as one assessor sees it: a file, a built-in id, or `-` for standard input. Its name
    without the ending is the assessor's, or that of its folder where all files are called the same.

    Differing figures merge to the range that holds them all; other values that differ are contested, and unknown. A
    difference matters if a verdict or the status of a measure hangs on whose value is taken, alone or together with
    other differences. --format yaml gives the merged situation, as a file.

    \b
    comity merge ana.yaml ben.yaml
    comity merge ana.yaml ben.yaml chi.yaml --format html -o meeting.html
    comity merge ana.yaml ben.yaml --format yaml -o merged.yaml
    """
    from comity.engine.assessment.assessors import merge

    if len(files) < 2:
        raise click.UsageError("give the files of two assessors or more")
    if files.count("-") > 1:
        raise click.UsageError("standard input can be read once: give `-` for one assessor only")
    rule_set = load_rules(rules)
    check_reading(reading, rule_set)
    overrides = parse_settings(settings, rule_set)
    found = [load_situation(name, rule_set, as_of) for name in files]
    situations = dict(zip(_names(files), (one for one in found if one is not None), strict=False))
    if len(situations) < len(files):
        stop(1)
    days = {name: one.as_of for name, one in situations.items()}
    if as_of is None and len({*days.values()}) > 1:
        told = ", ".join(f"{name} {day}" for name, day in days.items())
        raise click.UsageError(f"the files are as of different dates: {told}; give --as-of to take them all as of one")
    merger = merge(rule_set, situations, as_of=as_of, reading=reading, overrides=overrides)
    emit(_render(merger, format_, output), output)


def _names(files: Sequence[str]) -> list[str]:
    """Return what to call each assessor: the stem of the file, or its folder where all files are called the same."""
    from comity.engine.language.files import shown

    stems = ["standard input" if file == "-" else shown(Path(Path(file).stem)) for file in files]
    folders = [shown(Path(Path(file).absolute().parent.name)) for file in files]
    if len({*stems}) == 1 and len({*folders}) == len(files):
        return folders
    places: dict[str, set[str]] = {}
    for folder, stem in zip(folders, stems, strict=True):
        places.setdefault(stem, set()).add(folder)
    pairs = zip(folders, stems, strict=True)
    names = [f"{folder}/{stem}" if len(places[stem]) > 1 else stem for folder, stem in pairs]
    seen: Counter[str] = Counter()
    for place, name in enumerate(names):
        seen[name] += 1
        if seen[name] > 1:
            names[place] = f"{name} ({seen[name]})"
    return names


def _render(merger: "Merger", format_: str, output: str | None) -> str:
    if format_ == "yaml":
        from comity.engine.language.writing import situation_lines

        return "\n".join(situation_lines(merger.rules, merger.situation)) + "\n"
    if format_ == "json":
        from comity.engine.report.merge_document import to_json

        return to_json(merger)
    if format_ == "markdown":
        from comity.engine.report.merge_markdown import to_markdown

        return to_markdown(merger)
    if format_ == "html":
        from comity.engine.report.merge_page import to_html

        return to_html(merger)
    from comity.engine.report.merge_text import to_text

    return to_text(merger, width=width(), colour=in_colour(output))
