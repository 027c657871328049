"""The command line as its users meet it: output, exit codes, files, terminals and pipes.

The reports in `tests/golden/` are those of `comity assess` as printed to a pipe. After a wanted change, regenerate them
and read the difference:

    COMITY_REGENERATE=1 python -m pytest tests/test_cli.py -k golden
"""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from comity.cli import COMMANDS, common, main
from comity.engine.builtin import exercise_ids, rule_set_ids, rules_folder, situation_ids, situations_folder
from tests.tiny import BROKEN, WRONG

GOLDEN = Path(__file__).parent / "golden"
REAL = ("dadaab-2011", "rohingya-2017", "ukraine-poland-2022")
PLAIN = {"COLUMNS": "100", "NO_COLOR": None, "FORCE_COLOR": None}


def _run(*arguments: str, text: str | bytes | None = None, env: dict[str, str | None] | None = None) -> Result:
    return CliRunner().invoke(main, arguments, input=text, env={**PLAIN, **(env or {})}, prog_name="comity")


def _process(
    *arguments: str, text: str = "", env: dict[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own; its output is a pipe."""
    kept = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")}
    return subprocess.run(
        [sys.executable, "-m", "comity.cli", *arguments],
        input=text,
        env={**kept, "PYTHONWARNINGS": "error", **(env or {})},
        cwd=cwd,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )


# What `check` finds of the tiny rule set, which is kept as small as the tests of other commands need it.
ACCEPTED = {
    "no-source": ("crowd", "many", "while", "strict"),
    "no-basis": ("crowd", "many", "while", "strict"),
    "never-tested": ("crowd", "many"),
    "unused-parameter": ("while", "strict"),
    "unused-source": ("text",),
}
TINY = {
    "accepted.yaml": "suppress:\n"
    + "".join(
        f"  - {{finding: {code}, of: {name}, reason: it is tiny}}\n"
        for code, names in ACCEPTED.items()
        for name in names
    ),
    "rule-set.yaml": """\
rule_set: tiny
version: 0.1.0
title: A tiny rule set
sources: {text: {title: A text}}
parameters:
  enough: {value: 10, unit: people, basis: editorial, note: ours}
  while: {value: 2 years}
  strict: {value: true}
facts:
  people: {type: count, unit: people, title: People, ask: "How many people?"}
readings:
  as-written: {title: As written, default: true}
  twice: {title: Twice as many, set: {enough: 20}}
criteria:
  many: {title: Many people, when: {fact: people, at_least: {parameter: enough}}}
""",
    "crowd.yaml": "context: crowd\ntitle: Crowd\nwhen: {criterion: many}\n",
    "crowd.cases.yaml": """\
cases:
  - {name: ten, as_of: 2013-01-31, facts: {people: 10}, expect: {crowd: met}}
  - {name: nine, as_of: 2013-01-31, facts: {people: 9}, expect: {crowd: not-met, many: not-met}}
""",
}
ONE = """\
situation: one
as_of: 2013-01-31
facts: {people: 15}
expect: {contexts: {crowd: met}, because: {crowd: [many]}}
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder, which is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def tiny(here: Path) -> Path:
    """Return the folder of a tiny rule set, `tiny`, in the current folder, with `one.yaml`, a situation, beside it."""
    (here / "tiny").mkdir()
    for name, text in TINY.items():
        (here / "tiny" / name).write_text(text, encoding="utf-8")
    (here / "one.yaml").write_text(ONE, encoding="utf-8")
    return here / "tiny"


def _write(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, encoding="utf-8")


def _failed(result: Result, message: str) -> None:
    """Check that the command was used wrongly: exit code 2, nothing on standard output, and this last line."""
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[-1] == f"Error: {message}"


# --- assess -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", REAL)
def test_golden_report(name: str) -> None:
    result = _run("assess", name)
    assert (result.exit_code, result.stderr) == (0, "")
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("COMITY_REGENERATE"):
        file.write_text(result.stdout, encoding="utf-8")
    assert result.stdout == file.read_text(encoding="utf-8")


def test_golden_reports_are_those_listed() -> None:
    assert {file.stem for file in GOLDEN.glob("*.txt")} == set(REAL)


def test_assess_from_an_empty_folder_by_id(here: Path) -> None:
    done = _process("assess", "dadaab-2011", cwd=here, env={"COLUMNS": "100"})
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == _run("assess", "dadaab-2011").stdout
    assert [*here.iterdir()] == []


@pytest.mark.usefixtures("here")
def test_assess_by_path_and_from_standard_input() -> None:
    text = (situations_folder() / "dadaab-2011.yaml").read_text(encoding="utf-8")
    _write("folder/mine.yaml", text)
    wanted = _run("assess", "dadaab-2011").stdout
    for result in (_run("assess", "folder/mine.yaml"), _run("assess", "-", text=text)):
        assert (result.exit_code, result.stderr, result.stdout) == (0, "", wanted)


@pytest.mark.usefixtures("tiny")
def test_a_path_goes_before_an_id() -> None:
    _write("dadaab-2011", ONE)
    result = _run("assess", "dadaab-2011", "--rules", "tiny", "--format", "json")
    assert json.loads(result.stdout)["situation"] == "one"


def test_assess_several() -> None:
    both = _run("assess", "dadaab-2011", "two-profiles")
    one, two = _run("assess", "dadaab-2011"), _run("assess", "two-profiles")
    assert both.stdout == f"{one.stdout}\n\n{two.stdout}"
    many = json.loads(_run("assess", "dadaab-2011", "two-profiles", "--format", "json").stdout)
    assert [each["situation"] for each in many] == ["dadaab-2011", "two-profiles"]
    assert many[0] == json.loads(_run("assess", "dadaab-2011", "--format", "json").stdout)


@pytest.mark.usefixtures("tiny")
def test_assess_as_json() -> None:
    result = _run("assess", "one.yaml", "--rules", "tiny", "--set", "while=3 years", "--format", "json")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.endswith("}\n")
    conclusion = {"term": "conclusion", "kind": "criterion", "id": "many", "truth": "met"}
    parts = [{"term": "fact", "name": "people", "value": 15}, {"term": "parameter", "name": "enough", "value": 10}]
    document = json.loads(result.stdout)
    note = document["notes"][0].pop("text")
    assert note == "while was set to 3 years; the rule set says 2 years."
    assert document == {
        "format": "comity-assessment/1",
        "situation": "one",
        "as_of": "2013-01-31",
        "rule_set": {"id": "tiny", "version": "0.1.0", "reading": "as-written", "set": {"while": "36 months"}},
        "contexts": {
            "crowd": {
                "verdict": "met",
                "criteria": {"many": "met"},
                "because": ["many"],
                "open_facts": [],
                "hangs_on": [],
                "certain": None,
                "judgements": [],
                "editorial": ["enough"],
                "readings": {"twice": "not-met"},
                "trace": conclusion,
                "findings": {
                    "many": {"term": "test", "fact": "people", "test": "at_least", "truth": "met", "parts": parts}
                },
            }
        },
        "measures": {},
        "forms": {},
        "principles": {},
        "response": None,
        "precedents": [],
        "cases": {},
        "questions": [],
        "derived": {},
        "notes": [{"code": "parameter-set", "about": "while"}],
    }


@pytest.mark.parametrize(
    ("form", "begins", "ends"),
    [
        ("text", "Somali refugees in Dadaab, Kenya (dadaab-2011)\n", "legal advice.\n"),
        ("json", '{\n  "format": "comity-assessment/1",\n  "situation": "dadaab-2011",\n', "}\n"),
        ("markdown", "# Somali refugees in Dadaab, Kenya\n", "\n"),
        ("html", "<!DOCTYPE html>\n", "</html>\n"),
    ],
)
def test_every_format(form: str, begins: str, ends: str) -> None:
    result = _run("assess", "dadaab-2011", "--format", form)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(begins)
    assert result.stdout.endswith(ends)
    assert "Considerable numbers" in result.stdout or form == "json"


def test_an_html_report_holds_one_situation() -> None:
    result = _run("assess", "dadaab-2011", "two-profiles", "--format", "html")
    _failed(result, "an HTML report holds one situation: give one, or run once for each")


def test_explain_says_more() -> None:
    brief, long = _run("assess", "dadaab-2011").stdout, _run("assess", "dadaab-2011", "--explain").stdout
    assert len(long) > 2 * len(brief)
    assert "UNHCR, Somali Displacement Crisis at a Glance, 3 August 2011" in " ".join(long.split())


def _verdicts(*arguments: str) -> dict[str, str]:
    result = _run("assess", *arguments, "--format", "json")
    assert (result.exit_code, result.stderr) == (0, "")
    return {name: context["verdict"] for name, context in json.loads(result.stdout)["contexts"].items()}


def test_set_reading_and_as_of_change_the_assessment() -> None:
    assert _verdicts("dadaab-2011")["mass-influx"] == "met"
    assert _verdicts("dadaab-2011", "--reading", "all")["mass-influx"] == "not-met"
    assert _verdicts("dadaab-2011", "--set", "characteristics_needed=3")["mass-influx"] == "unknown"
    assert _verdicts("dadaab-2011", "--set", "characteristics_needed=4")["mass-influx"] == "not-met"
    assert _verdicts("dadaab-2011", "--set", "protracted_duration=6 years")["protracted"] == "unknown"
    assert _verdicts("dadaab-2011", "--as-of", "2012-06-30")["protracted"] == "unknown"
    several = ("--set", "protracted_population=600000", "--set", "considerable_arrivals=200000")
    assert _verdicts("dadaab-2011", *several)["protracted"] == "not-met"


def test_what_was_set_or_moved_is_said() -> None:
    result = _run("assess", "dadaab-2011", "--set", "rapid_arrivals_per_day=300", "--as-of", "2012-01-31")
    said = " ".join(result.stdout.split())
    assert "Set: rapid_arrivals_per_day = 300 people/day" in said
    assert "rapid_arrivals_per_day was set to 300 people/day; the rule set says 500 people/day." in said
    assert "The as-of date was moved to 31 January 2012; the situation was described as of 31 December 2011" in said


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("enough", "Invalid value for --set: `enough` is not NAME=VALUE"),
        ("enuogh=5", "Invalid value for --set: there is no parameter `enuogh`; did you mean `enough`?"),
        ("weather=5", "Invalid value for --set: there is no parameter `weather`; parameters: enough, while, strict"),
        ("enough=5,000", "Invalid value for --set: `enough` is a number, not `5,000`"),
        ("enough=many", "Invalid value for --set: `enough` is a number, not `many`"),
        ("enough=", "Invalid value for --set: `enough` is a number, not ``"),
        ("enough=5 years", "Invalid value for --set: `enough` is a number, not `5 years`"),
        ("while=60", "Invalid value for --set: `while` is a duration in months or years, not `60`"),
        ("while=90 days", "Invalid value for --set: `while` is a duration in months or years, not `90 days`"),
        ("strict=yes", "Invalid value for --set: `strict` is a truth value, not `yes`"),
    ],
)
def test_set_takes_no_other_type(tiny: Path, setting: str, message: str) -> None:
    _failed(_run("assess", "one.yaml", "--rules", str(tiny), "--set", setting), message)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("dadab-2011",), "Invalid value: there is no situation or file `dadab-2011`; did you mean `dadaab-2011`?"),
        (("weather",), "Invalid value: there is no situation or file `weather`; `comity list` shows what is built in"),
        (
            ("no/such.yaml",),
            "Invalid value: there is no situation or file `no/such.yaml`; `comity list` shows what is built in",
        ),
        (
            ("dadaab-2011", "--rules", "oas-2012"),
            "Invalid value for --rules: there is no rule set `oas-2012`; did you mean `oas-2013`?",
        ),
        (
            ("dadaab-2011", "--rules", "weather"),
            "Invalid value for --rules: there is no rule set `weather`; built in: "
            "excom-100-109, oas-2013, unhcr-global-trends",
        ),
        (
            ("dadaab-2011", "--reading", "al"),
            "Invalid value for --reading: there is no reading `al`; did you mean `all`?",
        ),
        (
            ("dadaab-2011", "--reading", "weather"),
            "Invalid value for --reading: there is no reading `weather`; readings: some-or-all, all",
        ),
        (
            ("dadaab-2011", "--as-of", "2011"),
            "Invalid value for '--as-of': `2011` is not a date: write it like 2013-01-31",
        ),
        (
            ("dadaab-2011", "--as-of", "2011-02-30"),
            "Invalid value for '--as-of': `2011-02-30` is not a date: write it like 2013-01-31",
        ),
        (
            ("dadaab-2011", "--fail-on", "mass-influx"),
            "Invalid value for --fail-on: `mass-influx` is not CONTEXT=met, =not-met or =unknown",
        ),
        (
            ("dadaab-2011", "--fail-on", "mass_influx=met"),
            "Invalid value for --fail-on: there is no context `mass_influx`; did you mean `mass-influx`?",
        ),
        (
            ("dadaab-2011", "--fail-on", "weather=met"),
            "Invalid value for --fail-on: there is no context `weather`; contexts: mass-influx, protracted, "
            "irregular-secondary-movement, trafficking-and-smuggling",
        ),
        (
            ("dadaab-2011", "--format", "pdf"),
            "Invalid value for '--format': 'pdf' is not one of 'text', 'json', 'markdown', 'html'.",
        ),
        ((), "Missing argument 'SITUATION...'."),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, tuple) else "",
)
@pytest.mark.usefixtures("here")
def test_wrong_use_of_assess(arguments: tuple[str, ...], message: str) -> None:
    _failed(_run("assess", *arguments), message)


