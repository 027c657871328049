"""UNHCR's downloads: every layout says the same, what is odd in them is taken for what it is, and counts are right."""

import csv
import gzip
import json
import os
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, strategies as st

from comity.cli import main
from comity.engine.assessment.assess import program
from comity.engine.batch.frames import run
from comity.engine.batch.income_groups import read_groups
from comity.engine.batch.protracted_years import Statistics, protracted
from comity.engine.batch.unhcr import Population, prepare, read_population
from comity.engine.batch.unhcr_asylum import prepare as prepare_asylum, read_asylum
from comity.engine.batch.unhcr_layouts import Cell
from comity.engine.builtin import rules_folder
from comity.engine.language.diagnostic import Refused, accept
from comity.engine.language.history import Entry, History
from comity.engine.language.load import load_rule_set
from comity.engine.translation.columns import plan

DATA = Path(__file__).parent / "data" / "unhcr"
SHARED = Path(os.environ.get("COMITY_SHARED", Path(__file__).parent.parent.parent / "shared")) / "data" / "unhcr"
RULES = accept(load_rule_set(rules_folder() / "unhcr-global-trends"))
INCOME = read_groups(DATA / "income.csv")

NONE = (
    "error[wrong-shape]: this is none of UNHCR's downloads: no line names the columns `Year`, "
    "`Country of origin (ISO)` and `Country of asylum (ISO)`"
)
HINT = (
    "    hint: a group is one of H, UM, LM, L, high income, upper middle income, lower middle income, low income, "
    "high, upper-middle, lower-middle, low"
)
HEAD = "year,origin_iso,origin_name,asylum_iso,asylum_name,refugees,oip\n"


