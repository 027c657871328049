"""Takes out of YAML text what a diagnostic says is too much, and leaves all else as it stands, to the character."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from yaml.nodes import Node

from comity.engine.checking.claims import Under, days, decide, looks_at_the_day
from comity.engine.checking.proofs import partial_difference
from comity.engine.checking.reach import Reach
from comity.engine.language.diagnostic import Code, Diagnostic
from comity.engine.language.editing import Place, Start, Steps, Text, entries_of, parse, places_in, removed, start_of
from comity.engine.language.grammar import CONDITION_KEYS, EXPRESSION_KEYS
from comity.engine.language.model import RuleSet
from comity.engine.language.mutants import Mutant, mutants, mutated
from comity.engine.language.operators import Operator


def fixable(diagnostics: Iterable[Diagnostic], rules: Iterable[RuleSet]) -> tuple[Diagnostic, ...]:
    """Return the diagnostics that `fix` can settle so that nothing comes out otherwise, where that is proved.

    `rules` are the rule sets that they are about.
    """
    asked = {(one.subject, one.at) for one in diagnostics if one.code == Code.USELESS_PART}
    drops = [(one, mutant) for one in rules if asked for mutant in mutants(one, drops=True)]
    found = [(one, mutant) for one, mutant in drops if (mutant.place, mutant.at) in asked]
    needed = {(mutant.place, mutant.at) for one, mutant in found if not _needless(one, mutant)}
    safe = {(mutant.place, mutant.at) for _, mutant in found} - needed
    return tuple(
        one
        for one in diagnostics
        if one.code in _FIXES and (one.code != Code.USELESS_PART or (one.subject, one.at) in safe)
    )


def _needless(rules: RuleSet, mutant: Mutant) -> bool:
    """Tell whether it is proved that no situation comes out otherwise without a part, partial ones included.

    That is on any day, with tables of any number of rows, what the rule set says is impossible included, and under
    every reading that uses the condition.
    """
    place, every = mutant.place, rules.but(impossible=())
    own = [reading.id for reading in rules.readings.values() if place not in reading.define]
    readings: list[str | None] = [*own] or [None]
    for reading in readings if mutant.reading is None else [mutant.reading]:
        part = Reach(Under(every, reading)).part([place])
        if looks_at_the_day(part, reading):  # then each would need a proof of its own
            return False
        question = partial_difference(Under(part, reading), Under(mutated(part, mutant), reading), place)
        answer = decide(question, days([part])[-1], any_size=True)
        if answer.result != "proved" or answer.rows is not None:
            return False
    return True


def fix(texts: Mapping[str, str], diagnostics: Iterable[Diagnostic]) -> tuple[dict[str, str], tuple[Diagnostic, ...]]:
    """Return the texts that change, by file, and the diagnostics that this settles.

    `texts` are the files that the diagnostics are about, each with its own line ends. Of the useless parts of one
    condition, only the last goes: each may be useless only beside the others. So check and fix again, until nothing
    is fixed any more.
    """
    found: dict[str, list[Diagnostic]] = {}
    for one in diagnostics:
        if one.code in _FIXES and one.at.file in texts:
            found.setdefault(one.at.file, []).append(one)
    changed: dict[str, str] = {}
    fixed: list[Diagnostic] = []
    for file, complaints in sorted(found.items()):
        whole = parse(texts[file])
        less, settled = _less(whole, complaints) if whole else (None, [])
        if less and settled:
            changed[file] = less.mark + less.text
            fixed += settled
    return changed, tuple(fixed)


def _less(whole: Text, complaints: Iterable[Diagnostic]) -> tuple[Text, list[Diagnostic]]:
    """Return a document without what it can do without, and the diagnostics that this settles, by their places."""
    ordered = sorted(complaints, key=lambda one: one.at)
    left = {(one.at.line, one.at.column): one.code for one in ordered}
    settled: dict[Start, str] = {}
    conditions: set[Steps] = set()
    while left:  # from the end: what stands before a change is where it was
        at, code = max(left.items())
        place = _FIXES[code](whole.root, [other for other in left if left[other] == code])
        condition = _condition(place.path) if place and code == Code.USELESS_PART else None
        less = removed(whole, place) if place and condition not in conditions else None
        start = at
        if place and less:
            whole, start = less, start_of(place.head)
            settled |= {other: code for other in left if other >= start and left[other] == code}
            conditions |= {condition} if condition is not None else set()
        left = {other: left[other] for other in left if other < start}
    return whole, [one for one in ordered if settled.get((one.at.line, one.at.column)) == one.code]


# --- which item a diagnostic is about ------------------------------------------------------------------------------


def _suppression(root: Node, places: Sequence[Start]) -> Place | None:
    """Return the entry of `suppress` that holds the last of `places`, or the section if each entry holds one."""
    section = last = None
    held = 0
    for place in places_in(root):
        if place.path == ("suppress",):
            section = place
        elif section and place.parent is section.value:
            start, end = start_of(place.head), start_of(place.value, end=True)
            held += any(start <= one < end for one in places)
            last = place if start <= places[-1] < end else last
    return section if last and held == len(last.parent.value) else last


def _part(root: Node, places: Sequence[Start]) -> Place | None:
    """Return the item of an `all`, `any` or `of` whose condition says that it stands at the last of `places`."""
    at = places[-1]
    for place in places_in(root):
        if isinstance(place.path[-1], int) and place.path[-2:-1] in (("all",), ("any",), ("of",)):
            if start_of(place.head) == at:
                return place
            entries = dict(entries_of(place.value))
            name = next((key for key in ("fact", "criterion", "context", "measure") if key in entries), None)
            if name and start_of(entries[name]) == at:
                several = len(entries) > 2 or len(getattr(entries.get("in"), "value", ())) > 1
                return None if several else place  # tests of one fact all stand there: which is meant is not said
    return None


# What to take out for the complaints of one code that stand at some places, in their order: for the last, if no more.
_FIXES: dict[str, Callable[[Node, Sequence[Start]], Place | None]] = {
    Code.UNUSED_SUPPRESSION: _suppression,
    Code.USELESS_PART: _part,
}

_INNER = frozenset((*CONDITION_KEYS, *EXPRESSION_KEYS, *Operator, "in", "of", "where"))


def _condition(path: Steps) -> Steps:
    """Return the path of the written condition, as of a `when`, that holds what is at `path`."""
    while path and (isinstance(path[-1], int) or path[-1] in _INNER):
        path = path[:-1]
    return path
