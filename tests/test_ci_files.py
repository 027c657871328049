"""What other repositories run in CI: the hooks, the action and the page, each tried in a scratch git repository.

The hooks are run as pre-commit runs them: `entry` with `args`, in the top folder of the repository and without names of
files, which they do not take. The action's step is run as a runner runs it: inputs put into its `env`, then its `run`
given to bash.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from comity.cli import main
from tests.tiny import ONE, RULES

ROOT = Path(__file__).parents[1]
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
SCRIPT = (ROOT / ".ci" / "action.sh").read_text(encoding="utf-8")
PAGE = (ROOT / "docs" / "rules-in-ci.md").read_text(encoding="utf-8")

FILES = {**{f"my rules/{name}": text for name, text in RULES.items()}, "situations/one.yaml": ONE}
FAULT = ("my rules/crowd.yaml", "criterion: many", "criterion: mny")  # what `check` finds
DRIFT = ("my rules/rule-set.yaml", "value: 10", "value: 11")  # what only `test` finds


def _environment(**more: str) -> dict[str, str]:
    """Return the environment of a command: `comity` on the path, and nothing of this machine's git."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "COMITY_", "PIP_"))}
    return {
        **kept,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        **more,
    }


def _do(arguments: list[str], cwd: Path, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        arguments, cwd=cwd, env=env or _environment(), capture_output=True, encoding="utf-8", check=False, timeout=120
    )