def _file(folder: Path, text: str, name: str = "f.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def _read(folder: Path, text: str) -> Population:
    return read_population(_file(folder, text))


def _rows(population: Population) -> set[tuple[str, str, int, int | None, int]]:
    return {*population.rows.select("origin", "host", "year", "refugees", "others").iter_rows()}


# --- layouts ----------------------------------------------------------------------------------------------------------


def test_the_website_and_the_api_say_the_same_of_the_same_pairs() -> None:
    website, api = read_population(DATA / "website.csv"), read_population(DATA / "api.csv")
    pairs = {(origin, host) for origin, host, *_ in _rows(website)} & {
        (origin, host) for origin, host, *_ in _rows(api)
    }
    years = range(2015, 2024)
    both = [{row for row in _rows(one) if row[:2] in pairs and row[2] in years} for one in (website, api)]
    assert both[0] == both[1]
    assert len(both[0]) > 150
    assert (website.first, website.last, website.has_others, website.bad) == (2015, 2023, True, ())
    assert website.names["CUW"] == "Curacao"


def test_the_package_and_packed_files_are_read_alike(tmp_path: Path) -> None:
    api = read_population(DATA / "api.csv")
    with (DATA / "api.csv").open(encoding="utf-8", newline="") as file:
        rows = [*csv.DictReader(file)]
    for names in (
        ("coo_iso", "coo_name", "coa_iso", "coa_name"),
        ("origin_iso", "origin_name", "asylum_iso", "asylum_name"),
    ):
        out = [("year", *names, "refugees", "asylum_seekers", "oip")]
        for row in rows:
            origin, host = row["Country of origin (ISO)"], row["Country of asylum (ISO)"]
            places = (origin, row["Country of origin"], host, row["Country of asylum"])
            figures = (row["Refugees under UNHCR's mandate"], row["Asylum-seekers"])
            out.append((row["Year"], *places, *figures, row["Other people in need of international protection"]))
        path = tmp_path / "p.csv.gz"
        with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(out)
        found = read_population(path)
        assert _rows(found) == _rows(api)
        assert found.names == api.names


def test_without_the_lines_before_the_header_and_with_old_names(tmp_path: Path) -> None:
    text = (DATA / "website.csv").read_text(encoding="utf-8")
    bare = text[text.index("Year,") :]
    older = bare.replace("UNHCR's mandate", "UNHCR’s mandate").replace(
        "Other people in need of international protection", "Venezuelans displaced abroad"
    )
    expected = _rows(read_population(DATA / "website.csv"))
    for one in (bare, older, "\ufeff" + bare, bare.replace("\n", "\r\n")):
        assert _rows(_read(tmp_path, one)) == expected


def test_without_a_column_of_others_nothing_is_known_of_them(tmp_path: Path) -> None:
    found = _read(tmp_path, "year,origin_iso,asylum_iso,refugees\n2015,QAA,QBB,5\n")
    assert (found.has_others, found.names) == (False, {})
    assert found.rows["others"].to_list() == [None]
    assert prepare(found).shape.series == ({"refugees": "range"}, 2015, 2015, 0)


# --- what is odd in them ----------------------------------------------------------------------------------------------


def test_missing_figures_codes_and_spaces(tmp_path: Path) -> None:
    text = (
        "Year,Country of origin,Country of origin (ISO),Country of asylum,Country of asylum (ISO),"
        "Refugees under UNHCR's mandate,Other people in need of international protection\n"
        '2015,"Mara ",QMA,Namibia,NA,5,-\n'
        '2016,"Mara ",QMA,Namibia,NA,-,7\n'
        '2016,"Unknown ",,Namibia,NA,3,\n'
        '2016,"Unknown ",UNK,Sula, QSU ,4,\n'
        "2016,Sula,QSU,Sula,QSU,9,\n"
    )
    found = _read(tmp_path, text)
    assert _rows(found) == {
        ("QMA", "NA", 2015, 5, 0),
        ("QMA", "NA", 2016, None, 7),
        ("UNK", "NA", 2016, 3, 0),
        ("UNK", "QSU", 2016, 4, 0),
    }
    assert (found.dropped, found.bad) == (1, ())
    assert found.names == {"NA": "Namibia", "QMA": "Mara", "QSU": "Sula", "UNK": "Unknown"}
    situations = prepare(found).sources["situations"].to_native().collect()
    assert situations.select("origin", "host", "year").rows() == [("QMA", "NA", 2015), ("QMA", "NA", 2016)]


def test_pairs_that_stand_twice_are_added_up(tmp_path: Path) -> None:
    found = _read(tmp_path, HEAD + "2015,A,,B,,5,1\n2015,A,,B,,6,\n2016,A,,B,,,1\n2016,A,,B,,6,2\n")
    assert _rows(found) == {("A", "B", 2015, 11, 1), ("A", "B", 2016, None, 3)}


def test_bad_cells_are_told_with_their_line_and_stop_nothing(tmp_path: Path) -> None:
    text = HEAD + '2015,A,,B,,"1,200",\n2015,C,,B,,-5,\n20x5,D,,B,,1,\n2015,E,,B,,2.5,3\n2015,F,,B,,7,8\n,G,,B,,1,1\n'
    text += "2015,H,,B,,٣,1\n2015,I,,B,,99999999999999999999,1\n2015,J,,B,,100000000001,1\n"
    found = _read(tmp_path, text)
    assert _rows(found) == {("F", "B", 2015, 7, 8)}
    assert found.bad == (
        Cell(2, "refugees", "1,200"),
        Cell(3, "refugees", "-5"),
        Cell(4, "year", "20x5"),
        Cell(5, "refugees", "2.5"),
        Cell(7, "year", ""),
        Cell(8, "refugees", "٣"),
        Cell(9, "refugees", "99999999999999999999"),
        Cell(10, "refugees", "100000000001"),
    )


def test_lines_count_from_the_first_of_the_file(tmp_path: Path) -> None:
    text = (
        (DATA / "website.csv")
        .read_text(encoding="utf-8")
        .replace("2015,Afghanistan,AFG,Afghanistan,AFG,0,", "2015,Afghanistan,AFG,Afghanistan,AFG,x,")
    )
    assert _read(tmp_path, text).bad == (Cell(16, "Refugees under UNHCR's mandate", "x"),)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", f"1:1: {NONE}"),
        (b"a,b\n1,2\n", f"1:1: {NONE}"),
        (
            b"\nyear,origin_iso,asylum_iso\n",
            "2:1: error[missing-key]: there is no column `refugees under unhcr's mandate`",
        ),
        (b"\xff\xfe\x00", "1:1: error[not-utf8]: the file is no text in UTF-8, packed with gzip or not"),
        (b"\x1f\x8b\x00\x00", "1:1: error[not-utf8]: the file is no text in UTF-8, packed with gzip or not"),
    ],
)
def test_what_is_no_download_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(content)
    with pytest.raises(Refused) as caught:
        read_population(path)
    assert str(caught.value) == f"{path}:{message}"


