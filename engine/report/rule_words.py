"""Conditions as a trainee reads them: without the names of parameters, and with what stands in for a judgement."""

from comity.engine.language.condition import Condition, Constant, Expression, FactValue, ParameterValue, Test, walk
from comity.engine.language.model import Fact, ValueType
from comity.engine.report.manual_words import Clauses


class RuleWords(Clauses):
    """Puts what a criterion or need asks for into one line."""

    def inside(self, table: Fact | None) -> "RuleWords":
        return RuleWords(self.rules, self.reading, table)

    def rule(self, condition: Condition) -> str:
        """Return a condition, whole, and what is to be known of the figures in it."""
        text = self.inline(condition)
        if isinstance(condition, Test) and text.startswith("("):
            text = text[1:-1]
        named = {one.fact: None for one in walk(condition) if isinstance(one, Test) and one.fact in self.rules.facts}
        for name in [*named]:
            derived = self.rules.facts[name].derive
            if derived is not None and self.rules.facts[name].value_type is ValueType.BOOLEAN:
                named |= {one.fact: None for one in walk(derived) if isinstance(one, Test)}
        facts = (self.rules.facts[name] for name in named if name in self.rules.facts)
        notes = [fact.note for fact in facts if fact.note and fact.derive is not None and fact.value_type.ordered]
        return " ".join([f"{text}.", *notes])

    def condition(self, condition: Condition) -> str:
        if not isinstance(condition, Test):
            return super().condition(condition)
        fact, bound = self.declared(condition.fact), condition.bound
        title = uncapped(self.fact(condition.fact))
        if not isinstance(bound, Constant) or bound.value.__class__ is not bool:
            text = super().condition(condition).removeprefix(self.fact(condition.fact))
            return f"{title}{text.replace(' is at ', ' at ', 1).replace(' is more ', ' more ', 1)}"
        if bound.value is not (condition.operator == "is"):
            return f"{title}: no"
        if fact.kind == "judgement" and isinstance(fact.derive, Condition):
            return f"({self.inline(fact.derive)}; or somebody judges so)"
        return title

    def expression(self, expression: Expression) -> str:
        if isinstance(expression, ParameterValue):
            return self.parameter(self.rules.parameters[expression.name])
        if isinstance(expression, FactValue):
            return uncapped(self.fact(expression.name))
        return super().expression(expression)


def uncapped(text: str) -> str:
    """Return a title as it stands within a sentence.

    >>> uncapped("Days of arrival"), uncapped("UNHCR's figure")
    ('days of arrival', "UNHCR's figure")
    """
    return text[0].lower() + text[1:] if text[1:2].islower() else text
