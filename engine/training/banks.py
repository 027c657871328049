"""Exercises from generated situations, and exercises as the lines of a file."""

from collections.abc import Iterable, Iterator, Mapping

from comity.engine.assessment.assess import program
from comity.engine.assessment.evaluate import VERDICTS
from comity.engine.language.model import RuleSet
from comity.engine.language.writing import situation_lines
from comity.engine.training.exercise import Exercise, Stage, Task
from comity.engine.training.generation import Generated


def exercise_from(rules: RuleSet, one: Generated) -> Exercise:
    """Return the exercise that asks about a generated situation: all is told, and the narrative alone tells it.

    Its tasks say what key to expect, so that it is noticed when other rules would give another.
    """
    run = program(rules, one.reading).start(one.situation.facts, one.as_of)
    criteria = run.program.criteria(one.context)
    tasks = [
        Task(id="contexts", kind="contexts", expect={name: VERDICTS[run.truth(name)] for name in rules.contexts}),
        Task(
            id=f"criteria-{one.context}",
            kind="criteria",
            about=one.context,
            expect={name: VERDICTS[run.truth(name)] for name in criteria},
        ),
    ]
    if one.kind == "near-miss":
        lacking = {name: "yes" if name in one.lacking else "no" for name in criteria}
        tasks.append(Task(id=f"near-miss-{one.context}", kind="near-miss", about=one.context, expect=lacking))
    told = frozenset(one.situation.facts)
    stage = Stage(title=None, narrative=one.situation.narrative, tells=told, tasks=tuple(tasks))
    return Exercise(
        id=one.situation.id,
        title=one.situation.title or one.situation.id,
        level=one.level,
        points=(),
        reading=None if one.reading == rules.default_reading else one.reading,
        situation=one.situation,
        stages=(stage,),
        listed=False,
    )


def bank_lines(rules: RuleSet, made: Iterable[Generated]) -> Iterator[str]:
    """Yield the lines of a file with an exercise for each generated situation, and before each what it shows."""
    yield "exercises:"
    for one in made:
        yield from (f"  {line}".rstrip() for line in _lines(rules, one))


def _lines(rules: RuleSet, one: Generated) -> Iterator[str]:
    exercise = exercise_from(rules, one)
    yield f"# {_shown(one)}"
    yield f"- exercise: {exercise.id}"
    yield f"  title: {_quoted(exercise.title)}"
    yield f"  level: {exercise.level}"
    if exercise.reading is not None:
        yield f"  reading: {exercise.reading}"
    yield "  listed: false"
    yield "  situation:"
    yield from (f"    {line}" for line in situation_lines(rules, exercise.situation))
    yield "  tasks:"
    for task in exercise.tasks:
        about = "" if task.about is None else f", about: {task.about}"
        assert isinstance(task.expect, Mapping)
        expected = ", ".join(f"{name}: {_quoted(answer)}" for name, answer in task.expect.items())
        yield f"    - {{kind: {task.kind}{about}, expect: {{{expected}}}}}"


def _quoted(text: str) -> str:
    return text if text in ("met", "not-met", "unknown") else f'"{text}"'


def _shown(one: Generated) -> str:
    criteria = ", ".join(one.lacking)
    match one.kind:
        case "near-miss" if len(one.lacking) == 1:
            return f"near miss of {one.context}: it would be met if {criteria} were"
        case "near-miss":
            return f"near miss of {one.context}: it would be met if any one of these were: {criteria}"
        case "straddling":
            return f"an estimate leaves {one.context} open: {criteria}"
    return f"{one.context} is met"
