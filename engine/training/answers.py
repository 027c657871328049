"""Answers: what one trainee chose or wrote at each task of an exercise, and the file that says so."""

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from comity.engine.language.diagnostic import NOWHERE, Code, Diagnostic, Loaded, Span, clip, is_error, one_of
from comity.engine.language.load import in_order
from comity.engine.language.record import Record
from comity.engine.language.shape import Reader
from comity.engine.language.source import Document, Mapping as Entries, Node, Scalar
from comity.engine.training.exercise import KINDS
from comity.engine.training.items import Item

Given: TypeAlias = frozenset[str] | str  # the ids of the options that were chosen, or what was written


class Answers(Record, kw_only=True):
    """What one trainee answered to an exercise, by task: of a grid the options `ROW=ANSWER`, of a list its entries.

    What is not answered is not there. `trainee` is empty where nobody is named.
    """

    exercise: str
    trainee: str
    answers: Mapping[str, Given]
    at: Span = NOWHERE

    def chosen(self, task: str) -> frozenset[str]:
        """Return the options that were chosen at a task that is not an essay; none if it was not answered."""
        given = self.answers.get(task, frozenset())
        return frozenset() if isinstance(given, str) else given

    def words(self, task: str) -> str:
        """Return what was written at an essay; nothing if it was not answered."""
        given = self.answers.get(task, "")
        return given if isinstance(given, str) else ""


FindItems = Callable[[str], Sequence[Item] | None]

_KEYS = ("exercise", "trainee", "answers")
_SPOKEN = {
    "applies": ("met",),
    "does-not-apply": ("not-met",),
    "cannot-tell": ("unknown", "conditional", "undetermined"),
    "cannot-tell-yet": ("conditional",),
}


def load_answers(document: Document, find: FindItems, known: Iterable[str], trainee: str) -> Loaded[Answers]:
    """Return the answers in a file, or everything that is wrong with them.

    `find` returns the tasks of the exercise with an id, or None; `known` are those ids. `trainee` is who answered if
    the file does not say.
    """
    reader = _Reader(document)
    found = reader.answers(find, tuple(known), trainee)
    return Loaded(None if any(map(is_error, reader.found)) else found, in_order(reader.found))


class _Reader(Reader):
    def answers(self, find: FindItems, known: Sequence[str], trainee: str) -> Answers | None:
        mapping = self.fields(self.document.root, "the file of answers", _KEYS, ("exercise", "answers"))
        if mapping is None:
            return None
        name = self.optional(mapping, "exercise", lambda node, _: self.name(node, "an exercise"), "the file")
        who = self.optional(mapping, "trainee", self.text, "the file") or trainee
        if name is None:
            return None
        items = find(name)
        if items is None:
            hint = self.near(name, known) or one_of(known)
            self.error(mapping.entries["exercise"], Code.UNKNOWN_ID, f"there is no exercise `{clip(name)}`", hint)
            return None
        if "answers" not in mapping.entries:
            return None
        by_task = {item.task.id: item for item in items}
        given: dict[str, Given] = {}
        inner = self.mapping(mapping.entries["answers"], "`answers`", "write the answer to each task by its id")
        for key, node in _entries(inner):
            if key.text not in by_task:
                self.found.append(no_task(key.text, by_task, self.at(key), self.near(key.text, by_task)))
            elif (answer := self.answer(by_task[key.text], node)) is not None:
                given[key.text] = answer
        return Answers(exercise=name, trainee=who, answers=given, at=self.at(mapping))

    def answer(self, item: Item, node: Node) -> Given | None:
        what = f"the answer to `{item.task.id}`"
        match item.choose:
            case "each":
                return frozenset(self.rows(item, node, what))
            case "any":
                return frozenset(self.listed(item, node, what))
            case "one":
                chosen = self.option(item, node)
                return None if chosen is None else frozenset((chosen,))
        return self.text(node, what)

    def rows(self, item: Item, node: Node, what: str) -> Iterator[str]:
        mapping = self.mapping(node, what, f"give an answer to each, like `{{{item.rows[0]}: ...}}`")
        for key, value in _entries(mapping):
            if key.text not in item.rows:
                self.found.append(no_row(item, key.text, self.at(key), self.near(key.text, item.rows)))
            elif word := self.word(value, f"the answer to `{key.text}`", KINDS[item.task.kind].answers):
                yield f"{key.text}={word}"

    def listed(self, item: Item, node: Node, what: str) -> Iterator[str]:
        seen: set[str] = set()
        for entry in self.sequence(node, what):
            chosen = self.option(item, entry)
            if chosen in seen:
                self.error(entry, Code.DUPLICATE_NAME, f"`{chosen}` is chosen twice", "name each once")
            elif chosen is not None:
                seen.add(chosen)
                yield chosen

    def option(self, item: Item, node: Node) -> str | None:
        """Return the id of the option that `node` is."""
        ids = [option.id for option in item.options]
        if isinstance(node, Scalar) and node.text not in ids:
            self.found.append(no_answer(item, node.text, self.at(node), self.near(node.text, ids)))
            return None
        return self.word(node, f"an answer to `{item.task.id}`", ids)


