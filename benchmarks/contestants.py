"""Comity and its peers, each as a function from facts to the word for every context and measure, by id."""

import json
from collections.abc import Callable
from datetime import date
from importlib import import_module
from importlib.metadata import version
from typing import Any, TypeAlias

from benchmarks.translation import ANSWERS, Cel, JsonLogic, Translation, Zen, ZenList
from comity.engine.assessment.evaluate import Program, compile_rules
from comity.engine.assessment.explain import derivation, finding
from comity.engine.builtin import find_rule_set
from comity.engine.language.load import load_rule_set

Facts: TypeAlias = dict[str, Any]
Assess: TypeAlias = Callable[[Facts], dict[str, str]]

AS_OF = date(2013, 1, 31)
PEERS = ("datalogic-py", "zen-engine", "common-expression-language")


def versions() -> list[tuple[str, str]]:
    """Return each peer and its version."""
    return [(name, version(name)) for name in PEERS]


def program() -> Program:
    """Return the course's rules, compiled."""
    loaded = load_rule_set(find_rule_set("oas-2013"))
    assert loaded.value is not None, loaded.diagnostics
    return compile_rules(loaded.value)


def comity() -> Assess:
    """Verdicts and measures only."""
    outcome = program().outcome
    return lambda facts: outcome(facts, AS_OF)


def comity_kept() -> Assess:
    """The same with the whole memory of the run, which holds how every condition came out."""
    rules = program()
    return lambda facts: rules.answers(rules.start(facts, AS_OF).memory)


def comity_walked() -> Assess:
    """The same with that memory turned into a tree of objects for every conclusion and every derived fact."""
    rules = program()
    derived = tuple(name for name, fact in rules.rules.facts.items() if fact.derive is not None)

    def assess(facts: Facts) -> dict[str, str]:
        run = rules.start(facts, AS_OF)
        _findings = [finding(run, name) for name in rules.conclusions]
        _derivations = [derivation(run, name) for name in derived]
        return rules.answers(run.memory)

    return assess


def datalogic() -> Assess:
    """datalogic-py: one compiled rule, in a session that keeps its memory; a dict is its fastest way in."""
    engine = import_module("datalogic_py").Engine(templating=True)
    rule = engine.compile(Translation(JsonLogic()).answers())
    evaluate = engine.session().evaluate
    return lambda facts: evaluate(rule, facts)


def datalogic_traced() -> Assess:
    """datalogic-py's traced evaluation, which takes and gives JSON text, and compiles at every call.

    Of the text that it gives, only the answers are read.
    """
    trace = import_module("datalogic_py").Engine(templating=True).evaluate_with_trace
    rule = json.dumps(Translation(JsonLogic()).answers())
    read = json.JSONDecoder().raw_decode
    start = len('{"result":')
    return lambda facts: read(trace(rule, json.dumps(facts)), start)[0]


def zen() -> Assess:
    """zen-engine: one compiled expression, which is faster than any decision of its own."""
    evaluate = import_module("zen").compile_expression(Translation(ZenList()).answers()).evaluate
    return lambda facts: dict(zip(ANSWERS, evaluate(facts), strict=True))


def zen_traced() -> Assess:
    """zen-engine's trace, which only its decisions have: one precompiled expression is fastest."""
    expression = {"id": "1", "key": "answers", "value": Translation(Zen()).answers()}
    content = {"expressions": [expression]}
    decision = {
        "contentType": "application/vnd.gorules.decision",
        "nodes": [
            {"id": "in", "type": "inputNode", "name": "in", "content": {}},
            {"id": "rules", "type": "expressionNode", "name": "rules", "content": content},
            {"id": "out", "type": "outputNode", "name": "out"},
        ],
        "edges": [
            {"id": "1", "type": "edge", "sourceId": "in", "targetId": "rules"},
            {"id": "2", "type": "edge", "sourceId": "rules", "targetId": "out"},
        ],
    }
    loader = {"type": "static", "content": {"rules": decision}}
    evaluate = import_module("zen").ZenEngine({"loader": loader}).evaluate
    options = {"trace": True}
    return lambda facts: evaluate("rules", facts, options)["result"]["answers"]


def cel() -> Assess:
    """common-expression-language: one compiled program. It wants every name, so an unknown fact is None."""
    execute = import_module("cel").compile(Translation(Cel()).answers()).execute
    return lambda facts: dict(zip(ANSWERS, execute(facts), strict=True))