@pytest.mark.parametrize(
    ("gates", "code"),
    [
        ((), 0),
        (("mass-influx=met",), 1),
        (("mass-influx=not-met",), 0),
        (("mass-influx=not-met", "trafficking-and-smuggling=unknown"), 1),
        (("mass-influx=met", "mass-influx=unknown"), 1),
        (("mass-influx=unknown", "mass-influx=met"), 1),
        (("mass-influx=unknown", "mass-influx=not-met"), 0),
    ],
)
def test_gates(gates: tuple[str, ...], code: int) -> None:
    options = [option for gate in gates for option in ("--fail-on", gate)]
    result = _run("assess", "dadaab-2011", *options)
    assert (result.exit_code, result.stderr) == (code, "")
    assert result.stdout == _run("assess", "dadaab-2011").stdout


def test_a_gate_is_for_every_situation() -> None:
    assert _run("assess", "two-profiles", "dadaab-2011", "--fail-on", "protracted=met").exit_code == 1
    assert _run("assess", "two-profiles", "newcomers", "--fail-on", "protracted=met").exit_code == 0


BROKEN_SAYS = """\
broken.yaml:4:3: error[unknown-fact]: there is no fact `poeple`
    hint: did you mean `people`?
broken.yaml:5:11: error[not-a-number]: `people` must be a number, not the text `25,000`
    hint: write 25000
"""


