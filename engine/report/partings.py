"""The smallest situations in which two columns of a comparison differ, context by context."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

from comity.engine.assessment.comparison import Column
from comity.engine.checking.difference import Change, Shown, together
from comity.engine.language.model import Fact, RuleSet
from comity.engine.report.blocks import Block, Code, Heading, Paragraph, Tree
from comity.engine.report.difference import extent
from comity.engine.report.view import Line
from comity.engine.report.witnesses import described, situation_lines
from comity.engine.report.words import STATUS, TRUTH, day

NONE = "-"  # where a rule set has no such context or measure
_WORDS = {**TRUTH, **STATUS}


class Parting(NamedTuple):
    """Where two columns part: what became of each context that both have.

    `days` are those that were asked about, if anything hangs on the day.
    """

    one: Column
    other: Column
    changes: tuple[Change, ...]
    days: tuple[date, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether any context is not proved to be the same in both."""
        return any(change.differs for change in self.changes)

    @property
    def names(self) -> tuple[str, str]:
        """The names of the two columns."""
        return self.one.name, self.other.name

    @property
    def rules(self) -> RuleSet:
        """A rule set that declares the facts of both."""
        return self.other.rules.but(facts=together(self.one.rules.facts, self.other.rules.facts))


def parting_blocks(one: Parting, title: Callable[[str], str]) -> Iterator[Block]:
    """Yield what is told of two columns; `title` gives the title of a context."""
    yield Heading(f"The smallest situations in which {' and '.join(one.names)} differ")
    if not one.changes:
        yield Paragraph("They have no context in common.")
        return
    if one.days:
        listed = " and ".join(map(day, one.days))
        yield Paragraph(
            f"Asked as of {listed}; what is proved holds on {'that day' if len(one.days) == 1 else 'those'}."
        )
    for change in one.changes:
        if change.differs:
            yield Heading(title(change.id), 3)
            yield from _differing(one, change)
    same = [change for change in one.changes if not change.differs]
    if same:
        yield Heading("The same in every situation, proved", 3)
        lines = ((Line(title(change.id)), *_extent(change)) for change in same)
        yield Tree(tuple(line for some in lines for line in some))


def _differing(one: Parting, change: Change) -> Iterator[Block]:
    if change.change == "same":
        yield Tree((Line("The same in every complete situation, proved"), *_extent(change)))
        if change.missing is not None:
            yield from _shown(one, change, change.missing)
        else:
            yield Paragraph(f"Whether it differs where facts are missing is not decided: {change.why}.")
        return
    ways = ((change.only_old, one.names), (change.only_new, one.names[::-1]))
    for shown, _ in ways:
        if shown is not None:
            yield from _shown(one, change, shown)
    if change.change == "undecided":
        yield Paragraph(f"Whether it differs in any other way is not decided: {change.why}.")
        return
    never = [
        Line(f"In no situation met under {met} and not met under {not_met}, proved")
        for way, (met, not_met) in ways
        if not way
    ]
    if never:
        yield Tree((*never, *_extent(change)))


def _shown(one: Parting, change: Change, shown: Shown) -> Iterator[Block]:
    lines = (Line(text, None, 1) for text in described(one.rules, shown.facts))
    yield Tree((Line(f"{_outcomes(one, shown)}, on {day(shown.as_of)}:"), *lines))
    file = file_lines(one, change, shown)
    if file:
        yield Paragraph("As a file:")
        yield Code(tuple(file))


def _extent(change: Change) -> Iterator[Line]:
    yield from (Line(text, None, 1) for text in extent(change))


def file_lines(one: Parting, change: Change, shown: Shown) -> list[str]:
    """Return a situation as a file; nothing if neither rule set declares all its facts."""
    for rules in (one.one.rules, one.other.rules):
        if all(_declares(rules.facts.get(name), held) for name, held in shown.facts.items()):
            title = f"{change.id}: {_outcomes(one, shown)}"
            return situation_lines(rules, shown.facts, shown.as_of, f"{change.id}-differs", title)
    return []


def _declares(fact: Fact | None, held: Any) -> bool:
    if fact is None:
        return False
    return not fact.columns or all(name in fact.columns for row in held for name in row)


def _outcomes(one: Parting, shown: Shown) -> str:
    return outcomes(zip(one.names, (shown.old, shown.new), strict=True))


def outcomes(words: Iterable[tuple[str, str | None]]) -> str:
    """Return how something came out under each name: `met under a and b, not met under c`."""
    by_word: dict[str, list[str]] = {}
    for name, outcome in words:
        if outcome is not None:
            by_word.setdefault(in_words(outcome), []).append(name)
    return ", ".join(f"{outcome} under {' and '.join(names)}" for outcome, names in by_word.items())


def in_words(outcome: str | None) -> str:
    """Return how a context or measure comes out, in words."""
    return NONE if outcome is None else _WORDS[outcome]
