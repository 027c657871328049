"""Precedents and stored situations beside a situation, in words: cases that compare alike stand together."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from comity.engine.assessment.assess import Assessment
from comity.engine.assessment.likeness import Comparison, Likeness
from comity.engine.language.model import Precedent, RuleSet, Situation
from comity.engine.report.words import Phrases, day

ON_POINT = "most on point"
CLOSEST = "the closest that came out the same way"
COUNTER = "counter-example"
ANSWERS = "Used, and called for here"
CITED = "Cited, and not compared"
FURTHER = "Further off"
HAPPENED = "What was done, and what came of it"
TOLD = 2  # cases that compare alike of which that is told where there is little room


class CaseView(NamedTuple):
    """Cases that share the same with the situation and differ from it in the same, and what they are to it."""

    titles: tuple[str, ...]
    word: str  # how they came out: met, not-met
    role: str
    remarks: tuple[tuple[str, str], ...]  # what they share, and what sets them apart
    answers: tuple[tuple[str, str], ...]  # of those that used what is called for here: what


class CaseRow(NamedTuple):
    """Cases that came out alike and differ in the same from the situation, in one row."""

    word: str
    role: str  # empty for those that are further off
    differs: str
    cases: tuple[tuple[str, str], ...]  # title, how many elements are shared, differ, and are unknown


class ComparisonView(NamedTuple):
    """A context of the situation, with the cases that resemble it there: the nearest, and the titles of the others.

    `nearest` and `rows` are the same cases for where there is little room. The nearest are those on point that nothing
    distinguishes, and the counter-examples; all on point if there are none such. All others have a row.
    """

    title: str
    word: str  # met, not-met, unknown
    precedents: tuple[CaseView, ...]
    situations: tuple[CaseView, ...]
    others: tuple[tuple[str, str], ...]  # cases that are further off, and what is cited and not compared
    nearest: tuple[CaseView, ...] = ()
    rows: tuple[CaseRow, ...] = ()


def comparisons(one: Assessment, phrases: Phrases) -> Iterator[ComparisonView]:
    """Yield how each context of an assessment compares with precedents and stored situations."""
    words = {verdict.context: verdict.truth.value for verdict in one.contexts}
    for found in one.comparisons:
        titles = {name: precedent_title(precedent) for name, precedent in one.rules.precedents.items()}
        stored = {name: situation_title(situation) for name, situation in one.cases.items()}
        groups = ((found.precedents, titles), (found.situations, stored))
        near = _nearest(found)
        yield ComparisonView(
            title=phrases.conclusion(found.context),
            word=words[found.context],
            precedents=tuple(_cases(found, filter(_role, found.precedents), titles, phrases)),
            situations=tuple(_cases(found, filter(_role, found.situations), stored, phrases)),
            others=tuple(_others(found, titles, stored, one.rules)),
            nearest=tuple(
                case
                for cases, names in groups
                for case in _cases(found, (one for one in cases if one in near), names, phrases)
            ),
            rows=tuple(
                row
                for cases, names in groups
                for row in _rows(found, (one for one in cases if one not in near), names, phrases)
            ),
        )


def _others(
    found: Comparison, titles: Mapping[str, str], stored: Mapping[str, str], rules: RuleSet
) -> Iterator[tuple[str, str]]:
    further = [
        names[one.case]
        for group, names in ((found.precedents, titles), (found.situations, stored))
        for one in group
        if not _role(one)
    ]
    if further:
        yield FURTHER, "; ".join(further)
    if found.cited:
        yield CITED, "; ".join(f"{titles[name]}, {rules.precedents[name].type}" for name in found.cited)


def precedent_title(precedent: Precedent) -> str:
    """Return what a precedent is called, with its years and its region."""
    first, dots, last = precedent.years.partition("..")
    years = f"{first}–{last}" if last else f"since {first}" if dots else first
    return f"{precedent.title} ({years}, {precedent.region})"


def situation_title(situation: Situation) -> str:
    """Return what a stored situation is called, with its id, under which it can be assessed."""
    dated = f", {day(situation.as_of)}" if situation.as_of else ""
    return f"{situation.title or situation.id} ({situation.id}{dated})"


def _nearest(found: Comparison) -> list[Likeness]:
    """Return the cases on point that nothing distinguishes and the counter-examples, or else all on point."""
    on_point = [one for one in (*found.precedents, *found.situations) if one.on_point]
    return [one for one in on_point if one.counter or not one.cuts] or on_point


def _cases(
    found: Comparison, likenesses: Iterable[Likeness], titles: Mapping[str, str], phrases: Phrases
) -> Iterator[CaseView]:
    groups: dict[tuple[object, ...], list[Likeness]] = {}
    for one in likenesses:
        alike = (one.verdict, one.shared, one.theirs, one.ours, one.otherwise, one.cuts)
        groups.setdefault(alike, []).append(one)
    for group in groups.values():
        one = group[0]
        yield CaseView(
            titles=tuple(titles[each.case] for each in group),
            word=one.verdict.value,
            role=_role(one),
            remarks=tuple(_remarks(found, one, phrases)),
            answers=tuple(_answers(group, titles, phrases)),
        )


def _rows(
    found: Comparison, likenesses: Iterable[Likeness], titles: Mapping[str, str], phrases: Phrases
) -> Iterator[CaseRow]:
    groups: dict[tuple[object, ...], list[Likeness]] = {}
    for one in likenesses:
        groups.setdefault((_role(one), one.verdict, one.theirs, one.ours, one.otherwise), []).append(one)
    for group in groups.values():
        one = group[0]
        differing = (*one.theirs, *one.ours, *one.otherwise)
        yield CaseRow(
            word=one.verdict.value,
            role=_role(one),
            differs=_named(found, one, differing, phrases),
            cases=tuple((titles[each.case], _counts(each)) for each in group),
        )


def _counts(one: Likeness) -> str:
    differing = len((*one.theirs, *one.ours, *one.otherwise))
    counts = {"shared": len(one.shared), "differing": differing, "unknown": len(one.unknown)}
    return ", ".join(f"{count} {word}" for word, count in counts.items() if count) or "nothing known"


def _role(one: Likeness) -> str:
    nearest = ON_POINT if one.on_point else CLOSEST if one.closest else ""
    return f"{nearest}, {COUNTER}" if one.counter else nearest


def _named(found: Comparison, one: Likeness, names: Sequence[str], phrases: Phrases) -> str:
    """Return elements with whose they are. Where a criterion is named, the facts that it tests go without saying."""
    sides = {
        **dict.fromkeys(one.neither, "in neither"),
        **dict.fromkeys(one.theirs, "there, not here"),
        **dict.fromkeys(one.ours, "here, not there"),
        **dict.fromkeys(one.otherwise, "otherwise"),
    }
    without_saying = {fact for name in names for fact in found.tests.get(name, ())}
    said = [name for name in names if name in found.tests or name not in without_saying]
    return "; ".join(
        f"{_title(name, phrases)} ({sides[name]})" if name in sides else _title(name, phrases) for name in said
    )


def _remarks(found: Comparison, one: Likeness, phrases: Phrases) -> Iterator[tuple[str, str]]:
    besides = [name for name in (*one.theirs, *one.ours, *one.otherwise) if name not in one.cuts]
    if one.shared:
        yield "Shares", _named(found, one, one.shared, phrases)
    if one.cuts:
        yield "Distinguished by", _named(found, one, one.cuts, phrases)
    if besides:
        yield "Differs besides", _named(found, one, besides, phrases)


def _answers(group: Sequence[Likeness], titles: Mapping[str, str], phrases: Phrases) -> Iterator[tuple[str, str]]:
    for one in group:
        if one.answers:
            whose = f"{titles[one.case]}: " if len(group) > 1 else ""
            yield ANSWERS, whose + "; ".join(phrases.conclusion(name) for name in one.answers)


def _title(name: str, phrases: Phrases) -> str:
    return phrases.fact(name) if name in phrases.rules.facts else phrases.conclusion(name)