def _git(repository: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.test", "-c", "commit.gpgsign=false")
    return _do(["git", *identity, *arguments], repository)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a git repository with a rule set and a situation, all committed."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    for arguments in (("init", "--quiet"), ("add", "--all"), ("commit", "--quiet", "--message", "rules")):
        done = _git(tmp_path, *arguments)
        assert (done.returncode, done.stderr) == (0, "")
    return tmp_path


def _spoil(repository: Path, name: str, old: str, new: str) -> None:
    path = repository / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


# --- the hooks --------------------------------------------------------------------------------------------------------


def _command(hook: Mapping[str, Any], args: list[str] | None = None) -> list[str]:
    assert hook["language"] == "python", "pre-commit installs the project and finds `entry` in what it installed"
    assert hook["pass_filenames"] is False
    return [*shlex.split(hook["entry"]), *(hook["args"] if args is None else args)]


ARGS = ["my rules", "situations", "--rules", "my rules"]


def test_the_hooks_let_pass_what_is_right(repository: Path) -> None:
    told = {name: _do(_command(hook, ARGS), repository) for name, hook in HOOKS.items()}
    assert {name: (done.returncode, done.stdout, done.stderr) for name, done in told.items()} == {
        "comity-check": (0, "checked 1 file of cases, 1 rule set, 1 situation: nothing to complain about\n", ""),
        "comity-test": (0, "4 cases passed (7 expectations)\n", ""),
    }


def test_without_args_the_hooks_look_at_the_whole_repository(repository: Path) -> None:
    (repository / "situations" / "one.yaml").unlink()
    told = {name: _do(_command(hook), repository) for name, hook in HOOKS.items()}
    assert {name: (done.returncode, done.stdout, done.stderr) for name, done in told.items()} == {
        "comity-check": (0, "checked 1 file of cases, 1 rule set: nothing to complain about\n", ""),
        "comity-test": (0, "3 cases passed (6 expectations)\n", ""),
    }
    for path in (repository / "my rules").iterdir():
        path.unlink()
    assert {_do(_command(hook), repository).returncode for hook in HOOKS.values()} == {1}, "nothing to check"


def test_a_commit_with_a_fault_is_refused(repository: Path) -> None:
    """Both hooks in one git hook: git itself refuses the commit."""
    script = "\n".join(["#!/bin/sh", "set -e", *(shlex.join(_command(hook, ARGS)) for hook in HOOKS.values()), ""])
    hook = repository / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(script, encoding="utf-8")
    hook.chmod(0o755)
    _spoil(repository, *FAULT)
    refused = _git(repository, "commit", "--quiet", "--all", "--message", "a fault")
    assert refused.returncode == 1
    told = refused.stderr + refused.stdout
    assert "my rules/crowd.yaml:5:19: error[unknown-conclusion]: there is no criterion `mny`\n" in told
    _spoil(repository, FAULT[0], FAULT[2], FAULT[1])
    _spoil(repository, *DRIFT)
    refused = _git(repository, "commit", "--quiet", "--all", "--message", "drift")
    assert refused.returncode == 1
    told = refused.stderr + refused.stdout
    assert "my rules/crowd.cases.yaml:2:85: ten, at least: context `crowd` came out not-met, expected met\n" in told
    _spoil(repository, DRIFT[0], DRIFT[2], DRIFT[1])
    _spoil(repository, DRIFT[0], "A tiny rule set", "A small rule set")
    assert _git(repository, "commit", "--quiet", "--all", "--message", "another title").returncode == 0
    assert _git(repository, "status", "--porcelain").stdout == "", "nothing was written into the repository"


# --- the action -------------------------------------------------------------------------------------------------------

(STEP,) = ACTION["runs"]["steps"]


def _act(repository: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run the action's step with these inputs, and with the comity that is installed."""
    given = {name: one["default"] for name, one in ACTION["inputs"].items()} | {"package": "none"}
    given |= {name.replace("_", "-"): value for name, value in inputs.items()}
    env = {
        name: re.sub(r"\$\{\{ inputs\.([a-z-]+) \}\}", lambda match: given[match[1]], value)
        for name, value in STEP["env"].items()
    }
    assert STEP["shell"] == "bash"
    env = _environment(GITHUB_ACTION_PATH=str(ROOT), **env)
    return _do(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", STEP["run"]], repository, env)


def test_the_action_lets_pass_what_is_right(repository: Path) -> None:
    done = _act(repository, paths="my rules\nsituations\n", rules="my rules", commands="check test")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "== comity check\n"
        "checked 1 file of cases, 1 rule set, 1 situation: nothing to complain about\n"
        "== comity test\n"
        "4 cases passed (7 expectations)\n"
    )


def test_the_action_runs_everything_and_marks_the_lines(repository: Path) -> None:
    _spoil(repository, *DRIFT)
    (repository / "situations" / "two.yaml").write_text("situation: two\nas_of: 2013\nfacts: {}\n", encoding="utf-8")
    done = _act(repository, rules="my rules", commands="check test")
    assert (done.returncode, done.stderr) == (1, "")
    bad = (
        "::error file=situations/two.yaml,line=2,col=8,title=not-a-date::"
        "`as_of` of the situation must be a full date, not the number 2013%0Awrite it like 2013-01-31\n"
    )
    place = "::error file=my rules/crowd.cases.yaml,line=2,col="
    assert done.stdout == (
        "== comity check\n"
        f"{bad}"
        "checked 1 file of cases, 1 rule set, 2 situations: 1 error\n"
        "== comity test\n"
        f"{bad}"
        f"{place}85,title=failed-expectation::ten, at least: context `crowd` came out not-met, expected met\n"
        f"{place}96,title=failed-expectation::ten, at least: criterion `many` came out not-met, expected met\n"
        "1 case failed of 4 (7 expectations); could not be used: 1 situation\n"
    )


def test_the_action_proves_only_where_a_property_is_stated(repository: Path) -> None:
    """To run `prove` where nothing is stated would be to fail: there is nothing to prove."""
    ran = "== comity check\nchecked 1 file of cases, 1 rule set: nothing to complain about\n"
    ran += "== comity test\n3 cases passed (6 expectations)\n"
    done = _act(repository, paths="my rules")
    assert (done.returncode, done.stdout, done.stderr) == (0, ran, "")
    properties = "properties:\n  more: {title: More people, stays_met: {context: crowd}, rises: people}\n"
    (repository / "my rules" / "properties.yaml").write_text(properties, encoding="utf-8")
    done = _act(repository, paths="my rules")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{ran}== comity prove\n1 property: 1 proved\n", "")


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({"paths": "no such folder"}, 2),
        ({"paths": "empty"}, 1),
        ({"paths": "\n\n"}, 0),  # then everything is looked at
        ({"paths": "my rules", "check_args": "--no-such-option"}, 2),
        ({"paths": "my rules", "commands": "tset"}, 2),
        ({"paths": "-", "rules": "my rules"}, 2),
        ({"paths": "$(touch never)\n`touch never`; touch never", "rules": "; touch never"}, 2),
    ],
)
def test_the_action_fails_if_it_is_used_wrongly(repository: Path, inputs: dict[str, str], code: int) -> None:
    (repository / "empty").mkdir()
    (repository / "situations" / "one.yaml").unlink()
    done = _act(repository, **({"commands": "check test"} | inputs))
    assert done.returncode == code, done.stdout + done.stderr
    assert not (repository / "never").exists()


