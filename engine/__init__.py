"""The meaning of rules: load a rule set and a situation, assess, explain.

>>> rules = load_rules("oas-2013")
>>> assessment = assess(rules, load_situation("dadaab-2011", rules))
>>> [(verdict.context, verdict.truth.value) for verdict in assessment.contexts][0]
('mass-influx', 'met')
"""

from collections.abc import Mapping
from datetime import date
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from comity.engine.assessment.assess import Assessment
    from comity.engine.language.diagnostic import Diagnostic
    from comity.engine.language.model import RuleSet, Situation

__all__ = ["assess", "check", "load_rules", "load_situation"]


def load_rules(rules: str | PathLike[str]) -> "RuleSet":
    """Return a rule set: a built-in one by its id, or the one in a folder.

    Raises `comity.engine.language.diagnostic.Refused`, with every diagnostic, if it cannot be used.
    """
    from comity.engine.builtin import find_rule_set
    from comity.engine.language.diagnostic import accept
    from comity.engine.language.load import load_rule_set

    return accept(load_rule_set(find_rule_set(str(rules))))


def load_situation(situation: str | PathLike[str], rules: "RuleSet", as_of: date | None = None) -> "Situation":
    """Return a situation: a built-in one by its id, or the one in a file.

    `as_of` is the day to take where the situation names none. Raises `comity.engine.language.diagnostic.Refused`, with
    every diagnostic, if it cannot be used.
    """
    from comity.engine.builtin import find_situation
    from comity.engine.language.diagnostic import Refused, accept
    from comity.engine.language.files import read_file
    from comity.engine.language.situation import load_situation as load
    from comity.engine.language.source import Document

    document = read_file(find_situation(str(situation)))
    if not isinstance(document, Document):
        raise Refused(document)
    return accept(load(document, rules, as_of))


def check(path: str | PathLike[str], rules: "RuleSet | None" = None) -> "tuple[Diagnostic, ...]":
    """Return everything that is wrong with a rule set, a situation or cases, in a file or a folder.

    Situations and cases outside a rule set's own folder are checked in the terms of `rules`.
    """
    from comity.engine.checking.collect import collect
    from comity.engine.checking.judge import complaints

    return tuple(complaints([*collect([Path(path)], rules)]))


def assess(
    rules: "RuleSet",
    situation: "Situation",
    *,
    as_of: date | None = None,
    reading: str | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> "Assessment":
    """Return the assessment of `situation` under `rules`; see `comity.engine.assessment.assess.assess`."""
    from comity.engine.assessment.assess import assess as run

    return run(rules, situation, as_of=as_of, reading=reading, overrides=overrides)