@pytest.mark.usefixtures("tiny")
def test_a_broken_situation_is_not_assessed() -> None:
    _write("broken.yaml", BROKEN)
    result = _run("assess", "broken.yaml", "--rules", "tiny")
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", BROKEN_SAYS)
    _write("also.yaml", "situation: [\n")
    result = _run("assess", "one.yaml", "broken.yaml", "also.yaml", "--rules", "tiny")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"{BROKEN_SAYS}also.yaml:")
    result = _run("assess", "-", "--rules", "tiny", text=BROKEN)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == BROKEN_SAYS.replace("broken.yaml", "<standard input>")


@pytest.mark.parametrize("text", [b"", b"\xff\xfe", b"[" * 100_000, b"a: &x 1\n", b"\x00"])
def test_hostile_input_gets_a_diagnostic(text: bytes) -> None:
    result = _run("assess", "-", text=text)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("<standard input>:1:")
    assert ": error[" in result.stderr


def test_a_broken_rule_set_assesses_nothing(tiny: Path) -> None:
    _write("tiny/crowd.yaml", "context: crowd\ntitle: Crowd\nwhen: {criterion: mny}\n")
    result = _run("assess", "one.yaml", "--rules", str(tiny))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines()[-2:] == [
        f"{tiny}/crowd.yaml:3:19: error[unknown-conclusion]: there is no criterion `mny`",
        "    hint: did you mean `many`?",
    ]


