"""What a rule set says in vain: what can never be met, what always is, what says the same, parts that change nothing.

All of it speaks of complete situations that the rule set does not call impossible, on each of the days that `_days`
gives. First many situations are tried, by the evaluator; only what they all leave open goes to the solver.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from comity.engine.assessment.assess import program
from comity.engine.assessment.evaluate import Program
from comity.engine.assessment.samples import samples
from comity.engine.checking.claims import Under, days, decide, looks_at_the_day
from comity.engine.checking.judged import Judged
from comity.engine.checking.masks import Masks, Pair
from comity.engine.checking.proofs import difference
from comity.engine.checking.recombined import Recombined
from comity.engine.language.condition import Conclusion, Condition, walk
from comity.engine.language.diagnostic import Code, Diagnostic, judgement
from comity.engine.language.model import Context, Criterion, Form, Given, Measure, Principle, RuleSet
from comity.engine.language.mutants import Mutant, changed_condition, mutants
from comity.engine.translation.extent import MOST_ROWS, rows_needed, windows
from comity.engine.translation.formulas import Formula, conj, disj, neg
from comity.engine.translation.smt import Translation
from comity.engine.translation.solver import Solver
from comity.engine.translation.space import Script, Space
from comity.engine.translation.truths import Truths

_LIMIT = 2_000_000  # steps for one question: what takes longer is no finding


def nothing_possible(judged: Judged) -> Iterator[Diagnostic]:
    """What the rule set calls impossible leaves no complete situation."""
    if _logic(judged.rules).nothing:
        first = judged.rules.impossible[0]
        message = "what is `impossible` leaves no situation"
        hint = "correct an entry: each says what cannot be, and together they must leave something"
        yield judgement(Code.NOTHING_POSSIBLE, "impossible", first.at, message, hint)


def never_met(judged: Judged) -> Iterator[Diagnostic]:
    """A criterion, context, form or principle that no complete situation meets, a measure that none calls for."""
    for one, rows in _logic(judged.rules).never:
        verb = "calls for" if isinstance(one, Measure) else "meets"
        message = f"no situation {verb} the {_kind(one)} `{one.id}`{_within(rows)}"
        yield judgement(Code.NEVER_MET, one.id, one.at, message, "correct its condition, or leave it out")


def always_met(judged: Judged) -> Iterator[Diagnostic]:
    """A criterion, context, form or principle that every complete situation meets."""
    for one, rows in _logic(judged.rules).always:
        message = f"every situation meets the {_kind(one)} `{one.id}`{_within(rows)}"
        yield judgement(Code.ALWAYS_MET, one.id, one.at, message, "correct its condition, or leave it out")


def same_condition(judged: Judged) -> Iterator[Diagnostic]:
    """A criterion or context that comes out like another one in every complete situation."""
    for one, other, rows in _logic(judged.rules).same:
        message = f"the {_kind(one)} `{one.id}` says the same as the {_kind(other)} `{other.id}`{_within(rows)}"
        hint = f"let one of them be {{{_kind(other)}: {other.id}}}, or leave one out"
        yield judgement(Code.SAME_CONDITION, one.id, one.at, message, hint)


def useless_part(judged: Judged) -> Iterator[Diagnostic]:
    """A part of a condition without which no complete situation comes out otherwise."""
    for mutant, rows in _logic(judged.rules).useless:
        message = f"`{mutant.place}` comes out the same {mutant.change}{_within(rows)}"
        yield judgement(Code.USELESS_PART, mutant.place, mutant.at, message, "leave that part out, or correct it")


def _within(rows: int | None) -> str:
    return "" if rows is None else f", in tables of up to {rows} rows"


Judgeable = Criterion | Context | Form | Principle | Measure


def _kind(one: Judgeable) -> str:
    return type(one).__name__.lower()


def says_the_same(rules: RuleSet, reading: str) -> bool:
    """Tell whether it is proved that under a reading every conclusion comes out as under the default reading."""
    default = rules.default_reading
    *others, day = _days(rules, default, reading)
    programs = program(rules, default), program(rules, reading)
    for facts in samples(rules, reading, day):
        one, other = (compiled.start(facts, day) for compiled in programs)
        for name in programs[0].conclusions:
            a, b = one.truth(name), other.truth(name)
            if a is not None and b is not None and a is not b:
                return False
    under = Under(rules, default), Under(rules, reading)
    answers = (
        decide(difference(*under, name), each, _LIMIT) for each in (day, *others) for name in programs[0].conclusions
    )
    return all(answer.result == "proved" and answer.rows is None for answer in answers)


def _days(rules: RuleSet, *readings: str | None) -> tuple[date, ...]:
    """Return the days on which all is asked.

    Where time matters, that is the last day of all too: what nobody can have done by today may be met later.
    """
    later = any(looks_at_the_day(rules, reading) for reading in readings)
    return (*([date.max] if later else []), *days([rules]))


class _Found(NamedTuple):
    """What was proved, each with the number of rows of tables that the proof is limited to."""

    never: tuple[tuple[Judgeable, int | None], ...]
    always: tuple[tuple[Judgeable, int | None], ...]
    same: tuple[tuple[Judgeable, Judgeable, int | None], ...]
    useless: tuple[tuple[Mutant, int | None], ...]
    nothing: bool = False  # whether no situation is possible, so that nothing can be said


@lru_cache(maxsize=2)
def _logic(rules: RuleSet) -> _Found:
    return _Logic(rules).found()


class _Tried:
    """What conditions came to in situations that were tried and are possible."""

    def __init__(self, compiled: Program, situations: Iterable[Mapping[str, Given]], as_of: date) -> None:
        self.masks = Masks(compiled, [(facts, as_of) for facts in situations])
        self.possible = self.masks.possible

    def of(self, condition: Condition) -> Pair:
        met, not_met = self.masks.of(condition)
        return Pair(met & self.possible, not_met & self.possible)


class _Logic:
    """Tries what can be tried, and proves the rest in one script."""

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self.days = _days(rules, rules.default_reading)
        self.as_of = self.days[-1]
        self.program = program(rules)
        self.things: dict[str, Judgeable] = {
            **rules.criteria,
            **rules.contexts,
            **rules.forms,
            **rules.principles,
            **rules.measures,
        }
        self.tried = _Tried(self.program, samples(rules, None, self.as_of), self.as_of)
        self.recombined = Recombined(self.tried.masks)

    def found(self) -> _Found:
        if not self.tried.possible and self.nothing_possible():
            return _Found((), (), (), (), nothing=True)
        conditions = {name: self.program.conclusions[name] for name in self.things if not self.alias(name)}
        tried = {name: self.tried.of(condition) for name, condition in conditions.items()}
        never = [name for name, (met, _) in tried.items() if not met]
        always = [name for name, (_, not_met) in tried.items() if not not_met and name not in self.rules.measures]
        questions: dict[Any, Callable[[Translation], Formula]] = {}
        for name in never:
            questions[name, "never"] = _meets(conditions[name])
        for name in always:
            questions[name, "always"] = _fails(conditions[name])
        proved = self.impossible(questions)
        silent = {name for name, kind, *_ in proved if kind in ("never", "always")}
        pairs = self.alike(tried, silent)
        proved |= self.impossible(
            {
                (one, "same", other): _apart(conditions[one], conditions[other])
                for one, other in pairs
                if not self.recombined.tell_apart(conditions[one], conditions[other])
            }
        )
        dropped = self.useless(silent)
        return _Found(
            tuple((self.things[name], proved[name, "never"]) for name in never if (name, "never") in proved),
            tuple((self.things[name], proved[name, "always"]) for name in always if (name, "always") in proved),
            tuple(self.first_alike(pairs, proved)),
            tuple(dropped),
        )

    def nothing_possible(self) -> bool:
        return all(self.nothing_possible_on(day) for day in self.days)

    def nothing_possible_on(self, day: date) -> bool:
        script = Script()
        space = Space(script, day, min(self.rows, MOST_ROWS), self.windows[day])
        translation = Translation(space, self.rules, conclusions=self.program.conclusions)
        script.domain += [neg(one) for one in translation.impossible()]
        space.finish()
        return Solver(script, {}, _LIMIT).check([]) is False

    # --- the same ---

    def alike(self, tried: dict[str, Pair], settled: set[str]) -> list[tuple[str, str]]:
        """Return the criteria and contexts that came out alike wherever they were tried, later beside earlier."""
        groups: dict[Pair, list[str]] = {}
        for name in (*self.rules.criteria, *self.rules.contexts):
            if name in tried and name not in settled:
                groups.setdefault(tried[name], []).append(name)
        return [
            (name, other)
            for group in groups.values()
            for index, name in enumerate(group)
            for other in group[max(0, index - 8) : index]  # so that the work stays in proportion to the rules
        ]

    def alias(self, name: str) -> bool:
        """Tell whether a conclusion only names another: whatever is wrong is wrong there."""
        return isinstance(self.program.conclusions[name], Conclusion)

    def first_alike(
        self, pairs: Iterable[tuple[str, str]], proved: dict[Any, int | None]
    ) -> Iterator[tuple[Judgeable, Judgeable, int | None]]:
        said: set[str] = set()
        for one, other in pairs:
            if (one, "same", other) in proved and one not in said:
                said.add(one)
                yield self.things[one], self.things[other], proved[one, "same", other]

    # --- useless parts ---

    def useless(self, silent: set[str]) -> Iterator[tuple[Mutant, int | None]]:
        """Yield the parts that change nothing: one of each condition, since the others may need it gone.

        That is the one that leaves the least, and of several the last.
        """
        left = [
            mutant
            for mutant in mutants(self.rules, drops=True)
            if self.speaks(mutant, silent) and not self.differs(mutant)
        ]
        questions: dict[Any, Callable[[Translation], Formula]] = {
            (mutant.place, number): _apart(self.before(mutant), changed_condition(self.rules, mutant))
            for number, mutant in enumerate(left)
        }
        proved = self.impossible(questions)
        best: dict[str, tuple[int, int]] = {}
        for number, mutant in enumerate(left):
            if (mutant.place, number) in proved:
                size = (sum(1 for _ in walk(mutant.after)), -number)
                best[mutant.place] = min(size, best.get(mutant.place, size))
        for place, (_, number) in best.items():
            yield left[-number], proved[place, -number]

    def speaks(self, mutant: Mutant, silent: set[str]) -> bool:
        """Tell whether a mutant is one of a conclusion's own condition that can come out either way."""
        if mutant.reading not in (None, self.program.reading) or mutant.place in silent:
            return False
        defined = self.program.reading is not None and mutant.place in self.rules.readings[self.program.reading].define
        return mutant.place in self.program.conclusions and (mutant.reading is not None) is defined

    def before(self, mutant: Mutant) -> Condition:
        return self.program.conclusions[mutant.place]

    def differs(self, mutant: Mutant) -> bool:
        """Tell whether a situation comes out otherwise without the part: one that was tried, or put together."""
        one, other = self.before(mutant), changed_condition(self.rules, mutant)
        a, b = self.tried.of(one), self.tried.of(other)
        return bool(a.met & b.not_met | a.not_met & b.met) or self.recombined.tell_apart(one, other)

    # --- proofs ---

    def impossible(self, questions: dict[Any, Callable[[Translation], Formula]]) -> dict[Any, int | None]:
        """Return the questions whose formulas never hold, each with the rows of tables that this is proved for.

        None stands for any number of rows: it holds whatever tables say.
        """
        found: dict[Any, int | None] = dict.fromkeys(questions)
        for day in reversed(self.days):
            proved = self.impossible_on(day, {key: questions[key] for key in found})
            found = {key: found[key] or rows for key, rows in proved.items()}
        return found

    def impossible_on(self, day: date, questions: dict[Any, Callable[[Translation], Formula]]) -> dict[Any, int | None]:
        """Return what is `impossible` on one day.

        The questions about one place (the first part of their key) have a script of their own, so that the work is in
        proportion to what they are about.
        """
        found: dict[Any, int | None] = {}
        places: dict[str, list[Any]] = {}
        for key in questions:
            places.setdefault(key[0], []).append(key)
        for keys in places.values():
            for tables in (False, True)[: 2 if self.rows <= MOST_ROWS else 1]:
                left = {key: questions[key] for key in keys if key not in found}
                script = Script()
                rows = self.rows if tables else 0
                space = Space(script, day, rows, self.windows[day])
                translation = Translation(space, self.rules, tables=tables, conclusions=self.program.conclusions)
                formulas: dict[Any, Formula] = {key: ask(translation) for key, ask in left.items()}
                script.domain += [neg(one) for one in translation.impossible()]
                space.finish()
                solver = Solver(script, formulas, _LIMIT)
                proved = [key for key in left if solver.possible(key) is False]
                if proved and solver.check([]):
                    found |= dict.fromkeys(proved, rows or None)
                if not space.tables or len(proved) == len(left):
                    break
        return found

    @cached_property
    def rows(self) -> int:
        return rows_needed([self.rules], self.program.conclusions.values())

    @cached_property
    def windows(self) -> dict[date, dict[tuple[str, str], set[date]]]:
        return {day: windows(self.rules, None, None, day) for day in self.days}


def _meets(condition: Condition) -> Callable[[Translation], Formula]:
    return lambda translation: translation.condition(condition).met


def _fails(condition: Condition) -> Callable[[Translation], Formula]:
    return lambda translation: translation.condition(condition).not_met


def _apart(one: Condition, other: Condition) -> Callable[[Translation], Formula]:
    def ask(translation: Translation) -> Formula:
        a, b = translation.condition(one), translation.condition(other)
        return _differ(a, b)

    return ask


def _differ(a: Truths, b: Truths) -> Formula:
    return disj([conj([a.met, b.not_met]), conj([a.not_met, b.met])])
