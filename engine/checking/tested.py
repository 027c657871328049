"""Whether the rule set's own cases say how each conclusion comes out."""

from collections.abc import Iterator

from comity.engine.checking.judged import Judged
from comity.engine.language.diagnostic import Code, Diagnostic, judgement
from comity.engine.language.situation import TRUTHS


def never_tested(judged: Judged) -> Iterator[Diagnostic]:
    """No case of the rule set expects a criterion or a context to come out met, not met, or unknown."""
    if judged.cases is None:
        return
    expected: dict[str, set[str]] = {}
    for case in judged.cases:
        for one in case.expect:
            expected.setdefault(one.id, set()).add(one.word)
    for kind, things in (("criterion", judged.rules.criteria), ("context", judged.rules.contexts)):
        for name, thing in things.items():
            missing = [word for word in TRUTHS if word not in expected.get(name, ())]
            if missing:
                message = f"no case expects the {kind} `{name}` to come out {' or '.join(missing)}"
                hint = f"add cases that expect {', '.join(f'`{name}: {word}`' for word in missing)}"
                yield judgement(Code.NEVER_TESTED, name, thing.at, message, hint)