@pytest.mark.usefixtures("tiny")
def test_a_situation_without_a_day() -> None:
    _write("undated.yaml", "situation: undated\nfacts: {people: 15}\n")
    result = _run("assess", "undated.yaml", "--rules", "tiny")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "error[as-of-missing]" in result.stderr
    result = _run("assess", "undated.yaml", "--rules", "tiny", "--as-of", "2013-01-31", "--format", "json")
    assert (result.exit_code, result.stderr) == (0, "")
    assert json.loads(result.stdout)["as_of"] == "2013-01-31"


# --- output to a file ---------------------------------------------------------------------------------------


def test_a_report_is_written_to_a_file(here: Path) -> None:
    result = _run("assess", "dadaab-2011", "-o", "report.txt")
    assert (result.exit_code, result.output) == (0, "")
    assert (here / "report.txt").read_text(encoding="utf-8") == _run("assess", "dadaab-2011").stdout
    assert [path.name for path in here.iterdir()] == ["report.txt"]


def test_a_file_that_is_there_keeps_its_permissions(here: Path) -> None:
    report = here / "report.json"
    report.write_text("old", encoding="utf-8")
    report.chmod(0o640)
    assert _run("assess", "dadaab-2011", "--format", "json", "--output", "report.json").exit_code == 0
    assert json.loads(report.read_text(encoding="utf-8"))["situation"] == "dadaab-2011"
    assert stat.S_IMODE(report.stat().st_mode) == 0o640


def test_a_new_file_has_the_permissions_that_any_other_has(here: Path) -> None:
    _run("list")
    (here / "other").write_text("", encoding="utf-8")
    assert _run("assess", "dadaab-2011", "-o", "report.txt").exit_code == 0
    assert (here / "report.txt").stat().st_mode == (here / "other").stat().st_mode


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("broken.yaml",), 1),
        (("no-such-thing",), 2),
        (("one.yaml", "broken.yaml"), 1),
        (("one.yaml", "--set", "x=1"), 2),
    ],
)
def test_a_run_that_fails_leaves_the_old_file(tiny: Path, arguments: tuple[str, ...], code: int) -> None:
    _write("broken.yaml", BROKEN)
    _write("report.txt", "old")
    before = sorted(path.name for path in tiny.parent.iterdir())
    assert _run("assess", *arguments, "--rules", "tiny", "-o", "report.txt").exit_code == code
    assert Path("report.txt").read_text(encoding="utf-8") == "old"
    assert sorted(path.name for path in tiny.parent.iterdir()) == before


def test_a_write_that_fails_leaves_the_old_file(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    (here / "report.txt").write_text("old", encoding="utf-8")
    monkeypatch.setattr("os.fsync", full)
    result = _run("assess", "dadaab-2011", "-o", "report.txt")
    _failed(result, f"Invalid value for -o: `{here / 'report.txt'}` cannot be written: No space left on device")
    assert [path.name for path in here.iterdir()] == ["report.txt"]
    assert (here / "report.txt").read_text(encoding="utf-8") == "old"


@pytest.mark.parametrize(
    ("path", "reason"),
    [("missing/report.txt", "No such file or directory"), ("one.yaml/report.txt", "Not a directory")],
)
def test_a_folder_that_cannot_be_written(tiny: Path, path: str, reason: str) -> None:
    result = _run("assess", "one.yaml", "--rules", "tiny", "-o", path)
    _failed(result, f"Invalid value for -o: `{tiny.parent / path}` cannot be written: {reason}")


def test_the_output_is_no_folder(tiny: Path) -> None:
    result = _run("assess", "one.yaml", "--rules", "tiny", "-o", "tiny")
    _failed(result, "Invalid value for '-o' / '--output': File 'tiny' is a directory.")
    assert sorted(path.name for path in tiny.iterdir()) == sorted(TINY)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_link_stays_a_link_and_a_device_a_device(here: Path) -> None:
    (here / "folder").mkdir()
    (here / "link.txt").symlink_to(here / "folder" / "report.txt")
    assert _run("assess", "dadaab-2011", "-o", "link.txt").exit_code == 0
    assert (here / "link.txt").is_symlink()
    assert (here / "folder" / "report.txt").read_text(encoding="utf-8").startswith("Somali refugees")
    os.mkfifo(here / "pipe")
    reader = subprocess.Popen(["cat", str(here / "pipe")], stdout=subprocess.PIPE)
    assert _run("assess", "dadaab-2011", "-o", "pipe").exit_code == 0
    piped, _ = reader.communicate(timeout=30)
    assert piped.decode().startswith("Somali refugees")
    assert (here / "pipe").is_fifo()


# --- check --------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("here")
def test_what_is_built_in_has_nothing_to_complain_about() -> None:
    cases = len([*rules_folder().rglob("*.cases.yaml")])
    situations = len(situation_ids())
    result = _run("check")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        f"checked {cases} files of cases, {len(exercise_ids())} files of exercises, {len(rule_set_ids())} rule sets, "
        f"{situations} situations: nothing to complain about\n"
    )
    result = _run("check", "--format", "json")
    assert json.loads(result.stdout) == {
        "format": "comity-check/1",
        "checked": {
            "cases": cases,
            "exercises": len(exercise_ids()),
            "rule-set": len(rule_set_ids()),
            "situation": situations,
        },
        "diagnostics": [],
    }


