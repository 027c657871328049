"""What would turn a verdict, in words."""

from collections.abc import Iterator
from typing import NamedTuple

from comity.engine.assessment.assess import Assessment, outcome
from comity.engine.assessment.changes import Change, Margin, Sets, WhatIf
from comity.engine.assessment.turns import MOST_CHANGES, MOST_SETS
from comity.engine.language.model import Fact, Given, RuleSet, ValueType
from comity.engine.language.statements import Statement, declaration, stated
from comity.engine.report.words import STATUS, TRUTH, Phrases, counted, day, of_fact, period_words


class Block(NamedTuple):
    """What would have one effect: what is said of it, then the sets, each a list of changes in words."""

    title: str
    remark: str
    sets: tuple[tuple[str, ...], ...]


class MarginLine(NamedTuple):
    """A figure, what is stated, and how far it holds, in words."""

    figure: str
    stated: str
    holds: str


class WhatIfView(NamedTuple):
    """What would turn one verdict or status. `margins` is None where a limit was reached."""

    id: str
    title: str
    word: str
    blocks: tuple[Block, ...]
    margins: tuple[MarginLine, ...] | None
    judgements: tuple[str, ...]


def what_if_view(assessment: Assessment, found: WhatIf) -> WhatIfView:
    """Return what would turn a conclusion of an assessment, in words."""
    rules = assessment.rules
    words = ChangeWords(assessment)
    shown = TRUTH if found.conclusion in rules.contexts else STATUS
    blocks = []
    for target in found.targets:
        turned = shown[outcome(rules, found.conclusion, target.met)]
        if target.known is not None:
            blocks.append(words.known(f"What would have to become known for it to be {turned}", target.known))
        title = f"What would have to change for it to be {turned}"
        blocks.append(words.changes(title, target.changes, found.truth is None))
    judgements = []
    for verdict in assessment.contexts:
        if verdict.context == found.conclusion:
            for one in verdict.judgements:
                fact = rules.facts[one.fact]
                stands = {True: "it would stand", False: "it would not stand", None: "a judged figure"}[one.survives]
                judgements.append(f"{words.phrases.fact(one.fact)}: {of_fact(fact, one.value)}; reversed, {stands}")
    return WhatIfView(
        id=found.conclusion,
        title=words.phrases.conclusion(found.conclusion),
        word=outcome(rules, found.conclusion, found.truth),
        blocks=tuple(blocks),
        margins=None if found.margins is None else tuple(words.margin(one) for one in found.margins),
        judgements=tuple(judgements),
    )


class ChangeWords:
    """Puts changes to the situation of an assessment into words."""

    def __init__(self, assessment: Assessment) -> None:
        self.rules: RuleSet = assessment.rules
        self.facts = assessment.run.facts
        self.phrases = Phrases(assessment.rules)

    def changes(self, title: str, found: Sets, is_open: bool) -> Block:
        """Return the sets of changes to what is known."""
        none = "nothing that may change turns this verdict"
        if is_open:
            none = "no change of what is known would settle it while the rest stays open"
        return Block(title, _remark(found, none), tuple(tuple(map(self.change, one)) for one in found.sets))

    def known(self, title: str, found: Sets) -> Block:
        """Return the sets of facts that only need to become known."""
        sets = tuple(tuple(map(self.learnt, one)) for one in found.sets)
        return Block(title, _remark(found, "nothing that could become known would make it so"), sets)

    def change(self, one: Change) -> str:
        fact = declaration(self.rules, one.statement)
        return f"{self.statement(one.statement)}: {of_fact(fact, one.before)} → {of_fact(fact, one.after)}"

    def learnt(self, one: Change) -> str:
        fact = declaration(self.rules, one.statement)
        if fact.columns:
            return f"{self.statement(one.statement)}: if they were known"
        if one.after is None:
            return f"{self.statement(one.statement)}: if it were known of every day"
        value = of_fact(fact, one.after)
        example = f"such as {value}" if fact.value_type.ordered or fact.value_type is ValueType.TEXT else value
        return f"{self.statement(one.statement)}: {example}"

    def margin(self, one: Margin) -> MarginLine:
        fact = declaration(self.rules, one.statement)
        low = None if one.below is None else one.below + fact.grain
        high = None if one.above is None else one.above - fact.grain
        return MarginLine(self.statement(one.statement), of_fact(fact, one.before), _bounds(fact, low, high))

    def statement(self, one: Statement) -> str:
        """Return what a statement is about: the fact, or the column with what tells its row and period."""
        if one.row is None:
            name = self.phrases.fact(one.fact)
            details = []
        else:
            table = self.rules.facts[one.fact]
            assert one.column is not None
            name = self.phrases.inside(table).fact(one.column)
            row = self.facts[one.fact][one.row]
            texts = [row[column] for column, held in table.columns.items() if column in row and held.type == "text"]
            details = texts or [f"row {one.row + 1}"]
        if one.period is not None:
            entry = stated(self.facts, one._replace(period=None)).entries[one.period]  # type: ignore[union-attr]  # a period is of a history
            details.append(period_words(entry.first, entry.last).removeprefix("in ").removeprefix("on "))
        return f"{name} ({', '.join(details)})" if details else name


def _bounds(fact: Fact, low: Given, high: Given) -> str:
    if fact.value_type is ValueType.DATE:
        first, last = (None if end is None else day(end) for end in (low, high))
        if first and last:
            return f"from {first} to {last}"
        return f"from {first} on" if first else f"until {last}"
    first, last = (None if end is None else of_fact(fact, end) for end in (low, high))
    if first and last:
        return f"from {first} to {last}"
    return f"from {first} up" if first else f"up to {last}"


def _remark(found: Sets, none: str) -> str:
    """Return what is said of how far the search went."""
    match found.extent:
        case "none":
            return none
        case "all" if not found.sets:
            return none
        case "all":
            if len(found.sets) > 1:
                return "each of these would do, and nothing less"
            return "this alone would do" if len(found.sets[0]) == 1 else "these together would do, and nothing less"
        case "up-to":
            size = counted(MOST_CHANGES, "change")
            return (
                f"each of these would do; others need more than {size}" if found.sets else f"it needs more than {size}"
            )
        case _:
            limit = f"more than {MOST_SETS} were found" if len(found.sets) == MOST_SETS else "a limit was reached"
            return f"not finished, {len(found.sets)} found: {limit}"


# --- text and Markdown ----------------------------------------------------------------------------------------------


def what_if_lines(one: WhatIfView, marker: str = "- ") -> Iterator[tuple[int, str]]:
    """Yield the lines of a view, each with its depth: 0 for titles."""
    for block in one.blocks:
        yield 0, f"{block.title}:" if block.sets else f"{block.title}: {block.remark}"
        if block.sets:
            yield 1, block.remark
        for changes in block.sets:
            yield 1, marker + "; and ".join(changes)
    if one.word not in ("unknown", "conditional"):
        yield 0, "How far each figure can be wrong before that changes:"
        if one.margins is None:
            yield 1, "not finished: a limit was reached"
        elif not one.margins:
            yield 1, "no single figure changes it"
        for margin in one.margins or ():
            yield 1, f"{marker}{margin.figure}: {margin.stated}; holds {margin.holds}"
    if one.judgements:
        yield 0, "Judgements that it rests on:"
        for text in one.judgements:
            yield 1, marker + text
