"""`comity new`: what it writes passes every command at once, and it never takes anything away."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from click.testing import CliRunner, Result
from hypothesis import given, settings, strategies as st

from comity.cli import COMMANDS, main, new_command
from comity.engine.checking.collect import collect
from comity.engine.language.diagnostic import accept
from comity.engine.language.load import load_rule_set
from comity.engine.language.model import RuleSet, Situation

FILES = [
    ".github/workflows/comity.yml",
    ".pre-commit-config.yaml",
    ".schemas/cases.schema.json",
    ".schemas/rule-set.schema.json",
    ".schemas/situation.schema.json",
    "README.md",
    "facts.yaml",
    "measures.yaml",
    "properties.yaml",
    "rule-set.yaml",
    "shelter-shortage.cases.yaml",
    "shelter-shortage.yaml",
]


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, prog_name="comity")


def _tree(folder: Path) -> dict[str, str | None]:
    """Return what is in a folder: texts by path, and None for folders."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


def _rules(folder: Path) -> RuleSet:
    return accept(load_rule_set(folder))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder, which is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def rules(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a new rule set, which is the current one."""
    assert _run("new", "my-rules").exit_code == 0
    monkeypatch.chdir(here / "my-rules")
    return here / "my-rules"


def test_it_says_what_it_wrote(here: Path) -> None:
    done = _run("new", "a/b/my-rules")
    assert done.output.splitlines() == [
        *(f"a/b/my-rules/{file}" for file in FILES),
        "read a/b/my-rules/README.md first",
    ]
    assert done.exit_code == 0
    assert [path for path, text in _tree(here / "a/b/my-rules").items() if text is not None] == FILES


def test_check_and_test_have_nothing_to_complain_about(rules: Path) -> None:
    assert _run("check", str(rules)).output == "checked 1 file of cases, 1 rule set: nothing to complain about\n"
    assert _run("test", str(rules)).output == "5 cases passed (20 expectations)\n"


AUTHORS = [one for one in ("check", "test", "prove", "coverage", "mutate") if one in COMMANDS]


@pytest.mark.parametrize("command", AUTHORS)
def test_every_command_for_authors_passes_at_once(rules: Path, command: str) -> None:
    done = _run(command, str(rules))
    assert done.exit_code == 0, done.output


def _commands(folder: Path) -> list[str]:
    """Return every command line that the files for CI and for people name."""
    workflow = yaml.safe_load((folder / ".github/workflows/comity.yml").read_text(encoding="utf-8"))
    hooks = yaml.safe_load((folder / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"]
    shown = re.findall(r"^comity [^#\n]*", (folder / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    steps = [step["run"] for step in workflow["jobs"]["rules"]["steps"] if "run" in step]
    assert steps[0] == "pip install comity"
    return [*steps[1:], *(hook["entry"] for hook in hooks), *shown]


def test_every_command_that_is_written_down_passes_and_changes_nothing(rules: Path) -> None:
    before = _tree(rules)
    written = [shlex.split(line)[1:] for line in _commands(rules)]
    assert {words[0] for words in written} == {"check", "test", "prove", "schema"}
    for words in written:
        if words[0] in COMMANDS:
            done = _run(*words)
            assert done.exit_code == 0, done.output
    assert _tree(rules) == before


def test_the_commands_on_the_page_for_editors_write_the_same_schemas(rules: Path) -> None:
    page = (Path(__file__).parent.parent / "docs/editors.md").read_text(encoding="utf-8")
    before = _tree(rules)
    for path in (rules / ".schemas").iterdir():
        path.unlink()
    for line in re.findall(r"^comity .*", page, re.MULTILINE):
        assert _run(*shlex.split(line)[1:]).exit_code == 0
    assert _tree(rules) == before


def test_pytest_runs_its_cases(rules: Path) -> None:
    run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error"]
    done = subprocess.run(run, cwd=rules, capture_output=True, encoding="utf-8", check=False, timeout=60)
    assert (done.returncode, done.stdout.splitlines()[-1].split(" in ")[0]) == (0, "5 passed")


def test_each_file_names_a_schema_that_accepts_it(rules: Path) -> None:
    for path in sorted(rules.glob("[a-z]*.yaml")):
        first = path.read_text(encoding="utf-8").splitlines()[0]
        kind = "cases" if path.name.endswith(".cases.yaml") else "rule-set"
        assert first == f"# yaml-language-server: $schema=.schemas/{kind}.schema.json"
        done = _run("schema", kind, "--rules", ".", "--validate", path.name)
        assert done.output == f"validated 1 against the schema of {kind}: valid\n"


def test_the_schemas_are_in_the_terms_of_the_rule_set(rules: Path) -> None:
    for kind in ("rule-set", "cases", "situation"):
        text = (rules / f".schemas/{kind}.schema.json").read_text(encoding="utf-8")
        assert text == _run("schema", kind, "--rules", ".").output
    found: Any = json.loads((rules / ".schemas/situation.schema.json").read_text(encoding="utf-8"))
    assert list(found["definitions"]["Facts"]["properties"]) == ["people", "places"]


def test_every_conclusion_has_a_case_for_each_answer(rules: Path) -> None:
    cases: list[Situation] = [case for each in collect([rules], None) for case in each.situations]
    answers: dict[str, set[str]] = {}
    for case in cases:
        for one in case.expect:
            answers.setdefault(one.id, set()).add(one.word)
    loaded = _rules(rules)
    assert answers == {
        **{id_: {"met", "not-met", "unknown"} for id_ in (*loaded.criteria, *loaded.contexts)},
        **{id_: {"called-for", "not-called-for", "conditional"} for id_ in loaded.measures},
    }


def test_everything_has_its_source_and_its_basis(rules: Path) -> None:
    loaded = _rules(rules)
    things: list[Any] = [
        *loaded.parameters.values(),
        *loaded.criteria.values(),
        *loaded.contexts.values(),
        *loaded.purposes.values(),
        *loaded.measures.values(),
        *(ground for measure in loaded.measures.values() for ground in measure.grounds),
        *loaded.properties.values(),
    ]
    assert [one for one in things if one.basis is None or not (one.sources or one.note)] == []
    assert len(things) == 9


def test_id_and_title_are_options(here: Path) -> None:
    _run("new", "there", "--id", "shelter-2013", "--title", "Rules: on `shelter`")
    loaded = _rules(here / "there")
    assert (loaded.id, loaded.title) == ("shelter-2013", "Rules: on `shelter`")
    assert (here / "there/README.md").read_text(encoding="utf-8").startswith("# Rules: on `shelter`\n")


def test_id_and_title_come_from_the_folder(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "mass-influx").mkdir()
    monkeypatch.chdir(here / "mass-influx")
    assert _run("new", ".").exit_code == 0
    loaded = _rules(here / "mass-influx")
    assert (loaded.id, loaded.title) == ("mass-influx", "Mass influx")


@settings(max_examples=50, deadline=None)
@given(st.text(min_size=1).filter(str.isprintable).filter(str.strip))
def test_any_line_of_text_is_a_title(title: str) -> None:
    text = new_command._texts("some", title)["rule-set.yaml"]
    assert yaml.safe_load(text)["title"] == title


@pytest.mark.parametrize("name", ["My Rules", "1st", "a_b", "", "true", "a" * 61, "a\nb"])
def test_an_id_that_is_none_is_refused(here: Path, name: str) -> None:
    done = _run("new", "there", "--id", name)
    line = f"{' '.join(name.split())[:59]}…" if len(name) > 60 else " ".join(name.split())
    assert done.output.splitlines()[-1] == (
        f"Error: Invalid value for --id: `{line}` cannot name a rule set: "
        "write lower-case words joined by hyphens, like my-rules"
    )
    assert (done.exit_code, _tree(here)) == (2, {})


@pytest.mark.parametrize("title", ["", "  ", "two\nlines", "hidden\u202e", "\x07"])
def test_a_title_that_is_none_is_refused(here: Path, title: str) -> None:
    done = _run("new", "there", "--title", title)
    assert done.output.splitlines()[-1] == "Error: Invalid value for --title: a title is one line of text"
    assert (done.exit_code, _tree(here)) == (2, {})


@pytest.mark.parametrize(
    ("existing", "where", "words"),
    [
        ("x/facts.yaml", "x", "`x/facts.yaml`"),
        ("x/.github", "x", "`x/.github`"),
        ("x", "x", "`x`"),
        ("x/README.md/", "x", "`x/README.md`"),
        ("x/deep/other.yaml", "x", "`x/deep/other.yaml`, which would belong to the rule set"),
        ("x/other.yml", "x", "`x/other.yml`"),
        ("x/rule-set.yaml", "x/y/z", "the rule set `{here}/x`, which `x/y/z` would be a part of"),
    ],
    ids=["file", "file for a folder", "file for all", "folder", "rules of others", "yml", "rule set above"],
)
def test_what_is_in_the_way_stays_and_nothing_is_written(here: Path, existing: str, where: str, words: str) -> None:
    path = here / existing
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir() if existing.endswith("/") else path.write_text("mine", encoding="utf-8")
    before = _tree(here)
    done = _run("new", where, "--id", "x")
    assert done.output.splitlines()[-1] == (
        f"Error: nothing was written, since this is in the way: {words.format(here=here)}"
    )
    assert (done.exit_code, _tree(here)) == (2, before)


def test_everything_in_the_way_is_named(rules: Path) -> None:
    before = _tree(rules)
    done = _run("new", ".")
    assert done.output.splitlines()[-1] == "Error: nothing was written, since this is in the way: " + ", ".join(
        f"`{file}`" for file in FILES
    )
    assert (done.exit_code, _tree(rules)) == (2, before)


def test_other_files_can_stand_beside_it(here: Path) -> None:
    (here / "x/.git").mkdir(parents=True)
    (here / "x/.git/config.yaml").write_text("a: 1", encoding="utf-8")
    (here / "x/LICENSE").write_text("mine", encoding="utf-8")
    before = _tree(here)
    assert _run("new", "x").exit_code == 0
    assert _tree(here).items() > before.items()
    assert _run("check", "x").exit_code == 0


FULL = OSError(28, "No space left on device", "x/facts.yaml")


def _fail(monkeypatch: pytest.MonkeyPatch, at: int, error: BaseException) -> None:
    """Let the file number `at` be the first that cannot be written."""
    written, real = [], Path.open

    def failing(path: Path, *arguments: Any, **named: Any) -> Any:
        if arguments == ("x",):
            written.append(path)
            if len(written) > at:
                raise error
        return real(path, *arguments, **named)

    monkeypatch.setattr(Path, "open", failing)


@pytest.mark.parametrize("error", [FULL, KeyboardInterrupt()], ids=["full", "interrupted"])
@pytest.mark.parametrize("at", range(4))
def test_what_is_broken_off_leaves_nothing(
    here: Path, monkeypatch: pytest.MonkeyPatch, at: int, error: BaseException
) -> None:
    (here / "x").mkdir()
    before = _tree(here)
    _fail(monkeypatch, at, error)
    with pytest.raises(click.UsageError if error is FULL else KeyboardInterrupt):
        new_command._write({here / "x" / path: "text" for path in ("a", "b/c", "b/d", "e/f/g")})
    monkeypatch.undo()
    assert _tree(here) == before


def test_a_full_disk_is_said(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _fail(monkeypatch, 7, FULL)
    done = _run("new", "x")
    monkeypatch.undo()
    assert done.output.splitlines()[-1] == "Error: nothing was written: `x/facts.yaml`: No space left on device"
    assert (done.exit_code, _tree(here)) == (2, {})
