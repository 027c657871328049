"""Exercises by id, path or standard input, loaded, with their stages and keys."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from comity.cli.common import complain, read_input

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from comity.engine.language.model import RuleSet
    from comity.engine.report.sheet import Sheet
    from comity.engine.training.exercise import Exercise
    from comity.engine.training.items import Item
    from comity.engine.training.keys import Told


def complete_exercises(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """Offer the files of the built-in exercises by their ids, and files."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(one) for one in _builtin() if one.startswith(incomplete)] + [
        CompletionItem(incomplete, type="file")
    ]


def load_all(paths: Sequence[str], rules: "RuleSet") -> "list[tuple[Exercise, tuple[Told, ...], tuple[Item, ...]]]":
    """Return exercises with their assessed stages and their tasks with keys, each exercise once.

    A path is a file, a folder of files, `-` for standard input, or the id of a built-in exercise; without a path all
    that are built in are meant. Prints every diagnostic and exits with 1 if there is any error, or no exercise at all.
    """
    from comity.engine.language.diagnostic import Code, Diagnostic
    from comity.engine.training.keys import items, told

    exercises, wrong = [], False
    for name, wanted in _wanted(paths):
        found = _exercises(name, rules)
        wrong |= found is None
        exercises += [one for one in found or () if wanted is None or one.id == wanted]
    first: dict[str, Exercise] = {}
    for one in exercises:
        before = first.setdefault(one.id, one)
        if before is not one and before.at != one.at:
            message = f"a second exercise is called `{one.id}`; the first is in {before.at.file}"
            complain([Diagnostic(one.at, Code.DUPLICATE_NAME, message, "give each a name of its own")])
            wrong = True
    loaded = []
    for one in () if wrong else first.values():
        stages = told(rules, one)
        keyed = items(rules, one, stages)
        complain(keyed.diagnostics)
        wrong |= keyed.value is None
        loaded.append((one, stages, keyed.value or ()))
    if wrong:
        sys.exit(1)
    return loaded


def load_sheets(paths: Sequence[str], rules: "RuleSet") -> "tuple[Sheet, ...]":
    """Return exercises in words; see `load_all`."""
    from comity.engine.report.sheet import sheet

    return tuple(sheet(exercise, stages, found) for exercise, stages, found in load_all(paths, rules))


def _wanted(paths: Sequence[str]) -> Iterator[tuple[str, str | None]]:
    """Yield the files that are meant, each with the id of the one exercise that is, if it is not all of the file."""
    if not paths:
        yield from ((str(path), None) for path in _builtin().values())
    for path in paths:
        yield from ((path, None),) if path == "-" or Path(path).is_file() else _found(path)


def _found(path: str) -> Iterator[tuple[str, str | None]]:
    from comity.engine.language.diagnostic import did_you_mean
    from comity.engine.language.files import yaml_files

    if Path(path).is_dir():
        files = yaml_files(Path(path))
        if not files:
            raise click.BadParameter(f"there is no exercise in `{path}`", param_hint="PATH")
        yield from ((str(file), None) for file in files)
    elif path in _builtin():
        yield str(_builtin()[path]), path
    else:
        hint = did_you_mean(path, tuple(_builtin())) or "`comity exercise list` shows what is built in"
        raise click.BadParameter(f"there is no exercise or file `{path}`; {hint}", param_hint="PATH")


def _builtin() -> dict[str, Path]:
    """Return the file of each built-in exercise by its id."""
    from comity.engine.builtin import exercise_ids, find_exercise

    return {name: find_exercise(name) for name in exercise_ids()}


def _exercises(name: str, rules: "RuleSet") -> "tuple[Exercise, ...] | None":
    """Return the exercises in a file or in standard input; print what is wrong with them."""
    from comity.cli.exercise_files import stored_situations
    from comity.engine.training.exercise import load_exercises

    document = read_input(name)
    if document is None:
        return None
    loaded = load_exercises(document, rules, stored_situations(rules))
    complain(loaded.diagnostics)
    return loaded.value


def builtin_ids() -> tuple[str, ...]:
    """Return the ids of the built-in exercises."""
    return tuple(_builtin())