def test_a_new_code_neither_starts_nor_breaks_a_run(tmp_path: Path) -> None:
    figures = [(year, "SDN", "ETH", 60_000) for year in range(2005, 2012)]
    figures += [(year, "SSD", "ETH", 50_000) for year in range(2012, 2018)]
    figures += [(year, "SSD", "KEN", 50_000) for year in range(2012, 2018)]
    figures += [(2011, "SSD", "ETH", 0)]
    found = _read(tmp_path, HEAD + "".join(f"{y},{o},,{h},,{n},\n" for y, o, h, n in figures))
    counts = protracted(found, RULES, "sentence")
    told = {year.year: (year.situations, [pair.host for pair in year.open]) for year in counts.years}
    assert told == {
        2009: (1, []),
        2010: (1, []),
        2011: (1, ["ETH"]),  # the new code is in the file, while the old one still counts its people
        2012: (0, ["ETH"]),  # the predecessor had 60,000 there: among them the people of the new code, or not
        2013: (0, ["ETH"]),
        2014: (0, ["ETH"]),
        2015: (0, ["ETH"]),
        2016: (2, []),
        2017: (2, []),
    }


# --- counts -----------------------------------------------------------------------------------------------------------


def _naive(
    rows: Iterable[tuple[str, str, int, int, int]], groups: Mapping[tuple[str, int], str], reading: str, year: int
) -> tuple[int, int, int]:
    """Return situations, host countries and people, as the definition says, without the engine."""
    others = reading == "published" and year >= 2022
    stock = {(o, h, y): r + (a if others else 0) for o, h, y, r, a in rows if o not in ("UNK", "XXA") and o != h}
    met = [
        (o, h)
        for o, h, y in stock
        if y == year
        and all(stock.get((o, h, year - back), 0) >= 25_000 for back in range(5))
        and not (reading == "published" and groups.get((h, year)) == "high")
    ]
    return len(met), len({h for _, h in met}), sum(stock[o, h, year] for o, h in met)


def _groups(income: pl.DataFrame) -> dict[tuple[str, int], str]:
    return {(country, year): group for country, year, group in income.iter_rows()}


def _counts(found: Statistics) -> dict[int, tuple[int, int, int]]:
    return {one.year: (one.situations, one.hosts, one.people) for one in found.years}


@pytest.mark.parametrize("reading", ["published", "sentence"])
@pytest.mark.parametrize("name", ["website", "api"])
def test_real_rows_are_counted_as_the_definition_says(name: str, reading: str) -> None:
    population = read_population(DATA / f"{name}.csv")
    rows = [(o, h, y, r or 0, a) for o, h, y, r, a in _rows(population)]
    found = protracted(population, RULES, reading, INCOME)
    expected = {year: _naive(rows, _groups(INCOME), reading, year) for year in population.years}
    assert _counts(found) == expected
    assert max(situations for situations, _, _ in expected.values()) > 10