@pytest.mark.parametrize(
    ("paths", "checked"),
    [
        (("tiny",), "1 file of cases, 1 rule set"),
        (("one.yaml",), "1 situation"),
        (("tiny/crowd.cases.yaml",), "1 file of cases"),
        (("tiny", "one.yaml"), "1 file of cases, 1 rule set, 1 situation"),
        ((".",), "1 file of cases, 1 rule set, 1 situation"),
        (
            ("one.yaml", "one.yaml", "./one.yaml", "tiny", "tiny/crowd.cases.yaml", "."),
            "1 file of cases, 1 rule set, 1 situation",
        ),
        (("oas-2013",), "6 files of cases, 1 rule set"),
    ],
)
@pytest.mark.usefixtures("tiny")
def test_check_files_and_folders(paths: tuple[str, ...], checked: str) -> None:
    result = _run("check", *paths, "--rules", "tiny")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"checked {checked}: nothing to complain about\n"


@pytest.mark.usefixtures("tiny")
def test_check_says_everything_at_once() -> None:
    _write("broken.yaml", BROKEN)
    _write("tiny/crowd.yaml", "context: crowd\ntitle: Crowd\nwhen: {criterion: mny}\n")
    result = _run("check", "tiny", "broken.yaml", "--rules", "oas-2013")
    assert (result.exit_code, result.stderr) == (1, "")
    assert result.stdout == (
        "tiny/crowd.yaml:3:19: error[unknown-conclusion]: there is no criterion `mny`\n"
        "    hint: did you mean `many`?\n"
        "broken.yaml:4:3: error[unknown-fact]: there is no fact `poeple`\n"
        "    hint: leave it out: no rule asks for it\n"
        "broken.yaml:5:3: error[unknown-fact]: there is no fact `people`\n"
        "    hint: leave it out: no rule asks for it\n"
        "checked 1 rule set, 1 situation: 3 errors\n"
    )
    _write("tiny/crowd.yaml", TINY["crowd.yaml"])
    result = _run("check", "tiny", "broken.yaml", "--rules", "tiny", "--format", "json")
    assert (result.exit_code, result.stderr) == (1, "")
    assert json.loads(result.stdout) == {
        "format": "comity-check/1",
        "checked": {"cases": 1, "rule-set": 1, "situation": 1},
        "diagnostics": [
            {
                "file": "broken.yaml",
                "line": 4,
                "column": 3,
                "severity": "error",
                "code": "unknown-fact",
                "message": "there is no fact `poeple`",
                "hint": "did you mean `people`?",
            },
            {
                "file": "broken.yaml",
                "line": 5,
                "column": 11,
                "severity": "error",
                "code": "not-a-number",
                "message": "`people` must be a number, not the text `25,000`",
                "hint": "write 25000",
            },
        ],
    }


def test_check_under_rules_that_are_broken_themselves(tiny: Path) -> None:
    _write("tiny/crowd.yaml", "context: crowd\ntitle: Crowd\nwhen: {criterion: mny}\n")
    result = _run("check", "one.yaml", "--rules", str(tiny))
    assert (result.exit_code, result.stderr) == (1, "")
    assert result.stdout == (
        f"{tiny}/crowd.yaml:3:19: error[unknown-conclusion]: there is no criterion `mny`\n"
        "    hint: did you mean `many`?\n"
        "checked 1 rule set: 1 error\n"
    )


@pytest.mark.usefixtures("here")
def test_a_warning_fails_the_check_and_nothing_else() -> None:
    rows = "[{profile: Somali, refugees: 5}, {profile: somali, refugees: 5}]"
    _write("alike.yaml", f"situation: alike\nas_of: 2013-01-31\nfacts: {{populations: {rows}}}\n")
    result = _run("check", "alike.yaml")
    assert result.exit_code == 1
    assert result.stdout == (
        "alike.yaml:3:65: warning[profiles-alike]: `profile` in `populations` is both `Somali` and `somali`: "
        "they count as two\n"
        "    hint: write them alike if they are the same\n"
        "checked 1 situation: 1 warning\n"
    )
    assert json.loads(_run("check", "alike.yaml", "--format", "json").stdout)["diagnostics"][0]["severity"] == "warning"
    assessed = _run("assess", "alike.yaml")
    assert assessed.exit_code == 0
    assert assessed.stderr.startswith("alike.yaml:3:65: warning[profiles-alike]: ")
    assert assessed.stdout.startswith("alike\n")


