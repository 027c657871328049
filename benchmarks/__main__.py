"""Run with `python -m benchmarks`: prints the tables that README.md shows."""

import argparse
import platform
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from shutil import which
from typing import Any

import yaml

from benchmarks import contestants
from benchmarks.asking import asking
from benchmarks.batch import batch
from benchmarks.classify import classify
from benchmarks.contestants import Assess, Facts, versions
from benchmarks.generate import FACTS, change, situations, write_cases, write_properties, write_rule_set
from benchmarks.grading import grading
from benchmarks.measure import in_turns, table
from benchmarks.stored import stored
from benchmarks.training import training
from comity.engine.builtin import find_situation
from comity.engine.checking.cases import run_case
from comity.engine.checking.claims import Under
from comity.engine.checking.collect import collect
from comity.engine.checking.difference import Comparison
from comity.engine.checking.judge import CHECKS, judge
from comity.engine.checking.judged import Check, Judged
from comity.engine.checking.mutation import mutate
from comity.engine.checking.proofs import prove
from comity.engine.language.diagnostic import accept
from comity.engine.language.load import load_rule_set
from comity.engine.language.model import RuleSet

SEED = 20130131


def main() -> int:
    """Measure what is asked for, and print it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="How fast Comity is.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all by default")
    parser.add_argument("--rounds", type=int, default=30, help="how often each is measured (30)")
    parser.add_argument("--situations", type=int, default=2_000, help="how many a round assesses (2,000)")
    parser.add_argument("--rows", type=int, default=10_000_000, help="how many a whole table has (10,000,000)")
    options = parser.parse_args()
    unknown = [part for part in options.parts if part not in PARTS]
    if unknown:
        parser.error(f"there is no part {unknown[0]}; choose from {', '.join(PARTS)}")
    parts = options.parts or [*PARTS]
    peers = versions() if {"plain", "traced"} & {*parts} else []
    print(", ".join([f"Python {platform.python_version()}", *(f"{name} {number}" for name, number in peers)]))
    for name in parts:
        print()
        for line in PARTS[name](options):
            print(line)
    return 0


# --- one situation in memory --------------------------------------------------------------------------------


def plain(options: argparse.Namespace) -> list[str]:
    """Measure verdicts and measures, without any explanation."""
    known = situations(options.situations, SEED)
    every = [dict.fromkeys(FACTS) | facts for facts in known]
    work = {
        "comity": (contestants.comity(), known),
        "datalogic-py": (contestants.datalogic(), known),
        "zen-engine": (contestants.zen(), known),
        "common-expression-language": (contestants.cel(), every),
    }
    title = "One situation in memory, verdicts and measures out:"
    return [title, "", *_compared(work, options.rounds, "comity")]


def traced(options: argparse.Namespace) -> list[str]:
    """Measure the same with an explanation."""
    known = situations(options.situations, SEED)
    work = {
        "comity, no trace": (contestants.comity(), known),
        "comity, trace kept": (contestants.comity_kept(), known),
        "comity, trace as objects": (contestants.comity_walked(), known[: len(known) // 10]),
        "zen-engine, trace of its nodes": (contestants.zen_traced(), known),
        "datalogic-py, traced": (contestants.datalogic_traced(), known[: len(known) // 200 + 1]),
    }
    return ["The same with the full trace:", "", *_compared(work, options.rounds, "comity, no trace")]


def _compared(work: Mapping[str, tuple[Assess, list[Facts]]], rounds: int, base: str) -> list[str]:
    """Check that all give the same answers as `base`, then time them."""
    assess, facts = work[base]
    wanted = [assess(one) for one in facts]
    wrong = {
        name: sum(assess(one) != answers for one, answers in zip(facts, wanted, strict=False))
        for name, (assess, facts) in work.items()
    }
    timings = in_turns({name: (_over(assess, facts), len(facts)) for name, (assess, facts) in work.items()}, rounds)
    words = Counter(word for answers in wanted for word in answers.values())
    differing = "; ".join(f"{name}: {number} of {len(work[name][1]):,}" for name, number in wrong.items())
    spread = ", ".join(f"{word} {number:,}" for word, number in sorted(words.items()))
    return [
        *table(timings, base),
        "",
        f"{len(wanted):,} situations. Answers: {spread}.",
        f"Situations answered unlike {base}, of those timed: {differing}.",
    ]


def _over(assess: Assess, facts: list[Facts]) -> Callable[[], None]:
    def call() -> None:
        for one in facts:
            assess(one)

    return call


# --- a whole process ----------------------------------------------------------------------------------------


def cold(options: argparse.Namespace) -> list[str]:
    """Measure `comity assess FILE` as a person would run it."""
    command = _comity()
    file = str(find_situation("dadaab-2011"))
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "comity assess FILE": [*command, "assess", file],
        "comity check oas-2013": [*command, "check", "oas-2013"],
        "comity what-if FILE": [*command, "what-if", file],
        "comity assess FILE --format json": [*command, "assess", file, "--format", "json"],
        "comity --version": [*command, "--version"],
    }
    work = {name: (_process(arguments), 1) for name, arguments in commands.items()}
    lines = table(in_turns(work, options.rounds), "python -c pass", "ms", 1e3)
    return ["A whole process, from a cold start:", "", *lines]


def _comity() -> list[str]:
    """Return the command line that starts Comity."""
    script = which("comity", path=str(Path(sys.executable).parent))
    return [script] if script else [sys.executable, "-m", "comity.cli"]


def _process(arguments: list[str]) -> Callable[[], object]:
    def call() -> object:
        return subprocess.run(arguments, stdout=subprocess.DEVNULL, check=True)

    return call


# --- a large rule set ---------------------------------------------------------------------------------------


def load(options: argparse.Namespace) -> list[str]:
    """Measure loading and checking 1,000 generated criteria."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = write_rule_set(folder)
        loaded = load_rule_set(folder)
        found = [str(one) for one in loaded.diagnostics[:3]]
        assert loaded.value is not None, found
        texts = [file.read_text(encoding="utf-8") for file in files]

        def compose() -> None:
            for file in files:
                yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)

        work: dict[str, tuple[Callable[[], Any], int]] = {
            "PyYAML's C loader composes the text": (compose, 1),
            "comity loads and checks it": (lambda: load_rule_set(folder), 1),
        }
        lines = table(in_turns(work, options.rounds), "PyYAML's C loader composes the text", "ms", 1e3)
        rules = loaded.value
        size = (
            f"{len(rules.criteria):,} criteria, {len(rules.contexts)} contexts, {len(rules.facts)} facts in "
            f"{len(files)} files, {sum(map(len, texts)):,} characters; {len(loaded.diagnostics)} diagnostics."
        )
        return ["A rule set of 1,000 generated criteria:", "", *lines, "", size]