codes = st.sampled_from(["QAA", "QBB", "UNK", "XXA", "QCC"])
stocks = st.sampled_from([0, 24_999, 25_000, 25_001, 90_000])
figure_rows = st.dictionaries(
    st.tuples(codes, st.sampled_from(["QBB", "QDD", "QEE"]), st.integers(2015, 2024)),
    st.tuples(stocks, st.sampled_from([0, 1, 25_000])),
    min_size=1,
    max_size=40,
)
groups = st.dictionaries(
    st.tuples(st.sampled_from(["QBB", "QDD"]), st.integers(2015, 2024)), st.sampled_from(["high", "low"]), min_size=1
)


@given(figure_rows, groups, st.sampled_from(["published", "sentence"]))
def test_any_figures_are_counted_as_the_definition_says(
    told: dict[tuple[str, str, int], tuple[int, int]], classified: dict[tuple[str, int], str], reading: str
) -> None:
    rows = [(*key, *stock) for key, stock in told.items()]
    kept = [row for row in rows if row[0] != row[1]]
    if not kept:
        return
    first, last = min(row[2] for row in kept), max(row[2] for row in kept)
    code = pl.Enum(sorted({row[0] for row in kept} | {row[1] for row in kept}))
    frame = pl.DataFrame(
        kept,
        schema={"origin": code, "host": code, "year": pl.Int64, "refugees": pl.Int64, "others": pl.Int64},
        orient="row",
    )
    population = Population(frame, {}, first, last, True, (), len(rows) - len(kept))
    income = pl.DataFrame(
        [(*key, group) for key, group in classified.items()], schema=["country", "year", "group"], orient="row"
    )
    told_of = [year for _, year in classified]
    years = range(max(min(told_of), first + 4), min(max(told_of), last) + 1)
    found = protracted(population, RULES, reading, income, years=years)
    assert _counts(found) == {year: _naive(rows, classified, reading, year) for year in years}
    for one in found.years:
        assert one.open == ()
        before = {(each.origin, each.host) for each in found.lists.get(one.year - 1, ())}
        now = {(each.origin, each.host) for each in found.lists[one.year]}
        if one.year - 1 in found.lists and one.entered is not None:
            assert {*one.entered} == now - before
            assert one.left is not None
            assert {*one.left} == before - now


def test_each_verdict_is_that_of_the_evaluator() -> None:
    population = read_population(DATA / "api.csv")
    prepared = prepare(population, INCOME)
    stock = {(o, h, y): (r or 0, a) for o, h, y, r, a in _rows(population)}
    situations = prepared.sources["situations"].to_native().collect()
    for reading in ("published", "sentence"):
        made = plan(RULES, prepared.shape, reading, wanted=["protracted", "scale-at-year-end", "settled-population"])
        assert made.diagnostics == ()
        found = situations.join(run(made.relation, prepared.sources).to_native().collect(), on="id")
        judge = program(RULES, reading)
        for row in found.iter_rows(named=True):
            facts: dict[str, Any] = {}
            if row["host_income_group"] is not None:
                facts["host_income_group"] = row["host_income_group"]
            for name, counted in (("refugees", 1), ("refugees_and_others", 2)):
                years = range(population.first, population.last + 1)
                told = {year: sum(stock.get((row["origin"], row["host"], year), ())[:counted]) for year in years}
                facts[name] = History(tuple(Entry(*_year(year), value) for year, value in told.items()))
            asked = judge.start(facts, row["as_of"])
            assert {name: row[column] for name, column in made.columns.items()} == {
                name: asked.truth(name) for name in made.columns
            }


