"""Exercises: a situation told in stages, with tasks at each, as an author writes them. No key is written by hand."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from comity.engine.language.diagnostic import NOWHERE, Code, Loaded, Span, clip, is_error, one_of
from comity.engine.language.load import in_order
from comity.engine.language.model import RuleSet, Situation
from comity.engine.language.record import Record
from comity.engine.language.shape import FILL, Reader, shape
from comity.engine.language.situation import STANDINGS, STATUSES, TRUTHS, read_situation
from comity.engine.language.source import Document, Mapping as Node_, Node, Scalar, Sequence

LEVELS = (1, 2, 3)
POINTS = range(1, 9)  # the content points of the course
MOST_EXERCISES = 500  # exercises in one file


class Kind(NamedTuple):
    """What a kind of task asks: of each thing an answer (`each`), of a list some (`any`) or one (`one`), or words.

    `of` is the section of the rule set that the things or the list come from, if one does; `about` is the section that
    it must name something of; `answers` are those of each thing.
    """

    choose: str
    of: str | None = None
    about: str | None = None
    answers: tuple[str, ...] = ()


KINDS: Mapping[str, Kind] = {
    "contexts": Kind("each", "contexts", answers=TRUTHS),  # which contexts apply
    "criteria": Kind("each", "criteria", "contexts", TRUTHS),  # how each criterion of a context comes out
    "deciding": Kind("any", "facts", "contexts"),  # the facts that its verdict rests on
    "measures": Kind("each", "measures", answers=STATUSES),  # which measures are called for
    "purposes": Kind("any", "purposes", "measures"),  # the purposes that a measure serves
    "principles": Kind("each", "principles", answers=STANDINGS),  # which principles the response is in conflict with
    "change": Kind("any", None, "contexts"),  # the single changes that turn its verdict
    "near-miss": Kind("each", "criteria", "contexts", ("yes", "no")),  # whether each criterion alone would make it met
    "next": Kind("one", "facts"),  # the fact to ask for next
    "essay": Kind("words"),
}


class Task(Record, kw_only=True):
    """One thing that an exercise asks.

    `about` is the context or measure that it is about. `prompt` takes the place of the words that the kind of task has.
    `expect` is the key that the author expects: the answer to each thing by its id, or what is to be chosen; the key
    itself is always worked out. `rubric` are the points that an essay is read for.
    """

    id: str
    kind: str
    about: str | None = None
    prompt: str | None = None
    expect: Mapping[str, str] | tuple[str, ...] | None = None
    rubric: tuple[str, ...] = ()
    at: Span = NOWHERE

    @property
    def choose(self) -> str:
        """How it is answered: `each`, `any`, `one` or `words`."""
        return KINDS[self.kind].choose


class Stage(Record, kw_only=True):
    """What is told at one moment, and what is asked then. `tells` are the facts told by now, earlier ones too."""

    title: str | None
    narrative: str | None
    tells: frozenset[str]
    tasks: tuple[Task, ...]
    at: Span = NOWHERE


class Exercise(Record, kw_only=True):
    """A situation, told in one stage or several, and what is asked about it.

    `situation` has every fact that is told in the end. `level` is 1 (first steps), 2 or 3 (hard); `points` are the
    content points of the course that it practises. `listed` says whether what is told is also listed fact by fact, or
    stands in the narrative alone.
    """

    id: str
    title: str
    level: int
    points: tuple[int, ...]
    reading: str | None
    situation: Situation
    stages: tuple[Stage, ...]
    listed: bool = True
    note: str | None = None
    at: Span = NOWHERE

    @property
    def tasks(self) -> tuple[Task, ...]:
        """Every task, in the order in which they are asked."""
        return tuple(task for stage in self.stages for task in stage.tasks)

    @property
    def responds(self) -> int | None:
        """The stage at which the response is told, from 0: the first that asks how it stands with principles."""
        kinds = ({task.kind for task in stage.tasks} for stage in self.stages)
        return next((stage for stage, asked in enumerate(kinds) if "principles" in asked), None)

    def told(self, stage: int) -> Situation:
        """Return the situation as far as it is told at a stage, counted from 0."""
        tells, responds = self.stages[stage].tells, self.responds
        situation = self.situation
        return situation.but(
            facts={name: value for name, value in situation.facts.items() if name in tells},
            asked=frozenset(name for name in situation.asked if name in tells),
            response=situation.response if responds is not None and responds <= stage else None,
        )


FindSituation = Callable[[str], Situation | None]

_KEYS = (
    *("exercise", "title", "level", "points", "reading", "situation", "tells", "narrative", "listed", "tasks"),
    *("stages", "note"),
)
_STAGE = ("title", "narrative", "tells", "tasks")
_TASK = ("task", "kind", "about", "prompt", "expect", "rubric")


def load_exercises(document: Document, rules: RuleSet, find: FindSituation) -> Loaded[tuple[Exercise, ...]]:
    """Return the exercises in a file, in the terms of `rules`, or everything that is wrong with them.

    A file holds one exercise, or a list `exercises`. `find` returns the stored situation with an id, or None.
    """
    reader = _Reader(document, rules, find)
    root = document.root
    if isinstance(root, Node_) and "exercises" in root.entries:
        bank = reader.fields(root, "the file", ("exercises",), ("exercises",))
        nodes = reader.sequence(root.entries["exercises"], "`exercises`") if bank else []
        if not nodes and not reader.found:
            message = "the file holds no exercises"
            reader.error(
                root.entries["exercises"], Code.NOTHING_TO_CHECK, message, "write at least one, or remove the file"
            )
        if len(nodes) > MOST_EXERCISES:
            message = f"the file holds {len(nodes)} exercises; at most {MOST_EXERCISES} can stand in one"
            reader.error(root.entries["exercises"], Code.TOO_MANY_VALUES, message, "split it")
            nodes = []
    else:
        nodes = [root]
    read = [reader.exercise(node) for node in nodes]
    whole = tuple(one for one in read if one is not None)
    reader.unique([(one.id, one.at) for one in whole], "exercise")
    return Loaded(None if any(map(is_error, reader.found)) else whole, in_order(reader.found))


class _Reader(Reader):
    """Reads exercises in the terms of a rule set."""

    def __init__(self, document: Document, rules: RuleSet, find: FindSituation) -> None:
        super().__init__(document)
        self.rules = rules
        self.find = find
        self.unnamed: set[Span] = set()  # tasks with no id of which anything could be said
        self.written: frozenset[str] = frozenset()  # the facts of a situation that is written out, right or wrong

    def exercise(self, node: Node) -> Exercise | None:
        mapping = self.fields(node, "the exercise", _KEYS, ("exercise", "title", "level", "situation"))
        if mapping is None:
            return None
        staged = "stages" in mapping.entries
        if not staged:
            self.require(mapping, "the exercise", ("tasks",), _KEYS)
        for key in ("tasks", "tells", "narrative") if staged else ():
            if key in mapping.entries:
                message = f"`{key}` stands beside `stages`"
                self.error(mapping.keys[key], Code.UNKNOWN_KEY, message, "move it into the stage that it belongs to")
        what = "the exercise"
        id_ = self.optional(mapping, "exercise", lambda node, _: self.name(node, "an exercise"), what)
        reading = self.optional(
            mapping, "reading", lambda node, _: self.known(node, self.rules.readings, "reading"), what
        )
        listed = self.optional(mapping, "listed", self.flag, what)
        situation = self.situation(mapping)
        stages = self.stages(mapping, situation) if staged else self.single(mapping, situation)
        level = self.optional(mapping, "level", lambda node, _: self.integer(node, LEVELS, "`level`"), what)
        title = self.optional(mapping, "title", self.text, what)
        points = self.points(mapping)
        note = self.optional(mapping, "note", self.text, what)
        tasks = [task for stage in stages for task in stage.tasks if task.at not in self.unnamed]
        self.unique([(task.id, task.at) for task in tasks], "task")
        if id_ is None or title is None or level is None or situation is None:
            return None
        return Exercise(
            id=id_,
            title=title,
            level=level,
            points=points,
            reading=reading,
            situation=situation,
            stages=stages,
            listed=listed is not False,
            note=note,
            at=self.at(mapping),
        )

    def situation(self, mapping: Node_) -> Situation | None:
        """Return the situation: a stored one by its id, or the one that is written out."""
        node = mapping.entries.get("situation")
        facts = node.entries.get("facts") if isinstance(node, Node_) else None
        self.written = frozenset(facts.entries) if isinstance(facts, Node_) else frozenset()
        if node is None:
            return None
        if isinstance(node, Scalar):
            found = self.find(node.text)
            if found is None:
                message = f"there is no stored situation `{clip(node.text)}`"
                self.error(node, Code.UNKNOWN_ID, message, "`comity list` shows them; or write the situation out")
            return found
        return read_situation(self, node, self.rules, None)

    def single(self, mapping: Node_, situation: Situation | None) -> tuple[Stage, ...]:
        known = frozenset(_stated(situation))
        tells = self.tells(mapping, situation) if "tells" in mapping.entries else known
        narrative = self.optional(mapping, "narrative", self.text, "the exercise")
        tasks = self.tasks(mapping, "the exercise")
        own = situation.narrative if situation is not None and tells == known else None
        return (Stage(title=None, narrative=narrative or own, tells=tells, tasks=tasks, at=self.at(mapping)),)

    def stages(self, mapping: Node_, situation: Situation | None) -> tuple[Stage, ...]:
        """Return the stages; a stage that says nothing of `tells` tells all that is left."""
        read: list[Stage] = []
        told: frozenset[str] = frozenset()
        for item in self.some(mapping.entries["stages"], "`stages`"):
            inner = self.fields(item, "a stage", _STAGE, ("tasks",))
            if inner is None:
                continue
            now = self.tells(inner, situation) if "tells" in inner.entries else frozenset(_stated(situation)) - told
            if again := sorted(now & told):
                message = f"`{again[0]}` is told at an earlier stage"
                self.error(
                    inner.entries["tells"], Code.DUPLICATE_NAME, message, "name each fact where it is told first"
                )
            told |= now
            read.append(
                Stage(
                    title=self.optional(inner, "title", self.text, "a stage"),
                    narrative=self.optional(inner, "narrative", self.text, "a stage"),
                    tells=told,
                    tasks=self.tasks(inner, "a stage"),
                    at=self.at(inner),
                )
            )
        return tuple(read)

    def tells(self, mapping: Node_, situation: Situation | None) -> frozenset[str]:
        names: list[str] = []
        stated = _stated(situation)
        for node in self.sequence(mapping.entries["tells"], "`tells`"):
            if not isinstance(node, Scalar) or node.text not in self.rules.facts:
                self.known(node, self.rules.facts, "fact")
            elif node.text not in stated and node.text not in self.written and situation is not None:
                message = f"the situation does not state `{node.text}`"
                self.error(
                    node, Code.UNKNOWN_FACT, message, "state it there, as unknown if nobody knows; or leave it out"
                )
            else:
                names.append(node.text)
        return frozenset(names)

    def tasks(self, mapping: Node_, what: str) -> tuple[Task, ...]:
        node = mapping.entries.get("tasks")
        if node is None:
            return ()
        items = self.some(node, f"`tasks` of {what}")
        return tuple(task for task in map(self.task, items) if task is not None)

    def task(self, node: Node) -> Task | None:
        mapping = self.fields(node, "a task", _TASK, ("kind",))
        if mapping is None:
            return None
        name = self.optional(mapping, "kind", lambda node, what: self.word(node, what, KINDS), "a task")
        if name is None:
            return None
        kind = KINDS[name]
        if kind.about and "about" not in mapping.entries:
            noun = kind.about[:-1]
            message, hint = (
                f"a task of kind `{name}` lacks `about`",
                f"say which {noun}: {one_of(getattr(self.rules, kind.about))}",
            )
            self.error(mapping, Code.MISSING_KEY, message, hint)
        if not kind.about and "about" in mapping.entries:
            self.error(
                mapping.keys["about"], Code.UNKNOWN_KEY, f"a task of kind `{name}` has no `about`", "leave it out"
            )
        about = None
        if kind.about and "about" in mapping.entries:
            about = self.known(mapping.entries["about"], getattr(self.rules, kind.about), kind.about[:-1])
        for key, needed in (("rubric", "words"), ("prompt", "words")):
            if kind.choose == needed and key not in mapping.entries:
                self.error(mapping, Code.MISSING_KEY, f"a task of kind `{name}` lacks `{key}`", f"add `{key}: ...`")
        if kind.choose != "words" and "rubric" in mapping.entries:
            hint = "only an essay has one; the rules mark the other tasks"
            self.error(mapping.keys["rubric"], Code.UNKNOWN_KEY, f"a task of kind `{name}` has no `rubric`", hint)
        own = self.optional(mapping, "task", lambda node, _: self.name(node, "a task"), "a task")
        if own is None and ("task" in mapping.entries or (kind.about and about is None)):
            self.unnamed.add(self.at(mapping))
        rubric = self.optional(mapping, "rubric", self.texts, "a task")
        return Task(
            id=own or (f"{name}-{about}" if about else name),
            kind=name,
            about=about,
            prompt=self.optional(mapping, "prompt", self.text, "a task"),
            expect=self.expected(mapping, name, kind),
            rubric=rubric or (),
            at=self.at(mapping),
        )

    def expected(self, mapping: Node_, name: str, kind: Kind) -> Any:
        """Return the key that the author expects."""
        node = mapping.entries.get("expect")
        if node is None:
            return None
        match kind.choose:
            case "each":
                inner = self.mapping(node, "`expect` of the task", "give an answer to each, by its id")
                if inner is None:
                    return None
                if not inner.entries:
                    self.error(inner, Code.EMPTY_VALUE, "`expect` of the task is empty", FILL)
                return {
                    key.text: answer
                    for key, value in ((inner.keys[text], value) for text, value in inner.entries.items())
                    if self.thing(key, kind)
                    and (answer := self.word(value, f"the answer to `{clip(key.text)}`", kind.answers))
                }
            case "any":
                items = self.some(node, "`expect` of the task")
                return tuple(name for name in (self.thing(item, kind) for item in items) if name is not None)
            case "one":
                chosen = self.thing(node, kind)
                return None if chosen is None else (chosen,)
        self.error(mapping.keys["expect"], Code.UNKNOWN_KEY, f"a task of kind `{name}` has no key", "write a `rubric`")
        return None

    def thing(self, node: Node, kind: Kind) -> str | None:
        """Return the id of what an answer is about: of something in the rule set, or any text."""
        if kind.of is None:
            return self.text(node, "an entry of `expect`")
        return self.known(node, getattr(self.rules, kind.of), {"criteria": "criterion"}.get(kind.of, kind.of[:-1]))

    def some(self, node: Node, what: str) -> list[Node]:
        """Return the items of a list, which is not empty."""
        items = self.sequence(node, what)
        if isinstance(node, Sequence) and not items:
            self.error(node, Code.EMPTY_VALUE, f"{what} is empty", FILL)
        return items

    def texts(self, node: Node, what: str) -> tuple[str, ...]:
        read = (self.text(item, f"an entry of {what}") for item in self.some(node, what))
        return tuple(text for text in read if text is not None)

    def points(self, mapping: Node_) -> tuple[int, ...]:
        node = mapping.entries.get("points")
        if node is None:
            return ()
        read = (self.integer(item, POINTS, "an entry of `points`") for item in self.sequence(node, "`points`"))
        return tuple(sorted({one for one in read if one is not None}))

    def integer(self, node: Node, known: Any, what: str) -> int | None:
        """Return the number that `node` is, if it is one of a few."""
        words = [str(one) for one in known]
        if isinstance(node, Scalar) and not node.plain and node.text in words:
            self.error(node, Code.NOT_A_NUMBER, f"{what} must be a number, not {shape(node)}", f"write {node.text}")
            return None
        if isinstance(node, Scalar) and node.json() is not None and node.text not in words:
            self.error(node, Code.UNKNOWN_WORD, f"{what} cannot be `{clip(node.text)}`", one_of(words))
            return None
        word = self.word(node, what, words)
        return None if word is None else int(word)

    def known(self, node: Node, known: Mapping[str, Any], what: str) -> str | None:
        """Return the id that `node` is, if there is such a thing."""
        if isinstance(node, Scalar) and node.json() is not None and node.text not in known:
            hint = self.near(node.text, known) or one_of(known)
            self.error(node, Code.UNKNOWN_ID, f"there is no {what} `{clip(node.text)}`", hint)
            return None
        return self.word(node, f"the {what}", known)

    def unique(self, named: list[tuple[str, Span]], what: str) -> None:
        """Complain about a second thing of one id."""
        first: dict[str, Span] = {}
        for name, at in named:
            if name in first:
                message = f"a second {what} is called `{name}`; the first is in line {first[name].line}"
                hint = "give it a name of its own with `task: ...`" if what == "task" else "give each a name of its own"
                self.error(Scalar("", False, at.line, at.column), Code.DUPLICATE_NAME, message, hint)
            first.setdefault(name, at)


def _stated(situation: Situation | None) -> dict[str, None]:
    """Return the names of the facts that a situation states, those that nobody knows too."""
    return {} if situation is None else dict.fromkeys((*situation.facts, *situation.asked))
