"""JSON Schemas of the documents, draft-07: for editors, and for other people's CI.

The loader is the one validator at run time and says where a mistake stands. A schema tells an editor what may
be written, and refuses what the loader refuses as far as a schema can see. What it cannot see, such as whether
a name is declared, is listed in `tests/test_schema.py`. Importing pydantic costs more than most commands take,
so only `comity schema` imports this module.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from comity.engine.language import documents
from comity.engine.language.literals import (
    TEXT,
    Schema,
    about,
    by_name,
    fact_values,
    parameter_value,
)
from comity.engine.language.model import RuleSet
from comity.engine.language.situation import STANDINGS, STATUSES, TRUTHS

KINDS = ("measured", "documented", "judgement")
DRAFT_07 = "http://json-schema.org/draft-07/schema#"


def rule_set_schema(rules: RuleSet | None = None) -> Schema:
    """Return the schema of a file of a rule set; with `rules`, an editor offers the names that they declare."""
    schema = draft_07(documents.RuleSetFile, "rule-set", "Comity: a file of a rule set")
    return schema if rules is None else _offering(rules, schema)


def situation_schema(rules: RuleSet | None = None) -> Schema:
    """Return the schema of a situation; with `rules`, it knows every fact and every measure by its name."""
    return in_terms_of(rules, draft_07(documents.Situation, "situation", "Comity: a situation"))


def response_schema(rules: RuleSet | None = None) -> Schema:
    """Return the schema of a response kept apart; with `rules`, it knows its facts and every measure by their names."""
    return in_terms_of(rules, draft_07(documents.Response, "response", "Comity: a response"))


def cases_schema(rules: RuleSet | None = None) -> Schema:
    """Return the schema of a cases file; with `rules`, it knows every fact and conclusion by its name."""
    return in_terms_of(rules, draft_07(documents.CasesFile, "cases", "Comity: the cases of a rule set"))


# --- from pydantic's schema to one that an editor can use ---------------------------------------------------


class _Generate(GenerateJsonSchema):
    """Leaves out what pydantic adds: titles made of keys, and null in the place of a key that is left out."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002  # pydantic's signature
        return False

    def default_schema(self, schema: Any) -> Any:
        if schema.get("default") is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)


def draft_07(model: type[BaseModel], kind: str, title: str) -> Schema:
    """Return the schema of the documents that `model` describes, as draft-07 and without a choice of schemas.

    `kind` names it: a document's kind, which the schema's `$id` ends in.
    """
    made = model.model_json_schema(schema_generator=_Generate, ref_template="#/definitions/{model}")
    definitions = made.pop("$defs", {})
    rewriter = _Rewriter(definitions)
    return {
        "$schema": DRAFT_07,
        "$id": f"urn:comity:schema:{kind}:1",
        "title": title,
        "description": made.pop("description"),
        **rewriter.definition(made),
        "definitions": {name: rewriter.definition(schema) for name, schema in sorted(definitions.items())},
    }


