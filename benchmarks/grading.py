"""How long a class takes to be marked, as a whole process from a cold start."""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

from benchmarks.measure import in_turns
from comity.engine import load_rules, load_situation
from comity.engine.language.diagnostic import accept
from comity.engine.language.source import Document, read
from comity.engine.training.answers import Answers, Given, answers_text
from comity.engine.training.exercise import load_exercises
from comity.engine.training.items import Item
from comity.engine.training.keys import items

TRAINEES = 300
BUDGET = 5.0  # seconds
ROUNDS = 5
EXERCISE = """\
exercise: benchmark
title: Ten tasks
level: 2
situation: dadaab-2011
tasks:
  - {kind: contexts}
  - {kind: criteria, about: mass-influx}
  - {kind: criteria, about: protracted}
  - {kind: deciding, about: protracted}
  - {kind: measures}
  - {kind: purposes, about: registration-documentation}
  - {kind: principles}
  - {kind: change, about: mass-influx}
  - {kind: next}
  - {kind: essay, prompt: What would you tell the host government first?, rubric: [Names the two contexts]}
"""


def grading(options: argparse.Namespace) -> list[str]:
    """Measure `comity exercise grade` over a folder of answers, in each of its forms."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        answers = _write(folder)
        command = [sys.executable, "-m", "comity.cli", "exercise", "grade", str(answers)]
        command += ["--exercises", str(folder / "benchmark.yaml"), "-o", str(folder / "out")]
        forms = {"text": [], "csv": [], "json": [], "html": ["--essays"]}
        work: dict[str, tuple[Callable[[], object], int]] = {
            form: (_process([*command, "--format", form, *more]), 1) for form, more in forms.items()
        }
        timings = in_turns(work, min(options.rounds, ROUNDS))
    lines = [f"{TRAINEES} files of answers to ten tasks, marked from a cold start:", ""]
    lines += ["| | s, median | slowest |", "| --- | ---: | ---: |"]
    lines += [f"| {form} | {one.median:.2f} | {max(one.seconds):.2f} |" for form, one in timings.items()]
    slowest = max(max(one.seconds) for one in timings.values())
    return [*lines, "", f"Budget: {slowest:.1f} s of {BUDGET:g} (slowest)."]


def _process(arguments: Sequence[str]) -> Callable[[], object]:
    def call() -> object:
        return subprocess.run(arguments, check=True)

    return call


def _write(folder: Path) -> Path:
    """Write an exercise, and below it a folder of answers to it, which is returned."""
    rules = load_rules("oas-2013")
    document = read(EXERCISE.encode(), "benchmark.yaml")
    assert isinstance(document, Document)
    (exercise,) = accept(load_exercises(document, rules, lambda name: load_situation(name, rules)))
    every, chance = accept(items(rules, exercise)), Random(0)
    (folder / "benchmark.yaml").write_text(EXERCISE, encoding="utf-8")
    answers = folder / "answers"
    answers.mkdir()
    for number in range(TRAINEES):
        told = {item.task.id: _answer(item, chance) for item in every}
        one = Answers(exercise=exercise.id, trainee=f"Trainee {number}", answers=told)
        (answers / f"{number:03}.yaml").write_text(answers_text(one, every), encoding="utf-8")
    return answers


def _answer(item: Item, chance: Random) -> Given:
    """Return an answer that is right more often than not."""
    if item.choose == "words":
        return "Keep the border open, and register everybody who comes. " * 10
    if item.choose == "one":
        return frozenset((chance.choice([*item.right, *(option.id for option in item.options)]),))
    if not item.rows:
        return frozenset(option.id for option in item.options if (chance.random() < 0.7) == option.right)
    rows = (item.of_row(row) for row in item.rows)
    return frozenset(chance.choice([one for one in row if one.right or chance.random() < 0.3]).id for row in rows)
