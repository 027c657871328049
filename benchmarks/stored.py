"""What a person asks of a situation: of every stored one, from a warm process and from a cold start."""

import gc
import subprocess
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from os import times
from statistics import median
from time import process_time
from typing import TypeAlias

from benchmarks.classify import DAY
from comity.engine.assessment.assess import Assessment, assess
from comity.engine.assessment.carrying import carried
from comity.engine.assessment.changes import what_if
from comity.engine.assessment.questions import every_question, questions
from comity.engine.builtin import find_rule_set, find_situation, rule_set_ids, situation_ids
from comity.engine.language.diagnostic import accept
from comity.engine.language.files import read_file
from comity.engine.language.load import load_rule_set
from comity.engine.language.model import RuleSet, Situation
from comity.engine.language.situation import load_situation
from comity.engine.language.source import Document

HOME = "oas-2013"  # in whose terms the stored situations are told
WARM, COLD = 300, 1_000  # the limits, in ms

Work: TypeAlias = Mapping[str, Mapping[str, Callable[[], object]]]  # by what is asked of, what is asked


def stored(rounds: int, comity: list[str]) -> list[str]:
    """Return the tables; `comity` is the command line that starts a process."""
    lines = ["What is asked of every stored situation, from a warm process:", ""]
    told: list[str] = []
    rows: list[str] = []
    for rules in (accept(load_rule_set(find_rule_set(name))) for name in rule_set_ids()):
        rows += _rows(rules.id, _warm(rules), rounds, WARM, told)
    lines += [*_heads("assess"), *rows, "", "From a cold start, a whole process:", ""]
    lines += [*_heads("comity assess"), *_rows("", _cold(comity), rounds, COLD, told)]
    return [*lines, "", "Limits:", *told]


def _heads(base: str) -> tuple[str, str]:
    return (
        f"| | questions | ms of processor time, median | slowest | of | times `{base}`: median (least to most) |",
        "| --- | ---: | ---: | ---: | --- | ---: |",
    )


def _rows(title: str, work: Work, rounds: int, limit: int, told: list[str]) -> Iterator[str]:
    """Yield a line for each thing that is asked, and tell how the slowest lies to the limit.

    What is asked comes by what it is called; behind a colon stands of what it is asked, as of each context.
    """
    taken: dict[str, list[tuple[float, float, str]]] = {}
    base = ""
    for name, asked in work.items():
        least = _least(asked, rounds)
        base = next(iter(least))
        for question, seconds in least.items():
            what, _, of = question.partition(": ")
            taken.setdefault(what, []).append((seconds * 1e3, seconds / least[base], f"{name}: {of}" if of else name))
    for what, figures in taken.items():
        label = f"{title}: {what}" if title else what
        slowest, _, name = max(figures)
        ratios = [ratio for _, ratio, _ in figures]
        against = f"{median(ratios):.1f} ({min(ratios):.1f} to {max(ratios):.1f})"
        middle = median(figure for figure, _, _ in figures)
        yield f"| {label} | {len(figures):,} | {middle:,.1f} | {slowest:,.1f} | {name} | {against} |"
        if what != base:
            told.append(
                f"{label}: {slowest:,.0f} ms of {limit:,} (slowest){', which is too much' * (slowest > limit)}."
            )


def _least(work: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the least that each took in some rounds, in seconds of processor time; a first round warms up."""
    found: dict[str, list[float]] = {name: [] for name in work}
    for number in range(rounds + 1):
        gc.collect()
        gc.disable()
        for name, call in work.items():
            before = _spent()
            call()
            after = _spent()
            if number:
                found[name].append(after - before)
        gc.enable()
    return {name: min(seconds) for name, seconds in found.items()}


def _spent() -> float:
    """Return the processor time that this process and those that it ran have taken."""
    taken = times()
    return process_time() + taken.children_user + taken.children_system


def _warm(rules: RuleSet) -> Work:
    """Return what is asked of every stored situation as a rule set takes it; everything begins with assessing it."""
    home = accept(load_rule_set(find_rule_set(HOME)))
    work: dict[str, Mapping[str, Callable[[], object]]] = {}
    for name in situation_ids():
        document = read_file(find_situation(name))
        assert isinstance(document, Document)
        situation = carried(accept(load_situation(document, home, None)), home, rules).situation
        dated = situation if situation.as_of else situation.but(as_of=DAY)
        work |= {f"{name}, `{reading}`": _asked(rules, reading, dated) for reading in rules.readings}
    return work


def _asked(rules: RuleSet, reading: str, situation: Situation) -> dict[str, Callable[[], object]]:
    anew = partial(assess, rules, situation, reading=reading)
    return {
        "assess": anew,
        "ask, the next question": lambda: next(questions(anew().prospects), None),
        "ask, every question": lambda: every_question(anew().prospects),
        **{f"what-if: {one}": partial(_what_if, anew, one) for one in rules.contexts},
    }


def _what_if(anew: Callable[[], Assessment], conclusion: str) -> object:
    return what_if(anew().run, conclusion)


def _cold(comity: list[str]) -> Work:
    asked = {
        "comity assess": ("assess",),
        "comity ask --next": ("ask", "--next"),
        "comity what-if": ("what-if",),
    }
    return {
        name: {what: partial(_process, [*comity, *arguments, name]) for what, arguments in asked.items()}
        for name in situation_ids()
    }


def _process(arguments: list[str]) -> object:
    return subprocess.run(arguments, stdout=subprocess.DEVNULL, check=True)
