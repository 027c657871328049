"""`comity exercise grade`."""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from comity.cli.common import (
    complain,
    emit,
    format_option,
    in_colour,
    load_rules,
    output_option,
    rules_option,
    stop,
    width,
    write_atomically,
)
from comity.cli.diagnosing import Believed
from comity.cli.exercises import builtin_ids, complete_exercises, load_all

if TYPE_CHECKING:
    from comity.engine.language.diagnostic import Loaded
    from comity.engine.language.model import RuleSet
    from comity.engine.report.class_view import ClassView
    from comity.engine.report.sheet import Sheet
    from comity.engine.training.answers import Answers
    from comity.engine.training.classes import Class
    from comity.engine.training.exercise import Exercise
    from comity.engine.training.items import Item
    from comity.engine.training.keys import Told
    from comity.engine.training.marking import Marks

_SUFFIXES = (".yaml", ".yml", ".json", ".csv")


@click.command("grade")
@click.argument("answers", nargs=-1, required=True, metavar="ANSWERS...", type=click.Path(exists=True, allow_dash=True))
@click.option(
    "--exercises",
    multiple=True,
    metavar="ID|PATH",
    shell_complete=complete_exercises,
    help="Exercises that were answered; may be repeated.  [default: the built-in ones]",
)
@rules_option
@format_option("text", "json", "csv", "html")
@click.option("--class", "class_", is_flag=True, help="A report on the class, also if only one trainee answered.")
@click.option("--essays", is_flag=True, help="Lay the essays beside what they are read for, too.")
@click.option(
    "--diagnose/--no-diagnose",
    default=True,
    show_default=True,
    help="Say which misunderstanding would explain wrong answers best, where they say enough.",
)
@click.option(
    "--table",
    type=click.Choice(["trainees", "tasks", "confused", "essays"]),
    default="trainees",
    show_default=True,
    help="Which table to write as CSV.",
)
@click.option(
    "--each",
    type=click.Path(file_okay=False),
    metavar="FOLDER",
    help="Write what each trainee gets to a file of its own in this folder, too.",
)
@output_option
def command(
    answers: tuple[str, ...],
    exercises: tuple[str, ...],
    rules: str,
    format_: str,
    class_: bool,
    essays: bool,
    diagnose: bool,
    table: str,
    each: str | None,
    output: str | None,
) -> None:
    """Mark answers: files, or folders of them, in YAML, JSON, or CSV with a row for each trainee.

    Each right choice of k that there are earns 1/k of a task, each wrong one costs as much, and no task scores below 0.
    One trainee gets what is right and why, with sources; several get a report on the class: scores, how hard each task
    was and how well it tells trainees apart, what was taken for what, and what most missed. An essay is never marked:
    it is laid beside what it is read for. Where wrong answers fit one other reading of the rules, that is said.

    The exit code is 1 if some answers could not be read; all others are marked.

    \b
    comity exercise grade dadaab-first-look.answers.yaml
    comity exercise grade answers/ --format html -o class.html --each feedback/
    comity exercise grade form.csv --exercises mine.yaml --format csv --table tasks
    """
    from comity.engine.report.sheet import sheet
    from comity.engine.training.classes import class_of
    from comity.engine.training.marking import marks

    bank = _Bank(exercises, load_rules(rules))
    found = [*_graded(answers, bank)]
    by_exercise: dict[str, list[Answers]] = {}
    for one in found:
        if one is not None:
            by_exercise.setdefault(one.exercise, []).append(one)
    if not by_exercise:
        _nothing(found)
    classes = []
    sat = []
    for name in sorted(by_exercise):
        exercise, stages, items = bank.loaded[name]
        class_of_it = class_of(items, (marks(items, one) for one in by_exercise[name]))
        classes.append((sheet(exercise, stages, items), class_of_it))
        sat += [(stages, one) for one in class_of_it.marks]
    believed = Believed(bank.rules, sat) if diagnose and (each is not None or format_ != "csv") else None
    if each is not None:
        _write_each(Path(each), classes, format_, believed)
    single = not class_ and len({one.trainee for one in found if one is not None}) == 1
    emit(_told(classes, format_, single, essays, table, believed, output), output)
    if None in found:
        stop(1)


def _nothing(found: "Sequence[Answers | None]") -> None:
    """Leave, as there is nothing to mark."""
    if not found:
        raise click.UsageError("there are no answers: no file in YAML, JSON or CSV")
    stop(1)


def _told(
    classes: "list[tuple[Sheet, Class]]",
    format_: str,
    single: bool,
    essays: bool,
    table: str,
    believed: Believed | None,
    output: str | None,
) -> str:
    """Return the marks in the form that is asked for."""
    if format_ == "json":
        from comity.engine.report.marks_document import to_json

        return to_json(classes) if believed is None else to_json(classes, believed.words, believed.found)
    from comity.engine.report.class_view import class_view

    reports: list[tuple[Sheet, Class, ClassView]] = [(sheet, one, class_view(sheet, one)) for sheet, one in classes]
    if format_ == "csv":
        from comity.engine.report.class_csv import class_csv

        return class_csv(reports, table)
    if format_ == "html" and single:
        from comity.engine.report.marks_page import marks_page

        found = [(sheet, marks) for sheet, one in classes for marks in one.marks]
        return marks_page(found, believed.sections(found[0][1].answers.trainee) if believed else ())
    if format_ == "html":
        from comity.engine.report.class_page import class_page

        return class_page(reports, essays=essays, believed=believed.rows() if believed else ())
    from comity.engine.report.class_text import class_text
    from comity.engine.report.marks_text import essays_text, marks_text

    wide, colour = width(), in_colour(output)
    if single:
        parts = [marks_text(sheet, each, width=wide, colour=colour) for sheet, one in classes for each in one.marks]
        return "\n".join(
            [*parts, *(believed.text(classes[0][1].marks[0].answers.trainee, wide, colour) if believed else ())]
        )
    more = believed.blocks() if believed else ()
    text = class_text([view for _, _, view in reports], width=wide, colour=colour, more=more)
    parts = [essays_text(sheet, one.marks, width=wide, colour=colour) for sheet, one in classes if essays]
    return "\n".join([text, *parts])


