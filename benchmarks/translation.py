"""The course's rules (`rules/oas-2013`), translated by hand for engines that know no third truth.

Each condition becomes two formulas, one for when it is met and one for when it is not; it is unknown when
neither holds. A dialect writes formulas in a peer's own notation. They are written out in full: with results
that several formulas share (tried with datalogic-py and zen-engine) no peer was faster.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol, TypeAlias

Formula: TypeAlias = Any  # text, or JSON


class Pair(NamedTuple):
    """A condition: when it is met, and when it is not."""

    met: Formula
    not_met: Formula


class Dialect(Protocol):
    """A peer's notation."""

    def fact(self, name: str) -> Formula: ...
    def equal(self, fact: str, value: bool | str | None) -> Formula: ...
    def known(self, fact: str) -> Formula: ...
    def compare(self, left: Formula, operator: str, right: Formula) -> Formula: ...
    def times(self, left: Formula, right: Formula) -> Formula: ...
    def both(self, *parts: Formula) -> Formula: ...
    def either(self, *parts: Formula) -> Formula: ...
    def words(self, pair: Pair, met: str, not_met: str, unknown: str) -> Formula: ...
    def answers(self, words: Mapping[str, Formula]) -> Formula: ...


OPPOSITE = {">=": "<", ">": "<=", "<=": ">", "<": ">="}


