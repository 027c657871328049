"""The published schemas accept and refuse what the loader does, as far as a schema can see.

What a schema cannot see stands in `BLIND`, each row with the diagnostics concerned and an example of its own.
"""

import json
import os
import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping as MappingType
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import pytest
from jsonschema import Draft7Validator

from comity.engine.assessment.assess import assess
from comity.engine.language.diagnostic import Code, Diagnostic, accept, is_error
from comity.engine.language.files import read_file
from comity.engine.language.load import build_rule_set, load_rule_set
from comity.engine.language.model import RuleSet
from comity.engine.language.schema import cases_schema, response_schema, rule_set_schema, situation_schema
from comity.engine.language.shape import Reader
from comity.engine.language.situation import load_cases, load_response, load_situation
from comity.engine.language.source import NUMBER, Document, Mapping, Node, Scalar, Sequence, read
from comity.engine.language.values import date_span
from comity.engine.report.comparison_schema import compare_schema, merge_schema
from comity.engine.report.document import to_json
from comity.engine.report.schema import assessment_schema
from comity.engine.report.timeline_schema import timeline_schema
from comity.engine.report.what_if_schema import questions_schema, what_if_schema
from comity.engine.training.exercise import load_exercises
from comity.engine.training.schema import answers_schema, exercise_schema

ROOT = Path(__file__).parents[1]
RULES = ROOT / "rules" / "oas-2013"
RULE_FILES = sorted(path for path in RULES.glob("**/*.yaml") if not path.name.endswith(".cases.yaml"))
CASES_FILES = sorted(RULES.glob("**/*.cases.yaml"))
# A rule set, a situation and cases that have every key; what they say means nothing.
COMPLETE_FILES = ROOT / "tests" / "complete"
SITUATIONS = sorted((ROOT / "scenarios" / "situations").glob("**/*.yaml"))
EXERCISES = sorted((ROOT / "scenarios" / "exercises").glob("**/*.yaml"))

# How many of the mutations of each place of a document are tried; all of them if this is 0.
MUTANTS = int(os.environ.get("SCHEMA_MUTANTS", "4"))

Place: TypeAlias = tuple[str, ...]


def parsed(text: str) -> Node:
    document = read(text.encode(), "value")
    assert isinstance(document, Document), document
    return document.root


def documents_in(paths: Iterable[Path]) -> dict[str, Document]:
    """Return the documents in files, by the first part of their names."""
    found: dict[str, Document] = {}
    for path in paths:
        document = read_file(path)
        assert isinstance(document, Document), document
        found[path.name.partition(".")[0]] = document
    return found


def as_json(node: Node) -> Any:
    """Return a tree as an editor, or anybody's reader of YAML with JSON's types, hands it to a schema."""
    if isinstance(node, Mapping):
        return {key: as_json(value) for key, value in node.entries.items()}
    if isinstance(node, Sequence):
        return [as_json(item) for item in node.items]
    if node.plain and NUMBER.fullmatch(node.text):  # however many digits it has
        return float(node.text) if "." in node.text else int(node.text)
    return node.json()


@cache
def complete() -> RuleSet:
    return accept(load_rule_set(COMPLETE_FILES / "rules"))


@cache
def shipped() -> RuleSet:
    return accept(load_rule_set(RULES))


# --- two judges ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Judged:
    """Documents of one kind, with the loader and the schema that judge them."""

    kind: str
    documents: MappingType[str, Document]
    load: Callable[[str, Document], tuple[Diagnostic, ...]]
    schema: Draft7Validator

    def codes(self, name: str, document: Document) -> set[Code]:
        """Return what the loader refuses the document `name` for."""
        return {one.code for one in self.load(name, document) if is_error(one)}

    def complaints(self, document: Document) -> list[str]:
        """Return what the schema refuses the document for, each with its place."""
        errors = self.schema.iter_errors(as_json(document.root))
        return [f"{'.'.join(map(str, error.absolute_path))}: {error.message}" for error in errors]


def rule_set_judged(documents: MappingType[str, Document]) -> Judged:
    def load(name: str, document: Document) -> tuple[Diagnostic, ...]:
        return build_rule_set({**documents, name: document}.values(), "complete").diagnostics

    return Judged("rule-set", documents, load, Draft7Validator(rule_set_schema()))


def situations_judged(documents: MappingType[str, Document], rules: RuleSet) -> Judged:
    def load(_: str, document: Document) -> tuple[Diagnostic, ...]:
        return load_situation(document, rules).diagnostics

    return Judged("situation", documents, load, Draft7Validator(situation_schema(rules)))


def responses_judged(documents: MappingType[str, Document], rules: RuleSet) -> Judged:
    def load(_: str, document: Document) -> tuple[Diagnostic, ...]:
        return load_response(document, rules, date(2013, 6, 30)).diagnostics

    return Judged("response", documents, load, Draft7Validator(response_schema(rules)))