def _year(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the whole of UNHCR's statistics is not here")
@pytest.mark.parametrize("reading", ["published", "sentence"])
def test_the_whole_of_the_statistics_gives_the_expected_counts(reading: str) -> None:
    population = read_population(SHARED / "population.csv.gz", names=False)
    income = read_groups(SHARED / "worldbank-income-groups.csv")
    found = _counts(protracted(population, RULES, reading, income))
    expected = pl.read_csv(SHARED / "protracted-by-year.csv").filter(pl.col("reading") == reading)
    columns = expected.select("year", "situations", "host_countries", "refugees")
    assert expected.height == 22
    assert {year: found[year] for year in columns["year"]} == {year: tuple(rest) for year, *rest in columns.iter_rows()}


@pytest.mark.skipif(not SHARED.is_dir(), reason="the whole of UNHCR's statistics is not here")
@pytest.mark.parametrize("reading", ["published", "sentence"])
def test_the_whole_download_of_the_website_gives_the_same_counts(reading: str) -> None:
    income = read_groups(SHARED / "worldbank-income-groups.csv")
    website = read_population(SHARED / "data-finder-population-2024-07-21.csv.gz")
    package = read_population(SHARED / "population.csv.gz", names=False)
    years = range(2019, 2024)
    ours, theirs = (_counts(protracted(one, RULES, reading, income, years=years)) for one in (website, package))
    assert ours == theirs
    assert len(ours) == 5


# --- income groups ----------------------------------------------------------------------------------------------------


def test_the_group_at_the_end_of_a_year_rests_on_the_data_of_the_year_before(tmp_path: Path) -> None:
    path = _file(tmp_path, "iso3,data_year,income_group\nQAA,2015,H\nQAA,2016,..\nQBB,2016,middle\n")
    with pytest.raises(Refused) as caught:
        read_groups(path)
    wrong = "`QBB,2016,middle` is no country, year and income group"
    assert str(caught.value) == f"{path}:4:1: error[not-an-option]: {wrong}\n{HINT}"
    path.write_text("iso3,data_year,income_group\nQAA,2015,H\nQAA,2016,..\nQBB,2016,LM \n", encoding="utf-8")
    assert read_groups(path).rows() == [("QAA", 2016, "high"), ("QBB", 2017, "lower-middle")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "iso3,income_group\n",
            "1:1: error[missing-key]: there is no column `data_year`\n"
            "    hint: income groups need iso3, data_year, income_group",
        ),
        (
            "iso3,data_year,income_group\nA,2015,H\nA,2015,L\n",
            "1:1: error[duplicate-name]: `A` has more than one group for the data of 2015",
        ),
        ("iso3,data_year,income_group\nA,2015,\n", "1:1: error[empty-value]: the file has no income groups"),
        (
            "iso3,data_year,income_group\n,2015,H\n",
            f"2:1: error[not-an-option]: `,2015,H` is no country, year and income group\n{HINT}",
        ),
    ],
)
def test_what_is_no_table_of_income_groups_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = _file(tmp_path, text)
    with pytest.raises(Refused) as caught:
        read_groups(path)
    assert str(caught.value) == f"{path}:{message}"


def test_a_host_country_that_is_in_no_group_is_not_unknown(tmp_path: Path) -> None:
    rows = "".join(f"{year},QAA,,QBB,,30000,\n" for year in range(1980, 1992))
    population = _read(tmp_path, HEAD + rows)
    income = pl.DataFrame({"country": ["QBB", "QCC"], "year": [1988, 1990], "group": ["high", "low"]})
    found = protracted(population, RULES, "published", income)
    told = {one.year: (one.situations, len(one.open)) for one in found.years}
    assert told == {
        **dict.fromkeys(range(1984, 1988), (1, 0)),  # no group was in force yet
        1988: (0, 0),  # high income
        1989: (1, 0),  # in no group, while others are
        1990: (1, 0),
        1991: (0, 1),  # beyond the table
    }


# --- the command ------------------------------------------------------------------------------------------------------


def _run(*arguments: str, width: str = "80") -> Result:
    return CliRunner().invoke(main, ["statistics", "protracted", *arguments], env={"COLUMNS": width})


ARGUMENTS = (str(DATA / "website.csv"), "--income", str(DATA / "income.csv"))


def test_the_table() -> None:
    result = _run(*ARGUMENTS)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == TABLE