class _Rewriter:
    """Rewrites schemas so that a mistake is complained about once, and where it stands.

    Where pydantic says `anyOf`, an editor does not know which alternative was meant. Mappings are told apart
    by the key that each requires first, or by a key with a fixed value; anything else by its type.
    """

    def __init__(self, definitions: Mapping[str, Schema]) -> None:
        self.definitions = definitions

    def definition(self, schema: Schema) -> Schema:
        """Return a definition rewritten, without the name of its model, which is no title for a reader."""
        new: Schema = self.rewritten({key: value for key, value in schema.items() if key != "title"})
        return new

    def rewritten(self, schema: Any) -> Any:
        """Return `schema` without `anyOf`, and with nothing beside a `$ref`, which draft-07 would not see."""
        if isinstance(schema, list):
            return [self.rewritten(item) for item in schema]
        if not isinstance(schema, dict):
            return schema
        new = {key: value if key == "examples" else self.rewritten(value) for key, value in schema.items()}
        if "anyOf" in new:
            new |= self._told_apart(new.pop("anyOf"))
        if "const" in new:
            new.pop("enum", None)  # some versions of pydantic say it twice
        if "$ref" in new and len(new) > 1:
            new["allOf"] = [{"$ref": new.pop("$ref")}]
        return new

    def _told_apart(self, alternatives: list[Schema]) -> Schema:
        """Return what stands for the choice: mappings told apart, beside a list, beside a single value."""
        mappings = [one for one in alternatives if "$ref" in one]
        others = [one for one in alternatives if "$ref" not in one]
        types = [kind for one in others for kind in _types(one)]
        assert len(set(types)) == len(types), "two alternatives of one type cannot be told apart"
        flat = {key: value for one in others for key, value in one.items() if key != "type"}
        if "enum" in flat and "null" in types:
            flat["enum"] = [*flat["enum"], None]  # a fixed list of words leaves null out otherwise
        if not mappings:
            return {"type": types, **flat}
        mapping = mappings[0] if len(mappings) == 1 else self._by_key(mappings)
        if not others:
            return mapping
        return {"type": ["object", *types], **flat, "if": {"type": "object"}, "then": mapping}

    def _by_key(self, mappings: list[Schema]) -> Schema:
        """Return what each mapping must be, by the key or the value that tells it from the others."""
        resolved = [self.definitions[one["$ref"].rpartition("/")[2]] for one in mappings]
        fixed = next((key for key, value in resolved[0]["properties"].items() if "const" in value), None)
        if fixed is not None:
            kinds = [one["properties"][fixed] for one in resolved]
            known = [kind["const"] for kind in kinds]
            tests = [{"type": "object", "required": [fixed], "properties": {fixed: {"const": one}}} for one in known]
            rest: Schema = {}
            meaning = "\n".join(f"{kind['const']}: {kind['description']}" for kind in kinds)
            always: Schema = {"required": [fixed], "properties": {fixed: {"description": meaning, "enum": known}}}
        else:
            always = {}
            keyed = [one for one in resolved if "required" in one]
            keys = [one["required"][0] for one in keyed]
            offered = {key: _described(one["properties"][key]) for key, one in zip(keys, keyed, strict=True)}
            tests = [{"type": "object", "required": [key]} for key in keys]
            if len(keyed) < len(resolved):  # the last one goes without a key of its own
                rest = {"properties": offered, "allOf": [mappings[-1]]}
            else:
                rest = {"properties": offered, "additionalProperties": False, "minProperties": 1}
        for test, one in reversed(list(zip(tests, mappings, strict=False))):
            rest = {"if": test, "then": one, **({"else": rest} if rest else {})}
        return {"type": "object", **always, **rest}


def _types(schema: Schema) -> list[str]:
    kind = schema["type"]
    return list(kind) if isinstance(kind, list) else [kind]


def _described(schema: Schema) -> Schema:
    return {"description": schema["description"]} if "description" in schema else {}


# --- in the terms of a rule set -----------------------------------------------------------------------------


def in_terms_of(rules: RuleSet | None, schema: Schema) -> Schema:
    """Return `schema` with the names that `rules` declare in the place of any name."""
    if rules is None:
        return schema
    definitions = dict(schema["definitions"])
    for name, named in _named(rules).items():
        if name in definitions:
            definitions[name] = {"description": definitions[name]["description"], **named}
    return {
        **schema,
        "$id": f"{schema['$id']}:{rules.id}",
        "title": f"{schema['title']}, in the terms of {rules.id} {rules.version}",
        "definitions": definitions,
    }


