"""The rule set `excom-100-109`: what it shares with `oas-2013`, what is its own, and whose word each of it is."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from comity.engine.assessment.assess import assess
from comity.engine.builtin import rules_folder, situations_folder
from comity.engine.checking.citations import cited
from comity.engine.language.condition import Constant, walk
from comity.engine.language.diagnostic import accept
from comity.engine.language.files import read_file
from comity.engine.language.load import load_rule_set
from comity.engine.language.model import Basis, Fact, RuleSet, Situation, ValueType
from comity.engine.language.references import own_conditions
from comity.engine.language.situation import load_cases, load_situation
from comity.engine.language.source import Document, Mapping

FOLDER = rules_folder() / "excom-100-109"
LOADED = load_rule_set(FOLDER)


@cache
def _rules() -> RuleSet:
    return accept(LOADED)


@cache
def _course() -> RuleSet:
    return accept(load_rule_set(rules_folder() / "oas-2013"))


def test_it_loads_without_a_complaint() -> None:
    assert LOADED.diagnostics == ()
    assert (_rules().id, _rules().version, _rules().language) == ("excom-100-109", "1.0.0", "en")
    assert [*_rules().locales] == ["es", "fr", "pt"]


# --- what it shares with the course ---------------------------------------------------------------------------------

OWN_FACTS = {
    "other_characteristic",
    "solutions_in_prospect",
    "palestine_refugees",
    "article_1d_leaves_room",
    "combatants_identified",
    "urgent_security_needs",
    "neglects_gender_or_age",
    "imposes_local_integration",
}
MEANING = (
    "type",
    "unit",
    "options",
    "low",
    "high",
    "step",
    "history",
    "derive",
    "kind",
    "changeable",
    "about",
    "plausible",
    "title",
    "ask",
)


def _meaning(fact: Fact) -> dict[str, Any]:
    """Return what a fact means; its note and sources are each rule set's own."""
    columns = {name: _meaning(column) for name, column in fact.columns.items()}
    return {**{name: getattr(fact, name) for name in MEANING}, "columns": columns}


def test_facts_mean_what_they_mean_in_the_course() -> None:
    ours, course = _rules().facts, _course().facts
    assert {*ours} - {*course} == OWN_FACTS
    shared = [name for name in ours if name in course]
    assert {name: _meaning(ours[name]) for name in shared} == {name: _meaning(course[name]) for name in shared}


def test_contexts_and_criteria_of_one_name_mean_the_same() -> None:
    ours, course = _rules().criteria, _course().criteria
    assert tuple(_rules().contexts) == ("mass-influx", "protracted")
    shared = [name for name in ours if name in course]
    assert shared == [
        "international-border",
        "considerable-numbers",
        "rapid-arrival",
        "inadequate-capacity",
        "overwhelmed-procedures",
        "long-exile",
    ]
    assert [ours[name].when for name in shared] == [course[name].when for name in shared]
    assert ours.keys() - course.keys() == {"other-characteristic", "no-immediate-prospects", "within-reach"}


def test_parameters_of_one_name_have_one_value() -> None:
    ours, course = _rules().parameters, _course().parameters
    assert {name: (one.value_type, one.values, one.unit) for name, one in ours.items()} == {
        name: (course[name].value_type, course[name].values, course[name].unit) for name in ours
    }


def test_measures_of_the_course_and_its_own() -> None:
    ours, course = _rules().measures, _course().measures
    assert [name for name in ours if name in course] == [
        "emergency-assistance",
        "registration-documentation",
        "civilian-character",
        "self-reliance",
    ]
    assert [name for name in ours if name not in course] == [
        "protection-capacity",
        "root-causes",
        "former-combatants",
        "standby-security",
        "local-integration",
        "resettlement",
    ]
    assert {*_rules().purposes} == {*_course().purposes} - {"predictable-responses"}


# --- whose word it is -----------------------------------------------------------------------------------------------


def test_five_years_are_the_only_number_of_the_conclusions() -> None:
    parameters = _rules().parameters.items()
    assert {name for name, one in parameters if one.basis is Basis.INSTRUMENT} == {"protracted_duration"}
    mute = [
        name for name, one in parameters if one.basis is Basis.EDITORIAL and "may be changed" not in (one.note or "")
    ]
    assert mute == []
    rules = _rules().but(implausible=())  # which is for exercises alone, and no report speaks of it
    derived = [
        (one.name, one.derive)
        for fact in rules.facts.values()
        for one in (fact, *fact.columns.values())
        if one.derive is not None
    ]
    bare = {
        (name, inner.value)
        for name, term in [*(("a condition", term) for term in own_conditions(rules)), *derived]
        for inner in walk(term)
        if isinstance(inner, Constant) and inner.type in (ValueType.NUMBER, ValueType.MONTHS, ValueType.DAYS)
    }
    assert bare == {("arrivals_per_1000_inhabitants", 1000)}


def test_nothing_rests_on_the_course() -> None:
    assert [str(thing) for thing in cited(_rules()) if thing.cited.basis is Basis.COURSE] == []
    assert [*_rules().sources] == ["excom-100", "excom-109"]


def test_what_an_instrument_says_is_cited_by_its_passage() -> None:
    loose = [
        f"{thing.kind} {thing.name}"
        for thing in cited(_rules())
        if thing.cited.basis is Basis.INSTRUMENT
        and not (thing.cited.sources and all(one.place for one in thing.cited.sources))
    ]
    assert loose == []