def test_nothing_to_check_is_a_failure(here: Path) -> None:
    (here / "empty").mkdir()
    _write("other/readme.txt", "no YAML")
    for folder in ("empty", "other"):
        result = _run("check", folder)
        assert (result.exit_code, result.stderr) == (1, "")
        assert result.stdout == (
            f"{folder}:1:1: error[nothing-to-check]: there is nothing to check in `{folder}`: no `*.yaml` file\n"
            "checked 1 folder: 1 error\n"
        )


@pytest.mark.usefixtures("here")
def test_files_that_would_be_passed_over_are_complained_about() -> None:
    _write("folder/a.yml", "situation: a\n")
    result = _run("check", "folder")
    assert result.exit_code == 1
    assert "folder/a.yml:1:1: error[unknown-kind-of-file]: " in result.stdout
    _write("tiny/rule-set.yaml", TINY["rule-set.yaml"])
    _write("tiny/crowd.yml", TINY["crowd.yaml"])
    result = _run("check", "tiny")
    assert result.exit_code == 1
    assert result.stdout.count("error[") == 1
    assert "tiny/crowd.yml:1:1: error[unknown-kind-of-file]: " in result.stdout


@pytest.mark.usefixtures("here")
def test_a_file_of_no_kind() -> None:
    _write("odd.yaml", "situaton: odd\n")
    _write("list.yaml", "- a\n")
    result = _run("check", "odd.yaml", "list.yaml")
    assert result.exit_code == 1
    assert result.stdout == (
        "odd.yaml:1:1: error[unknown-kind-of-file]: this is neither a situation nor cases nor exercises\n"
        "    hint: did you mean `situation`?\n"
        "list.yaml:1:1: error[unknown-kind-of-file]: this is neither a situation nor cases nor exercises\n"
        "    hint: a situation begins with `situation`, cases with `cases`, an exercise with `exercise`; "
        "check a rule set by its folder\n"
        "checked 2 files: 2 errors\n"
    )


@pytest.mark.parametrize("command", ["check", "test"])
@pytest.mark.usefixtures("tiny")
def test_paths_and_rules_must_exist(command: str) -> None:
    _failed(_run(command, "no-such-thing"), "Invalid value for PATH: there is no file or folder `no-such-thing`")
    _failed(
        _run(command, "one.yaml", "--rules", "tyni"),
        "Invalid value for --rules: there is no rule set `tyni`; built in: "
        "excom-100-109, oas-2013, unhcr-global-trends",
    )


@pytest.mark.usefixtures("tiny")
def test_check_writes_to_a_file() -> None:
    _write("broken.yaml", BROKEN)
    result = _run("check", "broken.yaml", "--rules", "tiny", "-o", "report.txt")
    assert (result.exit_code, result.output) == (1, "")
    assert Path("report.txt").read_text(encoding="utf-8") == f"{BROKEN_SAYS}checked 1 situation: 2 errors\n"


# --- test ---------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("here")
def test_what_is_built_in_comes_out_as_it_expects() -> None:
    result = _run("test")
    assert (result.exit_code, result.stderr) == (0, "")
    cases = json.loads(_run("test", "--format", "json").stdout)
    expectations = sum(case["expectations"] for case in cases["cases"])
    assert (cases["format"], cases["failed"], cases["passed"]) == ("comity-test/1", 0, len(cases["cases"]))
    assert result.stdout == f"{cases['passed']} cases passed ({expectations} expectations)\n"
    assert len(cases["cases"]) > len(situation_ids())


@pytest.mark.usefixtures("tiny")
def test_what_comes_out_otherwise_is_said_where_it_stands() -> None:
    _write("wrong.yaml", WRONG)
    result = _run("test", "tiny", "one.yaml", "wrong.yaml", "--rules", "tiny")
    assert (result.exit_code, result.stderr) == (1, "")
    assert result.stdout == (
        "wrong.yaml:5:21: wrong: context `crowd` came out not-met, expected met\n1 case failed of 4 (7 expectations)\n"
    )
    result = _run("test", "wrong.yaml", "one.yaml", "--rules", "tiny", "--format", "json")
    assert (result.exit_code, result.stderr) == (1, "")
    assert json.loads(result.stdout) == {
        "format": "comity-test/1",
        "passed": 1,
        "failed": 1,
        "cases": [
            {
                "file": "wrong.yaml",
                "line": 1,
                "name": "wrong",
                "expectations": 2,
                "failures": [
                    {
                        "line": 5,
                        "column": 21,
                        "id": "crowd",
                        "message": "context `crowd` came out not-met, expected met",
                    }
                ],
            },
            {"file": "one.yaml", "line": 1, "name": "one", "expectations": 2, "failures": []},
        ],
        "diagnostics": [],
    }