def test_the_list_of_a_year() -> None:
    result = _run(*ARGUMENTS, "--year", "2022", "--list")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == LIST


def test_csv_markdown_json_and_pictures() -> None:
    assert _run(*ARGUMENTS, "--years", "2021..2022", "--format", "csv").stdout == CSV
    assert "| 2022 | " in _run(*ARGUMENTS, "--format", "markdown").stdout
    found = json.loads(_run(*ARGUMENTS, "--year", "2022", "--list", "--format", "json").stdout)
    assert found["format"] == "comity-statistics/1"
    assert found["rule_set"] == {"id": "unhcr-global-trends", "version": "1.0.0", "reading": "published", "set": {}}
    [year] = found["years"]
    assert year["situations"] == len(year["list"])
    assert {one["origin"] for one in year["list"]} <= {*found["names"]}
    svg = _run(*ARGUMENTS, "--format", "svg").stdout
    assert svg.startswith("<svg")
    assert svg.count("<rect") == 2 + 2 * 5
    page = _run(*ARGUMENTS, "--format", "html").stdout
    assert page.startswith("<!DOCTYPE html>")
    assert "<script" not in page


def test_settings_move_the_threshold() -> None:
    few, many = (
        json.loads(
            _run(*ARGUMENTS, "--year", "2023", "--set", f"protracted_population={number}", "--format", "json").stdout
        )
        for number in (1_000_000, 5)
    )
    assert few["years"][0]["situations"] < many["years"][0]["situations"]
    assert few["rule_set"]["set"] == {"protracted_population": 1_000_000}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            (ARGUMENTS[0],),
            "Error: the reading `published` asks for the income groups of host countries: "
            "give --income FILE, or --reading sentence",
        ),
        ((*ARGUMENTS, "--year", "16"), "Error: Invalid value for '--year': `16` is no year: write 2016"),
        ((*ARGUMENTS, "--years", "2016"), "Error: Invalid value for '--years': `2016` is not years: write 1995..2016"),
        ((*ARGUMENTS, "--years", "2016..2015"), "Error: Invalid value for '--years': 2015 is before 2016"),
        ((*ARGUMENTS, "--years", "2016..2017", "--year", "2016"), "Error: give --year or --years, not both"),
        (
            (*ARGUMENTS, "--reading", "sentense"),
            "Error: Invalid value for --reading: there is no reading `sentense`; did you mean `sentence`?",
        ),
    ],
)
def test_wrong_use(arguments: tuple[str, ...], message: str) -> None:
    result = _run(*arguments)
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (2, message)


def test_bad_files_and_cells(tmp_path: Path) -> None:
    path = _file(tmp_path, "a,b\n")
    result = _run(str(path), "--reading", "sentence")
    assert (result.exit_code, result.stderr) == (1, f"{path}:1:1: {NONE}\n")
    rows = "".join(f"{year},A,,B,,30000,\n" for year in range(2011, 2016))
    path = _file(tmp_path, f"{HEAD}{rows}2015,=C,,B,,x,\n2015,D,,B,,1,\n")
    result = _run(str(path), "--reading", "sentence", "--format", "csv")
    assert result.stderr == f"{path}:7:1: warning[not-a-number]: `x` is no figure of `refugees`; the row is left out\n"
    assert (result.exit_code, result.stdout) == (
        1,
        "year,reading,situations,host_countries,refugees,all,share_pct,open,entered,left\n"
        "2015,sentence,1,1,30000,30001,100.0,0,,\n",
    )


def test_years_that_cannot_be_told() -> None:
    result = _run(*ARGUMENTS, "--year", "2030")
    assert result.exit_code == 1
    assert "The file has none of these years; with what came before, it has 2019 to 2023." in result.stdout


def _batch(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["batch", *arguments])