def cases_judged(documents: MappingType[str, Document], rules: RuleSet) -> Judged:
    def load(_: str, document: Document) -> tuple[Diagnostic, ...]:
        return load_cases(document, rules).diagnostics

    return Judged("cases", documents, load, Draft7Validator(cases_schema(rules)))


def exercises_judged(documents: MappingType[str, Document], rules: RuleSet) -> Judged:
    if rules is complete():
        document = documents_in([COMPLETE_FILES / "situation.yaml"])["situation"]
        stored = {"stored": accept(load_situation(document, rules))}
    else:
        named = documents_in(SITUATIONS)
        stored = {name: accept(load_situation(document, rules)) for name, document in named.items()}

    def load(_: str, document: Document) -> tuple[Diagnostic, ...]:
        return load_exercises(document, rules, stored.get).diagnostics

    return Judged("exercise", documents, load, Draft7Validator(exercise_schema(rules)))


@cache
def judged(which: str) -> Judged:
    """Return the complete documents, or the shipped ones, of one kind."""
    match which:
        case "complete rule-set":
            return rule_set_judged(documents_in(sorted(COMPLETE_FILES.glob("rules/*.yaml"))))
        case "complete situation":
            return situations_judged(documents_in([COMPLETE_FILES / "situation.yaml"]), complete())
        case "complete response":
            return responses_judged(documents_in([COMPLETE_FILES / "response.yaml"]), complete())
        case "complete cases":
            return cases_judged(documents_in([COMPLETE_FILES / "cases.yaml"]), complete())
        case "complete exercise":
            files = [COMPLETE_FILES / "exercise.yaml", COMPLETE_FILES / "bank.yaml"]
            return exercises_judged(documents_in(files), complete())
        case "shipped exercise":
            return exercises_judged(documents_in(EXERCISES), shipped())
        case "shipped rule-set":
            return rule_set_judged(documents_in(RULE_FILES))
        case "shipped situation":
            return situations_judged(documents_in(SITUATIONS), shipped())
        case _:
            return cases_judged(documents_in(CASES_FILES), shipped())


COMPLETE = ("complete rule-set", "complete situation", "complete response", "complete cases", "complete exercise")
SHIPPED = ("shipped rule-set", "shipped situation", "shipped cases", "shipped exercise")


# --- trees and how they are changed -------------------------------------------------------------------------


def scalar(text: str) -> Scalar:
    """Return the value that is written `text`, in quotes or not."""
    return Scalar(text[1:-1], False, 1, 1) if text[:1] == '"' else Scalar(text, True, 1, 1)


def mapping(entries: MappingType[str, Node]) -> Mapping:
    new = Mapping(1, 1)
    for key, value in entries.items():
        new.keys[key] = Scalar(key, True, 1, 1)
        new.entries[key] = value
    return new


def sequence(items: Iterable[Node]) -> Sequence:
    new = Sequence(1, 1)
    new.items = list(items)
    return new


def tree(text: str) -> Node:
    """Return the value that `text` writes: a single one as it stands, or a list or mapping."""
    return parsed(text) if text[:1] in "[{" else scalar(text)


def nodes(node: Node, place: Place = ()) -> Iterator[tuple[Place, Node]]:
    """Yield every value of a tree with its place."""
    yield place, node
    if isinstance(node, Mapping):
        for key, value in node.entries.items():
            yield from nodes(value, (*place, key))
    elif isinstance(node, Sequence):
        for index, value in enumerate(node.items):
            yield from nodes(value, (*place, str(index)))


def changed(node: Node, place: Place, change: Callable[[Node], Node]) -> Node:
    """Return the tree with `change` made to the value at `place`; `node` itself stays as it is."""
    if not place:
        return placed(change(node), node)
    head, *rest = place
    if isinstance(node, Sequence):
        items = list(node.items)
        items[int(head)] = changed(items[int(head)], tuple(rest), change)
        return placed(sequence(items), node)
    assert isinstance(node, Mapping)
    return placed(mapping({**node.entries, head: changed(node.entries[head], tuple(rest), change)}), node)


def placed(node: Node, where: Node) -> Node:
    """Return `node`, standing where `where` does, with the keys that both have where those of `where` stand.

    The loader tells two declarations of a name apart by their places.
    """
    node.line, node.column = where.line, where.column
    if isinstance(node, Mapping) and isinstance(where, Mapping):
        for text, key in node.keys.items():
            like = where.keys.get(text, where)
            key.line, key.column = like.line, like.column
    return node


