"""What conditions come to in many situations at once: one bit for each situation.

The evaluator runs each situation once. What a changed condition comes to is then put together from what is known: a
join of parts is an operation on whole numbers, and a test that nobody has made yet is made by the evaluator, once for
each value that differs. So thousands of mutants can be tried against thousands of cases.
"""

from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property, reduce
from itertools import chain
from math import ceil
from operator import and_, or_
from typing import Any, NamedTuple, TypeAlias, TypeGuard, assert_never, cast

from comity.engine.assessment.assess import program
from comity.engine.assessment.evaluate import STANDINGS, STATUSES, VERDICTS, Program, compile_rules
from comity.engine.assessment.explain import result
from comity.engine.language.condition import (
    AllOf,
    AnyOf,
    AtLeast,
    Conclusion,
    Condition,
    Constant,
    Every,
    Expression,
    FactValue,
    Not,
    Some,
    Test,
)
from comity.engine.language.model import Criterion, Fact, Given, RuleSet, Situation, ValueType
from comity.engine.language.mutants import Mutant, changed_condition, changed_fact
from comity.engine.language.operators import Operator
from comity.engine.language.quantity import Range, ends
from comity.engine.language.references import evaluation_order, names_in
from comity.engine.language.truth import Kleene


class Pair(NamedTuple):
    """In which situations a condition is met, and in which it is not met; in all others it is unknown.

    Bit 0 stands for the first situation.
    """

    met: int
    not_met: int


_Row: TypeAlias = tuple[Kleene, ...]  # what several tests come to in one situation

_LETTERS = {True: ord("1"), False: ord("0"), None: ord("2")}
_MET = bytes.maketrans(b"2", b"0")
_NOT_MET = bytes.maketrans(b"012", b"100")
CHUNK = 256  # situations whose memories are held at a time


def pair(letters: bytes) -> Pair:
    """Return truths, one `letter` each, as masks.

    >>> pair(b"102")
    Pair(met=1, not_met=2)
    """
    digits = letters[::-1]
    return Pair(int(digits.translate(_MET) or b"0", 2), int(digits.translate(_NOT_MET) or b"0", 2))


def letters(truths: Iterable[Kleene]) -> bytes:
    """Return truths, one letter each.

    >>> letters([True, False, None])
    b'102'
    """
    return bytes(map(_LETTERS.__getitem__, truths))


