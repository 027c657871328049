"""What an answer, as it is typed, makes of an interview."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from comity.engine.interview.drafts import UNKNOWN, Draft, draft_of, unfinished
from comity.engine.interview.session import (
    Opening,
    Session,
    Terms,
    Turn,
    assessed,
    checked,
    facts_of,
    follow,
    led_on,
    refused,
)
from comity.engine.language.diagnostic import Code, Diagnostic, Loaded, clip, did_you_mean
from comity.engine.language.entering import with_entry
from comity.engine.language.model import Fact, ValueType
from comity.engine.language.shape import Reader
from comity.engine.language.source import Document, Node, Scalar, Sequence, read
from comity.engine.language.values import full_date, read_value
from comity.engine.language.writing import inline, written

_YES, _NO = ("y", "yes", "true"), ("n", "no", "false")


def begin(terms: Terms, text: str = "", file: str = "") -> Loaded[Session]:
    """Return an interview over the situation whose file holds `text`, or everything that is wrong with it.

    Without a text it begins from nothing. `file` is the name that diagnostics give.
    """
    if not text:
        return Loaded(Session(terms, "", None, ("name", "title", "as-of")))
    text, draft = unfinished(text if text.endswith(("\n", "\r")) else f"{text}\n", terms.rules)
    loaded = assessed(Session(terms, "", None, draft=draft), text, file)
    session = loaded.value
    if session is None:
        return loaded
    session = session._replace(passed=frozenset() if terms.again else session.stated)
    dated = led_on(session) if session.prospects else _dated(session._replace(opening=("as-of",)))
    return Loaded(dated, loaded.diagnostics)


def _dated(session: Session) -> Session:
    """Return the session with the as-of date of the terms, if it lacks one and they have it."""
    if session.terms.as_of is None or session.opening != ("as-of",):
        return session
    return _opened(session, "as-of", session.terms.as_of.isoformat()).value or session


def answer(session: Session, line: str) -> Loaded[Session]:
    """Return the session after an answer as it is typed, or why it is refused; a warning comes with the session.

    A value is what a situation file takes; a truth may be `y` or `n`, an option its number, and `?` says that nobody
    knows. `back` takes the last answer back, `skip` passes over the question, `change FACT` asks for any fact, `j`
    (`j2` for the second) asks for the judgement that would answer instead, and `redo` for the last row again
    (`redo 2` for the second). `resume` goes on as with the file of the session: what was passed over is asked again.
    """
    line = line.strip()
    if not line.isascii() and re.search("[\ud800-\udfff]", line):
        return refused("the answer is not UTF-8", "type it again", Code.NOT_UTF8)
    turn = session.turn
    word, _, rest = line.partition(" ")
    if word == "back" and not rest:
        return (
            Loaded(session.before, ())
            if session.before
            else refused("there is nothing to go back to", "`change FACT` asks for any fact again")
        )
    if session.opening:
        return _opened(session, session.opening[0], line)
    judged = re.fullmatch("j ?([0-9]{0,4})", line) if turn and turn.question and turn.question.instead else None
    if session.draft is not None and (judged or word == "change"):
        return refused(f"`{clip(line)}` waits until the table is filled", "fill it, or skip it")
    if word == "change":
        return _change(session, rest.strip())
    if turn is None:
        hint = "`back` takes the last answer back, `change FACT` asks for a fact again"
        return refused(f"nothing is asked any more: `{clip(line)}`", hint)
    assert turn.question is not None
    assert turn.fact is not None
    if line == "resume":
        resumed = begin(session.terms, session.file).value
        return Loaded(resumed and resumed._replace(warned=session.warned, before=session))
    if line == "skip":
        table = turn.question.fact
        return Loaded(led_on(_next(session, passed=session.passed | {table}, draft=None, chosen=None)))
    if judged:
        return _instead(session, turn.question.instead, judged[1])
    if not line or line.startswith("#"):
        hint = "type ? if nobody knows, or skip"
        return refused(f"`{turn.fact.name}` has no value", hint, Code.EMPTY_VALUE)
    match turn.kind:
        case "cell":
            return _celled(session, turn, line)
        case "row":
            return _rowed(session, turn, line)
        case _:
            return _valued(session, turn.fact, line)


# --- commands ---------------------------------------------------------------------------------------------------------


def _change(session: Session, name: str) -> Loaded[Session]:
    rules = session.terms.rules
    if name not in rules.facts:
        hint = did_you_mean(name, rules.facts) or "give the name of a fact"
        return refused(f"there is no fact `{clip(name)}`", hint, Code.UNKNOWN_FACT)
    fact, document = rules.facts[name], read(session.text.encode(), "")
    assert isinstance(document, Document)
    draft = draft_of(fact, facts_of(document.root, fact.about).get(name)) if fact.columns else None
    return Loaded(_next(session, chosen=session.question(name), draft=draft))


def _instead(session: Session, judgements: tuple[str, ...], number: str) -> Loaded[Session]:
    if not number and len(judgements) > 1:
        return refused("several judgements would answer", f"type j1 to j{len(judgements)}")
    index = int(number or 1)
    if not 1 <= index <= len(judgements):
        known = "type j" if len(judgements) == 1 else f"type j1 to j{len(judgements)}"
        return refused(f"there is no judgement {index}", known)
    return Loaded(_next(session, chosen=session.question(judgements[index - 1]), draft=None))


# --- answers ----------------------------------------------------------------------------------------------------------


def _opened(session: Session, key: Opening, line: str) -> Loaded[Session]:
    """Return the session after the answer to one of the first questions."""
    left = session._replace(opening=session.opening[1:], before=session)
    if key == "title" and line == "skip":
        return Loaded(_dated(left))
    what = {"name": "the name of the situation", "title": "`title` of the situation", "as-of": "the as-of date"}[key]
    if not line or line.startswith("#"):
        hint = "fill it in, or skip" if key == "title" else "fill it in"
        return refused(f"{what} is empty", hint, Code.EMPTY_VALUE)
    if key == "name":
        return follow(left, f"situation: {inline(Scalar(line, True, 1, 1))}\nfacts: {{}}\n")
    if key == "title":
        titled = follow(left, with_entry(session.text, ["title"], inline(Scalar(line, True, 1, 1)), ("situation",)))
        return Loaded(titled.value and _dated(titled.value), titled.diagnostics)
    node = _read(line, lambda reader, node: full_date(reader, node, what))
    if isinstance(node, tuple):
        return Loaded(None, node)
    return follow(left, with_entry(session.text, ["as_of"], inline(node), ("situation", "title")))


def _valued(session: Session, fact: Fact, line: str) -> Loaded[Session]:
    """Return the session after the value of a fact."""
    day = _day(session)
    node = _read(_typed(fact, line), lambda reader, node: _value(reader, node, fact, f"`{fact.name}`", day))
    if isinstance(node, tuple):
        return Loaded(None, node)
    items = [inline(item) for item in node.items] if isinstance(node, Sequence) else None
    return _given(session, fact, items if items is not None and fact.columns else inline(node))


def _given(session: Session, fact: Fact, value: str | list[str]) -> Loaded[Session]:
    after = session._replace(before=session, passed=session.passed | {fact.name}, draft=None, chosen=None)
    return follow(after, with_entry(session.text, _path(fact), value))


def _rowed(session: Session, turn: Turn, line: str) -> Loaded[Session]:
    """Return the session after the answer whether a table has another row."""
    table = turn.fact
    assert table is not None
    draft = session.draft or Draft(table)
    rows = len(draft.rows)
    redo = re.fullmatch(r"redo ?([0-9]{0,4})", line)
    if redo and rows:
        number = int(redo[1] or rows)
        if not 1 <= number <= rows:
            return refused(f"there is no row {number}", f"rows: 1 to {rows}")
        return Loaded(_next(session, draft=draft.with_row(number, {}), chosen=turn.question))
    if line.lower() in _YES:
        return Loaded(_next(session, draft=draft.with_row(rows + 1, {}), chosen=turn.question))
    if line.lower() in _NO:
        return _given(session, table, draft.items)
    if not rows and (line.startswith("[") or line in ("?", UNKNOWN)):
        return _valued(session, table, line)
    more = "another row" if rows else "a row"
    hint = "y or n; redo asks for a row again" if rows else "y or n; ? if nobody knows"
    return refused(f"whether there is {more} must be y or n, not `{clip(line)}`", hint, Code.NOT_A_BOOLEAN)


def _celled(session: Session, turn: Turn, line: str) -> Loaded[Session]:
    """Return the session after the value of a cell."""
    draft, column, day = session.draft, turn.fact, _day(session)
    assert draft is not None
    assert column is not None
    what = f"`{column.name}` in row {turn.row} of `{draft.table.name}`"
    node = _read(_typed(column, line), lambda reader, node: _value(reader, node, column, what, day))
    if isinstance(node, tuple):
        return Loaded(None, node)
    draft = draft.with_cell(inline(node))
    tried = checked(session, with_entry(session.text, _path(draft.table), draft.items))
    if tried.value is None:
        return tried
    return Loaded(_next(session, draft=draft, warned=tried.value.warned), tried.diagnostics)


def _typed(fact: Fact, line: str) -> str:
    """Return an answer as a situation file takes it."""
    if line == "?":
        return UNKNOWN
    if fact.value_type is ValueType.BOOLEAN and line.lower() in (*_YES, *_NO):
        return "true" if line.lower() in _YES else "false"
    number = int(line) if re.fullmatch("[1-9][0-9]{0,3}", line) else 0
    if fact.value_type is ValueType.CHOICE and line not in fact.option_set and 1 <= number <= len(fact.options):
        return written(fact, fact.options[number - 1])
    return line


# --- reading ----------------------------------------------------------------------------------------------------------


def _next(session: Session, **changes: Any) -> Session:
    return session._replace(before=session, **changes)


def _read(line: str, value: Callable[[Reader, Node], Any]) -> Node | tuple[Diagnostic, ...]:
    """Return what an answer says, or all that is wrong with it; `value` reads it as the loader of situations does."""
    document = read(line.encode(), "")
    if not isinstance(document, Document):
        return (*document,)
    reader = Reader(document)
    value(reader, document.root)
    return tuple(reader.found) or document.root


def _value(reader: Reader, node: Node, fact: Fact, what: str, day: date | None) -> Any:
    """Return the value that an answer gives; a text that YAML takes for more is told how to be written."""
    if fact.value_type is ValueType.TEXT and not isinstance(node, Scalar):
        return reader.text(node, what)
    return read_value(reader, node, fact, what, day)


def _day(session: Session) -> date | None:
    return session.situation.as_of if session.situation else None


def _path(fact: Fact) -> list[str]:
    return ["response", "facts", fact.name] if fact.about == "response" else ["facts", fact.name]
