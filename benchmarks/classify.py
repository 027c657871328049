"""What would turn a conclusion: how long that takes for every stored situation, and on a large rule set."""

import gc
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, NamedTuple

from benchmarks.generate import write_rule_set
from comity.engine.assessment.changes import what_if
from comity.engine.assessment.evaluate import Run, compile_rules
from comity.engine.builtin import find_rule_set, find_situation, situation_ids
from comity.engine.language.diagnostic import accept
from comity.engine.language.load import load_rule_set
from comity.engine.language.model import Fact, RuleSet, ValueType
from comity.engine.language.situation import load_situation
from comity.engine.language.source import Document, read

DAY = date(2018, 12, 31)
BUDGETS = {  # in ms: the slowest of the stored situations, and the median on the large rule set
    "what-if: stored situations": ("slowest", 300),
    "what-if: 200 contexts, all known": ("median", 100),
    "what-if: 200 contexts, half known": ("median", 100),
    "what-if: 200 contexts, nothing known": ("median", 100),
}


class Question(NamedTuple):
    """Something to ask, and what finds the verdicts and measures of the same situation, to compare it with."""

    ask: Callable[[], object]
    find: Callable[[], object]


def classify(rounds: int, count: int) -> list[str]:
    """Return the tables: each question asked so many times, and so many generated situations."""
    lines = [
        "| | questions | ms, median | nine in ten within | slowest | times the verdicts alone: median |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    told = []
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_rule_set(folder, criteria=1_000, contexts=200, facts=200, changeable="any")
        rules = accept(load_rule_set(folder))
    work = {
        "what-if: stored situations": [*_stored()],
        "what-if: 200 contexts, all known": [*_generated(rules, count, 1.0)],
        "what-if: 200 contexts, half known": [*_generated(rules, count, 0.5)],
        "what-if: 200 contexts, nothing known": [*_generated(rules, count // 4, 0.0)],
    }
    for title, questions in work.items():
        taken, ratios = _timed(questions, rounds)
        figures = {"median": median(taken), "nine": taken[int(len(taken) * 0.9)], "slowest": taken[-1]}
        shown = " | ".join(f"{figure * 1e3:,.1f}" for figure in figures.values())
        lines.append(f"| {title} | {len(questions):,} | {shown} | {median(ratios):,.1f} |")
        which, budget = BUDGETS[title]
        much = "" if figures[which] * 1e3 <= budget else ", which is too much"
        told.append(f"{title}: {figures[which] * 1e3:,.0f} ms of {budget} ({which}){much}.")
    return ["What would turn a conclusion, from a warm process:", "", *lines, "", "Budgets:", *told]


def _timed(questions: list[Question], rounds: int) -> tuple[list[float], list[float]]:
    """Return what each question took, sorted, and its ratios to finding the verdicts alone: medians of some rounds."""
    taken, ratios = [], []
    for question in questions:
        question.ask()
        question.find()
        asked, found = [], []
        gc.collect()
        gc.disable()
        for _ in range(rounds):
            before = perf_counter()
            question.ask()
            between = perf_counter()
            question.find()
            asked.append(between - before)
            found.append(perf_counter() - between)
        gc.enable()
        taken.append(median(asked))
        ratios.append(median(asked) / median(found))
    return sorted(taken), ratios


def _stored() -> Iterator[Question]:
    """Yield every stored situation with every context and measure of the course's rules."""
    rules = accept(load_rule_set(find_rule_set("oas-2013")))
    compiled = compile_rules(rules)
    for name in situation_ids():
        path = find_situation(name)
        document = read(path.read_bytes(), path.name)
        assert isinstance(document, Document)
        situation = load_situation(document, rules).value
        if situation is None:
            continue  # it is about another rule set
        run = compiled.start(situation.all_facts, situation.as_of or DAY)
        for conclusion in (*rules.contexts, *rules.measures):
            yield _question(run, conclusion)


def _generated(rules: RuleSet, count: int, known: float) -> Iterator[Question]:
    """Yield random situations in which about a share of the facts are known, each with a context."""
    random = Random(2)
    compiled = compile_rules(rules)
    for _ in range(count):
        facts = {
            name: _value(random, fact)
            for name, fact in rules.facts.items()
            if fact.derive is None and random.random() < known
        }
        run = compiled.start(facts, DAY)
        yield _question(run, random.choice([*rules.contexts]))


def _question(run: Run, conclusion: str) -> Question:
    return Question(lambda: what_if(run, conclusion), lambda: run.program.outcome(run.facts, run.as_of))


def _value(random: Random, fact: Fact) -> Any:
    match fact.value_type:
        case ValueType.BOOLEAN:
            return random.random() < 0.5
        case ValueType.CHOICE:
            return random.choice(fact.options)
        case ValueType.DATE:
            return date(random.randint(1985, 2017), random.randint(1, 12), random.randint(1, 28))
        case ValueType.MONTHS:
            return random.randint(0, 200)
        case _:
            return random.randint(0, 1 if fact.type == "share" else 10_000)