@pytest.mark.usefixtures("tiny")
def test_nothing_to_test_is_a_failure() -> None:
    _write("free.yaml", "situation: free\nas_of: 2013-01-31\nfacts: {people: 15}\n")
    result = _run("test", "free.yaml", "--rules", "tiny")
    assert (result.exit_code, result.output) == (1, "there is nothing to test\n")
    Path("empty").mkdir()
    result = _run("test", "empty")
    assert (result.exit_code, result.stdout) == (1, "there is nothing to test\n")
    assert result.stderr.startswith("empty:1:1: error[nothing-to-check]: ")


@pytest.mark.usefixtures("tiny")
def test_what_cannot_be_used_fails_the_test() -> None:
    _write("broken.yaml", BROKEN)
    result = _run("test", "one.yaml", "broken.yaml", "--rules", "tiny")
    assert (result.exit_code, result.stderr) == (1, BROKEN_SAYS)
    assert result.stdout == "1 case passed (2 expectations); could not be used: 1 situation\n"


# --- list, schema, help -------------------------------------------------------------------------------------


def test_list_shows_what_is_built_in() -> None:
    result = _run("list")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0] == "Rule sets"
    listed = [line.split()[0] for line in lines if line.startswith("  ")]
    exercises = listed[len(rule_set_ids()) + len(situation_ids()) :]
    assert listed == [*rule_set_ids(), *situation_ids(), *exercises]
    assert sorted(exercises) == exercise_ids()
    found = json.loads(_run("list", "--format", "json").stdout)
    assert [*found] == ["rules", "situations", "exercises"]
    assert found["rules"] == [
        {
            "id": "excom-100-109",
            "title": "Mass influx and protracted situations in the terms of ExCom Conclusions "
            "No. 100 (2004) and No. 109 (2009)",
        },
        {
            "id": "oas-2013",
            "title": "International cooperation to protect refugees (OAS course, 31 January 2013)",
        },
        {
            "id": "unhcr-global-trends",
            "title": "Protracted refugee situations as UNHCR's Global Trends count them",
        },
    ]
    assert [one["id"] for one in found["situations"]] == situation_ids()
    assert all(one["title"] for one in found["situations"])
    assert [*json.loads(_run("list", "situations", "--format", "json").stdout)] == ["situations"]
    assert _run("list", "rules").stdout == "\n".join(lines[:4]) + "\n"


def test_schema_validates_documents(here: Path) -> None:
    _write("good.json", _run("assess", "dadaab-2011", "--format", "json").stdout)
    result = _run("schema", "assessment", "--validate", "good.json")
    assert (result.exit_code, result.stdout) == (0, "validated 1 against the schema of assessment: valid\n")
    _write("bad.json", '{"format": "comity-assessment/1",\n "situation": 5}\n')
    result = _run("schema", "assessment", "--validate", "good.json", "--validate", "bad.json")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert "bad.json:2:15: 5 is not of type 'string'" in lines
    assert "bad.json:1:1: 'contexts' is a required property" in lines
    assert lines[-1] == "validated 2 against the schema of assessment: not as it should be"
    assert here.is_dir()


@pytest.mark.parametrize("kind", ["rule-set", "situation", "response", "cases", "exercise", "answers", "assessment"])
def test_schema_prints_a_schema(kind: str) -> None:
    result = _run("schema", kind)
    assert (result.exit_code, result.stderr) == (0, "")
    assert json.loads(result.stdout)["$schema"] == "http://json-schema.org/draft-07/schema#"


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_examples_and_defaults(command: str) -> None:
    result = _run(command, "--help")
    assert (result.exit_code, result.stderr) == (0, "")
    assert f"\n  comity {command}" in result.stdout
    options = result.stdout.partition("Options:")[2]
    said = " ".join(options.split())
    form = {"docs": "markdown", "batch": "by name; csv"}.get(command, "text")
    file = "SITUATION, or its name" if command == "ask" else "standard output"
    for option, default in (("--rules", "oas-2013"), ("--format", form), ("--output", file)):
        if option in options:
            assert f"[default: {default}]" in said
    assert _run(command, "-h").stdout == result.stdout


def test_help_of_the_whole_lists_every_command() -> None:
    result = _run("--help")
    commands = result.stdout.partition("Commands:\n")[2]
    assert [line.split()[0] for line in commands.splitlines()] == [*COMMANDS]
    assert "Exit codes: 0 fine; 1 findings" in result.stdout
    assert "comity assess dadaab-2011" in result.stdout


def test_version() -> None:
    assert _run("--version").stdout == "comity 0.1.0\n"


def test_a_wrong_command_gets_a_suggestion() -> None:
    _failed(_run("asses"), "there is no command `asses`: did you mean `assess`?")
    _failed(_run("weather"), f"there is no command `weather`; commands: {', '.join(COMMANDS)}")


# --- terminals, pipes, interrupts ---------------------------------------------------------------------------

ESCAPE = "\x1b["


def test_a_pipe_gets_plain_text() -> None:
    done = _process("assess", "dadaab-2011")
    assert (done.returncode, done.stderr) == (0, "")
    assert ESCAPE not in done.stdout