def test_the_action_installs_its_own_version_into_an_environment_of_its_own(repository: Path, tmp_path: Path) -> None:
    """Python is played by a script that writes down what it is asked for."""
    tools, log = tmp_path / "tools", tmp_path / "log"
    tools.mkdir()
    fake = tools / "python3"
    comity = Path(sys.executable).parent / "comity"
    fake.write_text(
        f'#!/bin/sh\necho "$@" >>"{log}"\n'
        f'if [ "$2" = venv ]; then mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; ln -s "{comity}" "$3/bin/comity"; fi\n',
        encoding="utf-8",
    )
    fake.chmod(0o755)
    env = _environment(
        GITHUB_ACTION_PATH=str(ROOT), COMITY_PATHS="my rules", COMITY_COMMANDS="check", RUNNER_TEMP=str(tools)
    )
    env["PATH"] = f"{tools}:/usr/bin:/bin"
    done = _do(["bash", "-c", STEP["run"]], repository, env)
    assert (done.returncode, done.stderr) == (0, "")
    venv, pip = log.read_text(encoding="utf-8").splitlines()
    assert venv.startswith(f"-m venv {tools}/")
    assert pip == f"-m pip install --quiet --disable-pip-version-check {ROOT}"
    assert [path.name for path in tools.iterdir()] == ["python3"], "it cleans up"


def test_inputs_reach_the_script_as_variables_and_in_no_other_way() -> None:
    assert "${{" not in STEP["run"]
    named = [re.fullmatch(r"\$\{\{ inputs\.([a-z-]+) \}\}", value) for value in STEP["env"].values()]
    assert [match and match[1] for match in named] == [*ACTION["inputs"]]
    assert {*re.findall(r"COMITY_[A-Z_]+", SCRIPT)} == {*STEP["env"]}


# --- the page ---------------------------------------------------------------------------------------------------------

BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.M | re.S)
DOCUMENTS = [yaml.safe_load(text) for language, text in BLOCKS if language == "yaml"]


def _values(node: Any) -> Iterator[Any]:
    """Yield a value and everything in it."""
    yield node
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _values(inner)


def _mappings() -> Iterator[dict[Any, Any]]:
    for document in DOCUMENTS:
        yield from (one for one in _values(document) if isinstance(one, dict))


def _commands() -> list[str]:
    """Return every call of comity that the page shows: in shell blocks and in the scripts of YAML blocks."""
    shell = [line for language, text in BLOCKS if language == "sh" for line in text.splitlines()]
    scripts = [one for document in DOCUMENTS for one in _values(document) if isinstance(one, str)]
    return [line for line in (*shell, *scripts) if line.startswith("comity ")]


def test_the_page_has_what_to_copy() -> None:
    assert [language for language, _ in BLOCKS] == ["yaml", "sh", "yaml", "yaml", "yaml", "sh"]
    assert len(_commands()) == 6


def _find(name: str) -> click.Command:
    command = main.get_command(click.Context(main), name)
    assert command is not None, f"there is no command `{name}`"
    return command


def _parse(arguments: list[str]) -> None:
    """Check that there is such a command and that it takes these arguments."""
    name, *rest = arguments
    parent = main.make_context("comity", ["--"], resilient_parsing=True)  # whose settings a command takes over
    _find(name).make_context(name, rest, parent=parent)


@pytest.mark.parametrize("line", _commands())
def test_the_commands_of_the_page_are_there(line: str) -> None:
    _parse(shlex.split(line)[1:])


def test_the_action_and_the_hooks_of_the_page_are_there() -> None:
    steps = [one for one in _mappings() if str(one.get("uses", "")).startswith("OWNER/comity@")]
    assert [{*step["with"]} - {*ACTION["inputs"]} for step in steps] == [set()]
    hooks = [one for one in _mappings() if "id" in one]
    assert [one["id"] for one in hooks] == [*HOOKS]
    for one in hooks:
        _parse([*_command(HOOKS[one["id"]], one["args"])][1:])
    for given in re.findall(r"`check-args: (.*?)`", PAGE):
        _parse(["check", given])
    variables = {name for _, text in BLOCKS for name in re.findall(r"COMITY_\w+", text)}
    assert variables <= {*STEP["env"]}


def test_the_page_names_every_input_and_every_format() -> None:
    assert [name for name in ACTION["inputs"] if f"`{name}`" not in PAGE] == []
    for name in ("check", "test"):
        (option,) = [one for one in _find(name).params if one.name == "format_"]
        assert isinstance(option.type, click.Choice)
        assert [*option.type.choices] == re.findall(r"^\| `(\w+)` \|", PAGE, re.M)


def test_the_version_of_the_page_is_that_of_the_project() -> None:
    (version,) = re.findall(r'^version = "(.*)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.M)
    assert {*re.findall(r"\bv(\d+\.\d+\.\d+)", PAGE)} == {version}