def _offering(rules: RuleSet, schema: Schema) -> Schema:
    """Return `schema` with the names that `rules` declare offered where one is meant; any other may be written.

    They are snippets, which only editors see, and not examples, which a hover would list one below the other.
    """
    columns = [name for fact in rules.facts.values() for name in fact.columns]
    facts = dict.fromkeys([*rules.facts, *columns])
    tables = [fact.name for fact in rules.facts.values() if fact.columns]
    named = [
        (name, one)
        for fact in rules.facts.values()
        for name, one in (
            (fact.name, fact),
            *((f"{fact.name}.{column.name}", column) for column in fact.columns.values()),
        )
    ]
    moving = [name for name, one in named if one.value_type.ordered]
    offered: dict[str, dict[str, Iterable[str]]] = {
        "Citation": {"cite": rules.sources},
        "Test": {"fact": facts},
        "OfFact": {"fact": facts},
        "OfParameter": {"parameter": rules.parameters},
        "OfCriterion": {"criterion": rules.criteria},
        "OfContext": {"context": rules.contexts},
        "OfMeasure": {"measure": rules.measures},
        "Some": {"some": tables},
        "Every": {"every": tables},
        "Count": {"count": tables},
        "Total": {"total": dict.fromkeys(columns), "of": tables},
        "Property": {"rises": moving, "falls": moving},
    }
    definitions = dict(schema["definitions"])
    for definition, keys in offered.items():
        properties = dict(definitions[definition]["properties"])
        for key, names in keys.items():
            rest = {word: value for word, value in properties[key].items() if word != "examples"}
            properties[key] = {**rest, "defaultSnippets": [{"label": name, "body": name} for name in names]}
        definitions[definition] = {**definitions[definition], "properties": properties}
    return {**schema, "$id": f"{schema['$id']}:{rules.id}", "definitions": definitions}


def _named(rules: RuleSet) -> dict[str, Schema]:
    """Return the definitions of `documents` that a rule set gives names to."""
    facts = rules.facts.values()
    truths, standings = (_one_of(TRUTHS), _one_of(STANDINGS))
    reasons = {"type": "array", "items": {"$ref": "#/definitions/CriterionId"}}
    outcomes = {
        **_by_id(rules.contexts, truths),
        **_by_id(rules.criteria, truths),
        **_by_id(rules.measures, _one_of(STATUSES)),
        **_by_id(rules.forms, truths),
        **_by_id(rules.principles, standings),
    }
    return {
        "Facts": fact_values(fact for fact in facts if fact.about == "situation"),
        "ResponseFacts": fact_values(fact for fact in facts if fact.about == "response"),
        "FactSources": by_name(_by_id(rules.facts, TEXT).items()),
        "FactKinds": by_name(_by_id(rules.facts, _one_of(KINDS)).items()),
        "MeasureId": _one_of(rules.measures),
        "CriterionId": _one_of(rules.criteria),
        "ReadingId": _one_of(rules.readings),
        "ContextId": _one_of(rules.contexts),
        "PurposeId": _one_of(rules.purposes),
        "FactName": _one_of(rules.facts),
        **{
            f"Expected{name}": {**by_name(_by_id(things, words).items()), "minProperties": 1}
            for name, things, words in (
                ("Contexts", rules.contexts, truths),
                ("Criteria", rules.criteria, truths),
                ("Principles", rules.principles, standings),
                ("Measures", rules.measures, {"type": "string", "enum": list(STATUSES)}),
                ("NearMisses", rules.criteria, {"type": "string", "enum": ["yes", "no"]}),
            )
        },
        "ContextVerdicts": by_name(_by_id(rules.contexts, truths).items()),
        "CriterionFindings": by_name(_by_id(rules.criteria, truths).items()),
        "FormFindings": by_name(_by_id(rules.forms, truths).items()),
        "PrincipleStandings": by_name(_by_id(rules.principles, standings).items()),
        "Reasons": by_name(_by_id(rules.contexts, reasons).items()),
        "Outcomes": {**by_name(outcomes.items()), "minProperties": 1},
        "Settings": by_name((id_, {**about(one), **parameter_value(one)}) for id_, one in rules.parameters.items()),
    }


def _by_id(things: Mapping[str, Any], schema: Schema) -> dict[str, Schema]:
    return {id_: {**about(thing), **schema} for id_, thing in things.items()}


def _one_of(known: Iterable[str]) -> Schema:
    words = list(known)
    return {"type": "string", "enum": words} if words else {"not": {}}
