"""An exercise while somebody does it: what is asked now, and what a line makes of the answers. No terminal, no file.

A session is never changed: a line gives the next one. All that has to be kept of it are its answers, so that to begin
with the answers of a file is to go on with the session that wrote it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from comity.engine.language.diagnostic import NOWHERE, Code, Diagnostic, Loaded, clip
from comity.engine.language.source import allowed
from comity.engine.training.answers import Answers, grid_answer
from comity.engine.training.items import Item, Option

_SEVERAL = re.compile("[\\s,;]+")


class Step(NamedTuple):
    """What is asked at once: a task, or in a grid one row of it. Without a task, it is the end of a stage."""

    stage: int
    item: Item | None = None
    row: str | None = None

    @property
    def options(self) -> tuple[Option, ...]:
        """What can be chosen; nothing at an essay."""
        if self.item is None:
            return ()
        return self.item.options if self.row is None else self.item.of_row(self.row)


class Session(NamedTuple):
    """An exercise at one moment. `place` is that of the step that is asked, `passed` those that were passed over.

    `hints` is how many hints were asked for at this step, `limits` how many each task has. `lines` are those of the
    essay that is being written.
    """

    steps: tuple[Step, ...]
    answers: Answers
    limits: Mapping[str, int] = {}
    place: int = 0
    passed: frozenset[int] = frozenset()
    hints: int = 0
    lines: tuple[str, ...] = ()

    @property
    def step(self) -> Step:
        """What is asked now; at the end of a stage only if something in it was passed over."""
        return self.steps[self.place]

    @property
    def over(self) -> bool:
        """Whether this is the end of the last stage."""
        return self.place == len(self.steps) - 1

    @property
    def open(self) -> tuple[int, ...]:
        """The places of this stage that have no answer."""
        return tuple(
            place
            for place, step in enumerate(self.steps)
            if step.stage == self.step.stage and step.item is not None and not self.answered(step)
        )

    def chosen(self, step: Step) -> tuple[Option, ...]:
        """Return the options that were chosen at a step."""
        given = self.answers.chosen(step.item.task.id) if step.item else frozenset()
        return tuple(option for option in step.options if option.id in given)

    def answered(self, step: Step) -> bool:
        """Tell whether there is an answer."""
        return bool(self.chosen(step)) or (step.item is not None and bool(self.answers.words(step.item.task.id)))


def begin(items: Sequence[Item], answers: Answers, limits: Mapping[str, int] = {}) -> Session:
    """Return the session that goes on with `answers`: at what has none, from the latest stage that has any."""
    steps: list[Step] = []
    for stage in range(max((item.stage for item in items), default=0) + 1):
        steps += [step for item in items if item.stage == stage for step in _steps(item)]
        steps.append(Step(stage))
    session = Session(tuple(steps), answers, limits)
    latest = max((step.stage for step in steps if session.answered(step)), default=0)
    first = next(place for place, step in enumerate(steps) if step.stage == latest)
    return _on(session._replace(place=first - 1))


def _steps(item: Item) -> Iterator[Step]:
    yield from (Step(item.stage, item, row) for row in item.rows) if item.rows else (Step(item.stage, item),)


def take(session: Session, line: str) -> Loaded[Session]:
    """Return the session after a line, or why it is refused.

    An answer is the number of a choice, or its word or id; where several are chosen, with spaces or commas between. An
    essay is written line by line, and ended by a line with a single `.`. `hint` shows the next hint, `skip` passes over
    the question, `back` returns to the one before it, and `resume` to the first that was passed over. At the end of a
    stage, `next` goes on to the next one; what was told before is then over.
    """
    if re.search("[\ud800-\udfff]", line):
        return _refused("the answer is not UTF-8", "type it again", Code.NOT_UTF8)
    step, word = session.step, line.strip()
    match word:
        case "back":
            return _back(session)
        case "resume":
            if not session.open:
                return _refused("nothing was passed over", "`back` returns to what was answered")
            left = frozenset(place for place in session.passed if session.steps[place].stage != step.stage)
            return Loaded(_at(session._replace(passed=left), session.open[0]))
        case "next" if step.item is None and not session.over:
            return Loaded(_on(session))
    if step.item is None:
        hint = (
            "`back` and `resume` return to it" if session.over else "`next` goes on; `back` and `resume` return to it"
        )
        return _refused(f"nothing is asked here: `{clip(word)}`", hint)
    match word:
        case "hint":
            if session.hints >= session.limits.get(step.item.task.id, 0):
                return _refused("there is no further hint" if session.hints else "there is no hint", None)
            return Loaded(session._replace(hints=session.hints + 1))
        case "skip":
            return Loaded(_on(session._replace(passed=session.passed | {session.place})))
    return _written(session, step.item, line) if step.item.choose == "words" else _chosen(session, step, word)


def _chosen(session: Session, step: Step, line: str) -> Loaded[Session]:
    assert step.item is not None
    words = [line] if step.item.choose != "any" else [word for word in _SEVERAL.split(line) if word]
    several = step.item.choose == "any"
    hint = "numbers with spaces between, like 1 3" if several else f"a number from 1 to {len(step.options)}"
    hint = f"type {hint}; `skip` passes over it"
    if not line:
        return _refused("there is no answer", hint)
    found: dict[str, None] = {}
    for word in words:
        one = _option(step, word)
        if one is None:
            return _refused(f"there is no choice `{clip(word)}`", hint)
        found[one.id] = None
    kept = {option.id for option in step.options}
    others = session.answers.chosen(step.item.task.id) - kept
    return Loaded(_on(_with(session, step.item, others | found.keys())))


def _option(step: Step, word: str) -> Option | None:
    """Return the choice that is meant: by its number, its id, or in a grid its answer."""
    if re.fullmatch("[0-9]{1,3}", word, re.ASCII):
        return step.options[int(word) - 1] if 0 < int(word) <= len(step.options) else None
    answer = grid_answer(word, [one.answer or "" for one in step.options])
    return next((one for one in step.options if word == one.id or (answer and answer == one.answer)), None)


def _written(session: Session, item: Item, line: str) -> Loaded[Session]:
    """Take a line of an essay, or its end."""
    if line.strip() == ".":
        if not session.answered(session.step):
            return _refused("nothing is written yet", "write, or `skip` passes over it")
        return Loaded(_on(session))
    lines = (*session.lines, allowed(line).rstrip())
    text = "\n".join(lines).strip()
    after = _with(session, item, text) if text else session
    return Loaded(after._replace(lines=lines if text else ()))


def _with(session: Session, item: Item, given: frozenset[str] | str) -> Session:
    answers = {**session.answers.answers, item.task.id: given}
    return session._replace(answers=session.answers.but(answers=answers), passed=session.passed - {session.place})


def _back(session: Session) -> Loaded[Session]:
    if session.place == 0:
        return _refused("there is nothing to go back to", None)
    before = session.steps[session.place - 1]
    if before.stage != session.step.stage:
        return _refused("the stage before is over", "what is told now would answer it")
    return Loaded(_at(session, session.place - 1))


def _on(session: Session) -> Session:
    """Return the session at what is asked next: neither answered nor passed over, or the end of a stage with gaps."""
    for place in range(session.place + 1, len(session.steps)):
        step = session.steps[place]
        here = _at(session, place)
        if here.over or (step.item is None and here.open):
            return here
        if step.item is not None and not session.answered(step) and place not in session.passed:
            return here
    return session


def _at(session: Session, place: int) -> Session:
    return session._replace(place=place, hints=0, lines=())


def _refused(message: str, hint: str | None, code: Code = Code.UNKNOWN_WORD) -> Loaded[Session]:
    return Loaded(None, (Diagnostic(NOWHERE, code, message, hint),))
