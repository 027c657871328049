"""An interview: what is asked next, and what an answer makes of the situation. No terminal, no file: text in, text out.

A session is the situation so far, as the text of its file, and what was asked. It is never changed: an answer gives
the next session, which knows the one before. So the situation is what the answers that stand say, whatever was taken
back in between, and going on with the file of a session is going on with the session.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Literal, NamedTuple, TypeAlias

from comity.engine.assessment.assess import program
from comity.engine.assessment.prospects import Prospects
from comity.engine.assessment.questions import Question, every_question, questions
from comity.engine.interview.drafts import Draft
from comity.engine.language.diagnostic import NOWHERE, Code, Diagnostic, Loaded, is_error
from comity.engine.language.model import Fact, RuleSet, Situation, ValueType
from comity.engine.language.situation import load_situation
from comity.engine.language.source import Document, Mapping as Entries, Node, read

_NONE: Mapping[str, Any] = {}
_LATEST = date.max  # stands in for an as-of date that has not been asked for yet

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
    `following` is what is to be asked once what was `chosen` is answered. `passed` are the facts that are not asked
    (again), `warned` is what was complained about without refusing it. `outcome` has the words of contexts and measures
    by id.
    """

    terms: Terms
    text: str
    situation: Situation | None
    opening: tuple[Opening, ...] = ()
    prospects: Prospects | None = None
    following: Question | None = None
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
            question = self.chosen or self.question(table.name)
            if cell is None:
                return Turn("row", question, table, len(self.draft.rows))
            return Turn("cell", question, table.columns[cell[1]], cell[0])
        asked = self.chosen or self.following
        if asked is None:
            return None
        fact = self.terms.rules.facts[asked.fact]
        return Turn("row" if fact.value_type is ValueType.TABLE else "fact", asked, fact)

    @property
    def file(self) -> str:
        """The text to keep: that of the situation, and as a comment the table that is being filled."""
        return self.text + (self.draft.comment if self.draft else "")

    @property
    def open(self) -> tuple[Question, ...]:
        """All that can still change an open verdict or measure, whether or not it was asked."""
        return every_question(self.prospects) if self.prospects else ()

    @property
    def unsaid(self) -> tuple[Question, ...]:
        """What is open and was not answered: passed over, or not asked yet."""
        return tuple(_questions(self, self.stated))

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


def checked(session: Session, text: str | None, file: str = "") -> Loaded[Session]:
    """Return the session with another text, or why that is refused; what is open is not looked for."""
    if text is None:
        message = "`facts` is written in a way that cannot be changed in place"
        return refused(message, "write each fact as `name: value` on a line of its own", Code.WRONG_SHAPE)
    document = read(text.encode(), file)
    if not isinstance(document, Document):
        return Loaded(None, (*document,))
    loaded = load_situation(document, session.terms.rules, _LATEST)
    found = tuple(one for one in loaded.diagnostics if is_error(one) or one.message not in session.warned)
    if loaded.value is None:
        return Loaded(None, found)
    stated = frozenset((*facts_of(document.root, "situation"), *facts_of(document.root, "response")))
    warned = session.warned | {one.message for one in found}
    return Loaded(session._replace(text=text, situation=loaded.value, stated=stated, warned=warned), found)


def assessed(session: Session, text: str | None, file: str = "") -> Loaded[Session]:
    """Return the session with another text and what that comes to, or why it is refused."""
    found = checked(session, text, file)
    after = found.value
    if after is None or after.situation is None or after.situation.as_of is None:
        return found
    compiled = program(after.terms.rules, after.terms.reading, after.terms.overrides)
    run = compiled.start(after.situation.all_facts, after.situation.as_of)
    return Loaded(after._replace(prospects=Prospects(run), outcome=compiled.answers(run.memory)), found.diagnostics)


def follow(session: Session, text: str | None) -> Loaded[Session]:
    """Return the session with another text and what is asked next, or why that is refused."""
    found = assessed(session, text)
    return Loaded(found.value and led_on(found.value), found.diagnostics)


def led_on(session: Session) -> Session:
    """Return the session with what is to be asked next."""
    return session._replace(following=next(_questions(session, session.passed), None))


def _questions(session: Session, skip: frozenset[str]) -> Iterator[Question]:
    """Yield what is open but for some facts, in an order that hangs on the situation alone."""
    if session.prospects is not None:
        yield from questions(Prospects(session.prospects.run), skip)


def facts_of(root: Node, about: str) -> Mapping[str, Node]:
    """Return the facts that a situation states, as they are written."""
    node = root.entries.get("response") if isinstance(root, Entries) and about == "response" else root
    facts = node.entries.get("facts") if isinstance(node, Entries) else None
    return facts.entries if isinstance(facts, Entries) else {}


def refused(message: str, hint: str | None = None, code: Code = Code.UNKNOWN_WORD) -> Loaded[Session]:
    """Return that there is no session, and why."""
    return Loaded(None, (Diagnostic(NOWHERE, code, message, hint),))


def _all(names: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for some in names for name in some))
