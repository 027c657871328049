"""What several assessors say of one situation, laid out for reading: the same words for text, Markdown and HTML."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from comity.engine.assessment.accounts import Account
from comity.engine.assessment.assessors import Merger, Outcome
from comity.engine.assessment.merging import How, Part, told_by
from comity.engine.assessment.splits import LIMIT
from comity.engine.language.model import Fact, Given, Row, ValueType
from comity.engine.report.view import DISCLAIMER, view
from comity.engine.report.witnesses import held_words
from comity.engine.report.words import NOT_KNOWN, STANDING, STATUS, TRUTH, Phrases, counted, day, number, period_words

WORDS = {**TRUTH, **STATUS, **STANDING}
MERGED = "merged"
LEFT_OUT = "left out"
KINDS = {
    "context": "Contexts",
    "measure": "Measures",
    "form": "Forms",
    "principle": "Principles",
}
NOUNS = {"context": "verdict", "measure": "measure", "form": "form", "principle": "principle"}
HOW = {
    How.AGREED: "agreed",
    How.SOME: "given by some only",
    How.OVERLAPPING: "differing figures that overlap",
    How.APART: "differing figures that have nothing in common",
    How.CONTESTED: "contested",
}
SECTIONS = {
    "matters": "What differs and matters",
    "some-matters": "Given by some only, and it matters",
    "open": "Whether it matters was not decided",
    "idle": "What differs and turns nothing",
    "some-idle": "Given by some only, and it turns nothing",
    "agreed": "Agreed",
}

ORIGINS = "Where the splits come from"
ORIGINS_NOTE = (
    "If all took the same position on the facts of one line, whichever of theirs, and kept the rest of what they say, "
    "it would come out the same for all."
)

_FEW = 2  # measures that are named one by one where a fact turns them together with others


class RowView(NamedTuple):
    """How a conclusion comes out for each assessor in their order, then merged: words as the engine has them."""

    id: str
    kind: str
    title: str
    words: tuple[str, ...]

    @property
    def split(self) -> bool:
        """Whether the assessors' own words are not all the same."""
        return len({*self.words[:-1]}) > 1


class Said(NamedTuple):
    """A value in words, line by line, and who gives it."""

    lines: tuple[str, ...]
    who: tuple[str, ...]


class TurnView(NamedTuple):
    """What a difference turns in the same way: the titles, and how they come out as whom has it, a pair for each."""

    titles: tuple[str, ...]
    words: tuple[tuple[str, str], ...]


class FactView(NamedTuple):
    """What is said of a fact: by whom, what is merged, and what hangs on it."""

    id: str
    title: str
    section: str  # a key of SECTIONS
    marks: tuple[str, ...]
    said: tuple[Said, ...]
    parts: tuple[tuple[str, str], ...]  # of a table or history: which figure, and what is said of it
    merged: str
    common: str | None
    turns: tuple[TurnView, ...]
    with_others: tuple[str, ...]  # what it turns only together with other differences
    untried: tuple[str, ...]


class Origin(NamedTuple):
    """Splits that come from the same facts: each of `sets` alone, by title. None where that was not found out."""

    sets: tuple[tuple[str, ...], ...] | None
    splits: tuple[str, ...]


class MergeView(NamedTuple):
    """The whole report."""

    title: str
    id: str
    facts: tuple[tuple[str, str], ...]  # of the merger itself: as-of date, rule set, reading, assessors
    names: tuple[str, ...]
    summary: tuple[str, ...]
    rows: tuple[RowView, ...]  # every context, its criteria where they differ, and what else is not the same for all
    same: tuple[tuple[str, tuple[str, ...]], ...]  # of what is: a word, and the titles of what came out so
    origins: tuple[Origin, ...]
    accounts: tuple[FactView, ...]
    planned: tuple[tuple[str, str], ...]  # by whom, and which measures
    notes: tuple[str, ...]
    disclaimer: str
    language: str

    def section(self, key: str) -> tuple[FactView, ...]:
        """Return the facts that stand in a section."""
        return tuple(one for one in self.accounts if one.section == key)


def merge_view(merger: Merger) -> MergeView:
    """Return the report on several assessors."""
    return _Viewer(merger).view()