@pytest.mark.parametrize(
    ("env", "coloured"),
    [
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"FORCE_COLOR": ""}, False),
        ({"NO_COLOR": "", "FORCE_COLOR": "1"}, True),
    ],
)
def test_colour_in_a_pipe(env: dict[str, str], coloured: bool) -> None:
    assert (ESCAPE in _process("assess", "dadaab-2011", env=env).stdout) is coloured


def test_a_file_is_never_coloured(here: Path) -> None:
    assert _process("assess", "dadaab-2011", "-o", "report.txt", env={"FORCE_COLOR": "1"}, cwd=here).returncode == 0
    assert ESCAPE not in (here / "report.txt").read_text(encoding="utf-8")


def _in_a_terminal(env: dict[str, str]) -> str:
    """Return what `comity assess` prints in a terminal."""
    pty = pytest.importorskip("pty", reason="this system has no pseudo-terminals")
    ours, theirs = pty.openpty()
    kept = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "FORCE_COLOR")}
    command = [sys.executable, "-m", "comity.cli", "assess", "two-profiles"]
    process = subprocess.Popen(command, stdout=theirs, env={**kept, "COLUMNS": "80", **env})
    os.close(theirs)
    found = bytearray()
    while True:
        try:
            some = os.read(ours, 4096)
        except OSError:  # as Linux says that the other end is closed
            break
        if not some:
            break
        found += some
    os.close(ours)
    assert process.wait(timeout=30) == 0
    return found.decode()


@pytest.mark.parametrize(
    ("env", "coloured"),
    [({"TERM": "xterm"}, True), ({"TERM": "dumb"}, False), ({"TERM": "xterm", "NO_COLOR": "1"}, False)],
)
def test_colour_in_a_terminal(env: dict[str, str], coloured: bool) -> None:
    assert (ESCAPE in _in_a_terminal(env)) is coloured


@pytest.mark.parametrize(("columns", "width"), [("80", 80), ("200", 120), ("20", 60), ("wide", 100)])
def test_a_report_is_as_wide_as_the_terminal_within_reason(columns: str, width: int) -> None:
    lines = _run("assess", "dadaab-2011", env={"COLUMNS": columns}).stdout.splitlines()
    assert width - 12 <= max(map(len, lines)) <= width


def test_a_terminal_that_cannot_show_every_character_gets_utf8() -> None:
    """A report quotes, and a JSON document holds names: neither may end in a traceback or lose a character."""
    kept = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "FORCE_COLOR")}
    for form in ("text", "json"):
        command = [sys.executable, "-m", "comity.cli", "assess", "dadaab-2011", "--format", form]
        env = {**kept, "PYTHONIOENCODING": "ascii", "COLUMNS": "100"}
        done = subprocess.run(command, env=env, capture_output=True, check=False, timeout=60)
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout.decode() == _run("assess", "dadaab-2011", "--format", form).stdout


def _first_line_only(arguments: Iterable[str]) -> tuple[bytes, bytes, int]:
    """Return the first line that a command prints, what it complains about once nobody reads on, and its exit code."""
    command = [sys.executable, "-m", "comity.cli", *arguments]
    env = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}  # it hides a short write
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    line = process.stdout.readline()
    process.stdout.close()
    complaints = process.stderr.read()
    process.stderr.close()
    return line, complaints, process.wait(timeout=30)


def test_a_reader_that_leaves_early_is_no_reason_to_complain() -> None:
    line, complaints, code = _first_line_only(
        ["assess", *situation_ids(), "--format", "json"]
    )  # more than a pipe holds
    assert (line, complaints, code) == (b"[\n", b"", 1)
    line, complaints, _ = _first_line_only(["list"])
    assert (line, complaints) == (b"Rule sets\n", b"")


def test_ctrl_c_is_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(common, "read_document", interrupt)
    result = _run("assess", "dadaab-2011")
    assert (result.exit_code, result.output) == (130, "")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal for one process")
def test_ctrl_c_while_waiting_for_input() -> None:
    command = [sys.executable, "-m", "comity.cli", "assess", "-"]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe)
    time.sleep(1.5)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 130
    assert process.communicate() == (b"", b"")


def _complete(*words: str) -> list[str]:
    done = _process(
        env={
            "_COMITY_COMPLETE": "bash_complete",
            "COMP_WORDS": " ".join(["comity", *words]),
            "COMP_CWORD": str(len(words)),
        }
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


def test_completion_offers_commands_ids_and_files() -> None:
    assert _complete("a") == ["plain,assess", "plain,ask"]
    assert _complete("assess", "dad") == ["plain,dadaab-2011", "file,dad"]
    assert _complete("assess", "dadaab-2011", "two-") == ["plain,two-profiles", "file,two-"]
    assert _complete("check", "--rules", "oas") == ["plain,oas-2013", "dir,oas"]
    assert _complete("assess", "--format", "h") == ["plain,html"]
    assert "plain,--fail-on" in _complete("assess", "--f")


def test_the_module_and_the_command_are_one() -> None:
    assert _process("--version").stdout == "comity 0.1.0\n"
    done = _process()
    assert done.returncode == 2
    assert (done.stdout + done.stderr).startswith("Usage: comity [OPTIONS] COMMAND [ARGS]...")