# --- the author's commands ----------------------------------------------------------------------------------


BUDGETS = {  # in the time that loading takes: half of what was measured first
    "check: all judgements": 1.3,
    "test: 5,000 cases": 1.25,
    "prove: 100 properties": 6.0,
    "diff: 20 changes": 13.1,
    "mutate: 20 missing cases": 11.5,
}


def authors(options: argparse.Namespace) -> list[str]:
    """Measure check, test, prove, diff and mutate on 1,000 generated criteria with 5,000 cases."""
    with tempfile.TemporaryDirectory() as name:
        old, new = Path(name) / "old", Path(name) / "new"
        old.mkdir()
        write_rule_set(old)
        shutil.copytree(old, new)
        change(new)
        written = accept(load_rule_set(old))
        write_cases(old, written)
        write_properties(old, written)
        found = [*collect([old], None)]
        rules, changed = found[0].rules, accept(load_rule_set(new))
        assert rules is not None
        cases = [case for each in found for case in each.situations]

        def anew() -> RuleSet:  # the same rules, of which nothing is remembered
            return rules.but()

        def judged() -> None:
            judge(Judged(anew(), tuple(cases)))

        def tested() -> None:
            one = anew()
            assert not any(run_case(one, case).failures for case in cases)

        def proved() -> None:
            one = anew()
            for property_ in one.properties.values():
                prove(one, property_)

        def compared() -> None:
            both = Comparison(Under(anew()), Under(changed.but()))
            for conclusion in both.touched:
                both.change(conclusion)

        def mutated() -> None:
            mutate(anew(), cases, most=20)

        base = "comity loads the rule set and its cases"
        work: dict[str, tuple[Callable[[], object], int]] = {
            base: (lambda: [*collect([old], None)], 1),
            "check: all judgements": (judged, 1),
            "test: 5,000 cases": (tested, 1),
            "prove: 100 properties": (proved, 1),
            "diff: 20 changes": (compared, 1),
            "mutate: 20 missing cases": (mutated, 1),
        }
        timings = in_turns(work, min(options.rounds, 3))
        lines = table(timings, base, "s", 1)
        told = [
            f"{name}: {ratio:.2f} of {budget:g}{'' if ratio <= budget else ', which is too much'}."
            for name, budget in BUDGETS.items()
            for _, ratio, _ in [timings[name].ratios(timings[base])]
        ]
        return [
            "The author's commands on 1,000 criteria, 200 contexts and 5,000 cases:",
            "",
            *lines,
            "",
            "Budgets:",
            *told,
        ]


