"""Verdicts as columns: words or truths, what decided them, and how many of each there are."""

from collections.abc import Iterable, Mapping
from typing import Any

import narwhals as nw

from comity.engine.assessment.evaluate import STANDINGS, STATUSES, VERDICTS
from comity.engine.language.model import RuleSet
from comity.engine.language.truth import Kleene

Frame = nw.LazyFrame[Any]


def words_of(rules: RuleSet, conclusion: str) -> Mapping[Kleene, str]:
    """Return the words for what a conclusion comes to."""
    if conclusion in rules.measures:
        return STATUSES
    return STANDINGS if conclusion in rules.principles else VERDICTS


def in_words(frame: Frame, rules: RuleSet, columns: Mapping[str, str], text: bool) -> Frame:
    """Return a frame whose truths are words of a set, or `text` where the engine or format has no sets."""
    if not columns:
        return frame
    return frame.with_columns(
        **{column: _word(column, words_of(rules, name), text) for name, column in columns.items()}
    )


def _word(column: str, words: Mapping[Kleene, str], text: bool) -> nw.Expr:
    truth = nw.col(column)
    kind = nw.String() if text else nw.Enum([*words.values()])
    met, not_met, unknown = (nw.lit(words[one], kind) for one in (True, False, None))
    return nw.when(truth).then(met).otherwise(nw.when(~truth).then(not_met).otherwise(unknown))


def named(reached: Mapping[str, str]) -> nw.Expr:
    """Return the names, one after the other, of those whose column is true."""
    parts = [nw.when(nw.col(column)).then(nw.lit(name)) for name, column in reached.items()]
    if not parts:
        return nw.lit("")
    return nw.concat_str(*parts, separator=", ", ignore_nulls=True)


def counts(frame: Frame, columns: Iterable[str]) -> dict[str, dict[Kleene, int]]:
    """Return how often each truth comes out, of truths as columns."""
    wanted = [*columns]
    sums = {}
    for number, column in enumerate(wanted):
        truth = nw.col(column)
        for side, one in (("met", truth), ("not", ~truth)):
            sums[f"{side}_{number}"] = nw.when(one).then(nw.lit(1, nw.Int64)).otherwise(nw.lit(0, nw.Int64)).sum()
    found = frame.select(**sums, rows=nw.len()).collect("polars")
    whole = {name: int(found[name][0] or 0) for name in found.columns}
    return {
        column: {
            True: whole[f"met_{number}"],
            None: whole["rows"] - whole[f"met_{number}"] - whole[f"not_{number}"],
            False: whole[f"not_{number}"],
        }
        for number, column in enumerate(wanted)
    }