class Translation:
    """The rules in one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        self.write = dialect

    # --- the parts of conditions ---

    def all(self, *parts: Pair) -> Pair:
        met, not_met = zip(*parts, strict=True)
        return Pair(self.write.both(*met), self.write.either(*not_met))

    def any(self, *parts: Pair) -> Pair:
        met, not_met = zip(*parts, strict=True)
        return Pair(self.write.either(*met), self.write.both(*not_met))

    def two_of(self, a: Pair, b: Pair, c: Pair, d: Pair) -> Pair:
        """At least two of four: not met where at least three are not."""
        both, either = self.write.both, self.write.either
        return Pair(
            either(
                both(a.met, either(b.met, c.met, d.met)),
                both(b.met, either(c.met, d.met)),
                both(c.met, d.met),
            ),
            either(
                both(a.not_met, b.not_met, either(c.not_met, d.not_met)),
                both(c.not_met, d.not_met, either(a.not_met, b.not_met)),
            ),
        )

    def true(self, fact: str) -> Pair:
        return Pair(self.write.equal(fact, True), self.write.equal(fact, False))

    def false(self, fact: str) -> Pair:
        return Pair(self.write.equal(fact, False), self.write.equal(fact, True))

    def one_of(self, fact: str, wanted: tuple[str, ...], others: tuple[str, ...]) -> Pair:
        return Pair(
            self.write.either(*(self.write.equal(fact, word) for word in wanted)),
            self.write.either(*(self.write.equal(fact, word) for word in others)),
        )

    def test(self, left: Formula, operator: str, right: Formula, *facts: str) -> Pair:
        """Compare figures; unknown while one of `facts` is. (No figure that is given here is 0.)"""
        known = [self.write.known(fact) for fact in facts]
        return Pair(
            self.write.both(*known, self.write.compare(left, operator, right)),
            self.write.both(*known, self.write.compare(left, OPPOSITE[operator], right)),
        )

    def given_or(self, fact: str, given: Pair, derived: Pair) -> Pair:
        """What `given` says if the fact is given, and what `derived` says if it is not."""
        absent = self.write.equal(fact, None)
        return Pair(
            self.write.either(given.met, self.write.both(absent, derived.met)),
            self.write.either(given.not_met, self.write.both(absent, derived.not_met)),
        )

    def judged(self, fact: str, indicator: Pair) -> Pair:
        return self.given_or(fact, self.true(fact), indicator)

    # --- the rules ---

    def answers(self) -> Formula:
        """Return the formula for what every context and measure comes to, in words, by id."""
        fact, times = self.write.fact, self.write.times
        arrivals, capacity, population = "arrivals", "reception_capacity", "host_population"
        claims, decisions = "asylum_claims_per_month", "asylum_decisions_per_month"

        # The shares are compared without dividing: arrivals / days >= 500 as arrivals >= 500 * days.
        per_1000 = self.given_or(
            "arrivals_per_1000_inhabitants",
            self.test(fact("arrivals_per_1000_inhabitants"), ">=", 1, "arrivals_per_1000_inhabitants"),
            self.test(times(fact(arrivals), 1000), ">=", fact(population), arrivals, population),
        )
        per_day = self.given_or(
            "arrivals_per_day",
            self.test(fact("arrivals_per_day"), ">=", 500, "arrivals_per_day"),
            self.test(fact(arrivals), ">=", times(fact("arrival_days"), 500), arrivals, "arrival_days"),
        )
        beyond_capacity = self.test(fact(arrivals), ">", fact(capacity), arrivals, capacity)
        overload = self.test(fact(claims), ">", times(fact(decisions), 2), claims, decisions)

        many = self.test(fact(arrivals), ">=", 10_000, arrivals)
        characteristics = (
            self.judged("numbers_considerable", self.any(many, per_1000)),
            self.judged("arrival_rapid", per_day),
            self.judged("capacity_inadequate", beyond_capacity),
            overwhelmed := self.all(
                self.true("individual_procedure_exists"), self.judged("procedures_overwhelmed", overload)
            ),
        )

        mass = self.all(self.true("crosses_border"), self.two_of(*characteristics))
        protracted = self.test(fact("settled_refugees"), ">=", 25_000, "settled_refugees")
        movement = self.all(
            self.true("found_host_country"),
            self.true("moved_to_third_country"),
            self.true("irregular_manner"),
        )
        trafficking = self.all(
            self.true("recruitment_or_transfer"),
            self.true("exploitation_purpose"),
            self.any(self.true("coercion_or_deception"), self.true("child_victims")),
        )
        smuggling = self.all(self.true("illegal_entry_procured"), self.true("smuggler_profit"))
        crime = self.any(trafficking, smuggling)

        refuge = self.any(mass, protracted)
        every = self.any(mass, protracted, movement, crime)
        closing = self.one_of("border_policy", ("restricted", "closed"), ("open",))
        poor = self.one_of("host_income_group", ("low", "lower-middle", "upper-middle"), ("high",))
        contexts = {
            "mass-influx": mass,
            "protracted": protracted,
            "irregular-secondary-movement": movement,
            "trafficking-and-smuggling": crime,
        }
        measures = {
            "emergency-assistance": self.all(refuge, self.any(mass, self.true("emergency_needs"))),
            "host-coordination": self.all(every, self.false("coordination_mechanism_exists")),
            "international-consultation": every,
            "civilian-character": self.all(refuge, self.true("armed_elements")),
            "processing-mechanisms": self.all(
                self.any(mass, movement, crime),
                self.any(
                    overwhelmed,
                    self.false("individual_procedure_exists"),
                    self.test(fact(claims), ">", fact(decisions), claims, decisions),
                    movement,
                    crime,
                ),
            ),
            "humanitarian-transfer": self.all(every, self.any(mass, closing, self.true("particular_risk"))),
            "registration-documentation": every,
            "self-reliance": self.all(
                self.any(mass, protracted, movement),
                self.any(protracted, movement, self.true("aid_dependence")),
            ),
            "development-support": self.all(refuge, self.any(protracted, self.true("services_strained"))),
            "financial-institutions": self.all(refuge, self.any(protracted, poor)),
        }
        words = self.write.words
        verdicts = {name: words(pair, "met", "not-met", "unknown") for name, pair in contexts.items()}
        statuses = {name: words(pair, "called-for", "not-called-for", "conditional") for name, pair in measures.items()}
        return self.write.answers(verdicts | statuses)


class JsonLogic:
    """JSONLogic, as datalogic-py runs it."""

    def fact(self, name: str) -> Formula:
        return {"var": name}

    def equal(self, fact: str, value: bool | str | None) -> Formula:
        return {"===": [{"var": fact}, value]}

    def known(self, fact: str) -> Formula:
        return {"!==": [{"var": fact}, None]}

    def compare(self, left: Formula, operator: str, right: Formula) -> Formula:
        return {operator: [left, right]}

    def times(self, left: Formula, right: Formula) -> Formula:
        return {"*": [left, right]}

    def both(self, *parts: Formula) -> Formula:
        return {"and": list(parts)}

    def either(self, *parts: Formula) -> Formula:
        return {"or": list(parts)}

    def words(self, pair: Pair, met: str, not_met: str, unknown: str) -> Formula:
        return {"if": [pair.met, met, pair.not_met, not_met, unknown]}

    def answers(self, words: Mapping[str, Formula]) -> Formula:
        return dict(words)


class Zen:
    """The expression language of zen-engine."""

    AND, OR = " and ", " or "

    def fact(self, name: str) -> Formula:
        return name

    def equal(self, fact: str, value: bool | str | None) -> Formula:
        words: dict[bool | str | None, str] = {True: "true", False: "false", None: "null"}
        return f"{fact} == {words[value] if value in words else repr(value)}"

    def known(self, fact: str) -> Formula:
        return f"{fact} != null"

    def compare(self, left: Formula, operator: str, right: Formula) -> Formula:
        return f"{left} {operator} {right}"

    def times(self, left: Formula, right: Formula) -> Formula:
        return f"{left} * {right}"

    def both(self, *parts: Formula) -> Formula:
        return f"({self.AND.join(parts)})"

    def either(self, *parts: Formula) -> Formula:
        return f"({self.OR.join(parts)})"

    def words(self, pair: Pair, met: str, not_met: str, unknown: str) -> Formula:
        return f"({pair.met} ? '{met}' : ({pair.not_met} ? '{not_met}' : '{unknown}'))"

    def answers(self, words: Mapping[str, Formula]) -> Formula:
        return f"{{{', '.join(f'{name!r}: {formula}' for name, formula in words.items())}}}"


class ZenList(Zen):
    """The same, with the answers as a list, which zen-engine hands over faster than an object."""

    def answers(self, words: Mapping[str, Formula]) -> Formula:
        return f"[{', '.join(words.values())}]"


class Cel(ZenList):
    """The Common Expression Language."""

    AND, OR = " && ", " || "


ANSWERS = (
    *("mass-influx", "protracted", "irregular-secondary-movement", "trafficking-and-smuggling"),
    *("emergency-assistance", "host-coordination", "international-consultation", "civilian-character"),
    *("processing-mechanisms", "humanitarian-transfer", "registration-documentation", "self-reliance"),
    *("development-support", "financial-institutions"),
)
