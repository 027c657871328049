"""An interview: what is asked next, and what an answer makes of the situation. No terminal, no file: text in, text out.

A session is the situation so far, as the text of its file, and what was asked. It is never changed: an answer gives
the next session, which knows the one before. So the situation is what the answers that stand say, whatever was taken
back in between, and going on with the file of a session is going on with the session.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Literal, NamedTuple, TypeAlias

from comity.engine.assessment.assess import program
from comity.engine.assessment.drafts import UNKNOWN, Draft, draft_of, unfinished
from comity.engine.assessment.questions import Question, questions
from comity.engine.language.diagnostic import NOWHERE, Code, Diagnostic, Loaded, clip, did_you_mean, is_error
from comity.engine.language.entering import with_entry
from comity.engine.language.model import Fact, RuleSet, Situation, ValueType
from comity.engine.language.shape import Reader
from comity.engine.language.situation import load_situation
from comity.engine.language.source import Document, Mapping as Entries, Node, Scalar, Sequence, read
from comity.engine.language.values import full_date, read_value
from comity.engine.language.writing import inline

_NONE: Mapping[str, Any] = {}
_LATEST = date.max  # stands in for an as-of date that has not been asked for yet
_YES, _NO = ("y", "yes", "true"), ("n", "no", "false")
COMMANDS = ("back", "skip", "change", "redo")  # what an answer may be besides a value

Opening: TypeAlias = Literal["name", "title", "as-of"]


class Terms(NamedTuple):
    """What an interview is held under.

    `as_of` is the date of a situation that has none of its own. `again` has what is unknown, or known in part, asked
    once more.
    """

    rules: RuleSet
    reading: str | None = None
    overrides: Mapping[str, Any] = _NONE
    as_of: date | None = None
    again: bool = False


class Turn(NamedTuple):
    """What is asked now.

    A `name`, a `title` and an `as-of` date come first where there are none. Of a `fact` a value is asked, of a `cell`
    that of its column in the row `row`, counted from 1; `row` asks whether there is another one than those `row` rows.
    """

    kind: Literal["name", "title", "as-of", "fact", "cell", "row"]
    question: Question | None = None
    fact: Fact | None = None
    row: int = 0


class Session(NamedTuple):
    """An interview at one moment.

    `text` is the file of the situation, without a table that is being filled; it is empty before there is a name.
    `open` is all that is still to be asked, whether or not it was. `passed` are the facts that are not asked (again),
    `warned` what was complained about without refusing it. `outcome` has the words of contexts and measures by id.
    """

    terms: Terms
    text: str
    situation: Situation | None
    opening: tuple[Opening, ...] = ()
    open: tuple[Question, ...] = ()
    outcome: Mapping[str, str] = _NONE
    passed: frozenset[str] = frozenset()
    stated: frozenset[str] = frozenset()
    warned: frozenset[str] = frozenset()
    draft: Draft | None = None
    chosen: Question | None = None
    before: "Session | None" = None

    @property
    def turn(self) -> Turn | None:
        """What is asked now; None where nothing relevant is left."""
        if self.opening:
            return Turn(self.opening[0])
        if self.draft is not None:
            table, cell = self.draft.table, self.draft.cell
            question = self.question(table.name)
            if cell is None:
                return Turn("row", question, table, len(self.draft.rows))
            return Turn("cell", question, table.columns[cell[1]], cell[0])
        following = self.chosen or next((one for one in self.open if one.fact not in self.passed), None)
        if following is None:
            return None
        fact = self.terms.rules.facts[following.fact]
        return Turn("row" if fact.value_type is ValueType.TABLE else "fact", following, fact)

    @property
    def file(self) -> str:
        """The text to keep: that of the situation, and as a comment the table that is being filled."""
        return self.text + (self.draft.comment if self.draft else "")

    @property
    def unsaid(self) -> tuple[Question, ...]:
        """What is open and was not answered: passed over, or not asked yet."""
        return tuple(one for one in self.open if one.fact not in self.stated)

    @property
    def unsettled(self) -> tuple[Question, ...]:
        """What was answered and yet is open: nobody knows, or only in part."""
        return tuple(one for one in self.open if one.fact in self.stated)

    def question(self, fact: str) -> Question:
        """Return what hangs on a fact: for a judgement, all that hangs on the facts for which it would answer."""
        declared = self.terms.rules.facts[fact]
        below = [one for one in self.open if one.fact == fact] or [one for one in self.open if fact in one.instead]
        return Question(
            fact,
            declared.ask or declared.title or fact,
            settles=_all(one.settles for one in below),
            measures=_all(one.measures for one in below),
            because=_all(one.because for one in below),
            answers=below[0].answers if below and below[0].fact == fact else (),
            instead=below[0].instead if below and below[0].fact == fact else (),
        )


def begin(terms: Terms, text: str = "", file: str = "") -> Loaded[Session]:
    """Return an interview over the situation whose file holds `text`, or everything that is wrong with it.

    Without a text it begins from nothing. `file` is the name that diagnostics give.
    """
    if not text:
        first: tuple[Opening, ...] = ("name", "title", "as-of")
        return Loaded(Session(terms, "", None, first if terms.as_of is None else first[:2]))
    text, draft = unfinished(text if text.endswith(("\n", "\r")) else f"{text}\n", terms.rules)
    loaded = _follow(Session(terms, "", None, draft=draft), text, file)
    session = loaded.value
    if session is None or session.situation is None:
        return loaded
    if session.situation.as_of is None:
        session = _dated(session._replace(opening=("as-of",)))
    return Loaded(session._replace(passed=frozenset() if terms.again else session.stated), loaded.diagnostics)


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
        return _refused("the answer is not UTF-8", "type it again", Code.NOT_UTF8)
    turn = session.turn
    word, _, rest = line.partition(" ")
    if word == "back" and not rest:
        return Loaded(session.before, ()) if session.before else _refused("there is nothing to go back to")
    if session.opening:
        return _opened(session, session.opening[0], line)
    judged = re.fullmatch("j ?([0-9]{0,4})", line) if turn and turn.question and turn.question.instead else None
    if session.draft is not None and (judged or word == "change"):
        return _refused(f"`{clip(line)}` waits until the table is filled", "fill it, or skip it")
    if word == "change":
        return _change(session, rest.strip())
    if turn is None:
        hint = "`back` takes the last answer back, `change FACT` asks for a fact again"
        return _refused(f"nothing is asked any more: `{clip(line)}`", hint)
    assert turn.question is not None
    assert turn.fact is not None
    if line == "resume":
        resumed = begin(session.terms, session.file).value
        return Loaded(resumed and resumed._replace(warned=session.warned, before=session))
    if line == "skip":
        table = turn.question.fact
        return Loaded(_next(session, passed=session.passed | {table}, draft=None, chosen=None))
    if judged:
        return _instead(session, turn.question.instead, judged[1])
    if not line or line.startswith("#"):
        hint = "type ? if nobody knows, or skip"
        return _refused(f"`{turn.fact.name}` has no value", hint, Code.EMPTY_VALUE)
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
        return _refused(f"there is no fact `{clip(name)}`", hint, Code.UNKNOWN_FACT)
    fact, document = rules.facts[name], read(session.text.encode(), "")
    assert isinstance(document, Document)
    draft = draft_of(fact, _facts(document.root, fact.about).get(name)) if fact.columns else None
    return Loaded(_next(session, chosen=session.question(name), draft=draft))


def _instead(session: Session, judgements: tuple[str, ...], number: str) -> Loaded[Session]:
    if not number and len(judgements) > 1:
        return _refused("several judgements would answer", f"type j1 to j{len(judgements)}")
    index = int(number or 1)
    if not 1 <= index <= len(judgements):
        known = "type j" if len(judgements) == 1 else f"type j1 to j{len(judgements)}"
        return _refused(f"there is no judgement {index}", known)
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
        return _refused(f"{what} is empty", hint, Code.EMPTY_VALUE)
    if key == "name":
        return _follow(left, f"situation: {inline(Scalar(line, True, 1, 1))}\nfacts: {{}}\n")
    if key == "title":
        titled = _follow(left, with_entry(session.text, ["title"], inline(Scalar(line, True, 1, 1)), ("situation",)))
        return Loaded(titled.value and _dated(titled.value), titled.diagnostics)
    node = _read(line, lambda reader, node: full_date(reader, node, what))
    if isinstance(node, tuple):
        return Loaded(None, node)
    return _follow(left, with_entry(session.text, ["as_of"], inline(node), ("situation", "title")))


def _valued(session: Session, fact: Fact, line: str) -> Loaded[Session]:
    """Return the session after the value of a fact."""
    day = _day(session)
    node = _read(_typed(fact, line), lambda reader, node: read_value(reader, node, fact, f"`{fact.name}`", day))
    if isinstance(node, tuple):
        return Loaded(None, node)
    items = [inline(item) for item in node.items] if isinstance(node, Sequence) else None
    return _given(session, fact, items if items is not None and fact.columns else inline(node))


def _given(session: Session, fact: Fact, value: str | list[str]) -> Loaded[Session]:
    after = session._replace(before=session, passed=session.passed | {fact.name}, draft=None, chosen=None)
    return _follow(after, with_entry(session.text, _path(fact), value))


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
            return _refused(f"there is no row {number}", f"rows: 1 to {rows}")
        return Loaded(_next(session, draft=draft.with_row(number, {})))
    if line.lower() in _YES:
        return Loaded(_next(session, draft=draft.with_row(rows + 1, {})))
    if line.lower() in _NO:
        return _given(session, table, draft.items)
    if not rows and (line.startswith("[") or line in ("?", UNKNOWN)):
        return _valued(session, table, line)
    more = "another row" if rows else "a row"
    hint = "y or n; redo asks for a row again" if rows else "y or n; ? if nobody knows"
    return _refused(f"whether there is {more} must be y or n, not `{clip(line)}`", hint, Code.NOT_A_BOOLEAN)


def _celled(session: Session, turn: Turn, line: str) -> Loaded[Session]:
    """Return the session after the value of a cell."""
    draft, column, day = session.draft, turn.fact, _day(session)
    assert draft is not None
    assert column is not None
    what = f"`{column.name}` in row {turn.row} of `{draft.table.name}`"
    node = _read(_typed(column, line), lambda reader, node: read_value(reader, node, column, what, day))
    if isinstance(node, tuple):
        return Loaded(None, node)
    draft = draft.with_cell(inline(node))
    tried = _checked(session, with_entry(session.text, _path(draft.table), draft.items))
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
        return inline(Scalar(fact.options[number - 1], False, 1, 1))
    return line


# --- text -------------------------------------------------------------------------------------------------------------


def _checked(session: Session, text: str | None, file: str = "") -> Loaded[Session]:
    """Return the session with another text, or why that is refused; what is open is not looked for."""
    if text is None:
        message = "`facts` is written in a way that cannot be changed in place"
        return _refused(message, "write each fact as `name: value` on a line of its own", Code.WRONG_SHAPE)
    document = read(text.encode(), file)
    if not isinstance(document, Document):
        return Loaded(None, (*document,))
    loaded = load_situation(document, session.terms.rules, _LATEST)
    found = tuple(one for one in loaded.diagnostics if is_error(one) or one.message not in session.warned)
    if loaded.value is None:
        return Loaded(None, found)
    stated = frozenset((*_facts(document.root, "situation"), *_facts(document.root, "response")))
    warned = session.warned | {one.message for one in found}
    return Loaded(session._replace(text=text, situation=loaded.value, stated=stated, warned=warned), found)


def _follow(session: Session, text: str | None, file: str = "") -> Loaded[Session]:
    """Return the session with another text, or why that is refused."""
    checked = _checked(session, text, file)
    after = checked.value
    if after is None or after.situation is None or after.situation.as_of is None:
        return checked
    compiled = program(after.terms.rules, after.terms.reading, after.terms.overrides)
    run = compiled.start(after.situation.all_facts, after.situation.as_of)
    return Loaded(after._replace(open=questions(run), outcome=compiled.answers(run.memory)), checked.diagnostics)


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


def _facts(root: Node, about: str) -> Mapping[str, Node]:
    """Return the facts that a situation states, as they are written."""
    node = root.entries.get("response") if isinstance(root, Entries) and about == "response" else root
    facts = node.entries.get("facts") if isinstance(node, Entries) else None
    return facts.entries if isinstance(facts, Entries) else {}


def _day(session: Session) -> date | None:
    return session.situation.as_of if session.situation else None


def _path(fact: Fact) -> list[str]:
    return ["response", "facts", fact.name] if fact.about == "response" else ["facts", fact.name]


def _all(names: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for some in names for name in some))


def _refused(message: str, hint: str | None = None, code: Code = Code.UNKNOWN_WORD) -> Loaded[Session]:
    return Loaded(None, (Diagnostic(NOWHERE, code, message, hint),))