SCALARS = """
25000|"25000"|25,000|25.000|1_000|010|1e3|+5|.5|-5|-5.5|0|-0|1|2|2.5|0.5|1.5|25.0|0.1|1e400|0x1F|1/2
123456789012345|1234567890123456|1234567890.1234567|"1234567890123456"
true|false|"true"|True|yes|no|NO|y|on|null|~|""|"  "|None
unknown|"unknown"|Unknown|?
10..20|"10..20"|20..10|10..|..20|..|...|10...20|10..20..30|-5..5|2.5..3|0.5..1.5|25.0..30|010..20|10 .. 20
1,000..2,000|1234567890123456..
5 years|18 months|90 days|1 day|1 year|0 years|0 days|5 yrs|5years|01 years|-1 years|1.5 years|5  years
1 year..3 years|3 years..1 year|1 year..90 days|..90 days|1000000 days|5 Years|five years
2008|"2008"|999|0999|10000|0000|2008.0|2008-05|2008-5|2008-13|2008-05-17|"2008-05-17"|2008-5-17
2013-02-30|2012-02-29|0000-01-01|0001-01-01|17.05.2008|2001-12-14t21:59:43Z|12:30
2007..2009|2009..2007|2007..|..2009-05|2007..2008-13
6 years ago|90 days ago|6 ago|6 years ago..|7 years ago..6 years ago|years ago|6 years ago ago|..1 day ago
1989..1996|1989..|1989-1996|1.0.0|1.0|v1.0.0|1.0.0-beta|en|pt-BR|english|EN|pt_BR
met|not-met|not met|Met|called-for|consistent|in-conflict|undetermined|open|closed|course|count|largest|months
a text|many|people|kebab-id|snake_name|A Name|trailing-|2x|ü|x.y
"""


VALUES: tuple[Node, ...] = (
    *(scalar(text) for line in SCALARS.strip().splitlines() for text in line.split("|")),
    *(scalar("x" * length) for length in (60, 61)),
    *(
        tree(text)
        for text in (
            "{}",
            "{x: 1}",
            "{fact: people}",
            "{parameter: enough}",
            "{parameter: long}",
            "{fact: people, at_least: 5}",
            "{criterion: many}",
            "{cite: paper}",
            "{2009: 5}",
            "{2009: unknown, 2010-13: 5}",
            "{2009: {2009: 5}}",
            "[]",
            "[many]",
            "[help, 1]",
            "[1, 2]",
            "[{}]",
            "[{cite: paper}]",
            "[[]]",
        )
    ),
)
ADDED = tuple(tree(text) for text in ("a text", "many", "true", "1", "5 years", "2013-01-31", "{}", "[]"))
KEYS = (
    "Name",
    "a name",
    "kebab-id",
    "snake_name",
    "x" * 61,
    "true",
    "null",
    "2009",
    "2009-02-30",
    "2010-01-01",
    "",
)


class Change(NamedTuple):
    """A change to one value of a document; `text` is what is written in its place, if a single value is."""

    what: str
    make: Callable[[Any], Node]
    text: str = ""
    quoted: bool = False


def put(value: Node) -> Change:
    if isinstance(value, Scalar):
        what = value.text if value.plain else f'"{value.text}"'
        return Change(f"= {what}", lambda _: scalar(what), value.text, not value.plain)
    return Change(f"= {as_json(value)}", lambda _: copied(value))


def without(key: str) -> Change:
    return Change(f"without {key}", lambda old: mapping({k: v for k, v in old.entries.items() if k != key}))


def renamed(old_key: str, new_key: str) -> Change:
    def make(old: Mapping) -> Node:
        new = mapping({new_key if key == old_key else key: value for key, value in old.entries.items()})
        new.keys[new_key].line, new.keys[new_key].column = old.keys[old_key].line, old.keys[old_key].column
        return new

    return Change(f"{old_key} -> {new_key}", make)


def added(key: str, value: Node) -> Change:
    what = f"+ {key}: {as_json(value)}"
    return Change(what, lambda old: mapping({**old.entries, key: copied(value)}))


def copied(node: Node) -> Node:
    if isinstance(node, Mapping):
        return mapping({key: copied(value) for key, value in node.entries.items()})
    if isinstance(node, Sequence):
        return sequence(copied(item) for item in node.items)
    return Scalar(node.text, node.plain, node.line, node.column)


def changes(node: Node, known: tuple[str, ...]) -> tuple[list[Change], list[Change]]:
    """Return the changes that are always tried on a value, and those of which some are."""
    always: list[Change] = []
    some = [put(value) for value in VALUES]
    if isinstance(node, Sequence):
        always = [
            Change("doubled", lambda old: sequence([*old.items, *map(copied, old.items)])),
            Change("shortened", lambda old: sequence(old.items[1:])),
        ]
    if isinstance(node, Mapping):
        always = [without(key) for key in node.entries]
        for key in node.entries:
            some += [renamed(key, new) for new in (*KEYS, f"{key}s") if new not in node.entries]
        for key in (*KEYS, *known):
            if key not in node.entries:
                some += [added(key, value) for value in ADDED]
    return always, some


class Mutant(NamedTuple):
    """A document with one mistake (or with none, as it may turn out)."""

    judged: Judged
    name: str
    place: Place
    change: Change

    @property
    def document(self) -> Document:
        """The document as it is now."""
        root = self.judged.documents[self.name].root
        return Document(self.name, changed(root, self.place, self.change.make))

    def __str__(self) -> str:
        return f"{self.name}: {'.'.join(self.place)} {self.change.what}"