def _write_each(folder: Path, classes: "list[tuple[Sheet, Class]]", format_: str, believed: Believed | None) -> None:
    """Write what each trainee gets to a file that is called by the name: a page, or text."""
    from comity.engine.report.marks_page import marks_page
    from comity.engine.report.marks_text import marks_text

    by_trainee: dict[str, list[tuple[Sheet, Marks]]] = {}
    for sheet, one in classes:
        for marks in one.marks:
            by_trainee.setdefault(marks.answers.trainee, []).append((sheet, marks))
    folder.mkdir(parents=True, exist_ok=True)
    for name, (trainee, found) in zip(_file_names(by_trainee), by_trainee.items(), strict=True):
        if format_ == "html":
            page = marks_page(found, believed.sections(trainee) if believed else ())
            write_atomically(folder / f"{name}.html", page, "--each")
        else:
            parts = [*(marks_text(*one) for one in found), *(believed.text(trainee, 100, False) if believed else ())]
            write_atomically(folder / f"{name}.txt", "\n".join(parts), "--each")


def _file_names(names: Iterable[str]) -> Iterator[str]:
    """Yield a name for the file of each trainee: letters and digits of any language, and none twice."""
    taken: set[str] = set()
    for name in names:
        plain = re.sub(r"[^\w]+", "-", name).strip("-_")[:60] or "trainee"
        number = 1
        while (found := plain if number == 1 else f"{plain}-{number}").casefold() in taken:
            number += 1
        taken.add(found.casefold())
        yield found


class _Bank:
    """The exercises that can have been answered, loaded when they are asked for."""

    def __init__(self, paths: Sequence[str], rules: "RuleSet") -> None:
        self.rules = rules
        self.loaded: dict[str, tuple[Exercise, tuple[Told, ...], tuple[Item, ...]]] = {}
        if paths:
            self.loaded = {one[0].id: one for one in load_all(paths, rules)}
            self.known = tuple(self.loaded)
        else:
            self.known = builtin_ids()

    def find(self, name: str) -> "tuple[Item, ...] | None":
        """Return the tasks of an exercise, with their keys."""
        if name not in self.known:
            return None
        if name not in self.loaded:
            (self.loaded[name],) = load_all([name], self.rules)
        return self.loaded[name][2]


def _graded(names: Sequence[str], bank: _Bank) -> "Iterator[Answers | None]":
    """Yield the answers in files, None for those that cannot be read; print what is wrong with them."""
    from comity.engine.language.diagnostic import Code, Diagnostic

    first: dict[tuple[str, str], Answers] = {}
    for name in names:
        for path in _files(name):
            for loaded in _read(path, bank):
                complain(loaded.diagnostics)
                one = loaded.value
                before = None if one is None else first.setdefault((one.exercise, one.trainee), one)
                if one is not None and before is not one and before is not None:
                    message = f"`{one.trainee}` has answered `{one.exercise}` before, in {before.at}"
                    hint = "leave one out, or give them different names"
                    complain([Diagnostic(one.at, Code.DUPLICATE_NAME, message, hint)])
                    one = None
                yield one


def _files(name: str) -> Iterator[str]:
    """Yield the files that a name means: itself, or of a folder all that can hold answers, in order."""
    if name == "-" or not Path(name).is_dir():
        yield name
        return
    found = (path for path in Path(name).rglob("*") if path.suffix.lower() in _SUFFIXES and path.is_file())
    yield from sorted(
        str(path) for path in found if not any(part.startswith(".") for part in path.relative_to(name).parts)
    )


def _read(name: str, bank: _Bank) -> "Sequence[Loaded[Answers]]":
    """Return what became of the answers in a file: of each row of a table, or of the one document."""
    from comity.engine.language.diagnostic import Diagnostic, Loaded
    from comity.engine.language.files import read_bytes, shown
    from comity.engine.language.source import MAX_BYTES, Document, decoded, read
    from comity.engine.training.answers import load_answers
    from comity.engine.training.answers_table import load_table

    path = Path(name)
    file = "<standard input>" if name == "-" else shown(path)
    data = sys.stdin.buffer.read(MAX_BYTES + 1) if name == "-" else read_bytes(path)
    if isinstance(data, Diagnostic):
        return [Loaded(None, (data,))]
    if path.suffix.lower() == ".csv":
        text = decoded(data, file)
        return (
            [Loaded(None, (text,))] if isinstance(text, Diagnostic) else load_table(text, file, bank.find, bank.known)
        )
    document = read(data, file)
    if not isinstance(document, Document):
        return [Loaded(None, tuple(document))]
    trainee = path.name.removesuffix(path.suffix).removesuffix(".answers") if name != "-" else "trainee"
    return [load_answers(document, bank.find, bank.known, trainee)]
