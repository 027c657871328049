"""What is written and does nothing, or stands where it should not."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from comity.engine.checking.judged import Judged
from comity.engine.checking.logic import says_the_same
from comity.engine.checking.usage import parameters_in
from comity.engine.language.condition import Arithmetic, Condition, Constant, Test
from comity.engine.language.diagnostic import Code, Diagnostic, judgement
from comity.engine.language.model import Fact, Reading, RuleSet, ValueType
from comity.engine.language.places import Place, named, places, terms
from comity.engine.language.writing import written

_WORDS = {ValueType.NUMBER: "number", ValueType.DATE: "date"}


def number_in_condition(judged: Judged) -> Iterator[Diagnostic]:
    """A condition or a derivation holds a number, duration or date that is not a parameter."""
    for place in places(judged.rules):
        for constant in _numbers(judged.rules, place):
            kind = ValueType(constant.type)
            text = written(Fact(name="", type="", value_type=kind), constant.value)
            message = f"`{place.name}` holds the {_WORDS.get(kind, 'duration')} `{text}`, which is no parameter"
            hint = "declare it under `parameters` with its source, and write {parameter: NAME}"
            yield judgement(Code.NUMBER_IN_CONDITION, place.name, constant.at, message, hint)


def _numbers(rules: RuleSet, place: Place) -> Iterator[Constant]:
    """Yield the literals that somebody chose: not 0 and 1, what texts compare with, nor the scale of a quotient."""
    passed: set[int] = set()
    if not isinstance(place.term, Condition) and _holds_texts(_derived(rules, place)):
        passed.add(id(place.term))
    for term, table in terms(rules, place.term, place.table):
        match term:
            case Test(fact=name, bound=bound) if _holds_texts(named(rules, name, table)):
                passed.add(id(bound))
            case Arithmetic("product" | "divide", parts):
                passed |= {id(part) for part in parts if isinstance(part, Constant) and _is_scale(part.value)}
            case Constant(type=kind, value=value) if ValueType(kind).ordered and id(term) not in passed:
                if value != 0 and (value != 1 or kind != ValueType.NUMBER):
                    yield term
            case _:
                pass


def _derived(rules: RuleSet, place: Place) -> Fact:
    return named(rules, place.name.rpartition(".")[2], place.table)


def _holds_texts(fact: Fact) -> bool:
    return fact.value_type in (ValueType.CHOICE, ValueType.TEXT)


def _is_scale(value: Any) -> bool:
    """Tell whether a factor is a power of ten, as in `per 1000 inhabitants` or per cent."""
    return value.__class__ is int and value > 1 and str(value).rstrip("0") == "1"


def purpose_unserved(judged: Judged) -> Iterator[Diagnostic]:
    """A purpose is declared that no measure serves."""
    served = {purpose for measure in judged.rules.measures.values() for purpose in measure.serves}
    for purpose in judged.rules.purposes.values():
        if purpose.id not in served:
            message = f"no measure serves the purpose `{purpose.id}`"
            hint = "name it under `serves` of a measure, or leave it out"
            yield judgement(Code.PURPOSE_UNSERVED, purpose.id, purpose.at, message, hint)


def reading_changes_nothing(judged: Judged) -> Iterator[Diagnostic]:
    """A reading has every conclusion come out as the default reading has it, or the default one changes nothing."""
    rules = judged.rules
    default = rules.default_reading
    own = rules.conditions(None)
    users: dict[str, set[str]] = {}
    for place in places(rules) if rules.readings else ():
        for parameter in parameters_in([place.term]) if place.reading is None else ():
            users.setdefault(parameter, set()).add(place.name)

    def changes(reading: Reading) -> tuple[dict[str, Any], dict[str, Condition]]:
        """Return what a reading has otherwise than the rules are written: parameters that they use, and conditions."""
        named_anew = parameters_in(reading.define.values())
        changed = {
            name: value
            for name, value in reading.set.items()
            if name in named_anew or not users.get(name, set()) <= reading.define.keys()
            if rules.parameters[name].values != ((date.min, value),)
        }
        return changed, {name: condition for name, condition in reading.define.items() if condition != own[name]}

    for reading in rules.readings.values():
        if reading.id == default:
            idle = bool(reading.set or reading.define) and changes(reading) == ({}, {})
        else:
            idle = default is not None and (
                changes(reading) == changes(rules.readings[default]) or says_the_same(rules, reading.id)
            )
        if idle:
            message = f"the reading `{reading.id}` changes nothing"
            hint = "leave it out" if reading.id != default else "leave out its `set` and `define`"
            yield judgement(Code.READING_CHANGES_NOTHING, reading.id, reading.at, message, hint)