def mutants(judged: Judged, name: str, per_place: int) -> Iterator[Mutant]:
    """Yield mutants of a document: some for each of its places, all if that is 0."""
    for place, node in nodes(judged.documents[name].root):
        always, some = changes(node, known_keys())
        if per_place:
            some = random.Random(f"{name}{place}").sample(some, min(per_place, len(some)))
        for change in (*always, *some):
            yield Mutant(judged, name, place, change)


def few_mutants(judged: Judged, number: int) -> Iterator[Mutant]:
    """Yield `number` mutants from anywhere in the documents."""
    chance = random.Random(judged.kind)
    places = [(name, *found) for name, document in judged.documents.items() for found in nodes(document.root)]
    for name, place, node in chance.sample(places, number):
        always, some = changes(node, known_keys())
        yield Mutant(judged, name, place, chance.choice([*always, *some]))


@cache
def known_keys() -> tuple[str, ...]:
    """Return every key that the loader knows anywhere, apart from facts."""
    known: set[str] = set()
    original = Reader.fields

    def recording(reader: Reader, node: Node, what: str, keys: Any, *more: Any, **named: Any) -> Mapping | None:
        known.update(keys)
        return original(reader, node, what, keys, *more, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Reader, "fields", recording)
        for which in COMPLETE:
            for name, document in judged(which).documents.items():
                judged(which).load(name, document)
    return tuple(sorted(known - set(complete().facts)))


# --- what a schema cannot see -------------------------------------------------------------------------------


class Blind(NamedTuple):
    """Something that the loader refuses and a schema cannot see, with an example: what to write where."""

    kind: str
    codes: set[str]
    why: str
    where: str
    what: str
    holds: Callable[[Mutant], bool] = lambda _: True

    @property
    def mutant(self) -> Mutant:
        """The example."""
        name, _, place = self.where.partition(" ")
        change = without(self.what.removeprefix("without ")) if "without" in self.what else put(tree(self.what))
        return Mutant(judged(f"complete {self.kind}"), name, tuple(place.split()), change)