def test_what_was_not_read_is_excused_and_cited_nowhere() -> None:
    excused = {
        (source.id, place)
        for source in _rules().sources.values()
        for place, passage in source.passages.items()
        if passage.excused is not None
    }
    assert excused == {
        ("excom-100", "later recitals"),
        ("excom-100", "list of elements, items (i) to (iii)"),
        ("excom-100", "list of elements, item (ix)"),
        ("excom-100", "list of elements, after item (ix)"),
        ("excom-109", "other recitals"),
        ("excom-109", "paras (d) to (g)"),
        ("excom-109", "para. (l) and what follows"),
    }
    places = {(citation.source, citation.place) for thing in cited(_rules()) for citation in thing.cited.sources}
    assert places & excused == set()


def test_quotations_are_short() -> None:
    quotes = [citation.quote for thing in cited(_rules()) for citation in thing.cited.sources if citation.quote]
    assert [quote for quote in quotes if len(quote.split()) > 30] == []


def test_a_measure_stands_on_the_conclusion_of_its_context() -> None:
    source = {"mass-influx": "excom-100", "protracted": "excom-109"}
    grounds = [ground for measure in _rules().measures.values() for ground in measure.grounds]
    assert {(ground.basis, *{one.source for one in ground.sources}) for ground in grounds} == {
        (Basis.INSTRUMENT, "excom-100"),
        (Basis.INSTRUMENT, "excom-109"),
    }
    assert [
        ground.context for ground in grounds if {source[ground.context]} != {one.source for one in ground.sources}
    ] == []


# --- cases ----------------------------------------------------------------------------------------------------------

TRUTHS = {"met", "not-met", "unknown"}
WORDS = {
    "criterion": TRUTHS,
    "context": TRUTHS,
    "form": TRUTHS,
    "measure": {"called-for", "conditional", "not-called-for"},
    "principle": {"consistent", "in-conflict", "undetermined"},
}


def _expected(file: Path) -> Iterator[tuple[str, str, str]]:
    document = read_file(file)
    assert isinstance(document, Document), document
    for case in accept(load_cases(document, _rules())):
        yield from ((one.kind, one.id, one.word) for one in case.expect)


def test_every_conclusion_is_tried_with_every_outcome_beside_it() -> None:
    rules = _rules()
    home = {
        **{("context", name): name for name in rules.contexts},
        **{("criterion", name): one.context for name, one in rules.criteria.items()},
        **{("measure", name): "measures" for name in rules.measures},
        **{("form", name): "principles" for name in rules.forms},
        **{("principle", name): "principles" for name in rules.principles},
    }
    tried = {
        (file.name.removesuffix(".cases.yaml"), *one) for file in FOLDER.glob("*.cases.yaml") for one in _expected(file)
    }
    wanted = {(place, kind, name, word) for (kind, name), place in home.items() for word in WORDS[kind]}
    assert wanted - tried == set()


# --- the stored situations under it ---------------------------------------------------------------------------------


def _without(mapping: Mapping, names: set[str]) -> None:
    for name in names & {*mapping.entries}:
        del mapping.entries[name]
        del mapping.keys[name]


def _told(file: Path) -> Situation:
    """Return a stored situation, told in the facts that the rule set declares."""
    document = read_file(file)
    assert isinstance(document, Document), document
    root = document.root
    assert isinstance(root, Mapping)
    facts = root.entries["facts"]
    assert isinstance(facts, Mapping)
    _without(root, {"expect", "response", "sources", "kinds"})
    _without(facts, {*facts.entries} - {*_rules().facts})
    loaded = load_situation(document, _rules())
    assert loaded.diagnostics == ()
    return accept(loaded)


@cache
def _verdicts(reading: str | None) -> dict[str, dict[str, str]]:
    """Return the verdicts on every stored situation, under a reading, or with None under the course."""
    found: dict[str, dict[str, str]] = {}
    for file in sorted(situations_folder().glob("*.yaml")):
        document = read_file(file)
        assert isinstance(document, Document), document
        assessment = (
            assess(_course(), accept(load_situation(document, _course())))
            if reading is None
            else assess(_rules(), _told(file), reading=reading)
        )
        found[file.stem] = {verdict.context: str(verdict.truth.value) for verdict in assessment.contexts}
    return found


def _changed(context: str, reading: str) -> dict[tuple[str, str], list[str]]:
    """Return the situations whose verdict is another than the course's, by what it was and is."""
    changed: dict[tuple[str, str], list[str]] = {}
    for name, words in _verdicts(reading).items():
        before = _verdicts(None)[name][context]
        if before != words[context]:
            changed.setdefault((before, words[context]), []).append(name)
    return changed


def test_with_a_closed_list_mass_influx_is_what_it_is_in_the_course() -> None:
    assert _changed("mass-influx", "listed-only") == {}


def test_with_an_open_list_one_characteristic_leaves_it_open() -> None:
    assert _changed("mass-influx", "some-or-all") == {("not-met", "unknown"): ["newcomers", "no-individual-procedure"]}


def test_no_situation_is_protracted_before_somebody_judges_the_prospects() -> None:
    assert {words["protracted"] for words in _verdicts("some-or-all").values()} == {"not-met", "unknown"}


def test_without_a_number_smaller_and_mixed_populations_are_protracted() -> None:
    assert _changed("protracted", "duration-alone") == {
        ("not-met", "met"): [
            "a-dip-in-the-middle",
            "bhutanese-nepal-2014",
            "bhutanese-nepal-2018",
            "greece-2015",
            "newcomers",
            "onward-from-a-host",
            "onward-with-a-visa",
            "syrians-turkey-2015",
            "two-profiles",
            "venezuela-colombia-2018",
        ],
        ("not-met", "unknown"): [
            "goma-1994",
            "kosovo-albania-1999",
            "kosovo-fyrom-1999",
            "ukraine-moldova-2022",
            "ukraine-poland-2022",
        ],
        ("unknown", "met"): ["straddling-estimate"],
    }
