"""Whether a rule set that loads is also sound: judgements, which `suppress` can accept."""

from collections.abc import Collection, Sequence
from itertools import islice

from comity.engine.checking.bounds import empty_domain, threshold_out_of_range, units_apart
from comity.engine.checking.citations import no_basis, no_source, passage_not_encoded, unknown_passage, unneeded_excuse
from comity.engine.checking.collect import Collected
from comity.engine.checking.contradictions import contradictory_tests
from comity.engine.checking.judged import Check, Judged
from comity.engine.checking.logic import always_met, never_met, nothing_possible, same_condition, useless_part
from comity.engine.checking.structure import number_in_condition, purpose_unserved, reading_changes_nothing
from comity.engine.checking.tested import never_tested
from comity.engine.checking.translations import missing_translation, stale_translation
from comity.engine.checking.usage import unused_column, unused_criterion, unused_fact, unused_parameter, unused_source
from comity.engine.language.diagnostic import JUDGEMENTS, Code, Diagnostic, clip, is_error, judgement
from comity.engine.language.load import in_order

__all__ = ["CHECKS", "Check", "Judged", "complaints", "judge"]

MAX_FOUND = 10_000  # findings of one code: a few hostile files could make millions

# Each yields one code, which is called as the function is; a code may have several.
CHECKS: tuple[Check, ...] = (
    *(unused_fact, unused_column, unused_parameter, unused_source, unused_criterion),
    *(no_source, no_basis, number_in_condition, purpose_unserved, reading_changes_nothing),
    *(nothing_possible, never_met, always_met, same_condition, useless_part),
    *(threshold_out_of_range, contradictory_tests, empty_domain, units_apart),
    *(missing_translation, stale_translation, never_tested),
    *(passage_not_encoded, unknown_passage, unneeded_excuse),
)


def judge(judged: Judged, select: Collection[str] = (), ignore: Collection[str] = ()) -> tuple[Diagnostic, ...]:
    """Return what the checks find and the rule set does not accept, in order of place.

    With `select`, only findings of these codes, and never of those in `ignore`. Raises `ValueError` for a code that
    is no judgement's.
    """
    for code in (*select, *ignore):
        if code not in JUDGEMENTS:
            raise ValueError(f"there is no judgement `{code}`")
    wanted = {code for code in JUDGEMENTS if (not select or code in select) and code not in ignore}
    asked: set[str] = {*wanted}
    if Code.UNUSED_SUPPRESSION in wanted:  # which only shows once the checks that the entries name have run
        asked |= {entry.code for entry in judged.rules.suppressions} - {*ignore}
    if judged.cases is None:
        asked.discard(Code.NEVER_TESTED)
    run = [check for check in CHECKS if code_of(check) in asked]
    found = [one for check in run for one in islice(check(judged), MAX_FOUND)]
    accepted = {(entry.code, entry.of) for entry in judged.rules.suppressions}
    left = [one for one in found if one.code in wanted and (one.code, one.subject) not in accepted]
    if Code.UNUSED_SUPPRESSION in wanted:
        left += _unused(judged, {code_of(check) for check in run}, found)
    return in_order(left)


def complaints(
    found: Sequence[Collected], select: Collection[str] = (), ignore: Collection[str] = ()
) -> list[Diagnostic]:
    """Return everything that is wrong with what was collected: of a rule set that loaded, judgements too.

    Its cases are those in its folder; if one of their files cannot be used, they are not known.
    """
    said: list[Diagnostic] = []
    for each in found:
        said += each.diagnostics
        said += (one for result in each.results for one in result.differing)
        if each.kind == "rule-set" and each.rules is not None:
            own = [one for one in found if one.kind != "rule-set" and one.path.is_relative_to(each.path)]
            known = not any(is_error(complaint) for one in own for complaint in one.diagnostics)
            cases = tuple(case for one in own for case in one.situations if one.kind == "cases")
            said += judge(Judged(each.rules, cases if known else None), select, ignore)
    return said


def code_of(check: Check) -> Code:
    """Return the code of what a check finds."""
    return Code(check.__name__.replace("_", "-"))


def _unused(judged: Judged, run: Collection[Code], found: Collection[Diagnostic]) -> list[Diagnostic]:
    """Return a finding for each entry of `suppress` that accepts nothing that an earlier one does not."""
    there = {(one.code.value, one.subject) for one in found}
    seen: set[tuple[str, str]] = set()
    unused: list[Diagnostic] = []
    for entry in judged.rules.suppressions:
        name = (entry.code, entry.of)
        if entry.code in run and (name in seen or name not in there):
            what = "is accepted twice" if name in seen else "is not there to accept"
            message = f"the finding `{entry.code}` of `{clip(entry.of)}` {what}"
            unused.append(judgement(Code.UNUSED_SUPPRESSION, entry.of, entry.at, message, "leave the entry out"))
        seen.add(name)
    return unused
