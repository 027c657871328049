"""What a change of rules changes, as text for a terminal and as the document `comity-diff/1`."""

from collections.abc import Iterator
from datetime import date
from math import inf
from typing import Any, NamedTuple

from comity.engine.checking.claims import Under
from comity.engine.checking.difference import Change, Shown, together
from comity.engine.checking.edits import Edit
from comity.engine.checking.flips import Flip, Flips, Unread
from comity.engine.language.condition import Condition, Expression
from comity.engine.language.model import Citation, Fact, Given, Parameter, RuleSet
from comity.engine.language.writing import written
from comity.engine.report.json_text import json_text
from comity.engine.report.manual_words import Clauses
from comity.engine.report.witnesses import case_lines, described
from comity.engine.report.words import STANDING, STATUS, TRUTH, Phrases, counted, day, of_parameter, value

FORMAT = "comity-diff/1"
WORDS = {**TRUTH, **STATUS, **STANDING}
_MET = {"measure": "called for", "principle": "in conflict"}
_MEANS = {
    "more": "{met} wherever it was before, and in more situations",
    "less": "{met} only where it was before, and in fewer situations",
    "incomparable": "{met} in some situations only now, and in others no longer",
}
_COLOURS = {"more": "32", "less": "31", "incomparable": "33", "undecided": "33", "same": "2"}
_GROUPS = (("contexts", ("context",)), ("measures", ("measure",)), ("also", ("criterion", "form", "principle")))


class Difference(NamedTuple):
    """All that was found between two rule sets: each with the name by which it was asked for."""

    old_name: str
    new_name: str
    old: Under
    new: Under
    changes: tuple[Change, ...]
    flips: Flips
    edits: tuple[Edit, ...]

    @property
    def differs(self) -> bool:
        """Whether there is anything to report: also what is not decided, and what could not be compared."""
        return bool(self.edits or self.flips.flips or self.flips.unread or any(one.differs for one in self.changes))


# --- in words -------------------------------------------------------------------------------------------------------


def change_word(change: Change) -> str:
    """Return in a word or a few what became of a conclusion."""
    if change.change == "same" and change.differs:
        return f"same, but {'differs' if change.missing else 'undecided'} where facts are missing"
    return change.change


def meaning(change: Change) -> str:
    """Return in a sentence what became of a conclusion, without a final stop."""
    met = _MET.get(change.kind, "met")
    if change.missing:
        return f"{met} in the same situations, but it comes out otherwise where facts are missing"
    if change.change == "undecided":
        return f"not decided: {change.why}"
    if change.change == "same":
        return f"{met} in the same situations; whether it differs where facts are missing is not decided: {change.why}"
    return _MEANS[change.change].format(met=met)


def extent(change: Change) -> Iterator[str]:
    """Yield what the claim that there are no other differences rests on."""
    if change.rows is not None:
        yield f"shown for tables of up to {counted(change.rows, 'row')}"
    for one in change.used:
        yield f"leaving out what is impossible: {one.note or 'without a note'}"


def shown(change: Change) -> Iterator[tuple[str, Shown]]:
    """Yield the situations that show what became of a conclusion, each after what it shows."""
    met = _MET.get(change.kind, "met")
    for what, one in (
        (f"{met} only now", change.only_new),
        (f"no longer {met}", change.only_old),
        ("differs where facts are missing", change.missing),
    ):
        if one is not None:
            yield f"{what}: {WORDS[one.old]} before, {WORDS[one.new]} now, on {day(one.as_of)}", one


def both(one: Difference) -> RuleSet:
    """Return the new rules with the facts of the old ones besides: what a situation for both can state."""
    return one.new.rules.but(facts=together(one.old.rules.facts, one.new.rules.facts))


def case(one: Difference, change: Change, situation: Shown) -> list[str]:
    """Return a situation as a case of the new rules; what only the old ones ask for is left out."""
    rules = one.new.rules
    name = f"{change.id} comes out {WORDS[situation.new]}, before {WORDS[situation.old]}"
    facts = {name: _of_new(rules.facts[name], held) for name, held in situation.facts.items() if name in rules.facts}
    return case_lines(rules, facts, situation.as_of, name, {change.id: situation.new}, one.new.reading)


def _of_new(fact: Fact, held: Given) -> Given:
    if not fact.columns:
        return held
    return tuple({name: cell for name, cell in row.items() if name in fact.columns} for row in held)


# --- what was written otherwise -------------------------------------------------------------------------------------


class Worded(NamedTuple):
    """A key that differs, with what it was and what it is in words; None where that takes more than a line."""

    key: str
    old: str | None
    new: str | None