def test_downloads_are_input_of_a_batch(tmp_path: Path) -> None:
    out = tmp_path / "v.csv"
    result = _batch("--from", "unhcr", *ARGUMENTS, "-o", str(out), "--explain")
    assert (result.exit_code, result.stderr) == (0, "231 situations assessed\n")
    with out.open(encoding="utf-8", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    assert rows["AFG-PAK-2022"] == {
        "id": "AFG-PAK-2022",
        "origin": "AFG",
        "host": "PAK",
        "year": "2022",
        "protracted": "met",
        "protracted_because": "settled-population, host-counted",
    }
    population = read_population(Path(ARGUMENTS[0]))
    lists = protracted(population, RULES, None, INCOME).lists
    met = {(one["origin"], one["host"], int(one["year"])) for one in rows.values() if one["protracted"] == "met"}
    assert met == {(each.origin, each.host, year) for year, told in lists.items() for each in told}


def test_a_batch_of_asylum_claims(tmp_path: Path) -> None:
    head = "year,origin_iso,asylum_iso,procedure_type,app_type,dec_level,app_pc,applied\n"
    claims = _file(tmp_path, head + "2015,A,B,G,N,FI,P,100\n2015,A,B,G,N,FI,P,x\n")
    head = "year,origin_iso,asylum_iso,procedure_type,dec_level,dec_pc,dec_total\n"
    decisions = _file(tmp_path, head + "2015,A,B,G,FI,P,12\n", "d.csv")
    files = ("-o", str(tmp_path / "v.csv"), "--rejects", str(tmp_path / "r.csv"))
    result = _batch("--from", "unhcr-asylum", str(claims), "--decisions", str(decisions), *files)
    assert result.exit_code == 1
    assert result.stderr == (f"1 situation assessed, 1 left out (not-a-number 1; in {tmp_path / 'r.csv'})\n")
    [row] = csv.DictReader((tmp_path / "v.csv").read_text(encoding="utf-8").splitlines())
    assert (row["id"], row["overwhelmed_procedures"]) == ("B-2015-P", "met")
    assert "x` is no figure of `applied`" in (tmp_path / "r.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("x.csv", "--income", ARGUMENTS[2]), "Error: --income, --decisions and --footnotes go with --from"),
        (("--from", "unhcr", "x.csv"), "Error: Invalid value for IN: there is no file `x.csv`"),
        (
            ("--from", "unhcr", ARGUMENTS[0], "--as-of", "2013-01-31"),
            "Error: --table, --keep and --as-of do not go with --from",
        ),
        (
            ("--from", "unhcr-asylum", ARGUMENTS[0], "--income", ARGUMENTS[2]),
            "Error: --income goes with --from unhcr, --decisions with --from unhcr-asylum",
        ),
    ],
)
def test_wrong_use_of_downloads_in_a_batch(arguments: tuple[str, ...], message: str) -> None:
    result = _batch(*arguments)
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (2, message)


# --- asylum -----------------------------------------------------------------------------------------------------------


def test_claims_against_decisions(tmp_path: Path) -> None:
    head = "year,origin_iso,asylum_iso,procedure_type,app_type,dec_level,app_pc,applied\n"
    claims = _file(
        tmp_path, head + "2015,A,B,G,N,FI,P,100\n2015,C,B,U,NA,NA,P,25\n2015,A,B,G,N,FI,C,7\n2016,A,B,G,N,FI,P,1\n"
    )
    places = "Year,Country of origin (ISO),Country of asylum (ISO)"
    head = f"{places},Authority,Stage of procedure,Cases / Persons,Total decisions\n"
    decisions = _file(tmp_path, head + "2015,A,B,U,FI,P,12\n2015,A,B,J,NA,P,13\n2015,A,B,U,FI,C,-\n", "d.csv")
    asylum = read_asylum(claims, decisions)
    assert asylum.rows.rows() == [
        ("B", 2015, "C", 7, 0, False),
        ("B", 2015, "P", 125, 25, True),
        ("B", 2016, "P", 1, None, None),
    ]
    shape, frames, identity = prepare_asylum(asylum)
    assert identity == ("host", "year", "unit")
    found = frames["situations"].to_native().collect()
    assert found.drop("as_of", *identity).rows() == [
        ("B-2015-C", 0, 1, 0, 0, None),
        ("B-2015-P", 10, 11, 2, 3, True),
        ("B-2016-P", 0, 1, 0, None, None),
    ]
    course = accept(load_rule_set(rules_folder() / "oas-2013"))
    made = plan(course, shape, wanted=["overwhelmed-procedures"])
    verdicts = run(made.relation, frames).to_native().collect().sort("id")
    assert verdicts["overwhelmed_procedures"].to_list() == [None, True, None]