def _entries(mapping: Entries | None) -> Iterator[tuple[Scalar, Node]]:
    for name, node in mapping.entries.items() if mapping is not None else ():
        assert mapping is not None
        yield mapping.keys[name], node


def plain(text: str) -> str:
    """Return a word as it is compared: capitals do not count, nor what joins its parts."""
    return re.sub("[ _-]+", "-", text.strip().casefold())


def grid_answer(text: str, answers: Collection[str]) -> str | None:
    """Return the answer of a grid that a word means: the id, or what trainees read instead of it.

    >>> grid_answer("Not met", ("met", "not-met", "unknown")), grid_answer("cannot tell", ("met", "not-met", "unknown"))
    ('not-met', 'unknown')
    """
    word = plain(text)
    return next((answer for answer in (word, *_SPOKEN.get(word, ())) if answer in answers), None)


def no_task(text: str, known: Collection[str], at: Span, near: str | None = None) -> Diagnostic:
    """Return the complaint that an exercise has no such task."""
    return Diagnostic(at, Code.UNKNOWN_ID, f"the exercise has no task `{clip(text)}`", near or one_of(known))


def no_row(item: Item, text: str, at: Span, near: str | None = None) -> Diagnostic:
    """Return the complaint that a task does not ask about such a thing."""
    message = f"`{item.task.id}` does not ask about `{clip(text)}`"
    return Diagnostic(at, Code.UNKNOWN_ID, message, near or one_of(item.rows))


def no_answer(item: Item, text: str, at: Span, near: str | None = None) -> Diagnostic:
    """Return the complaint that a list has no such entry."""
    hint = near or one_of([option.id for option in item.options])
    return Diagnostic(at, Code.UNKNOWN_ID, f"`{item.task.id}` has no answer `{clip(text)}`", hint)


def answers_text(answers: Answers, items: Iterable[Item]) -> str:
    """Return the file of answers: what `load_answers` reads, the other way round."""
    lines = [f"exercise: {answers.exercise}", *([f"trainee: {_quoted(answers.trainee)}"] if answers.trainee else [])]
    told = [line for item in items if item.task.id in answers.answers for line in _lines(item, answers)]
    lines += ["answers:", *(f"  {line}" for line in told)] if told else ["answers: {}"]
    return "\n".join(lines) + "\n"


def _lines(item: Item, answers: Answers) -> Iterator[str]:
    task = item.task.id
    chosen = answers.chosen(task)
    rows = [option for option in item.options if option.id in chosen]
    ids = [option.id for option in rows]
    match item.choose:
        case "each":
            yield f"{_word(task)}:" if rows else f"{_word(task)}: {{}}"
            yield from (f"  {_word(option.about)}: {_word(option.answer or '')}" for option in rows)
        case "any":
            yield f"{_word(task)}: [{', '.join(map(_word, ids))}]"
        case "one":
            yield from (f"{_word(task)}: {_word(one)}" for one in ids)
        case _:
            yield f"{_word(task)}: {_quoted(answers.words(task))}"


def _word(text: str) -> str:
    """Return an id as it is, in quotes where another reader of YAML would take it for something else."""
    return _quoted(text) if text in ("yes", "no", "true", "false", "null", "on", "off") else text


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