def worded(one: Difference, edit: Edit) -> list[Worded]:
    """Return the keys in which something differs, in words."""
    return [
        Worded(key, _words(one.old.rules, edit, edit.old, field), _words(one.new.rules, edit, edit.new, field))
        for key, field in edit.fields.items()
    ]


def introduced(one: Difference, edit: Edit) -> str | None:
    """Return what was added or removed, in words: its title, or the value of a parameter."""
    rules, thing = (one.new.rules, edit.new) if edit.old is None else (one.old.rules, edit.old)
    if isinstance(thing, Parameter):
        return _words(rules, edit, thing, "values")
    title: str | None = getattr(thing, "title", None)
    return title


def _words(rules: RuleSet, edit: Edit, thing: Any, field: str) -> str | None:
    held: Any = getattr(thing, field, None)
    if field == "note":
        return None
    if field == "values":
        dated = ((of_parameter(thing, each), start) for start, each in held)
        return ", ".join(text if start == date.min else f"{text} from {day(start)}" for text, start in dated)
    if field == "set":
        return ", ".join(f"{name} {of_parameter(rules.parameters[name], each)}" for name, each in held.items())
    if field == "sources":
        return "; ".join(map(_citation, held)) or "none"
    if field in ("low", "high", "step"):
        return "none" if held is None or abs(held) == inf else value(held, thing.value_type)
    if isinstance(held, Condition | Expression):
        table = rules.facts.get(edit.name.partition(".")[0]) if edit.what == "column" else None
        clauses = Clauses(rules, rules.default_reading, table)
        return clauses.whole(held)
    if isinstance(held, bool):
        return "yes" if held else "no"
    if isinstance(held, tuple) and all(isinstance(item, str) for item in held):
        return ", ".join(held) or "none"
    return "none" if held is None else str(held) if isinstance(held, str) else None


def _citation(citation: Citation) -> str:
    return f"{citation.source}, {citation.place}" if citation.place else citation.source


# --- as text --------------------------------------------------------------------------------------------------------


def to_text(one: Difference, colour: bool = False) -> str:
    """Return the report as text; it ends with a line break."""
    return "".join(f"{line}\n" for line in _Text(one, colour).lines())