def test_the_rule_set_is_in_four_languages() -> None:
    assert [RULES.language, *RULES.locales] == ["en", "es", "fr", "pt"]


def test_real_decisions_are_read() -> None:
    asylum = read_asylum(None, DATA / "decisions.csv")
    assert asylum.bad == ()
    assert asylum.rows.height > 5
    assert asylum.rows["decisions"].min() is not None


TABLE = """\
Protracted refugee situations, 2019 to 2023
Rule set: unhcr-global-trends 1.0.0, Protracted refugee situations as UNHCR's
  Global Trends count them
Reading: published, As UNHCR's published figures turn out to be made

  Year  Situations  Hosts      People   Share  Entered  Left
  2019          14     14   9,912,969  94.1 %
  2020          14     14   9,857,809  93.3 %        0     0
  2021          14     14  10,053,682  93.4 %        0     0
  2022          15     15  15,793,112  84.0 %        2     1
  2023          14     14  17,054,962  83.8 %        0     1

People: refugees; from 2022 on refugees and other people in need of
international protection.

Share: of all refugees, and others where they count, also those whose origin is
unknown. Entered, left: since the end of the year before.

Figures: UNHCR Refugee Population Statistics Database. A statistical count, not
a finding of law, and no legal advice.
"""
LIST = """\
Protracted refugee situations, 2022
Rule set: unhcr-global-trends 1.0.0, Protracted refugee situations as UNHCR's
  Global Trends count them
Reading: published, As UNHCR's published figures turn out to be made

At the end of 2022: 15 situations in 15 host countries, with 15,793,112 people,
84.0 % of all.

  Situation                                      People  Since           Change
  Syrian Arab Rep. in Türkiye                 3,535,898  2019 or before
  Afghanistan in Iran (Islamic Rep. of)       3,413,249  2019 or before
  Venezuela (Bolivarian Republic of) in       2,455,243  2022            entered
    Colombia
  Afghanistan in Pakistan                     1,743,278  2019 or before
  Venezuela (Bolivarian Republic of) in Peru    974,580  2022            entered
  Myanmar in Bangladesh                         952,365  2019 or before
  South Sudan in Uganda                         854,242  2019 or before
  Syrian Arab Rep. in Lebanon                   814,715  2019 or before
  Sudan in Chad                                 403,846  2019 or before
  Somalia in Kenya                              279,925  2019 or before
  Eritrea in Sudan                              119,410  2019 or before
  Western Sahara in Algeria                      90,000  2019 or before
  Palestinian in Egypt                           70,020  2019 or before
  Colombia in Ecuador                            57,160  2019 or before
  Colombia in Venezuela (Bolivarian Republic     29,181  2019 or before
    of)

No longer in the list, which had them in 2021: Viet Nam in China.

Since: the year at whose end it was first protracted, without a break to this
year.

People: refugees and other people in need of international protection.

Figures: UNHCR Refugee Population Statistics Database. A statistical count, not
a finding of law, and no legal advice.
"""
CSV = """\
year,reading,situations,host_countries,refugees,all,share_pct,open,entered,left
2021,published,14,14,10053682,10768585,93.4,0,0,0
2022,published,15,15,15793112,18808099,84.0,0,2,1
"""
