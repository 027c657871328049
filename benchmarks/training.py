"""Exercises: how long 500 take to make up, beside assessing the same 500 situations."""

import gc
from argparse import Namespace
from collections import Counter
from datetime import date
from statistics import median
from time import perf_counter

from comity.engine.assessment.assess import assess
from comity.engine.builtin import find_rule_set
from comity.engine.language.diagnostic import accept
from comity.engine.language.load import load_rule_set
from comity.engine.training.banks import bank_lines
from comity.engine.training.generation import Generated, generate

DAY = date(2018, 12, 31)
COUNT = 500
_ROUNDS = 5
BUDGET = 10  # seconds for 500 exercises, from situations to the lines of a file


def training(options: Namespace) -> list[str]:
    """Return the table: for each level, some batches, each with other seeds."""
    rules = accept(load_rule_set(find_rule_set("oas-2013")))
    lines = [
        "| level | s for 500, median | slowest | times assessing them: median | met | near misses | estimates |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    slowest = 0.0
    for level in (1, 2, 3):
        taken, ratios = [], []
        made: tuple[Generated, ...] = ()
        for seed in range(min(options.rounds, _ROUNDS)):
            gc.collect()
            before = perf_counter()
            made = generate(rules, as_of=DAY, level=level, count=COUNT, seed=seed)
            written = "\n".join(bank_lines(rules, made))
            between = perf_counter()
            for one in made:
                assess(rules, one.situation)
            assert written
            taken.append(between - before)
            ratios.append(taken[-1] / (perf_counter() - between))
        kinds = Counter(one.kind for one in made)
        figures = f"{median(taken):,.1f} | {max(taken):,.1f} | {median(ratios):.1f}"
        counts = " | ".join(str(kinds[kind]) for kind in ("positive", "near-miss", "straddling"))
        lines.append(f"| {level} | {figures} | {counts} |")
        slowest = max(slowest, *taken)
    much = "" if slowest <= BUDGET else ", which is too much"
    budget = f"Budget: {slowest:,.1f} s of {BUDGET} for {COUNT} exercises{much}."
    return ["Exercises made up, with their narratives and keys, as the lines of a file:", "", *lines, "", budget]