class _Text:
    def __init__(self, one: Difference, colour: bool) -> None:
        self.one = one
        self.colour = colour
        self.rules = both(one)

    def paint(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour else text

    def lines(self) -> Iterator[str]:
        one = self.one
        yield f"old: {named(one.old_name, one.old)}"
        yield f"new: {named(one.new_name, one.new)}"
        for heading, kinds in _GROUPS:
            yield from self.group(heading, [change for change in one.changes if change.kind in kinds])
        yield from self.situations()
        if one.edits:
            yield from self.heading("written otherwise")
            for edit in one.edits:
                yield f"  {edit_line(one, edit)}"
        yield ""
        yield summary(one)

    def heading(self, text: str) -> Iterator[str]:
        yield ""
        yield self.paint(text, "1")

    def group(self, heading: str, changes: list[Change]) -> Iterator[str]:
        different = [change for change in changes if change.differs]
        if not different and (not changes or heading == "also"):
            return
        yield from self.heading(heading)
        for change in different:
            word = self.paint(change_word(change), _COLOURS[change.change])
            if heading == "also":
                yield f"  {change.kind} {change.id}: {word}" + (f" ({change.why})" if change.why else "")
                continue
            yield f"  {change.id}: {word}"
            yield f"    {Phrases(self.one.new.rules).conclusion(change.id)}: {meaning(change)}"
            yield from (f"    {text}" for text in extent(change))
            for what, situation in shown(change):
                yield f"    {what}:"
                yield from (f"      {line}" for line in described(self.rules, situation.facts))
                yield "    as a case:"
                yield from (f"    {line}" for line in case(self.one, change, situation))
        same = [change.id for change in changes if not change.differs]
        if same and heading != "also":
            yield f"  {self.paint('same', _COLOURS['same'])}: {', '.join(same)}"

    def situations(self) -> Iterator[str]:
        found = self.one.flips
        if found.flips:
            yield from self.heading("situations and cases")
        for flip in found.flips:
            yield f"  {flip.at}: {flip.name}"
            yield from (f"    {text}" for text in turns(flip))
        if found.unread:
            yield from self.heading("not compared")
        for unread in found.unread:
            yield f"  {unread.at}: {unread.name}: {unread_line(unread)}"


def named(name: str, under: Under) -> str:
    """Return one side in a line."""
    rules = under.rules
    reading = f", reading {under.reading}" if under.reading else ""
    return f"{name} ({rules.id} {rules.version}{reading})"


def turns(flip: Flip) -> Iterator[str]:
    """Yield what comes out otherwise in a situation, in words."""
    yield from (f"{name}: {WORDS[old]} -> {WORDS[new]}" for name, (old, new) in flip.words.items())


def unread_line(unread: Unread) -> str:
    """Return why a situation was not compared."""
    complaint = unread.new or unread.old
    assert complaint is not None
    where = "under either rule set" if unread.old and unread.new else f"under the {_side(unread)} rules"
    return f"it cannot be read {where}: {complaint.message}"


def _side(unread: Unread) -> str:
    return "new" if unread.old is None else "old"


def edit_line(one: Difference, edit: Edit) -> str:
    """Return in a line what was written otherwise."""
    head = f"{edit.what} {edit.name}"
    if edit.change != "changed":
        text = introduced(one, edit)
        return f"{head}: {edit.change}" + (f" ({text})" if text else "")
    return f"{head}: {'; '.join(_turn(each) for each in worded(one, edit))}"


def _turn(each: Worded) -> str:
    if each.old is None or each.new is None:
        return f"{each.key} changed"
    return f"{each.key} {each.old} -> {each.new}"


def summary(one: Difference) -> str:
    """Return in a line how much differs."""
    different = [change.kind for change in one.changes if change.differs]
    numbers = [(heading, sum(kind in kinds for kind in different)) for heading, kinds in _GROUPS]
    said = [
        counted(number, "other conclusion" if heading == "also" else heading[:-1])
        for heading, number in numbers
        if number
    ]
    listed = " and ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)
    parts = [f"{listed} {'differs' if len(different) == 1 else 'differ'}"] if said else []
    flips = one.flips
    if flips.flips:
        come = "comes" if len(flips.flips) == 1 else "come"
        parts.append(f"{len(flips.flips)} of {flips.compared} situations and cases {come} out otherwise")
    if flips.unread:
        parts.append(f"{len(flips.unread)} could not be compared")
    if one.edits:
        parts.append(f"{counted(len(one.edits), 'thing')} written otherwise")
    return "; ".join(parts) or "nothing differs"


# --- as JSON --------------------------------------------------------------------------------------------------------


def to_json(one: Difference) -> str:
    """Return the document `comity-diff/1` as JSON text, with a final line break."""
    return json_text(to_document(one))


def to_document(one: Difference) -> dict[str, Any]:
    """Return the document: every conclusion that both rule sets have, and all that was found besides."""
    rules = both(one)
    return {
        "format": FORMAT,
        "old": _under(one.old_name, one.old),
        "new": _under(one.new_name, one.new),
        "differs": one.differs,
        "conclusions": {change.id: _change(one, rules, change) for change in one.changes},
        "situations": {
            "compared": one.flips.compared,
            "changed": [_flip(flip) for flip in one.flips.flips],
            "not_compared": [_unread(unread) for unread in one.flips.unread],
        },
        "written": [_edit(one, edit) for edit in one.edits],
    }


def _under(name: str, under: Under) -> dict[str, Any]:
    rules = under.rules
    reading = under.reading or rules.default_reading
    return {"name": name, "id": rules.id, "version": rules.version, "reading": reading}


def _change(one: Difference, rules: RuleSet, change: Change) -> dict[str, Any]:
    def situation(shown: Shown | None) -> dict[str, Any] | None:
        if shown is None:
            return None
        return {
            "as_of": shown.as_of.isoformat(),
            "old": shown.old,
            "new": shown.new,
            "facts": {name: written(rules.facts[name], held) for name, held in shown.facts.items()},
            "words": described(rules, shown.facts),
            "case": "\n".join(case(one, change, shown)),
        }

    return {
        "kind": change.kind,
        "change": change.change,
        "only_new": situation(change.only_new),
        "only_old": situation(change.only_old),
        "where_facts_are_missing": situation(change.missing),
        "rows": change.rows,
        "impossible": [exclusion.note for exclusion in change.used],
        "why": change.why,
    }


def _flip(flip: Flip) -> dict[str, Any]:
    return {
        **flip.at._asdict(),
        "name": flip.name,
        "as_of": flip.as_of.isoformat(),
        "changes": {name: {"old": old, "new": new} for name, (old, new) in flip.words.items()},
    }


def _unread(unread: Unread) -> dict[str, Any]:
    return {
        **unread.at._asdict(),
        "name": unread.name,
        "old": unread.old and unread.old.message,
        "new": unread.new and unread.new.message,
    }


def _edit(one: Difference, edit: Edit) -> dict[str, Any]:
    fields = {each.key: {"old": each.old, "new": each.new} for each in worded(one, edit)}
    said = {} if edit.change == "changed" else {"words": introduced(one, edit)}
    return {"what": edit.what, "name": edit.name, "change": edit.change, **said, "fields": fields}
