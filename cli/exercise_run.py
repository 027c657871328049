"""`comity exercise run`."""

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import click

from comity.cli.answering import Kept, Listed, Typed
from comity.cli.common import complain, load_rules, read_input, rules_option, stop
from comity.cli.exercises import complete_exercises, load_all
from comity.cli.sitting import Sitting

if TYPE_CHECKING:
    from comity.engine.training.answers import Answers
    from comity.engine.training.exercise import Exercise
    from comity.engine.training.items import Item
    from comity.engine.training.keys import Told

    Loaded: TypeAlias = tuple[Exercise, tuple[Told, ...], tuple[Item, ...]]


@click.command("run")
@click.argument("exercise", metavar="EXERCISE", shell_complete=complete_exercises)
@rules_option
@click.option("--id", "id_", metavar="ID", help="Which exercise, of a file that holds several.")
@click.option("--trainee", metavar="NAME", help="Who answers, for a report on a class.  [default: the file's name]")
@click.option(
    "--feedback",
    type=click.Choice(["immediate", "final"]),
    default="immediate",
    show_default=True,
    help="When it is said what is right, and why.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, writable=True),
    metavar="FILE",
    help="Keep the answers in this file; if it is there, go on with it.  [default: EXERCISE.answers.yaml]",
)
def command(exercise: str, rules: str, id_: str | None, trainee: str | None, feedback: str, output: str | None) -> None:
    """Do an exercise in the terminal: stage by stage, task by task, with hints.

    The file of answers is written whole after every answer, so that an interrupt loses nothing; to go on, run it again.
    At the end come the score of each task, what is right and why, with sources; an essay is laid beside what it is read
    for, and is not marked.

    Where there is no terminal, answers come from standard input, one a line. An answer that is refused ends it. The
    exit code is 1 if a question was not answered.

    \b
    comity exercise run dadaab-first-look
    comity exercise run my-exercise.yaml --trainee "A. Trainee" --feedback final -o mine.yaml
    comity exercise run bank.yaml --id protracted-2-3-1
    comity exercise run dadaab-first-look < answers.txt
    """
    from comity.engine.report.sheet import sheet
    from comity.engine.training.answers import Answers
    from comity.engine.training.session import begin

    if exercise == "-":
        raise click.UsageError("answers are read from standard input: give the exercise as an id or a file")
    one, stages, items = _chosen(load_all([exercise], load_rules(rules)), exercise, id_)
    path = Path(output or f"{one.id}.answers.yaml")
    answers = _kept(path, one.id, items) if path.exists() else Answers(exercise=one.id, trainee="", answers={})
    words = sheet(one, stages, items)
    session = begin(items, answers.but(trainee=trainee or answers.trainee), {e.id: len(e.hints) for e in words.entries})
    terminal = sys.stdin.isatty()
    again = ["comity", "exercise", "run", exercise, *(("--rules", rules) if rules != "oas-2013" else ())]
    again += [*(("--id", id_) if id_ else ())]
    again += [*(("--feedback", feedback) if feedback != "immediate" else ()), *(("-o", output) if output else ())]
    kept = Kept(path, path.exists())
    Sitting(
        words, session, kept, path, Typed() if terminal else Listed("-"), terminal, feedback, shlex.join(again)
    ).hold()


def _chosen(loaded: "list[Loaded]", name: str, id_: str | None) -> "Loaded":
    """Return the one exercise that is meant."""
    from comity.engine.language.diagnostic import did_you_mean, one_of

    ids = [one.id for one, _, _ in loaded]
    if id_ is None and len(loaded) > 1:
        raise click.UsageError(f"`{name}` holds {len(loaded)} exercises: choose one with --id, like {ids[0]}")
    if id_ is not None and id_ not in ids:
        hint = did_you_mean(id_, ids) or one_of(ids)
        raise click.BadParameter(f"there is no exercise `{id_}` in `{name}`; {hint}", param_hint="--id")
    return loaded[ids.index(id_) if id_ else 0]


def _kept(path: Path, exercise: str, items: "tuple[Item, ...]") -> "Answers":
    """Return the answers that a file holds; print its diagnostics and exit if it cannot be gone on with."""
    from comity.engine.training.answers import load_answers

    document = read_input(str(path))
    if document is None:
        stop(1)
    loaded = load_answers(document, lambda name: items if name == exercise else None, [exercise], "")
    complain(loaded.diagnostics)
    if loaded.value is None:
        stop(1)
    return loaded.value