class Masks:
    """What the conditions of one compiled rule set come to in `situations`: facts by name, with the as-of date."""

    def __init__(self, compiled: Program, situations: Iterable[tuple[Mapping[str, Given], date]]) -> None:
        self.program = compiled
        self.situations = tuple(situations)
        self.all = (1 << len(self.situations)) - 1
        self._columns: dict[int, bytes] = {}  # truths, by slot
        self._values: dict[int, list[Any]] = {}  # values of facts, by slot
        self._run()
        self._pairs: dict[int, Pair] = {}  # by slot
        self._tests: dict[Condition, Pair] = {}  # that the program does not make
        self._numbers: dict[Expression, dict[Any, int]] = {}
        self._affected: dict[str, tuple[str, ...]] = {}

    def _run(self) -> None:
        """Run every situation, and keep what the memories hold of conditions and facts."""
        truths: dict[int, list[bytes]] = {}
        for term, slot in self.program.slots.items():
            if isinstance(term, FactValue):
                self._values[slot] = []
            if isinstance(term, Condition):
                truths[slot] = []
        for start in range(0, len(self.situations), CHUNK):
            memories = [self.program.run(*one) for one in self.situations[start : start + CHUNK]]
            for slot, column in enumerate(zip(*memories, strict=True)):
                if slot in truths:
                    truths[slot].append(letters(column))
                if slot in self._values:
                    self._values[slot] += column
        self._columns = {slot: b"".join(chunks) for slot, chunks in truths.items()}

    @cached_property
    def possible(self) -> int:
        """Where nothing is met that the rule set says is impossible."""
        return self.all & ~_either(self.masks(exclusion.when).met for exclusion in self.program.rules.impossible)

    def masks(self, condition: Condition) -> Pair:
        """Return what a condition of the program came to."""
        return self._at(self.program.slots[condition])

    def conclusion(self, name: str) -> Pair:
        """Return what a conclusion came to, by its id."""
        return self.masks(self.program.conclusions[name])

    def _at(self, slot: int) -> Pair:
        found = self._pairs.get(slot)
        if found is None:
            found = self._pairs[slot] = pair(self._columns[slot])
        return found

    # --- changed conditions ---

    def of(self, changed: Condition) -> Pair:
        """Return what a condition comes to that need not be in the program."""
        slot = self.program.slots.get(changed)
        if slot is not None:
            return self._at(slot)
        match changed:
            case Conclusion(id=name):
                return self.conclusion(name)
            case Test() | Some() | Every():
                self.prepare([changed])
                return self._tests[changed]
            case _:
                return self.joined(changed, self.of)

    def prepare(self, changed: Iterable[Condition]) -> None:
        """Make the tests that `of` will need for these conditions: together they take less time than one by one."""
        others: list[Condition] = []
        turning: dict[str, list[Condition]] = {}
        known = (self.program.slots, self._tests)
        for test in dict.fromkeys(one for condition in changed for one in _tests_in(condition, *known)):
            (turning.setdefault(test.fact, []) if self._turns(test) else others).append(test)
        self._tests |= self._made(others, self.program.conclusions, self.program.rules.facts)
        for fact, tests in turning.items():
            self._tests |= self._made_in_order(fact, tests)

    def joined(self, condition: AllOf | AnyOf | Not | AtLeast, of: Callable[[Condition], Pair]) -> Pair:
        """Return what a join comes to, by what `of` says of its parts."""
        match condition:
            case AllOf(parts):
                pairs = [of(part) for part in parts]
                return Pair(reduce(and_, (one.met for one in pairs), self.all), _either(one.not_met for one in pairs))
            case AnyOf(parts):
                pairs = [of(part) for part in parts]
                return Pair(_either(one.met for one in pairs), reduce(and_, (one.not_met for one in pairs), self.all))
            case Not(part):
                met, not_met = of(part)
                return Pair(not_met, met)
            case AtLeast(k, parts):
                return self._at_least(k, [of(part) for part in parts])
            case _:
                assert_never(condition)

    def _at_least(self, k: Expression, pairs: Sequence[Pair]) -> Pair:
        met = not_met = 0
        surely = [one.met for one in pairs]
        maybe = [self.all ^ one.not_met for one in pairs]
        for number, where in self._by_number(k).items():
            low, high = ends(number)
            met |= where & reaching(high, surely, self.all)
            not_met |= where & ~reaching(low, maybe, self.all)
        return Pair(met, not_met)

    def _by_number(self, k: Expression) -> dict[Any, int]:
        """Return the values of the number of an `at_least`, each with the situations in which it has that value."""
        if k not in self._numbers:
            days: dict[date, int] = {}
            for index, (_, as_of) in enumerate(self.situations):
                days[as_of] = days.get(as_of, 0) | 1 << index
            small = self._small([AtLeast(k, ())], self.program.conclusions, self.program.rules.facts)
            found: dict[Any, int] = {}
            for as_of, where in days.items():
                number = result(small.start({}, as_of), k)
                found[number] = found.get(number, 0) | where
            self._numbers[k] = found
        return self._numbers[k]

    # --- tests, made by the evaluator ---

    def _turns(self, test: Condition) -> TypeGuard[Test]:
        """Tell whether a test comes out one way up to some value of its fact, and the other way from there on."""
        return (
            isinstance(test, Test)
            and test.operator not in (Operator.IS, Operator.IS_NOT)
            and FactValue(test.fact) in self.program.slots
            and not any(names_in(test.bound))
        )

    def _made_in_order(self, fact: str, tests: Sequence[Condition]) -> dict[Condition, Pair]:
        """Return what tests come to that turn once along the values of a fact: made only around where they turn."""
        truths = self._maker(tests, self.program.conclusions, self.program.rules.facts)
        by_day: dict[date, dict[Any, list[int]]] = {}
        values = self._values[self.program.slots[FactValue(fact)]]
        for number, (value, (_, as_of)) in enumerate(zip(values, self.situations, strict=True)):
            by_day.setdefault(as_of, {}).setdefault(value, []).append(number)
        rows: dict[_Row, list[int]] = {}
        for by_value in by_day.values():
            points = [_rank(value) for value in by_value if value.__class__ is not Range]
            ladders = [[value] for value in by_value if value.__class__ is Range]
            for ladder in (*ladders, [value for _, value in sorted(points)]):
                for row, same in _climbed([by_value[value] for value in ladder], truths):
                    rows.setdefault(row, []).extend(same)
        return self._by_test(tests, rows)

    def _made(
        self, tests: Sequence[Condition], conclusions: Mapping[str, Condition], facts: Mapping[str, Fact]
    ) -> dict[Condition, Pair]:
        """Return what tests come to under `conclusions` and `facts`, which may differ from the program's.

        The evaluator makes a test once for each day and set of values that the facts have that it rests on.
        """
        by_facts: dict[frozenset[str], list[Condition]] = {}
        for test in tests:
            by_facts.setdefault(frozenset(self.reached(names_in(test))), []).append(test)
        found: dict[Condition, Pair] = {}
        for names, together in by_facts.items():
            truths = self._maker(together, conclusions, facts)
            rows: dict[_Row, list[int]] = {}
            for same in self._same(names & facts.keys()):
                rows.setdefault(truths(same[0]), []).extend(same)
            found |= self._by_test(together, rows)
        return found

    def _by_test(self, tests: Sequence[Condition], rows: Mapping[_Row, Sequence[int]]) -> dict[Condition, Pair]:
        """Return what each test comes to, from the situations in which all of them come to the same."""
        masks = {row: self._mask(numbers) for row, numbers in rows.items()}
        return {
            test: Pair(
                _either(mask for row, mask in masks.items() if row[number] is True),
                _either(mask for row, mask in masks.items() if row[number] is False),
            )
            for number, test in enumerate(tests)
        }

    def _mask(self, numbers: Sequence[int]) -> int:
        digits = bytearray(b"0") * len(self.situations)
        for number in numbers:
            digits[-1 - number] = ord("1")
        return int(digits, 2)

    def _maker(
        self, tests: Sequence[Condition], conclusions: Mapping[str, Condition], facts: Mapping[str, Fact]
    ) -> Callable[[int], _Row]:
        """Return the function from the number of a situation to what `tests` come to in it."""
        small = self._small(tests, conclusions, facts)
        slots = [small.slots[test] for test in tests]

        def truths(number: int) -> _Row:
            memory = small.run(*self.situations[number])
            return tuple([memory[slot] for slot in slots])

        return truths

    def _same(self, names: Iterable[str]) -> Collection[list[int]]:
        """Return the situations that have the same day and the same values of some facts."""
        given = [self._given(name) for name in names]
        found: dict[tuple[Any, ...], list[int]] = {}
        for number, key in enumerate(zip(*given, (as_of for _, as_of in self.situations), strict=True)):
            found.setdefault(key, []).append(number)
        return found.values()

    def _given(self, name: str) -> list[Any]:
        """Return what each situation gives of a fact, in a form that can be told apart from others."""
        return [_hashable(facts.get(name)) for facts, _ in self.situations]

    def _small(
        self, tests: Sequence[Condition], conclusions: Mapping[str, Condition], facts: Mapping[str, Fact]
    ) -> Program:
        """Return the compiled form of `tests` and of what they rest on, and of nothing else."""
        reached = self.reached(name for test in tests for name in names_in(test))
        wanted = {
            **{name: conclusions[name] for name in reached if name in conclusions},
            **{str(number): test for number, test in enumerate(tests)},
        }
        rules = self.program.rules.but(
            criteria={name: Criterion(id=name, title=name, when=when) for name, when in wanted.items()},
            facts={name: facts[name] for name in reached if name in facts},
            **{section: {} for section in ("readings", "contexts", "measures", "forms", "principles")},
            impossible=(),
        )
        return compile_rules(rules, None, self.program.set)

    def reached(self, names: Iterable[str]) -> dict[str, None]:
        """Return the facts and conclusions among `names`, and those that they rest on."""
        found: dict[str, None] = {}
        waiting = [*names]
        while waiting:
            name = waiting.pop()
            if name not in found and (name in self.program.rules.facts or name in self.program.conclusions):
                found[name] = None
                waiting += self._needs(name)
        return found

    def _needs(self, name: str) -> Iterator[str]:
        """Yield what a conclusion or a fact directly rests on, by name; columns too."""
        if name in self.program.conclusions:
            yield from names_in(self.program.conclusions[name])
        elif name in self.program.rules.facts:
            fact = self.program.rules.facts[name]
            for one in (fact, *fact.columns.values()):
                yield from () if one.derive is None else names_in(one.derive)

    # --- mutants ---

    def under(self, mutant: Mutant) -> dict[str, Pair]:
        """Return what conclusions come to under a mutant, by id: those that come out otherwise in some situation."""
        rules, reading = self.program.rules, self.program.reading
        defined = {} if reading is None else rules.readings[reading].define
        if mutant.place in defined if mutant.reading is None else mutant.reading != reading:
            return {}  # the program does not run what is changed
        fact = changed_fact(rules, mutant)
        if fact is None:
            return _View(self, mutant.place, {mutant.place: changed_condition(rules, mutant)}, {}).follow()
        return _View(self, fact.name, {}, {fact.name: fact}).follow()

    def affected(self, name: str) -> tuple[str, ...]:
        """Return the conclusions and derived facts that rest on `name`, each after those that it rests on itself."""
        if name not in self._affected:
            found: set[str] = set()
            waiting = [name]
            while waiting:
                users = [user for user in self._users.get(waiting.pop(), ()) if user not in found]
                found.update(users)
                waiting += users
            self._affected[name] = tuple(sorted(found, key=self._order.__getitem__))
        return self._affected[name]

    @cached_property
    def needs(self) -> dict[str, frozenset[str]]:
        """What each conclusion and derived fact directly rests on, by name."""
        return {name: frozenset(self._needs(name)) for name in self._order}

    @cached_property
    def _order(self) -> dict[str, int]:
        order = evaluation_order(self.program.rules, self.program.reading)
        return {name: number for number, name in enumerate(order)}

    @cached_property
    def _users(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, needs in self.needs.items():
            for need in needs:
                found.setdefault(need, []).append(name)
        return found

    def value(self, fact: str) -> Pair:
        """Return where the value in use of a derived boolean fact is true, and where it is false."""
        return pair(letters(self._values[self.program.slots[FactValue(fact)]]))

    def given_or(self, fact: str, derived: Pair) -> Pair:
        """Return the same with another derivation: a given value goes before it."""
        given = pair(letters(self._given(fact)))
        open_ = self.all ^ (given.met | given.not_met)
        return Pair(given.met | derived.met & open_, given.not_met | derived.not_met & open_)

    def made(
        self, tests: Sequence[Condition], conclusions: Mapping[str, Condition], facts: Mapping[str, Fact]
    ) -> dict[Condition, Pair]:
        """Return what tests come to where these conclusions and facts are changed."""
        program = self.program
        return self._made(tests, {**program.conclusions, **conclusions}, {**program.rules.facts, **facts})


class _View:
    """What differs under changed conclusions or facts, followed from what is changed to all that rests on it."""

    def __init__(
        self, masks: Masks, start: str, conclusions: Mapping[str, Condition], facts: Mapping[str, Fact]
    ) -> None:
        self.masks = masks
        self.start = start
        self.conclusions = conclusions
        self.facts = facts
        self.differs: dict[str, Pair | None] = {}  # None where the values are no truths
        self.tests: dict[Condition, Pair] = {}  # that rest on what differs

    def follow(self) -> dict[str, Pair]:
        """Return the conclusions that come out otherwise, by id, with what they come to."""
        self.settle(self.start)
        if self.differs:
            for name in self.masks.affected(self.start):
                if not self.masks.needs[name].isdisjoint(self.differs):
                    self.settle(name)
        known = self.masks.program.conclusions
        return {name: found for name, found in self.differs.items() if found is not None and name in known}

    def settle(self, name: str) -> None:
        """Find out whether a conclusion or a derived fact differs."""
        masks = self.masks
        condition = self.conclusions.get(name) or masks.program.conclusions.get(name)
        if condition is not None:
            found, before = self.of(condition), masks.conclusion(name)
        else:
            fact = self.facts.get(name) or masks.program.rules.facts[name]
            if fact.value_type is not ValueType.BOOLEAN:
                self.differs[name] = None
                return
            found, before = masks.given_or(name, self.of(cast(Condition, fact.derive))), masks.value(name)
        if found != before:
            self.differs[name] = found

    def of(self, condition: Condition) -> Pair:
        """Return what a condition comes to."""
        if not self.differs:
            return self.masks.of(condition)
        match condition:
            case Conclusion(id=name):
                return self.differs.get(name) or self.masks.conclusion(name)
            case Test(fact, operator, Constant(value=value)) if (pair := self.differs.get(fact)) is not None:
                return pair if value is (operator is Operator.IS) else Pair(pair.not_met, pair.met)
            case Test() | Some() | Every():
                if self.differs.keys().isdisjoint(names_in(condition)):
                    return self.masks.of(condition)
                if condition not in self.tests:
                    self.tests |= self.masks.made([*self.waiting(condition)], self.conclusions, self.facts)
                return self.tests[condition]
            case _:
                return self.masks.joined(condition, self.of)

    def waiting(self, condition: Condition) -> dict[Condition, None]:
        """Return a test, and those that will be needed like it: of all that rests on facts that may differ."""
        compiled = self.masks.program
        affected = self.masks.affected(self.start)
        facts = {name for name in (self.start, *affected) if name in compiled.rules.facts}
        found = {condition: None}
        for name in affected:
            whole = compiled.conclusions.get(name)
            for test in () if whole is None else _tests_in(whole, self.tests):
                truth = isinstance(test, Test) and compiled.rules.facts[test.fact].value_type is ValueType.BOOLEAN
                if not truth and not facts.isdisjoint(names_in(test)):
                    found[test] = None
        return found


# --- which cases tell mutants from the rules ------------------------------------------------------------------------


def kills(rules: RuleSet, mutants: Iterable[Mutant], situations: Sequence[Situation]) -> dict[Mutant, Situation | None]:
    """Return for each mutant the first of `situations` with an expectation that fails under it, if there is one.

    Raises `ValueError` if one has no as-of date.
    """
    first: dict[Mutant, int] = {}
    found = [*mutants]
    for compiled, numbers in by_program(rules, situations):
        group = _Group(compiled, situations, numbers)
        open_ = [one for one in found if group.about_it(one) and first.get(one, len(situations)) > numbers[0]]
        group.masks.prepare(one.after for one in open_ if isinstance(one.after, Condition) and not one.of_column)
        for mutant in open_:
            number = group.first_failure(mutant)
            if number is not None:
                first[mutant] = min(number, first.get(mutant, number))
    return {one: situations[first[one]] if one in first else None for one in found}


def by_program(rules: RuleSet, situations: Sequence[Situation]) -> Iterator[tuple[Program, list[int]]]:
    """Yield the numbers of the situations that run under the same reading and parameters, with the rules so compiled.

    Those come first that begin first.
    """
    together: dict[tuple[str | None, tuple[tuple[str, Any], ...]], list[int]] = {}
    for number, one in enumerate(situations):
        key = (one.reading or rules.default_reading, tuple(sorted(one.set.items())))
        together.setdefault(key, []).append(number)
    for (reading, changed), numbers in together.items():
        yield program(rules, reading, dict(changed)), numbers


def given(situation: Situation) -> tuple[Mapping[str, Given], date]:
    """Return the facts of a situation by name, and its as-of date.

    Raises `ValueError` if it has none.
    """
    if situation.as_of is None:
        raise ValueError(f"`{situation.id}` has no as-of date")
    return situation.all_facts, situation.as_of


_MEASURE = {word: truth for truth, word in STATUSES.items()}
_PRINCIPLE = {word: truth for truth, word in STANDINGS.items()}
_VERDICT = {word: truth for truth, word in VERDICTS.items()}
_WORDS = {"measure": _MEASURE, "principle": _PRINCIPLE}


class _Check(NamedTuple):
    """What is expected of one conclusion in the situations `where`: a truth, or that it is a reason for a context."""

    id: str
    where: int
    truth: Kleene
    because: str | None

    def failures(self, of: Callable[[str], Pair]) -> int:
        """Return where that is not so, by what `of` says of conclusions."""
        met, not_met = of(self.id)
        if self.because is not None:
            verdict = of(self.because)
            return self.where & (met ^ verdict.met | not_met ^ verdict.not_met)
        if self.truth is None:
            return self.where & (met | not_met)
        return self.where & ~(met if self.truth else not_met)


class _Group:
    """Situations that run under the same reading and parameters, and what they expect."""

    def __init__(self, compiled: Program, situations: Sequence[Situation], numbers: Sequence[int]) -> None:
        self.numbers = numbers
        self.masks = Masks(compiled, (given(situations[number]) for number in numbers))
        where: dict[tuple[str, Kleene, str | None], int] = {}
        for index, number in enumerate(numbers):
            for one in situations[number].expect:
                truth = None if one.because else _WORDS.get(one.kind, _VERDICT)[one.word]
                key = (one.id, truth, one.because)
                where[key] = where.get(key, 0) | 1 << index
        self.checks = [_Check(id_, mask, truth, because) for (id_, truth, because), mask in where.items()]
        self.about: dict[str, list[int]] = {}  # the checks that hang on a conclusion
        for number, check in enumerate(self.checks):
            for name in dict.fromkeys((check.id, check.because or check.id)):
                self.about.setdefault(name, []).append(number)
        failing = ((number, check.failures(self.masks.conclusion)) for number, check in enumerate(self.checks))
        self.failing = {number: failed for number, failed in failing if failed}  # under the rules as they are

    def about_it(self, mutant: Mutant) -> bool:
        """Tell whether an expectation could fail under a mutant: if any fails anyway, or rests on what is changed."""
        return bool(self.failing) or mutant.place.partition(".")[0] in self._within

    @cached_property
    def _within(self) -> Collection[str]:
        """What the expected conclusions rest on, themselves included."""
        return self.masks.reached(self.about)

    def first_failure(self, mutant: Mutant) -> int | None:
        """Return the number of the first situation with an expectation that fails under a mutant, if there is one."""
        changed = self.masks.under(mutant)
        again = {number for name in changed for number in self.about.get(name, ())}
        failed = _either(mask for number, mask in self.failing.items() if number not in again)

        def of(name: str) -> Pair:
            return changed.get(name) or self.masks.conclusion(name)

        failed |= _either(self.checks[number].failures(of) for number in again)
        return self.numbers[(failed & -failed).bit_length() - 1] if failed else None


def _tests_in(condition: Condition, *known: Container[Any]) -> Iterator[Condition]:
    """Yield the tests that a condition joins, apart from those inside what is known."""
    if any(condition in one for one in known):
        return
    match condition:
        case AllOf(parts) | AnyOf(parts) | AtLeast(parts=parts):
            for part in parts:
                yield from _tests_in(part, *known)
        case Not(part):
            yield from _tests_in(part, *known)
        case Test() | Some() | Every():
            yield condition
        case Conclusion():
            return
        case _:
            assert_never(condition)


def _either(masks: Iterable[int]) -> int:
    return reduce(or_, masks, 0)


def reaching(number: Any, masks: Sequence[int], everywhere: int) -> int:
    """Return where at least `number` of `masks` have a bit."""
    if number > len(masks):
        return 0
    reached = [everywhere, *[0] * max(0, ceil(number))] if number > 0 else [everywhere]
    for mask in masks:
        for count in range(len(reached) - 1, 0, -1):
            reached[count] |= reached[count - 1] & mask
    return reached[-1]


def _climbed(rungs: Sequence[Sequence[int]], truths: Callable[[int], _Row]) -> Iterator[tuple[_Row, Iterable[int]]]:
    """Yield what tests come to along `rungs`, and in which situations: between two rungs that agree, all agree.

    A rung is the situations with one value.
    """
    waiting = [(rungs, truths(rungs[0][0]), truths(rungs[-1][0]))] if rungs else []
    while waiting:
        between, low, high = waiting.pop()
        if low == high:
            yield low, chain.from_iterable(between)
        elif len(between) == 2:
            yield low, between[0]
            yield high, between[1]
        else:
            half = len(between) // 2
            middle = truths(between[half][0])
            waiting += [(between[: half + 1], low, middle), (between[half:], middle, high)]


def _rank(value: Any) -> tuple[int, Any]:
    """Return a point with what it is sorted by first: fractions are slow to compare."""
    return (value.toordinal() if value.__class__ is date else (value.numerator << 64) // value.denominator, value)


def _hashable(value: Given) -> Any:
    """Return a given value so that it can be a key: the rows of a table are mappings."""
    return tuple(frozenset(row.items()) for row in value) if value.__class__ is tuple else value
