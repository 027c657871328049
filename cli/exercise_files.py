"""Files of exercises: how their stored situations are found, and what `check` and `test` say of them."""

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from comity.engine.checking.collect import Collected
    from comity.engine.language.model import RuleSet, Situation
    from comity.engine.language.source import Document
    from comity.engine.training.exercise import FindSituation


def stored_situations(rules: "RuleSet") -> "FindSituation":
    """Return what finds the built-in situation with an id, in the terms of a rule set; None where there is none."""
    from comity.engine.builtin import situation_ids, situations_folder
    from comity.engine.language.files import read_file
    from comity.engine.language.situation import load_situation
    from comity.engine.language.source import Document

    known = {*situation_ids()}
    loaded: dict[str, Situation | None] = {}

    def find(name: str) -> "Situation | None":
        if name in known and name not in loaded:
            document = read_file(situations_folder() / f"{name}.yaml")
            loaded[name] = load_situation(document, rules).value if isinstance(document, Document) else None
        return loaded.get(name)

    return find


def read_exercises(path: Path, document: "Document", rules: "RuleSet") -> "Collected":
    """Return a file of exercises, with everything that is wrong with it, and which keys are as expected."""
    from comity.engine.checking.cases import CaseResult
    from comity.engine.checking.collect import Collected
    from comity.engine.language.diagnostic import Code, Diagnostic
    from comity.engine.training.exercise import load_exercises
    from comity.engine.training.keys import items

    loaded = load_exercises(document, rules, stored_situations(rules))
    diagnostics = [*loaded.diagnostics]
    results = []
    for exercise in loaded.value or ():
        sorted_: dict[bool, list[Diagnostic]] = defaultdict(list)
        for one in items(rules, exercise).diagnostics:
            sorted_[one.code is Code.KEY_DIFFERS].append(one)
        diagnostics += sorted_[False]
        pins = sum(len(task.expect) if task.choose == "each" else 1 for task in exercise.tasks if task.expect)
        results.append(CaseResult(exercise.at.file, exercise.id, exercise.at, pins, (), tuple(sorted_[True])))
    return Collected(path, "exercises", rules, (), tuple(diagnostics), tuple(results))