# --- what a person asks of a situation --------------------------------------------------------------------------------


def classified(options: argparse.Namespace) -> list[str]:
    """Measure what would turn a conclusion: on every stored situation, and on 200 contexts over 200 facts."""
    return classify(min(options.rounds, 3), min(options.situations, 200))


def stored_situations(options: argparse.Namespace) -> list[str]:
    """Measure `ask` and `what-if` of every stored situation, from a warm process and from a cold start."""
    return stored(min(options.rounds, 3), _comity())


def statistics(options: argparse.Namespace) -> list[str]:
    """Measure UNHCR's whole file to yearly counts."""
    from benchmarks.unhcr import unhcr

    return unhcr(min(options.rounds, 15))


def tables(options: argparse.Namespace) -> list[str]:
    """Measure whole tables, Parquet to Parquet, beside the same rules by hand in Polars and in DuckDB's SQL."""
    return batch(options.rows, min(options.rounds, 5))


SIZES = (250, 500, 1_000, 2_000)  # criteria


def growth(options: argparse.Namespace) -> list[str]:
    """Measure how each judgement grows with the number of criteria: n log n is 11 times as much for 8 times as many."""
    with tempfile.TemporaryDirectory() as name:
        work: dict[str, tuple[Callable[[], object], int]] = {}
        for size in SIZES:
            folder = Path(name) / str(size)
            folder.mkdir()
            write_rule_set(folder, criteria=size, contexts=size // 5, facts=size * 3 // 10)
            rules = accept(load_rule_set(folder))
            for check in CHECKS:
                work[f"{check.__name__} {size}"] = (partial(_all_of, check, rules), 1)
        timings = in_turns(work, min(options.rounds, 1))
        lines = [
            f"| | {' | '.join(f'{size:,}' for size in SIZES)} | times the time for 8 times the criteria |",
            "| --- " + "| ---: " * (len(SIZES) + 1) + "|",
        ]
        for check in CHECKS:
            taken = [timings[f"{check.__name__} {size}"] for size in SIZES]
            times = " | ".join(f"{one.median * 1e3:,.1f}" for one in taken)
            lines.append(f"| {check.__name__} | {times} | {taken[-1].ratios(taken[0])[1]:.1f} |")
        return ["Each judgement, in ms, by the number of criteria:", "", *lines]


def _all_of(check: Check, rules: RuleSet) -> None:
    for _ in check(Judged(rules.but(), ())):
        pass


PARTS: dict[str, Callable[[argparse.Namespace], list[str]]] = {
    "plain": plain,
    "traced": traced,
    "cold": cold,
    "load": load,
    "authors": authors,
    "classify": classified,
    "asking": asking,
    "stored": stored_situations,
    "growth": growth,
    "grading": grading,
    "training": training,
    "unhcr": statistics,
    "batch": tables,
}

if __name__ == "__main__":
    sys.exit(main())
