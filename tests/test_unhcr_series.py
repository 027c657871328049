"""Histories by year that situations share: the form of their own says what the general form and the evaluator say."""

from datetime import date
from math import inf
from typing import Any

import narwhals as nw
import polars as pl
from hypothesis import given, strategies as st

from comity.engine.assessment.assess import program
from comity.engine.batch.frames import YEARS, Frame, run
from comity.engine.language.diagnostic import accept
from comity.engine.language.history import Entry, History
from comity.engine.language.load import build_rule_set
from comity.engine.language.model import RuleSet
from comity.engine.language.quantity import span
from comity.engine.language.source import Document, read
from comity.engine.translation.columns import Plan, Series, Shape, plan

FIRST, LAST = 2001, 2010


def _rules(windows: list[tuple[str, str, str, int]]) -> RuleSet:
    """Return a rule set with a criterion for each window: which end, of which fact, over what, against which number."""
    criteria = {}
    for number, (which, fact, over, bound) in enumerate(windows):
        name = f"w{number}"
        derive = f"{{{which}: {{fact: {fact}}}, over: {over}}}" if which != "current" else f"{{fact: {fact}}}"
        criteria[name] = (derive, bound)
    facts = "\n".join(f"  d_{name}: {{type: count, derive: {derive}}}" for name, (derive, _) in criteria.items())
    tests = "\n".join(
        f"  {name}: {{title: T, when: {{fact: d_{name}, at_least: {bound}}}}}" for name, (_, bound) in criteria.items()
    )
    text = (
        "rule_set: r\nversion: 1.0.0\ntitle: T\n"
        "facts:\n  people: {type: count, history: true}\n  others: {type: count, history: true}\n"
        f"{facts}\ncriteria:\n{tests}\n"
    )
    document = read(text.encode(), "r.yaml")
    assert isinstance(document, Document)
    return accept(build_rule_set([document], "r"))


values = st.integers(0, 6)
ranges = st.one_of(
    values.map(lambda one: (one, one)),
    st.tuples(values, values).map(lambda both: (min(both), max(both))),
    values.map(lambda one: (one, None)),
)
series = st.dictionaries(st.integers(FIRST, LAST), st.tuples(ranges, ranges), max_size=8)
windows = st.tuples(
    st.sampled_from(["lowest", "highest", "current"]),
    st.sampled_from(["people", "others"]),
    st.sampled_from(["5 years", "12 months", "13 months", "30 months", "0 years", "1 day", "365 days", "40 years"]),
    st.integers(0, 7),
)


def _collected(made: Plan, sources: dict[str, pl.DataFrame]) -> pl.DataFrame:
    assert made.diagnostics == ()
    frames: dict[str, Frame] = {name: nw.from_native(frame.lazy()) for name, frame in sources.items()}
    found: pl.DataFrame = run(made.relation, frames).to_native().collect()
    return found.sort("id")


@given(
    st.lists(windows, min_size=1, max_size=3), st.lists(series, min_size=1, max_size=3), st.sampled_from([None, 0, 3])
)
def test_the_form_by_year_agrees_with_the_general_one_and_the_evaluator(
    wanted: list[tuple[str, str, str, int]], given_: list[dict[int, Any]], absent: int | None
) -> None:
    rules = _rules(wanted)
    criteria = [*rules.criteria]
    situations = [(at * 10_000 + year, at, year) for at in range(len(given_)) for year in range(FIRST - 1, LAST + 2)]
    frame = pl.DataFrame(
        {
            "id": [key for key, _, _ in situations],
            "year": [year for _, _, year in situations],
            "as_of": [date(year, 12, 31) for _, _, year in situations],
        },
        schema={"id": pl.Int64, "year": pl.Int64, "as_of": pl.Date},
    )
    ends = {f"{name}_{side}": pl.Int64 for name in ("people", "others") for side in ("low", "high")}
    by_year = pl.DataFrame(
        [(at * 10_000 + year, *a, *b) for at, one in enumerate(given_) for year, (a, b) in one.items()],
        schema={"id": pl.Int64, **ends},
        orient="row",
    )
    shape = Shape({}, series=Series({"people": "range", "others": "range"}, FIRST, LAST, absent))
    years = pl.DataFrame({"offset": pl.int_range(50, eager=True)})
    made = plan(rules, shape, wanted=criteria)
    short = _collected(made, {"situations": frame, "series": by_year, YEARS: years})

    filled = [{**({} if absent is None else _absent(absent)), **one} for one in given_]
    general = plan(rules, Shape({}, histories=frozenset({"people", "others"})), wanted=criteria)
    entries = {
        name: pl.DataFrame(
            [
                (key, date(year, 1, 1), date(year, 12, 31), *told[at])
                for key, one, _ in situations
                for year, told in filled[one].items()
            ],
            schema={"id": pl.Int64, "first": pl.Date, "last": pl.Date, "low": pl.Int64, "high": pl.Int64},
            orient="row",
        )
        for at, name in enumerate(("people", "others"))
    }
    long = _collected(general, {"situations": frame.select("id", "as_of"), **entries})
    assert short.select("id", *(made.columns[one] for one in criteria)).equals(
        long.select("id", *(general.columns[one] for one in criteria))
    )
    judge = program(rules)
    for row, (_, at, year) in enumerate(situations):
        facts = {name: _history(filled[at], place) for place, name in enumerate(("people", "others"))}
        asked = judge.start({name: one for name, one in facts.items() if one.entries}, date(year, 12, 31))
        assert [short[made.columns[one]][row] for one in criteria] == [asked.truth(one) for one in criteria]


def _absent(value: int) -> dict[int, Any]:
    return dict.fromkeys(range(FIRST, LAST + 1), ((value, value), (value, value)))


def _history(one: dict[int, Any], place: int) -> History:
    entries = []
    for year in sorted(one):
        low, high = one[year][place]
        entries.append(Entry(date(year, 1, 1), date(year, 12, 31), span(low, inf if high is None else high)))
    return History(tuple(entries))


def test_points_read_one_column_a_history() -> None:
    rules = _rules([("lowest", "people", "2 years", 3)])
    made = plan(rules, Shape({}, series=Series({"people": "point"}, 2001, 2003, 0)), wanted=["w0"])
    assert made.inputs["series"] == ("id", "people")
    days = [date(2002, 12, 31), date(2003, 12, 31)]
    frame = pl.DataFrame({"id": [12002, 12003], "year": [2002, 2003], "as_of": days})
    figures = pl.DataFrame({"id": [12001, 12002], "people": [3, 4]})
    found = _collected(made, {"situations": frame, "series": figures, YEARS: pl.DataFrame({"offset": [0, 1, 2]})})
    assert found["w0"].to_list() == [True, False]


def test_a_window_of_many_days_has_no_form_by_year() -> None:
    rules = _rules([("lowest", "people", "366 days", 3)])
    made = plan(rules, Shape({}, series=Series({"people": "point"}, 2001, 2003)), wanted=["w0"])
    assert [one.message for one in made.diagnostics] == [
        "`w0` has no form over columns: a window of days over figures by year"
    ]