class _Viewer:
    def __init__(self, merger: Merger) -> None:
        self.merger = merger
        self.rules = merger.rules
        self.phrases = Phrases(merger.rules)
        self.names = tuple(one.name for one in merger.assessors)
        self.outcomes = {one.id: one for one in (*merger.outcomes, *merger.criteria)}

    def view(self) -> MergeView:
        own = view(self.merger.assessment)
        accounts = tuple(self.account(one) for one in self.merger.accounts)
        rows = tuple(self.rows())
        shown = {row.id for row in rows}
        return MergeView(
            title=own.title,
            id=own.id,
            facts=(*own.facts, ("Assessors", ", ".join(self.names))),
            names=self.names,
            summary=tuple(self.summary(accounts)),
            rows=rows,
            same=tuple(self.same([one for one in self.merger.outcomes if one.id not in shown])),
            origins=tuple(self.origins()),
            accounts=accounts,
            planned=tuple(self.planned()),
            notes=(*self.notes(), *(f"In the merged situation: {note}" for note in own.notes)),
            disclaimer=DISCLAIMER,
            language=own.language,
        )

    # --- summary ---

    def summary(self, accounts: Sequence[FactView]) -> Iterator[str]:
        differ = [one for one in self.merger.accounts if one.joined.how.differs]
        some = [one for one in self.merger.accounts if one.joined.how is How.SOME]
        agreed = len(accounts) - len(differ) - len(some)
        titles = {one.id: one.title for one in accounts}
        who = counted(len(self.names), "assessor")
        if not differ and not some:
            yield f"{who}, who agree on everything: {counted(agreed, 'fact')}."
        else:
            judgements = sum(one.judgement for one in differ)
            kinds = f" ({counted(judgements, 'judgement')} among them)" if judgements else ""
            told = f"agree on {counted(agreed, 'fact')} and differ on {len(differ)}{kinds}"
            yield f"{who}, who {told}{_mattering(differ, titles)}."
        if some:
            verb = "is" if len(some) == 1 else "are"
            yield f"{counted(len(some), 'fact')} {verb} given by some only{_mattering(some, titles)}."
        same = [
            f"{sum(not one.split for one in found)} of {counted(len(found), noun)}"
            for kind, noun in NOUNS.items()
            if (found := [one for one in self.merger.outcomes if one.kind == kind])
            and (kind in ("context", "measure") or any(one.split for one in found))
        ]
        if same:
            yield f"The same for all: {', '.join(same)}."

    # --- how it comes out ---

    def rows(self) -> Iterator[RowView]:
        criteria = {one.id: one for one in self.merger.criteria}
        for one in self.merger.outcomes:
            if one.kind == "context":
                yield self.row(one)
                for name in self.rules.contexts[one.id].criteria:
                    if name in criteria:
                        yield self.row(criteria.pop(name))
        yield from map(self.row, criteria.values())
        for one in self.merger.outcomes:
            if one.kind != "context" and (one.split or one.merged is not one.own[0]):
                yield self.row(one)

    def row(self, one: Outcome) -> RowView:
        words = tuple(one.word(truth) for truth in (*one.own, one.merged))
        return RowView(one.id, one.kind, self.phrases.conclusion(one.id), words)

    def same(self, outcomes: Iterable[Outcome]) -> Iterator[tuple[str, tuple[str, ...]]]:
        found: dict[tuple[str, str], list[str]] = {}
        for one in outcomes:
            found.setdefault((one.kind, one.word(one.merged)), []).append(self.phrases.conclusion(one.id))
        for (kind, word), titles in found.items():
            yield f"{KINDS[kind]} on which all agree, {WORDS[word]}", tuple(titles)

    def origins(self) -> Iterator[Origin]:
        """Yield the splits by what they come from, those of contexts first."""
        found: dict[tuple[tuple[str, ...], ...] | None, list[str]] = {}
        for one in self.merger.outcomes:
            if one.split:
                found.setdefault(one.comes_from, []).append(self.phrases.conclusion(one.id))
        for sets, titles in found.items():
            named = None if sets is None else tuple(tuple(map(self.phrases.fact, some)) for some in sets)
            yield Origin(named, tuple(titles))

    # --- facts ---

    def account(self, one: Account) -> FactView:
        fact = self.rules.facts[one.fact]
        turned = one.turns
        marks = ["judgement"] if one.judgement else []
        if one.joined.how is not How.AGREED:
            marks.append(HOW[one.joined.how])
        common = one.joined.common
        return FactView(
            id=fact.name,
            title=self.phrases.fact(fact.name),
            section=_section(one),
            marks=tuple(marks),
            said=tuple(self.said(one, fact)),
            parts=tuple(self.part(one, fact, part) for part in one.joined.parts),
            merged=self.merged(one, fact),
            common=None if common is None else held_words(fact, common),
            turns=tuple(self.turns(one)),
            with_others=self.shortened(turned.with_others) if turned else (),
            untried=self.shortened(turned.untried) if turned else (),
        )

    def said(self, one: Account, fact: Fact) -> Iterator[Said]:
        """Yield who says what; of a table or a history whose figures are told one by one, who gives none."""
        for value, places in one.told:
            if value is not None and not one.joined.parts:
                yield Said(self.lines(fact, value), self.who(places))
            missing: dict[str, list[int]] = {}
            for place in places if value is None else ():
                missing.setdefault(self.missing(one, fact, place), []).append(place)
            for text, some in missing.items():
                yield Said((text,), self.who(some))

    def missing(self, one: Account, fact: Fact, place: int) -> str:
        """Return what stands there for somebody who gives no value."""
        text = "asked, not known" if one.asked[place] else LEFT_OUT
        if fact.derive is None:
            return text
        derived = held_words(fact, self.merger.assessors[place].assessment.run.value(fact.name))
        return f"{text}; {_stand_in(fact)} says {derived}"

    def merged(self, one: Account, fact: Fact) -> str:
        held = one.joined.merged
        if held is None:
            return NOT_KNOWN
        text = counted(len(held), "row") if fact.value_type is ValueType.TABLE else held_words(fact, held)
        return f"{text} in the file; the verdicts here hold it open" if one.stands_in else text

    def lines(self, fact: Fact, value: Given) -> tuple[str, ...]:
        """Return a value in words: a table row by row."""
        if fact.value_type is not ValueType.TABLE:
            return (held_words(fact, value),)
        phrases = self.phrases.inside(fact)
        rows = (
            "; ".join(
                f"{phrases.fact(name)}: {held_words(column, row[name])}"
                for name, column in fact.columns.items()
                if name in row
            )
            for row in value
        )
        return tuple(row or "nothing is stated" for row in rows) or ("no rows",)

    def part(self, one: Account, fact: Fact, part: Part) -> tuple[str, str]:
        """Return which figure of a table or a history is not the same for all, and what is said of it."""
        column = fact.columns[part.column] if part.column else fact
        where = []
        if part.row is not None:
            where += [
                self.row_name(fact, one.joined.merged[part.row - 1], part.row),
                self.phrases.inside(fact).fact(column.name),
            ]
        if part.first is not None and part.last is not None:
            where.append(period_words(part.first, part.last))
        said = []
        for value, places in told_by(part.given):
            who = self.who(place for place in places if one.given[place] is not None)
            if who:
                said.append(f"{LEFT_OUT if value is None else held_words(column, value)} ({', '.join(who)})")
        told = NOT_KNOWN if part.merged is None else held_words(column, part.merged)
        return ", ".join(where), f"{'; '.join(said)}; {MERGED}: {told}"

    def row_name(self, table: Fact, row: Row, number: int) -> str:
        """Return what tells a row from others: everything in it that is no figure."""
        kept = (name for name, column in table.columns.items() if name in row and not column.value_type.ordered)
        return ", ".join(held_words(table.columns[name], row[name]) for name in kept) or f"row {number}"

    def turns(self, one: Account) -> Iterator[TurnView]:
        """Yield what a fact turns alone, together what comes out in the same words for the same assessors."""
        found: dict[tuple[tuple[str, str], ...], list[str]] = {}
        for name, truths in one.turns.alone.items() if one.turns else ():
            outcome = self.outcomes[name]
            by_word: dict[str, list[str]] = {}
            for truth, (_, places) in zip(truths, one.told, strict=True):
                by_word.setdefault(outcome.word(truth), []).extend(self.who(places))
            words = tuple((word, listed(who)) for word, who in by_word.items())
            found.setdefault(words, []).append(self.phrases.conclusion(name))
        for words, titles in found.items():
            yield TurnView(tuple(titles), words)

    def shortened(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return the titles of conclusions; of many measures, how many there are."""
        measures = [name for name in names if name in self.rules.measures]
        if len(measures) <= _FEW:
            return tuple(map(self.phrases.conclusion, names))
        others = [self.phrases.conclusion(name) for name in names if name not in measures]
        return (*others, counted(len(measures), "measure"))

    def who(self, places: Iterable[int]) -> tuple[str, ...]:
        return tuple(self.names[place] for place in places)

    # --- the rest ---

    def planned(self) -> Iterator[tuple[str, str]]:
        found: dict[str, list[str]] = {}
        for name, plans in self.merger.planned.items():
            who = [each for each, plan in zip(self.names, plans, strict=True) if plan]
            everybody = all(plan is not False for plan in plans)
            label = "Planned by all who describe a response" if everybody else f"Planned by {listed(who)} only"
            found.setdefault(label, []).append(self.phrases.conclusion(name))
        for label, titles in found.items():
            yield label, "; ".join(titles)

    def notes(self) -> Iterator[str]:
        merger = self.merger
        ids = {one.situation.id: None for one in merger.assessors}
        if len(ids) > 1:
            yield f"The assessors call the situation by different names: {', '.join(ids)}."
        for one in merger.assessors:
            if one.situation.as_of not in (None, merger.as_of):
                yield (
                    f"{one.name} describes the situation as of {day(one.situation.as_of)}; the as-of date was moved to "
                    f"{day(merger.as_of)}, and nothing else moved with it."
                )
        yield from self.told_by_the_file()
        if any(account.turns and account.turns.untried for account in merger.accounts):
            yield f"No more than {number(LIMIT)} combinations of the assessors' values are tried for one conclusion."

    def told_by_the_file(self) -> Iterator[str]:
        """Yield what the merged situation says beyond what is told here, and why."""
        merger = self.merger
        run = merger.assessment.run
        further: dict[str, list[str]] = {}
        for one in merger.outcomes:
            if run.truth(one.id) is not one.merged:
                further.setdefault(WORDS[one.word(run.truth(one.id))], []).append(self.phrases.conclusion(one.id))
        for account in merger.accounts if further else ():
            if account.stands_in:
                fact = self.rules.facts[account.fact]
                title, held = self.phrases.fact(fact.name), held_words(fact, run.value(fact.name))
                givers = listed(
                    [name for name, value in zip(self.names, account.given, strict=True) if value is not None]
                )
                why = "contested" if account.joined.merged is None else f"given by {givers} only"
                how = f"{_stand_in(fact)} says {held}" if account.joined.merged is None else f"it is {held}"
                yield f"{title} is {why}. Here it is held open; in the merged situation as a file {how}."
        if further:
            told = "; ".join(f"{', '.join(titles)}: {word}" for word, titles in further.items())
            yield f"So the merged situation as a file comes out otherwise than what is told here. {told}."


def _section(one: Account) -> str:
    if one.turns is None:
        return "agreed"
    if one.turns.matters is None:
        return "open"
    word = "matters" if one.turns.matters else "idle"
    return word if one.joined.how.differs else f"some-{word}"


def _stand_in(fact: Fact) -> str:
    return "its indicator" if fact.kind == "judgement" else "what follows from other facts"


def _mattering(accounts: Sequence[Account], titles: dict[str, str]) -> str:
    """Return how many of some facts matter, and which, as the end of a sentence."""
    found = [titles[one.fact] for one in accounts if one.turns and one.turns.matters]
    undecided = sum(one.turns is not None and one.turns.matters is None for one in accounts)
    if found:
        verb = "matters" if len(found) == 1 else "matter"
        which = "and" if len(accounts) == 1 else "all of which" if found[1:] and len(found) == len(accounts) else ""
        said = f", {which or f'of which {len(found)}'} {verb}: {'; '.join(found)}"
    else:
        said = "" if undecided or not accounts else ", on which nothing turns"
    return said + (f" ({undecided} not decided)" if undecided else "")


def listed(names: Sequence[str]) -> str:
    """Return names as in a sentence.

    >>> listed(["ana"]), listed(["ana", "ben", "chi"])
    ('ana', 'ana, ben and chi')
    """
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def turn_words(turn: TurnView) -> str:
    """Return what a difference turns, and how it comes out as whom has it, in one line."""
    words = ", ".join(f"{WORDS[word]} as {who} {'have' if ' and ' in who else 'has'} it" for word, who in turn.words)
    return f"{words}: {'; '.join(turn.titles)}"


def set_words(titles: Sequence[str]) -> str:
    """Return the titles of facts that a split comes from together."""
    first, *others = titles
    return f"{first} together with {listed(others)}" if others else first