def no_such_day(mutant: Mutant) -> bool:
    days = re.findall(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", mutant.change.what)
    return any(date_span(day) is None for day in days)


def whole_with_a_point(mutant: Mutant) -> bool:
    return re.search(r"[.]0+$", mutant.change.text) is not None


def quoted_unknown(mutant: Mutant) -> bool:
    return mutant.change.quoted and mutant.change.text == "unknown"


def range_of_values(mutant: Mutant) -> bool:
    return ".." in mutant.change.text


def of_a_precedent(mutant: Mutant) -> bool:
    """Tell whether a precedent's facts have changed, or the declaration of a fact that one may give."""
    gone = mutant.change.what.startswith("without") or " -> " in mutant.change.what
    in_precedent = mutant.place[:1] == ("precedents",) and "facts" in mutant.place
    return in_precedent or (gone and mutant.place[:1] == ("facts",))


NOT_OF_TYPE = {"not-a-number", "not-a-boolean", "not-a-date", "not-a-duration", "not-an-option", "not-text"}
OF_FACTS = {
    "wrong-shape",
    "out-of-range",
    "too-many-digits",
    "unknown-key",
    "periods-overlap",
    "before-since",
}
RULES_BLIND = (
    ({"not-a-point"}, "a range where a text may stand", "main parameters policy value", "5..7"),
    ({"unknown-fact"}, "whether a fact is declared", "criteria criteria many when any 0 fact", "nobody"),
    ({"unknown-table"}, "whether a table is declared", "criteria criteria grouped when some", "people"),
    ({"unknown-column"}, "whether a column is", "derived facts largest_group derive total", "people"),
    (
        {"unknown-parameter"},
        "whether a parameter is",
        "facts facts judged derive more_than parameter",
        "people",
    ),
    ({"unknown-conclusion"}, "whether a conclusion is", "second when not context", "many"),
    ({"unknown-reference"}, "whether a source, purpose, ... is", "context source cite", "people"),
    ({"duplicate-name"}, "whether a name is taken", "second context", "inflow"),
    ({"readings"}, "whether exactly one reading is the default", "main readings usual default", "false"),
    ({"cycle"}, "whether a conclusion rests on itself", "derived facts ratio derive", "{fact: ratio}"),
    ({"wrong-type"}, "whether an operand fits", "criteria criteria many when any 5 at_most", "25000"),
    ({"not-an-option"}, "which options a fact has", "criteria criteria many when any 2 is_not", "shut"),
    (
        {"not-a-point"},
        "whether a text is meant as a range",
        "responses principles fair breached_when is",
        "1..2",
    ),
    (
        {"too-many-digits"},
        "how many digits a number has",
        "responses principles fair breached_when is",
        "9" * 16,
    ),
    ({"out-of-range"}, "whether it suits `min`, `max`, `unit`", "facts facts people plausible", "2000000"),
    ({"not-a-duration"}, "whether a duration suits `unit`", "facts facts wait plausible", "5 years"),
    ({"range-reversed"}, "whether a range ends before it begins", "facts facts part min", "1"),
    ({"not-a-date"}, "which days a month has", "main sources paper date", "2013-02-30", no_such_day),
    ({"not-a-date"}, "a point in a year", "precedents precedents before years", "2008.0", whole_with_a_point),
    (
        {"not-a-number"},
        "a point in a whole number",
        "facts facts people plausible",
        "25.0",
        whole_with_a_point,
    ),
    (NOT_OF_TYPE, "quotes around `unknown`", "facts facts people plausible", '"unknown"', quoted_unknown),
    (
        {*NOT_OF_TYPE, *OF_FACTS, "as-of-missing", "empty-value"},
        "what type a fact of a precedent has",
        "precedents precedents before facts people",
        "many",
        of_a_precedent,
    ),
)
SITUATION_BLIND = (
    ({"range-reversed"}, "whether a range ends before it begins", "situation facts people", "20..10"),
    (
        {"out-of-range"},
        "whether the ends suit `min` and `max`",
        "situation facts rate",
        "-100..0",
        range_of_values,
    ),
    ({"too-many-digits"}, "how many digits a number has", "situation facts crowd", "9" * 16),
    ({"not-a-date"}, "which days a month has", "situation as_of", "2013-02-30", no_such_day),
    ({"periods-overlap"}, "whether periods overlap", "situation facts crowd", "{2009: 1, 2009-05: 2}"),
    ({"before-since"}, "whether values lie before `since`", "situation facts groups 0 since", "2012"),
    ({"as-of-missing"}, "whether the command line gives a date", "situation", "without as_of"),
    ({"not-a-number"}, "a point in a whole number", "situation facts people", "25.0", whole_with_a_point),
    ({"not-a-date"}, "a point in a year", "situation facts first", "2008.0", whole_with_a_point),
    (
        {*NOT_OF_TYPE, "wrong-shape"},
        "quotes around `unknown`",
        "situation facts judged",
        '"unknown"',
        quoted_unknown,
    ),
)
CASES_BLIND = (
    ({"not-a-point"}, "a range where a text may stand", "cases cases 0 set policy", "1 year..3 years"),
    ({"duplicate-name"}, "whether a name is taken", "cases cases 1 name", "everything that a case can say"),
    ({"range-reversed"}, "whether a range ends before it begins", "cases cases 0 facts people", "20..10"),
    ({"out-of-range"}, "whether the ends suit", "cases cases 0 facts people", "5..2000000", range_of_values),
    (
        {"not-a-date", "wrong-type"},
        "which days a month has",
        "cases cases 0 as_of",
        "2013-02-30",
        no_such_day,
    ),
    ({"periods-overlap"}, "whether periods overlap", "cases cases 0 facts crowd", "{2009: 1, 2009-05: 2}"),
    ({"before-since"}, "whether values lie before `since`", "cases cases 0 facts groups 0 since", "2012"),
    ({"not-a-number"}, "a point in a whole number", "cases cases 0 facts people", "25.0", whole_with_a_point),
    ({"not-a-date"}, "a point in a year", "cases cases 0 facts groups 0 since", "2008.0", whole_with_a_point),
    ({"too-many-digits"}, "how many digits a number has", "cases cases 0 set enough", "9" * 16),
    (
        {*NOT_OF_TYPE, "wrong-shape"},
        "quotes around `unknown`",
        "cases cases 0 facts people",
        '"unknown"',
        quoted_unknown,
    ),
)
EXERCISE_BLIND = (
    ({"unknown-id"}, "which situations are stored", "bank exercises 0 situation", "many"),
    ({"unknown-word"}, "a point in a whole number", "exercise points 1", "1.0", whole_with_a_point),
    ({"as-of-missing"}, "which situation needs a date", "exercise situation", "without as_of"),
    ({"unknown-fact"}, "whether the situation states what is told", "exercise stages 1 tells 0", "rate"),
    ({"duplicate-name"}, "whether a fact is told twice", "exercise stages 1 tells 0", "people"),
    ({"duplicate-name"}, "whether an id is taken", "exercise stages 0 tasks 0 task", "criteria-inflow"),
    ({"range-reversed"}, "whether a range ends before it begins", "exercise situation facts people", "20..10"),
    ({"out-of-range"}, "whether the ends suit", "exercise situation facts people", "5..2000000", range_of_values),
    ({"not-a-date"}, "which days a month has", "exercise situation as_of", "2013-02-30", no_such_day),
    ({"not-a-number"}, "a point in a whole number", "exercise situation facts people", "25.0", whole_with_a_point),
    ({"not-a-date"}, "a point in a year", "exercise situation facts first", "2008.0", whole_with_a_point),
    (
        {*NOT_OF_TYPE, "wrong-shape"},
        "quotes around `unknown`",
        "exercise situation facts judged",
        '"unknown"',
        quoted_unknown,
    ),
)
BLIND = [
    Blind(kind, *row)
    for kind, rows in (
        ("rule-set", RULES_BLIND),
        ("situation", SITUATION_BLIND),
        ("cases", CASES_BLIND),
        ("exercise", EXERCISE_BLIND),
    )
    for row in rows
]
# What a schema refuses although the loader does not: a text that would be something else, were it not for its quotes
# or for the calendar.
STRICT = [
    Blind("rule-set", set(), "quotes around `unknown`", "main parameters policy value", '"unknown"', quoted_unknown),
    Blind("cases", set(), "quotes around `unknown`", "cases cases 0 set policy", '"unknown"', quoted_unknown),
    Blind("cases", set(), "which days a month has", "cases cases 0 set policy", "2013-02-30", no_such_day),
]


def disagreement(mutant: Mutant) -> str | None:
    """Return how loader and schema disagree on a document, in a way that no row of `BLIND` or `STRICT` covers."""
    document = mutant.document
    codes = mutant.judged.codes(mutant.name, document)
    if mutant.judged.schema.is_valid(as_json(document.root)) is (not codes):
        return None
    rows = [row for row in (BLIND if codes else STRICT) if row.kind == mutant.judged.kind and row.holds(mutant)]
    if not codes:
        return None if rows else f"{mutant}: only the schema refuses it: {mutant.judged.complaints(document)}"
    left = codes - {code for row in rows for code in row.codes}
    return f"{mutant}: only the loader refuses it: {sorted(left)}" if left else None


def disagreements(found: Iterable[Mutant]) -> str:
    texts = [text for text in map(disagreement, found) if text]
    return "\n".join([f"{len(texts)} disagreements", *texts[:40]]) if texts else ""


# --- tests --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", [*COMPLETE, *SHIPPED])
def test_every_document_that_is_right_is_accepted_by_both(which: str) -> None:
    both = judged(which)
    assert both.documents
    for name, document in both.documents.items():
        assert (both.codes(name, document), both.complaints(document)) == (set(), []), name


@pytest.mark.parametrize("which", COMPLETE)
def test_schema_and_loader_agree_on_one_mistake(which: str) -> None:
    both = judged(which)
    found = disagreements(mutant for name in both.documents for mutant in mutants(both, name, MUTANTS))
    assert not found, found


@pytest.mark.parametrize("which", SHIPPED)
def test_schema_and_loader_agree_on_one_mistake_in_what_is_shipped(which: str) -> None:
    found = disagreements(few_mutants(judged(which), 25 * (MUTANTS or 10)))
    assert not found, found


@pytest.mark.parametrize("row", BLIND, ids=lambda row: f"{row.where}={row.what}")
def test_what_a_schema_cannot_see_is_so(row: Blind) -> None:
    mutant = row.mutant
    assert row.holds(mutant)
    codes = mutant.judged.codes(mutant.name, mutant.document)
    assert codes, "the loader accepts it: the row is out of date"
    assert codes <= row.codes
    assert mutant.judged.complaints(mutant.document) == [], "the schema sees it: the row is out of date"


@pytest.mark.parametrize("row", STRICT, ids=lambda row: f"{row.where}={row.what}")
def test_what_a_schema_is_strict_about_is_so(row: Blind) -> None:
    mutant = row.mutant
    assert row.holds(mutant)
    assert not mutant.judged.codes(mutant.name, mutant.document)
    assert mutant.judged.complaints(mutant.document), "the schema accepts it: the row is out of date"


@pytest.mark.parametrize("kind", ["situation", "response", "cases", "exercise"])
def test_without_a_rule_set_a_schema_only_accepts_more(kind: str) -> None:
    schemas = {
        "situation": situation_schema,
        "response": response_schema,
        "cases": cases_schema,
        "exercise": exercise_schema,
    }
    general = Draft7Validator(schemas[kind]())
    both = judged(f"complete {kind}")
    for mutant in mutants(both, kind, MUTANTS):
        values = as_json(mutant.document.root)
        assert general.is_valid(values) or not both.schema.is_valid(values), mutant


SCHEMAS: dict[str, Callable[[], dict[str, Any]]] = {
    "rule-set": rule_set_schema,
    "rule-set in terms": lambda: rule_set_schema(shipped()),
    "situation": situation_schema,
    "cases": cases_schema,
    "situation in terms": lambda: situation_schema(shipped()),
    "cases in terms": lambda: cases_schema(shipped()),
    "response": response_schema,
    "response in terms": lambda: response_schema(shipped()),
    "exercise": exercise_schema,
    "exercise in terms": lambda: exercise_schema(shipped()),
    "answers": answers_schema,
    "assessment": assessment_schema,
    "timeline": timeline_schema,
    "what-if": what_if_schema,
    "questions": questions_schema,
    "compare": compare_schema,
    "merge": merge_schema,
}


def schemas_in(schema: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every schema inside a schema, with its place."""
    if isinstance(schema, dict):
        yield place, schema
    entries = schema.items() if isinstance(schema, dict) else enumerate(schema) if isinstance(schema, list) else ()
    for key, value in entries:
        if key not in ("examples", "enum", "const", "default"):
            yield from schemas_in(value, f"{place}/{key}")


@pytest.mark.parametrize("name", SCHEMAS)
def test_schema_is_draft_07_and_the_same_each_time(name: str) -> None:
    schema = SCHEMAS[name]()
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert schema["$id"].startswith("urn:comity:schema:")
    assert schema["title"]
    assert schema["description"]
    Draft7Validator.check_schema(schema)
    assert json.dumps(schema, allow_nan=False) == json.dumps(SCHEMAS[name](), allow_nan=False)


def test_no_two_schemas_have_one_id() -> None:
    assert len({make()["$id"] for make in SCHEMAS.values()}) == len(SCHEMAS)


FIGURES = """\
arrivals arrival_days arrivals_per_day host_population arrivals_per_1000_inhabitants reception_capacity
asylum_claims_per_month asylum_decisions_per_month populations.refugees populations.since populations.settled
settled_refugees refugees_same_profile affected_states
"""


def test_a_schema_of_rule_sets_only_offers_the_names_that_there_are() -> None:
    rules = shipped()
    general, own = rule_set_schema(), rule_set_schema(rules)
    offered: dict[str, set[str]] = {}
    for (_, one), (place, other) in zip(schemas_in(general), schemas_in(own), strict=True):
        if "defaultSnippets" in other:
            snippets = other.pop("defaultSnippets")
            assert all(one == {"label": one["label"], "body": one["label"]} for one in snippets)
            offered.setdefault(place.rpartition("/")[2], set()).update(one["label"] for one in snippets)
            one.pop("examples", None)
    assert {**own, "$id": general["$id"]} == general
    columns = {name for fact in rules.facts.values() for name in fact.columns}
    tables = {fact.name for fact in rules.facts.values() if fact.columns}
    assert offered == {
        "fact": {*rules.facts} | columns,
        "parameter": {*rules.parameters},
        "criterion": {*rules.criteria},
        "context": {*rules.contexts},
        "measure": {*rules.measures},
        "cite": {*rules.sources},
        "total": columns,
        **dict.fromkeys(("some", "every", "count", "of"), tables),
        **dict.fromkeys(("rises", "falls"), frozenset(FIGURES.split())),
    }


@pytest.mark.parametrize("name", SCHEMAS)
def test_schema_leaves_an_editor_no_choice_and_says_what_every_key_is(name: str) -> None:
    schema = SCHEMAS[name]()
    definitions = schema["definitions"]
    for place, one in schemas_in(schema):
        assert "anyOf" not in one, place
        if "$ref" in one:
            assert list(one) == ["$ref"], f"{place}: draft-07 does not look at what stands beside $ref"
            assert one["$ref"].removeprefix("#/definitions/") in definitions, place
    for which, one in {"": schema, **definitions}.items():
        assert one.get("description"), which
        for key, value in one.get("properties", {}).items():
            said = definitions[value["$ref"].removeprefix("#/definitions/")] if "$ref" in value else value
            assert said.get("description") or said.get("title"), f"{which}: {key}"


@pytest.mark.parametrize(
    ("which", "where", "what", "complaint"),
    [
        (
            "rule-set",
            "criteria criteria many when any 0 at_least",
            "25,000",
            "criteria.many.when.any.0.at_least",
        ),
        ("rule-set", "criteria criteria many when any 3 after", "2010", "criteria.many.when.any.3.after"),
        ("rule-set", "criteria criteria grouped when", "{sme: groups}", "criteria.grouped.when: .*'sme'"),
        ("rule-set", "criteria criteria grouped when where", "{fact: left, iz: true}", "when.where: .*'iz'"),
        (
            "rule-set",
            "criteria criteria grouped when where",
            "{fact: left}",
            "when.where: .*enough properties",
        ),
        ("rule-set", "facts facts people type", "cuont", "facts.people.type: 'cuont' is not one of"),
        ("rule-set", "facts facts border options", "[]", "facts.border.options"),
        ("rule-set", "derived facts ratio derive divide 0", "{fcat: people}", "divide.0: .*'fcat'"),
        ("rule-set", "derived facts ratio derive divide 1", "no", "divide.1"),
        ("rule-set", "main parameters long", "{unit: people}", "parameters.long"),
        ("rule-set", "context source", "{cites: paper}", "source: .*'cites'|source: 'cite' is a required"),
        ("situation", "situation facts people", "25,000", "facts.people: '25,000' does not match"),
        ("situation", "situation facts judged", "yes", "facts.judged: 'yes' is not one of"),
        ("situation", "situation facts crowd", "{2009: 1e3}", "facts.crowd.2009"),
        ("situation", "situation facts groups 0", "{profil: A}", "facts.groups.0: .*'profil'"),
        (
            "situation",
            "situation expect contexts inflow",
            "Met",
            "expect.contexts.inflow: 'Met' is not one of",
        ),
        ("cases", "cases cases 0 set long", "5", "cases.0.set.long"),
    ],
)
def test_schema_complains_where_the_mistake_is(which: str, where: str, what: str, complaint: str) -> None:
    found = Blind(which, set(), "", where, what).mutant
    complaints = found.judged.complaints(found.document)
    assert complaints
    assert all(re.search(complaint, one) for one in complaints), complaints


def test_schema_of_a_situation_knows_the_facts_of_its_rule_set() -> None:
    definitions = situation_schema(shipped())["definitions"]
    facts = definitions["Facts"]["properties"]
    arrivals = facts["arrivals"]
    assert arrivals["title"] == "Arrivals"
    assert arrivals["description"].startswith("How many people have arrived across the border?")
    assert "20000..30000" in arrivals["description"]
    assert arrivals["type"] == ["integer", "string"]
    assert set(facts["border_policy"]["enum"]) == {"open", "restricted", "closed", "unknown"}
    assert "refugees" in facts["populations"]["items"]["properties"]
    assert not set(facts) & set(definitions["ResponseFacts"]["properties"])
    assert definitions["MeasureId"]["enum"] == list(shipped().measures)


# --- the assessment as JSON ---------------------------------------------------------------------------------


def assessed(rules: RuleSet, documents: Iterable[Document]) -> Iterator[Any]:
    """Yield the assessment of each situation beside the others, under each reading, as it comes out of JSON again."""
    situations = [accept(load_situation(document, rules)) for document in documents]
    for situation in situations:
        for reading in rules.readings:
            cases = [*situations, situation.but(id="twin")]
            yield json.loads(to_json(assess(rules, situation, reading=reading, cases=cases)))


@cache
def assessments() -> list[Any]:
    everything = judged("complete situation").documents.values()
    return [*assessed(complete(), everything), *assessed(shipped(), judged("shipped situation").documents.values())]


def test_schema_accepts_the_assessment_of_every_situation() -> None:
    schema = Draft7Validator(assessment_schema())
    for one in assessments():
        found = [f"{error.json_path}: {error.message}" for error in schema.iter_errors(one)]
        assert not found, (one["situation"], found)


def test_assessments_show_every_kind_of_trace_that_the_schema_knows() -> None:
    text = json.dumps(assessments())
    known = set(re.findall(r'"term": {"const": "(\w+)"', json.dumps(assessment_schema())))
    assert known
    assert {term for term in known if f'"term": "{term}"' in text} == known


MAY_BE_NULL = ("certain", "response", "reading", "survives")
MAY_BE_MISSING = ("row", "parts")


def mutilated(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Yield variants of a JSON value that are no assessment, each with what was done to it."""
    if isinstance(value, dict):
        by_name = place.rpartition("/")[2] in BY_NAME
        yield f"{place} with a key too many", {**value, "x": None}
        for key, inner in value.items():
            if not by_name and key not in MAY_BE_MISSING:
                yield f"{place} without {key}", {other: one for other, one in value.items() if other != key}
            if key not in MAY_BE_NULL:
                yield f"{place}/{key} is null", {**value, key: None}
            for what, changed_inner in mutilated(inner, f"{place}/{key}"):
                yield what, {**value, key: changed_inner}
    elif isinstance(value, list):
        yield f"{place} with an item too many", [*value, None]
        if value:
            yield from ((what, [one, *value[1:]]) for what, one in mutilated(value[0], f"{place}/0"))
    elif place.rpartition("/")[2] in ("verdict", "status", "truth", "term", "test", "as_of", "format"):
        yield f"{place} is nonsense", "nonsense"
    elif not isinstance(value, list):
        yield f"{place} is a decimal", 2.5


BY_NAME = ("set", "contexts", "criteria", "readings", "findings", "measures", "forms", "principles", "derived", "cases")


def test_schema_refuses_an_assessment_with_one_mistake() -> None:
    schema = Draft7Validator(assessment_schema())
    whole = next(one for one in assessments() if one["situation"] == "complete")
    variants = list(mutilated(whole))
    assert len(variants) > 500
    for what, variant in random.Random(1).sample(variants, 50 * (MUTANTS or 10)):
        assert not schema.is_valid(variant), what


# --- what it costs ------------------------------------------------------------------------------------------


def test_only_the_schema_command_waits_for_pydantic() -> None:
    allowed = {"engine/language/documents.py", "engine/language/schema.py", "engine/report/schema.py"}
    allowed |= {f"engine/report/{name}_schema.py" for name in ("timeline", "what_if", "comparison", "tables", "marks")}
    allowed.add("engine/training/schema.py")
    for folder in ("engine", "cli"):
        for path in sorted((ROOT / folder).glob("**/*.py")):
            name = path.relative_to(ROOT).as_posix()
            words = re.findall(r"^\s*(?:from|import)\s+(\S+)(?:\s+import\s+(.*))?", path.read_text("utf-8"), re.M)
            modules = {module for module, _ in words}
            assert name in allowed or not any(module.startswith("pydantic") for module in modules), name
            named = {f"{module}.{one.strip().split(' ')[0]}" for module, names in words for one in names.split(",")}
            slow = {
                one
                for one in named
                if re.fullmatch(r"comity\.engine\.(language|report|training)\.(schema|documents)", one)
            }
            assert name in {*allowed, "cli/schema_command.py", "cli/new_command.py"} or not slow, name
