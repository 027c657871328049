"""How long the next question takes, and the whole list of them, beside one assessment of the same situation."""

import argparse
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random

from benchmarks.generate import DAY, write_rule_set
from benchmarks.measure import in_turns, table
from comity.engine.assessment.assess import assess
from comity.engine.assessment.prospects import Prospects
from comity.engine.assessment.questions import questions
from comity.engine.assessment.samples import samples
from comity.engine.builtin import find_rule_set, find_situation
from comity.engine.language.diagnostic import accept
from comity.engine.language.files import read_file
from comity.engine.language.load import load_rule_set
from comity.engine.language.model import RuleSet, Situation
from comity.engine.language.situation import load_situation
from comity.engine.language.source import Document

STORED = "yugoslavia-1992"
ROUNDS = 10
LARGE_ROUNDS = 3


def asking(options: argparse.Namespace) -> list[str]:
    """Measure `ask`: of a stored situation, and of 200 contexts over 200 facts where half or nothing is known."""
    course = accept(load_rule_set(find_rule_set("oas-2013")))
    document = read_file(find_situation(STORED))
    assert isinstance(document, Document)
    stored = accept(load_situation(document, course, None))
    lines = [f"What to ask next, of {STORED}:", "", *_measured(course, stored, min(options.rounds, ROUNDS))]
    with tempfile.TemporaryDirectory() as name:
        write_rule_set(Path(name), facts=200)
        rules = accept(load_rule_set(Path(name)))
        (full,) = samples(rules, None, DAY, 1)
        half = {fact: full[fact] for fact in Random(0).sample(sorted(full), len(full) // 2)}
        for known, facts in (("half of the facts known", half), ("nothing known", {})):
            situation = Situation(id="asked", title=None, as_of=DAY, facts=facts)
            title = f"Of a rule set of 200 contexts over 200 facts, {known}:"
            lines += ["", title, "", *_measured(rules, situation, min(options.rounds, LARGE_ROUNDS))]
    return lines


def _measured(rules: RuleSet, situation: Situation, rounds: int) -> Iterator[str]:
    """Yield the lines of the table, and how many questions there are."""
    asked = assess(rules, situation)
    run = asked.run
    base = "assess"
    work: dict[str, tuple[Callable[[], object], int]] = {
        base: (partial(assess, rules, situation), 1),
        "ask: the next question": (lambda: next(questions(Prospects(run)), None), 1),
        "ask: every question": (lambda: [*questions(Prospects(run))], 1),
    }
    yield from table(in_turns(work, rounds), base, "ms", 1e3)
    yield ""
    count, open_ = len(asked.questions), len(asked.prospects.open)  # before what was left undecided is counted
    yield f"{count} questions, {open_} conclusions open, {len(asked.prospects.undecided)} undecided."
