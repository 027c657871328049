"""The built-in rule set is complete: each line of the course is encoded or printed, cited, and tried."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from comity.engine.assessment.assess import assess
from comity.engine.builtin import rules_folder
from comity.engine.checking.cases import run_case
from comity.engine.language.condition import Constant, walk
from comity.engine.language.diagnostic import accept
from comity.engine.language.files import read_file
from comity.engine.language.load import load_rule_set
from comity.engine.language.model import Basis, Cited, RuleSet, Situation, ValueType
from comity.engine.language.references import own_conditions
from comity.engine.language.situation import load_cases, load_situation
from comity.engine.language.source import Document, read

FOLDER = rules_folder() / "oas-2013"
LOADED = load_rule_set(FOLDER)


@cache
def _rules() -> RuleSet:
    return accept(LOADED)


CONTEXTS = ("mass-influx", "protracted", "irregular-secondary-movement", "trafficking-and-smuggling")
PURPOSES = (
    "humanitarian-problems",
    "respect-for-responsibilities",
    "protection-regime",
    "plight-of-refugees",
    "peace-and-dialogue",
    "effective-response",
    "burden-sharing",
    "durable-solution",
    "predictable-responses",
)
MEASURES = (
    "emergency-assistance",
    "host-coordination",
    "international-consultation",
    "civilian-character",
    "processing-mechanisms",
    "humanitarian-transfer",
    "registration-documentation",
    "self-reliance",
    "development-support",
    "financial-institutions",
)
PRECEDENTS = {
    "cpa-indochina-1989": "framework",
    "cirefca-1989": "framework",
    "former-yugoslavia-1992": "framework",
    "cis-conference-1996": "framework",
    "zambia-dli-2001": "framework",
    "mexico-plan-2004": "framework",
    "bali-process-2002": "forum",
    "amman-2011": "meeting",
    "djibouti-2011": "meeting",
    "bahamas-2013": "planned",
}


def test_it_loads_without_a_complaint() -> None:
    assert LOADED.diagnostics == ()
    assert (_rules().id, _rules().version, _rules().language) == ("oas-2013", "1.0.0", "en")


# --- every line of the slides -------------------------------------------------------------------------------


def test_contexts_stand_in_the_order_of_the_slides() -> None:
    assert tuple(_rules().contexts) == CONTEXTS


def test_measures_stand_in_the_order_of_the_slides() -> None:
    assert tuple(_rules().measures) == MEASURES


def test_purposes_stand_in_the_order_of_the_slides() -> None:
    assert tuple(_rules().purposes) == PURPOSES


def test_precedents_stand_in_the_order_of_the_slides() -> None:
    assert [(one.id, one.type) for one in _rules().precedents.values()] == [*PRECEDENTS.items()]


def test_themes_principles_and_forms() -> None:
    rules = _rules()
    groups = [theme.group for theme in rules.themes.values()]
    assert groups == ["definition"] * 7 + ["importance"] * 4 + ["conclusion"] * 5
    assert tuple(rules.principles) == ("burden-shifting", "obligations-upheld", "customary-law")
    assert tuple(rules.forms) == ("comprehensive-regional-approach",)


def test_criteria_stand_with_their_contexts() -> None:
    assert {context.id: context.criteria for context in _rules().contexts.values()} == {
        "mass-influx": (
            "international-border",
            "considerable-numbers",
            "rapid-arrival",
            "inadequate-capacity",
            "overwhelmed-procedures",
        ),
        "protracted": ("settled-population", "same-profile-scale", "long-exile"),
        "irregular-secondary-movement": ("found-host-country", "onward-to-third-country", "irregular-manner"),
        "trafficking-and-smuggling": ("trafficking", "smuggling"),
    }
    assert all(_rules().criteria[id_].context == one.id for one in _rules().contexts.values() for id_ in one.criteria)


PLACES = {
    "Definition": 7,
    "Context": 4,
    "Importance": 4,
    "Purpose": 9,
    "In practice": 10,
    "Forms": 2,
    "Examples": 10,
    "Conclusion": 5,
}


def test_every_point_of_the_slides_is_cited_and_no_other() -> None:
    points = {f"{part}, {number}" for part, last in PLACES.items() for number in range(1, last + 1)}
    cited = {
        citation.place for thing in _everything() for citation in thing.cited.sources if citation.source == "slides"
    }
    assert cited == points


def test_things_cite_their_own_point_of_the_slides() -> None:
    rules = _rules()
    lists: dict[str, list[Any]] = {
        "Definition": [one for one in rules.themes.values() if one.group == "definition"],
        "Context": [*rules.contexts.values()],
        "Importance": [one for one in rules.themes.values() if one.group == "importance"],
        "Purpose": [*rules.purposes.values()],
        "In practice": [*rules.measures.values()],
        "Examples": [*rules.precedents.values()],
        "Conclusion": [one for one in rules.themes.values() if one.group == "conclusion"],
    }
    for part, things in lists.items():
        places = [[one.place for one in thing.sources if one.source == "slides"] for thing in things]
        assert places == [[f"{part}, {number}"] for number in range(1, PLACES[part] + 1)]
    (form,) = rules.forms.values()
    assert [one.place for one in form.sources if one.source == "slides"] == ["Forms, 1", "Forms, 2"]
    principles = {one.id: one.sources[0].place for one in rules.principles.values()}
    assert principles == {
        "burden-shifting": "Definition, 6",
        "obligations-upheld": "Definition, 7",
        "customary-law": "Conclusion, 2",
    }


# --- facts, parameters, readings ----------------------------------------------------------------------------


def test_parameters_are_those_of_the_course_and_ours() -> None:
    parameters = _rules().parameters
    assert {name: (one.value_type, one.values[0][1], one.basis) for name, one in parameters.items()} == {
        "protracted_population": (ValueType.NUMBER, 25000, Basis.COURSE),
        "protracted_duration": (ValueType.MONTHS, 60, Basis.COURSE),
        "characteristics_needed": (ValueType.NUMBER, 2, Basis.EDITORIAL),
        "considerable_arrivals": (ValueType.NUMBER, 10000, Basis.EDITORIAL),
        "considerable_ratio": (ValueType.NUMBER, 1, Basis.EDITORIAL),
        "rapid_arrivals_per_day": (ValueType.NUMBER, 500, Basis.EDITORIAL),
        "overload_ratio": (ValueType.NUMBER, 2, Basis.EDITORIAL),
        "anybody": (ValueType.NUMBER, 1, Basis.EDITORIAL),
        "states_for_regional_approach": (ValueType.NUMBER, 1, Basis.EDITORIAL),
    }
    assert all(len(one.values) == 1 for one in parameters.values())


GIVEN = {
    "crosses_border": ("boolean", "documented", "never"),
    "arrivals": ("count", "measured", "never"),
    "arrival_days": ("count", "measured", "never"),
    "host_population": ("count", "measured", "never"),
    "reception_capacity": ("count", "measured", "up"),
    "individual_procedure_exists": ("boolean", "documented", "up"),
    "asylum_claims_per_month": ("count", "measured", "never"),
    "asylum_decisions_per_month": ("count", "measured", "up"),
    "populations": ("table", "measured", "never"),
    "found_host_country": ("boolean", "documented", "never"),
    "moved_to_third_country": ("boolean", "documented", "never"),
    "irregular_manner": ("boolean", "documented", "never"),
    "recruitment_or_transfer": ("boolean", "documented", "never"),
    "exploitation_purpose": ("boolean", "judgement", "never"),
    "coercion_or_deception": ("boolean", "documented", "never"),
    "child_victims": ("boolean", "documented", "never"),
    "illegal_entry_procured": ("boolean", "documented", "never"),
    "smuggler_profit": ("boolean", "documented", "never"),
    "affected_states": ("count", "measured", "never"),
    "emergency_needs": ("boolean", "judgement", "down"),
    "coordination_mechanism_exists": ("boolean", "documented", "up"),
    "armed_elements": ("boolean", "documented", "down"),
    "border_policy": ("choice", "documented", "any"),
    "particular_risk": ("boolean", "judgement", "never"),
    "aid_dependence": ("boolean", "judgement", "down"),
    "services_strained": ("boolean", "judgement", "down"),
    "host_income_group": ("choice", "documented", "never"),
    "shifts_responsibility": ("boolean", "judgement", "down"),
    "suspends_obligations": ("boolean", "judgement", "down"),
    "returns_to_danger": ("boolean", "judgement", "down"),
}
DERIVED = {
    "arrivals_per_day": ("number", "measured"),
    "arrivals_per_1000_inhabitants": ("number", "measured"),
    "numbers_considerable": ("boolean", "judgement"),
    "arrival_rapid": ("boolean", "judgement"),
    "capacity_inadequate": ("boolean", "judgement"),
    "procedures_overwhelmed": ("boolean", "judgement"),
    "settled_refugees": ("count", "measured"),
    "refugees_same_profile": ("count", "measured"),
}


def test_facts_are_the_fixed_ones() -> None:
    facts = _rules().facts
    given = {name: (one.type, one.kind, one.changeable) for name, one in facts.items() if one.derive is None}
    derived = {name: (one.type, one.kind) for name, one in facts.items() if one.derive is not None}
    assert given == GIVEN
    assert derived == DERIVED
    response = {"shifts_responsibility", "suspends_obligations", "returns_to_danger"}
    assert {name for name, one in facts.items() if one.about == "response"} == response
    columns = {
        name: (one.type, one.history, one.derive is not None) for name, one in facts["populations"].columns.items()
    }
    assert columns == {
        "profile": ("text", False, False),
        "host": ("text", False, False),
        "refugees": ("count", True, False),
        "since": ("date", False, False),
        "settled": ("count", False, True),
    }


def test_every_fact_and_column_has_a_title_and_asks_a_question() -> None:
    facts = [*_rules().facts.values()]
    columns = [column for fact in facts for column in fact.columns.values()]
    mute = [one.name for one in (*facts, *columns) if not one.title or not one.ask or "?" not in one.ask]
    assert mute == []


def test_what_counts_people_or_things_has_a_unit() -> None:
    facts = [*_rules().facts.values()]
    numbers = [one for fact in facts for one in (fact, *fact.columns.values()) if one.value_type is ValueType.NUMBER]
    assert [one.name for one in numbers if one.unit is None] == []


def test_no_condition_hides_a_number() -> None:
    """A number is a parameter, so that a report can say whose it is; only the 1,000 of "per 1,000" is not.

    What is implausible is for exercises alone, and no report speaks of it.
    """
    rules = _rules().but(implausible=())
    own = [("a condition", term) for term in own_conditions(rules)]
    derived = [
        (one.name, one.derive)
        for fact in rules.facts.values()
        for one in (fact, *fact.columns.values())
        if one.derive is not None
    ]
    bare = [
        (name, inner.value)
        for name, term in [*own, *derived]
        for inner in walk(term)
        if isinstance(inner, Constant) and inner.type in (ValueType.NUMBER, ValueType.MONTHS, ValueType.DAYS)
    ]
    assert set(bare) <= {("arrivals_per_1000_inhabitants", 1000)}


def test_readings() -> None:
    readings = _rules().readings
    assert [(one.id, one.default, one.basis, dict(one.set), [*one.define]) for one in readings.values()] == [
        ("some-or-all", True, Basis.INSTRUMENT, {}, []),
        ("all", False, Basis.EDITORIAL, {}, ["mass-influx"]),
    ]
    assert [(one.source, one.place) for one in readings["some-or-all"].sources] == [("excom-100", "para. (a)")]


def test_who_moved_on_had_found_a_host() -> None:
    rules = _rules()
    situation = _situation("{found_host_country: false, moved_to_third_country: true}")
    notes = [note for note in assess(rules, situation).notes if note.code == "impossible"]
    assert [note.values["text"] for note in notes] == [rules.impossible[0].note]


# --- sources and bases --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Thing:
    """Anything in the rule set that says where it comes from."""

    kind: str
    name: str
    cited: Cited

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


def _everything() -> Iterator[Thing]:
    rules = _rules()
    for fact in rules.facts.values():
        yield Thing("fact", fact.name, fact)
        for column in fact.columns.values():
            yield Thing("column", f"{fact.name}.{column.name}", column)
    for kind, things in (
        ("parameter", rules.parameters),
        ("reading", rules.readings),
        ("criterion", rules.criteria),
        ("context", rules.contexts),
        ("purpose", rules.purposes),
        ("measure", rules.measures),
        ("form", rules.forms),
        ("theme", rules.themes),
        ("principle", rules.principles),
        ("precedent", rules.precedents),
    ):
        for name, thing in things.items():
            yield Thing(kind, name, thing)
    for measure in rules.measures.values():
        for ground in measure.grounds:
            yield Thing("ground", f"{measure.id} for {ground.context}", ground)
    for number, exclusion in enumerate((*rules.impossible, *rules.implausible), 1):
        yield Thing("exclusion", str(number), exclusion)


def _derives(thing: Thing) -> bool:
    return getattr(thing.cited, "derive", None) is not None


def test_everything_says_on_whose_word_it_stands() -> None:
    """A fact that is only asked for says nothing of its own; whatever we derive from others does."""
    silent = [
        str(thing)
        for thing in _everything()
        if thing.cited.basis is None and (thing.kind not in ("fact", "column") or _derives(thing))
    ]
    assert silent == []


def test_what_a_text_says_is_cited() -> None:
    everything = [*_everything()]
    uncited = [
        str(thing)
        for thing in everything
        if thing.cited.basis not in (None, Basis.EDITORIAL) and not thing.cited.sources
    ]
    elsewhere = [
        str(thing)
        for thing in everything
        if thing.cited.basis is Basis.COURSE and "slides" not in {one.source for one in thing.cited.sources}
    ]
    assert (uncited, elsewhere) == ([], [])


def test_an_instrument_is_not_the_course() -> None:
    wrong = [
        str(thing)
        for thing in _everything()
        if thing.cited.basis is Basis.INSTRUMENT and {one.source for one in thing.cited.sources} <= {"slides"}
    ]
    assert wrong == []


def test_everything_of_the_course_is_the_courses() -> None:
    """What a slide names rests on the course; what it drops, on the instrument that has it."""
    kinds = ("context", "purpose", "measure", "form", "theme", "principle", "precedent")
    assert {
        str(thing) for thing in _everything() if thing.kind in kinds and thing.cited.basis is not Basis.COURSE
    } == set()
    criteria = {thing.name: thing.cited.basis for thing in _everything() if thing.kind == "criterion"}
    assert {name for name, basis in criteria.items() if basis is Basis.INSTRUMENT} == {
        "international-border",
        "trafficking",
        "smuggling",
    }
    assert {name for name, basis in criteria.items() if basis is Basis.EDITORIAL} == {
        "same-profile-scale",
        "long-exile",
    }


def test_our_own_numbers_say_that_they_are_ours() -> None:
    mute = [
        name
        for name, one in _rules().parameters.items()
        if one.basis is Basis.EDITORIAL
        and not (one.note and "sets a number" in one.note and "may be changed" in one.note)
    ]
    assert mute == []


def test_an_indicator_that_stands_in_for_a_judgement_says_so() -> None:
    indicators = [one for one in _rules().facts.values() if one.kind == "judgement" and one.derive is not None]
    assert [one.name for one in indicators if one.basis is not Basis.EDITORIAL or not one.note] == []
    assert [
        one.name for one in indicators if "editorial indicator stands in" not in " ".join((one.note or "").split())
    ] == []


def test_every_source_is_cited_and_every_citation_declared() -> None:
    cited = {citation.source for thing in _everything() for citation in thing.cited.sources}
    assert cited == set(_rules().sources)


def test_quotations_are_short() -> None:
    long = [
        f"{thing}: {len(citation.quote.split())} words"
        for thing in _everything()
        for citation in thing.cited.sources
        if citation.quote is not None and len(citation.quote.split()) > 30
    ]
    assert long == []


def test_what_was_not_read_in_full_says_so() -> None:
    """A source that is an instrument notes what of it was read."""
    instruments = [
        one
        for one in _rules().sources.values()
        if one.id.startswith(("excom-", "trafficking-p", "smuggling-p", "global-c"))
    ]
    assert [one.id for one in instruments if not one.note or "read" not in one.note] == []


# --- cases --------------------------------------------------------------------------------------------------


def _case_files() -> list[Path]:
    return sorted(FOLDER.glob("*.cases.yaml"))


@cache
def _cases(file: Path) -> tuple[Situation, ...]:
    document = read_file(file)
    assert isinstance(document, Document), "\n".join(map(str, document))
    loaded = load_cases(document, _rules())
    assert loaded.diagnostics == ()
    return accept(loaded)


def _all_cases() -> Iterator[Any]:
    for file in _case_files() if LOADED.value else ():
        for case in _cases(file):
            yield pytest.param(case, id=f"{file.name}:{case.at.line} {case.id}")


@pytest.mark.parametrize("case", [*_all_cases()])
def test_case(case: Situation) -> None:
    assert [str(failure) for failure in run_case(_rules(), case).failures] == []


TRUTHS = {"met", "not-met", "unknown"}
WORDS = {
    "criterion": TRUTHS,
    "context": TRUTHS,
    "form": TRUTHS,
    "measure": {"called-for", "conditional", "not-called-for"},
    "principle": {"consistent", "in-conflict", "undetermined"},
}


def test_every_conclusion_is_tried_with_every_outcome_beside_it() -> None:
    rules = _rules()
    home = {
        **{("context", name): name for name in rules.contexts},
        **{("criterion", name): one.context or "" for name, one in rules.criteria.items()},
        **{("measure", name): "measures" for name in rules.measures},
        **{("form", name): "principles" for name in rules.forms},
        **{("principle", name): "principles" for name in rules.principles},
    }
    tried: dict[tuple[str, str], set[str]] = {key: set() for key in home}
    for file in _case_files():
        for case in _cases(file):
            for one in case.expect:
                if file.name == f"{home[one.kind, one.id]}.cases.yaml":
                    tried[one.kind, one.id].add(one.word)
    lacking = {f"{kind} {name}": WORDS[kind] - words for (kind, name), words in tried.items() if words != WORDS[kind]}
    assert lacking == {}


def test_cases_stand_beside_what_they_test() -> None:
    names = {file.name.removesuffix(".cases.yaml") for file in _case_files()}
    assert names == {*CONTEXTS, "measures", "principles"}
    assert {file.stem for file in FOLDER.glob("*.yaml") if not file.name.endswith(".cases.yaml")} >= names


# --- measures, contexts, purposes ---------------------------------------------------------------------------

SERVES = {  # by the number of the purpose on the slide
    "emergency-assistance": {1, 6, 7},
    "host-coordination": {5, 6, 9},
    "international-consultation": {5, 6, 7, 9},
    "civilian-character": {2, 3, 4, 5},
    "processing-mechanisms": {2, 3, 4, 9},
    "humanitarian-transfer": {1, 4, 7, 8, 9},
    "registration-documentation": {2, 3, 4, 6},
    "self-reliance": {1, 4, 5, 7, 8},
    "development-support": {5, 7, 8},
    "financial-institutions": {7, 8, 9},
}
INSTRUMENT, EDITORIAL = Basis.INSTRUMENT, Basis.EDITORIAL
GROUNDS = {  # by context, in the order of the slides; None where the measure does not answer it
    "emergency-assistance": (INSTRUMENT, EDITORIAL, None, None),
    "host-coordination": (EDITORIAL, EDITORIAL, EDITORIAL, EDITORIAL),
    "international-consultation": (INSTRUMENT, INSTRUMENT, EDITORIAL, EDITORIAL),
    "civilian-character": (INSTRUMENT, EDITORIAL, None, None),
    "processing-mechanisms": (INSTRUMENT, None, EDITORIAL, INSTRUMENT),
    "humanitarian-transfer": (EDITORIAL, EDITORIAL, EDITORIAL, EDITORIAL),
    "registration-documentation": (INSTRUMENT, EDITORIAL, EDITORIAL, EDITORIAL),
    "self-reliance": (EDITORIAL, INSTRUMENT, EDITORIAL, None),
    "development-support": (EDITORIAL, EDITORIAL, None, None),
    "financial-institutions": (EDITORIAL, EDITORIAL, None, None),
}


def test_measures_serve_the_purposes_that_were_worked_out() -> None:
    numbers = {name: number for number, name in enumerate(PURPOSES, 1)}
    assert {one.id: {numbers[name] for name in one.serves} for one in _rules().measures.values()} == SERVES


def test_every_purpose_is_served_by_at_least_three_measures() -> None:
    served = {purpose: [one.id for one in _rules().measures.values() if purpose in one.serves] for purpose in PURPOSES}
    assert {purpose: ids for purpose, ids in served.items() if len(ids) < 3} == {}
    assert served["predictable-responses"] == [MEASURES[number - 1] for number in (2, 3, 5, 6, 10)]
    assert served["peace-and-dialogue"] == [MEASURES[number - 1] for number in (2, 3, 4, 8, 9)]


def test_measures_answer_contexts_on_the_bases_that_were_worked_out() -> None:
    found = {}
    for measure in _rules().measures.values():
        bases = {ground.context: ground.basis for ground in measure.grounds}
        found[measure.id] = tuple(bases.get(context) for context in CONTEXTS)
    assert found == GROUNDS


def _situation(facts: str, as_of: str = "2013-01-31") -> Situation:
    document = read(f"situation: one\nas_of: {as_of}\nfacts: {facts}\n".encode(), "one.yaml")
    assert isinstance(document, Document), document
    return accept(load_situation(document, _rules()))


_CALM = {
    "individual_procedure_exists": "true",
    "asylum_claims_per_month": "10",
    "asylum_decisions_per_month": "10",
    "coordination_mechanism_exists": "true",
    "armed_elements": "false",
    "border_policy": "open",
    "particular_risk": "false",
    "emergency_needs": "false",
    "aid_dependence": "false",
    "services_strained": "false",
    "host_income_group": "high",
}
_NO_MASS_INFLUX = {"crosses_border": "false"}
_NOT_PROTRACTED = {"populations": "[]"}
_NO_MOVEMENT = {"found_host_country": "true", "moved_to_third_country": "false", "irregular_manner": "false"}
_NO_CRIME = {"exploitation_purpose": "false", "illegal_entry_procured": "false"}
_MASS_INFLUX = {"crosses_border": "true", "numbers_considerable": "true", "arrival_rapid": "true"}
_PROTRACTED = {"populations": "[{profile: A, refugees: 25000, since: 2008-01-31}]"}
_MOVEMENT = {"found_host_country": "true", "moved_to_third_country": "true", "irregular_manner": "true"}
_CRIME = {"illegal_entry_procured": "true", "smuggler_profit": "true"}
ALONE = {
    "mass-influx": {**_MASS_INFLUX, **_NOT_PROTRACTED, **_NO_MOVEMENT, **_NO_CRIME},
    "protracted": {**_NO_MASS_INFLUX, **_PROTRACTED, **_NO_MOVEMENT, **_NO_CRIME},
    "irregular-secondary-movement": {**_NO_MASS_INFLUX, **_NOT_PROTRACTED, **_MOVEMENT, **_NO_CRIME},
    "trafficking-and-smuggling": {**_NO_MASS_INFLUX, **_NOT_PROTRACTED, **_NO_MOVEMENT, **_CRIME},
    "": {**_NO_MASS_INFLUX, **_NOT_PROTRACTED, **_NO_MOVEMENT, **_NO_CRIME},
}


def _statuses(context: str, **facts: str | None) -> dict[str, str]:
    """Return the status of every measure where only `context` is met; a fact given as None is left out."""
    given = {name: value for name, value in {**_CALM, **ALONE[context], **facts}.items() if value is not None}
    found = assess(_rules(), _situation("{" + ", ".join(f"{name}: {value}" for name, value in given.items()) + "}"))
    assert [verdict.context for verdict in found.contexts if verdict.truth == "met"] == ([context] if context else [])
    assert [verdict.context for verdict in found.contexts if verdict.truth == "unknown"] == []
    return {one.measure: one.status for one in found.measures}


def _called_for(context: str, **facts: str | None) -> list[int]:
    """Return the measures that are called for, by their number on the slides."""
    return [number for number, status in enumerate(_statuses(context, **facts).values(), 1) if status == "called-for"]


@pytest.mark.parametrize(
    ("context", "facts", "numbers"),
    [
        ("mass-influx", {}, [1, 3, 6, 7]),
        ("mass-influx", {"armed_elements": "true"}, [1, 3, 4, 6, 7]),
        ("mass-influx", {"coordination_mechanism_exists": "false"}, [1, 2, 3, 6, 7]),
        ("mass-influx", {"individual_procedure_exists": "false"}, [1, 3, 5, 6, 7]),
        ("mass-influx", {"asylum_claims_per_month": "11"}, [1, 3, 5, 6, 7]),
        ("mass-influx", {"aid_dependence": "true"}, [1, 3, 6, 7, 8]),
        ("mass-influx", {"services_strained": "true"}, [1, 3, 6, 7, 9]),
        ("mass-influx", {"host_income_group": "upper-middle"}, [1, 3, 6, 7, 10]),
        ("protracted", {}, [3, 7, 8, 9, 10]),
        ("protracted", {"emergency_needs": "true"}, [1, 3, 7, 8, 9, 10]),
        ("protracted", {"armed_elements": "true"}, [3, 4, 7, 8, 9, 10]),
        ("protracted", {"border_policy": "restricted"}, [3, 6, 7, 8, 9, 10]),
        ("protracted", {"particular_risk": "true"}, [3, 6, 7, 8, 9, 10]),
        ("irregular-secondary-movement", {}, [3, 5, 7, 8]),
        (
            "irregular-secondary-movement",
            {"armed_elements": "true", "services_strained": "true"},
            [3, 5, 7, 8],
        ),
        ("irregular-secondary-movement", {"coordination_mechanism_exists": "false"}, [2, 3, 5, 7, 8]),
        ("trafficking-and-smuggling", {"coordination_mechanism_exists": "false"}, [2, 3, 5, 7]),
        ("trafficking-and-smuggling", {"emergency_needs": "true", "aid_dependence": "true"}, [3, 5, 7]),
        (
            "",
            {"emergency_needs": "true", "armed_elements": "true", "coordination_mechanism_exists": "false"},
            [],
        ),
    ],
)
def test_what_each_context_alone_calls_for(context: str, facts: dict[str, str], numbers: list[int]) -> None:
    assert _called_for(context, **facts) == numbers


def test_a_long_stay_alone_is_no_emergency() -> None:
    assert _statuses("protracted")["emergency-assistance"] == "not-called-for"
    assert _statuses("protracted", emergency_needs=None)["emergency-assistance"] == "conditional"


def test_a_trigger_that_nobody_knows_leaves_a_measure_conditional() -> None:
    triggers = dict.fromkeys(_CALM)
    assert _statuses("mass-influx", **triggers) == {
        "emergency-assistance": "called-for",
        "host-coordination": "conditional",
        "international-consultation": "called-for",
        "civilian-character": "conditional",
        "processing-mechanisms": "conditional",
        "humanitarian-transfer": "called-for",
        "registration-documentation": "called-for",
        "self-reliance": "conditional",
        "development-support": "conditional",
        "financial-institutions": "conditional",
    }


def test_nothing_is_ever_required() -> None:
    """The texts recommend: no title of a measure puts it as a duty."""
    words = re.compile(r"\b(must|shall|oblige|obliged|required?|duty)\b", re.IGNORECASE)
    assert [one.title for one in _rules().measures.values() if words.search(one.title)] == []
