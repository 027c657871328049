"""What `comity compare` prints, and how it is used wrongly.

The reports in `tests/golden/compare/` are of the rule sets below. After a wanted change, regenerate them and read the
difference:

    COMITY_REGENERATE=1 python -m pytest tests/test_compare_command.py -k golden
"""

import json
import os
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from comity.cli import main
from comity.engine.builtin import situation_ids
from tests.hostile import TEXTS

GOLDEN = Path(__file__).parent / "golden" / "compare"
CAMP = {
    "rule-set.yaml": """\
rule_set: camp
version: 1.0.0
title: The rules of a camp
sources: {text: {title: A text, date: 2012-05-01}}
parameters:
  many: {value: 100, unit: people, title: People who are a crowd, basis: editorial}
readings:
  usual: {title: As written, default: true}
  strict: {title: Strictly, set: {many: 500}}
  with-tents:
    title: With tents
    define: {crowd: {all: [{criterion: many-people}, {fact: tents, is: true}, {criterion: beds-short}]}}
facts:
  people: {type: count, unit: people, title: People}
  beds: {type: count, unit: people, title: Beds}
  tents: {type: boolean, title: Tents}
  host: {type: choice, options: [town, state], title: Host}
  groups: {type: table, title: Groups, columns: {name: {type: text, title: Name}, size: {type: count, title: Size}}}
""",
    "crowd.yaml": """\
context: crowd
title: Crowd
when: {any: [{criterion: many-people}, {criterion: beds-short}]}
criteria:
  many-people: {title: Many people are there, when: {fact: people, at_least: {parameter: many}}}
  beds-short: {title: There are too few beds, when: {fact: people, more_than: {fact: beds}}}
""",
    "hosted.yaml": "context: hosted\ntitle: Hosted\nwhen: {fact: host, is: state}\n",
    "grouped.yaml": "context: grouped\ntitle: Groups\nwhen: {some: groups, where: {fact: size, at_least: 10}}\n",
    "measures.yaml": """\
purposes: {relief: {title: Relief}}
measures:
  help: {title: Help, serves: [relief], for: {crowd: {}}}
  advice: {title: Advice, serves: [relief], for: {grouped: {}}}
""",
}
TOWN = {
    "rule-set.yaml": """\
rule_set: town
version: 2.0.0
title: The rules of a town
parameters:
  many: {value: 200, unit: people, title: People who are a crowd, basis: editorial}
facts:
  people: {type: count, unit: people, title: People}
  beds: {type: count, unit: rooms, title: Beds}
  houses: {type: count, title: Houses, derive: {fact: people}}
  host: {type: choice, options: [town], title: Host}
  groups: {type: table, title: Groups, columns: {size: {type: count, title: Size}}}
impossible:
  - when: {all: [{fact: people, at_most: 0}, {some: groups, where: {fact: size, at_least: 1}}]}
    note: Groups are people.
""",
    "crowd.yaml": """\
context: crowd
title: A crowd
when: {criterion: many-people}
criteria:
  many-people: {title: Many people are there, when: {fact: people, at_least: {parameter: many}}}
""",
    "grouped.yaml": "context: grouped\ntitle: Groups\nwhen: {some: groups, where: {fact: size, at_least: 10}}\n",
    "crammed.yaml": "context: crammed\ntitle: Crammed\nwhen: {fact: houses, more_than: {fact: beds}}\n",
    "measures.yaml": """\
purposes: {relief: {title: Relief}}
measures: {help: {title: Help, serves: [relief], for: {crowd: {}}}}
""",
}
SITUATIONS = {
    "march": """\
situation: march
title: The camp in March
as_of: 2013-03-31
facts:
  people: 150..160
  beds: 120
  host: state
  groups: [{name: A, size: 12}, {name: B}]
response: {measures: [help, advice]}
""",
    "april": "situation: april\nas_of: 2013-04-30\nfacts: {people: 600, tents: unknown}\n",
    "nobody": """\
situation: nobody
as_of: 2013-05-31
facts: {people: 0, groups: [{size: 20}]}
""",
    "houses": "situation: houses\nas_of: 2013-06-30\nfacts: {houses: 7}\n",
}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every test begin in a folder with the two rule sets and the situations."""
    monkeypatch.chdir(tmp_path)
    for folder, files in (("camp", CAMP), ("town", TOWN)):
        _write(folder, files)
    for name, text in SITUATIONS.items():
        Path(f"{name}.yaml").write_text(text, encoding="utf-8")


def _write(folder: str, files: dict[str, str]) -> None:
    Path(folder).mkdir(parents=True)
    for name, text in files.items():
        Path(folder, name).write_text(text, encoding="utf-8")


def _run(*arguments: str, columns: int = 100, stdin: str | None = None) -> Result:
    env = {"COLUMNS": str(columns), "NO_COLOR": None, "FORCE_COLOR": None}
    return CliRunner().invoke(main, ["compare", *arguments], env=env, prog_name="comity", input=stdin)


def _told(*arguments: str, columns: int = 100, stdin: str | None = None) -> str:
    """Return what is printed of a comparison that needs no complaint."""
    result = _run(*arguments, columns=columns, stdin=stdin)
    assert (result.exit_code, result.stderr) == (0, ""), result.stderr
    return result.stdout


def _refused(*arguments: str) -> str:
    """Return why the command says that it was used wrongly."""
    result = _run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    return (
        result.stderr.splitlines()[-1].removeprefix("Error: Invalid value for ").removeprefix("Error: Invalid value: ")
    )


def _golden(name: str, text: str) -> None:
    path = GOLDEN / name
    if os.environ.get("COMITY_REGENERATE"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


BOTH = ("--rules", "camp", "--rules", "town")
REPORTS = {
    "readings": ("march.yaml", "--rules", "camp"),
    "rule-sets": ("march.yaml", *BOTH, "--witness"),
    "impossible": ("nobody.yaml", *BOTH),
    "many": ("march.yaml", "april.yaml", "nobody.yaml", "houses.yaml", *BOTH),
    "many-in-full": ("march.yaml", "april.yaml", "--rules", "camp", "--explain", "--set", "many=150"),
    "witness": ("april.yaml", "--rules", "camp@usual", "--rules", "camp@with-tents", "--witness"),
}


@pytest.mark.parametrize(("form", "ending"), [("text", "txt"), ("json", "json"), ("markdown", "md")])
@pytest.mark.parametrize("name", REPORTS)
def test_golden_reports(name: str, form: str, ending: str) -> None:
    _golden(f"{name}.{ending}", _told(*REPORTS[name], "--format", form))


def test_golden_report_where_columns_do_not_fit() -> None:
    longer = ("--rules", "camp@usual", "--rules", "camp@strict", "--rules", "camp@with-tents", "--rules", "town")
    _golden("narrow.txt", _told("march.yaml", *longer, columns=60))


# --- how it is used -------------------------------------------------------------------------------------------------


def test_columns_have_the_shortest_names_that_tell_them_apart() -> None:
    _write("copy", CAMP)

    def names(*rules: str) -> list[str]:
        given = [part for one in rules for part in ("--rules", one)]
        return [*json.loads(_told("april.yaml", *given, "--format", "json"))["columns"]]

    assert names("camp") == ["usual", "strict", "with-tents"]
    assert names("camp@with-tents", "camp") == ["with-tents", "usual"]
    assert names("camp", "town") == ["camp", "town"]
    assert names("camp@strict", "town", "camp") == ["camp@strict", "town", "camp@usual"]
    assert names("camp", "copy") == ["camp", "copy"]
    assert names("camp", "./copy@strict") == ["camp", "./copy@strict"]
    assert [*json.loads(_told("dadaab-2011", "--format", "json"))["columns"]] == ["some-or-all", "all"]


def test_a_folder_may_have_an_at_in_its_name() -> None:
    _write("camp@home", CAMP)
    found = json.loads(_told("april.yaml", "--rules", "camp@home", "--rules", "camp@home@strict", "--format", "json"))
    assert [one["reading"] for one in found["columns"].values()] == ["usual", "strict"]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--rules", "town"), "--rules: `town` alone is one column: name a second rule set or reading"),
        (("--rules", "camp@strict"), "--rules: `camp@strict` alone is one column: name a second rule set or reading"),
        (("--rules", "camp", "--rules", "camp@usual"), "--rules: `camp@usual` is there twice"),
        (("--rules", "camp@strikt"), "--rules: `camp` has no reading `strikt`; did you mean `strict`?"),
        (
            ("--rules", "camp@zzz"),
            "--rules: `camp` has no reading `zzz`; readings: usual, strict, with-tents",
        ),
        (("--rules", "town@zzz"), "--rules: `town` has no reading `zzz`; readings: none"),
        (
            ("april.yam", "--rules", "camp"),
            "there is no situation or file `april.yam`; `comity list` shows what is built in",
        ),
        ((*BOTH, "--set", "money=3"), "--set: there is no parameter `money`; did you mean `many`?"),
        ((*BOTH, "--set", "many"), "--set: `many` is not NAME=VALUE"),
        ((*BOTH, "--as-of", "today"), "'--as-of': `today` is not a date: write it like 2013-01-31"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_wrong_use(arguments: tuple[str, ...], why: str) -> None:
    assert _refused(*arguments) == why


def test_a_rule_set_that_is_not_there() -> None:
    assert re.fullmatch(r"--rules: there is no rule set `cmap`; .*", _refused("--rules", "cmap"))


def test_a_situation_is_read_in_the_terms_of_the_first_rule_set_that_declares_its_facts() -> None:
    def home(name: str, *rules: str) -> str:
        (one,) = json.loads(_told(name, *rules, "--format", "json"))["situations"]
        return str(one["described_for"])

    assert home("april.yaml", *BOTH) == "camp"
    assert home("nobody.yaml", *BOTH) == "camp"
    assert home("nobody.yaml", *BOTH[2:], *BOTH[:2]) == "town"
    assert home("houses.yaml", *BOTH) == "town"
    assert home("dadaab-2011", *BOTH) == "oas-2013"


def test_what_is_wrong_with_a_situation_is_said_in_the_terms_of_the_nearest_rule_set() -> None:
    Path("wrong.yaml").write_text(
        "situation: wrong\nas_of: 2013-01-31\nfacts: {houses: 7, peple: 3}\n", encoding="utf-8"
    )
    result = _run("wrong.yaml", "april.yaml", *BOTH)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "wrong.yaml:3:20: error[unknown-fact]: there is no fact `peple`\n    hint: did you mean `people`?\n"
    )


def test_standard_input_and_the_as_of_date() -> None:
    text = SITUATIONS["april"].replace("as_of: 2013-04-30\n", "")
    told = _told("-", "--rules", "camp", "--as-of", "2014-01-31", stdin=text)
    assert told.splitlines()[:2] == ["april", "As of: 31 January 2014"]


def test_the_exit_code_is_1_if_it_is_to_be_and_anything_differs() -> None:
    assert _run("march.yaml", *BOTH).exit_code == 0
    assert _run("march.yaml", *BOTH, "--fail-on-difference").exit_code == 1
    assert _run("nobody.yaml", *BOTH, "--fail-on-difference").exit_code == 0
    assert _run("nobody.yaml", *BOTH, "--fail-on-difference", "--witness").exit_code == 1
    _write("copy", CAMP)
    assert _run("march.yaml", "--rules", "camp", "--rules", "copy", "--fail-on-difference", "--witness").exit_code == 0


def test_what_is_shown_as_a_file_differs_as_it_says() -> None:
    for arguments in (BOTH, ("--rules", "camp@usual", "--rules", "camp@with-tents")):
        found = json.loads(_told("april.yaml", *arguments, "--witness", "--format", "json"))
        for parting in found["partings"]:
            for name, context in parting["contexts"].items():
                for shown in filter(None, (context["first"], context["second"], context["where_facts_are_missing"])):
                    Path("shown.yaml").write_text(shown["file"], encoding="utf-8")
                    (again,) = json.loads(_told("shown.yaml", *arguments, "--format", "json"))["situations"]
                    assert again["contexts"][name]["verdicts"] == shown["verdicts"]
                    assert again["contexts"][name]["differs"]


def test_facts_in_other_units_are_not_taken_for_each_other() -> None:
    _write(
        "rooms",
        {
            **CAMP,
            "rule-set.yaml": CAMP["rule-set.yaml"].replace(
                "{type: count, unit: people, title: Beds}", "{type: count, unit: rooms, title: Beds}"
            ),
        },
    )
    told = _told("april.yaml", "--rules", "camp", "--rules", "rooms@with-tents", "--witness")
    assert "`beds` is counted in people under one of them and in rooms under the other" in " ".join(told.split())
    found = json.loads(
        _told("april.yaml", "--rules", "camp", "--rules", "rooms@with-tents", "--witness", "--format", "json")
    )
    ((parting),) = found["partings"]
    assert {name: one["result"] for name, one in parting["contexts"].items()} == {
        "crowd": "undecided",
        "grouped": "same",
        "hosted": "same",
    }


def test_the_limit_of_the_solver_is_reported() -> None:
    told = _told("april.yaml", *BOTH, "--witness", "--limit", "1")
    assert "the limit of 1 steps was reached" in " ".join(told.split())


# --- every built-in situation, in every form ------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [60, 80, 100])
@pytest.mark.parametrize("arguments", [(), ("--explain",), *((name,) for name in situation_ids()[::5])], ids=" ".join)
def test_no_line_is_longer_than_the_terminal_is_wide(arguments: tuple[str, ...], columns: int) -> None:
    assert [line for line in _told(*arguments, columns=columns).splitlines() if len(line) > columns] == []


def test_all_built_in_situations_are_compared_if_none_is_named() -> None:
    found = json.loads(_told("--format", "json"))
    assert [one["situation"] for one in found["situations"]] == situation_ids()
    assert found["agreement"][0]["of"] == 4 * len(situation_ids())
    differing = [one["situation"] for one in found["situations"] if one["differs"]]
    assert found["differs"] is bool(differing)
    assert all(f"\n  {name}: " in _told() for name in differing)


def test_colour_is_for_terminals() -> None:
    env = {"COLUMNS": "100", "NO_COLOR": None, "FORCE_COLOR": "1"}
    coloured = CliRunner().invoke(main, ["compare", "march.yaml", *BOTH], env=env, color=True).stdout
    assert "\x1b[32mmet \x1b[0m" in coloured
    assert re.sub("\x1b\\[[0-9]+m", "", coloured).split() == _told("march.yaml", *BOTH).split()


class _Parser(HTMLParser):
    """Collects what a page says, and which elements say it."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert not [name for name, _ in attrs if name.startswith("on") or name in ("src", "href")] or tag == "use"

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def test_a_page_says_what_the_text_says_and_fetches_nothing() -> None:
    _run("march.yaml", *BOTH, "--witness", "--format", "html", "-o", "page.html")
    page = Path("page.html").read_text(encoding="utf-8")
    parser = _Parser()
    parser.feed(page)
    assert parser.tags <= {
        *("html", "head", "meta", "title", "style", "body", "svg", "symbol", "path", "use", "main", "h1", "h2", "h3"),
        *("p", "dl", "div", "dt", "dd", "table", "caption", "thead", "tbody", "tr", "th", "td", "span", "ul", "li"),
        *("pre", "code"),
    }
    said = " ".join(" ".join(parser.said).split())
    for text in (
        "Crowd: met under camp, not met under town",
        "People: 150 to 160 people; at least 200 people (many, editorial)",
        "In another unit in town Beds",
        "situation: crowd-differs",
    ):
        assert text in said


@pytest.mark.parametrize("form", ["text", "markdown", "html", "json"])
def test_texts_that_try_to_be_more_stay_texts(form: str) -> None:
    hostile = [text for text in TEXTS if text.isprintable() and text.strip()]
    for number, text in enumerate(hostile[::7]):
        folder = f"hostile-{number}"
        title = json.dumps(text, ensure_ascii=False)
        files = {**CAMP, "crowd.yaml": CAMP["crowd.yaml"].replace("title: Crowd\n", f"title: {title}\n")}
        files["rule-set.yaml"] = files["rule-set.yaml"].replace("title: Strictly", f"title: {title}")
        _write(folder, files)
        told = _told("april.yaml", "--rules", folder, "--format", form)
        if form == "html":
            parser = _Parser()
            parser.feed(told)
            assert "script" not in parser.tags
            assert " ".join(text.split()) in " ".join("".join(parser.said).split())
