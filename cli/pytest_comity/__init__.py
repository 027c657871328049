"""The pytest plugin: each case, and each situation with expectations, is a test item.

pytest imports this module in every run that has Comity installed, so it imports nothing of the engine before a file is
one of ours. It is a package of its own because pytest rewrites the assertions of the top-level packages that a plugin
comes with, and takes those of a namespace to be `engine` and `cli`, which could be somebody else's.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from comity.engine.checking.cases import Failure
    from comity.engine.language.diagnostic import Loaded
    from comity.engine.language.model import RuleSet, Situation

_CASES = ".cases.yaml"
_MARKS = {
    True: [re.compile(mark) for mark in (rb"\ncases[ \t]*:", rb"as_of[ \t]*:", rb"expect[ \t]*:")],
    False: [re.compile(mark) for mark in (rb"\nsituation[ \t]*:", rb"\nfacts[ \t]*:", rb"\nexpect[ \t]*:")],
}
_MOST = 2_000_000  # bytes; what is larger is refused by the engine anyway


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--comity-rules` and `comity_rules`."""
    what = "rule set of the situations and cases that stand in no rule set's folder: a built-in id or a folder"
    parser.getgroup("comity").addoption("--comity-rules", metavar="ID|PATH", help=f"the {what}")
    parser.addini("comity_rules", f"The {what}, from where this file is.", default="oas-2013")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "CasesOrSituation | None":
    """Return a collector for cases and for situations with expectations; leave everybody else's files alone.

    `*.cases.yaml` below a `rule-set.yaml`, or named on the command line, is ours however broken it is. Elsewhere a file
    has to look like one of ours.
    """
    name = file_path.name
    if not name.endswith(".yaml"):
        return None
    cases = name.endswith(_CASES)
    if not (cases and (parent.session.isinitpath(file_path) or _home(file_path))) and not _is_ours(file_path, cases):
        return None
    return CasesOrSituation.from_parent(parent, path=file_path)


def _is_ours(path: Path, cases: bool) -> bool:
    try:
        with path.open("rb") as file:
            data = b"\n" + file.read(_MOST).removeprefix(b"\xef\xbb\xbf")
    except OSError:
        return False
    return all(mark.search(data) for mark in _MARKS[cases])


def _home(path: Path) -> Path | None:
    """Return the nearest folder above `path` that is a rule set."""
    return next((folder for folder in path.parents if (folder / "rule-set.yaml").is_file()), None)


def _from_here(path: Path) -> Path:
    """Return `path` as a diagnostic gives it: from the current folder, if it is below."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _node_name(name: str) -> str:
    """Return `name` without what means something to pytest in a node's id: lines, `::` and brackets."""
    return " ".join(name.split()).replace("::", ":").replace("[", "(").replace("]", ")")


class CasesOrSituation(pytest.File):
    """A file of cases, or a situation with expectations."""

    def collect(self) -> "Iterator[Case]":
        from comity.engine.language.files import read_file
        from comity.engine.language.situation import load_cases, load_situation
        from comity.engine.language.source import Document

        rules = self._rules()
        document = read_file(_from_here(self.path))
        if not isinstance(document, Document):
            raise self.CollectError("\n".join(map(str, document)))
        load: Any = load_cases if self.name.endswith(_CASES) else load_situation
        loaded = load(document, rules)
        if loaded.value is None:
            raise self.CollectError("\n".join(map(str, loaded.diagnostics)))
        for situation in loaded.value if isinstance(loaded.value, tuple) else (loaded.value,):
            if situation.expect:
                yield Case.from_parent(self, name=_node_name(situation.id), rules=rules, situation=situation)

    def _rules(self) -> "RuleSet":
        """Return the rule set that the file is under. Its diagnostics are shown with the first file that needs it."""
        from comity.engine.language.load import load_rule_set

        folder = _home(self.path) or self._chosen()
        known = self.config.stash.setdefault(_LOADED, {})
        if folder in known:
            loaded, first = known[folder]
            why = f"`{_from_here(folder)}` cannot be used: `{_from_here(first)}` shows why"
        else:
            loaded = load_rule_set(_from_here(folder))
            known[folder] = loaded, self.path
            why = "\n".join(map(str, loaded.diagnostics))
        if loaded.value is None:
            raise self.CollectError(why)
        return loaded.value

    def _chosen(self) -> Path:
        from comity.engine.builtin import find_rule_set, rule_set_ids

        config = self.config
        name, base = config.getoption("comity_rules"), config.invocation_params.dir
        if name is None:
            name, base = config.getini("comity_rules"), config.inipath.parent if config.inipath else config.rootpath
        folder = base / name if (base / name).is_dir() else find_rule_set(name)
        if not folder.is_dir():
            known = ", ".join(rule_set_ids())
            raise self.CollectError(f"there is no rule set `{name}`; `comity_rules` is a folder or one of: {known}")
        return folder


class Case(pytest.Item):
    """One case, or one situation with expectations."""

    def __init__(self, *, rules: "RuleSet", situation: "Situation", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rules = rules
        self.situation = situation
        self.failures: tuple[Failure, ...] = ()

    def runtest(self) -> None:
        from comity.engine.checking.cases import run_case

        self.failures = run_case(self.rules, self.situation).failures
        if self.failures:
            pytest.fail("\n".join(f"{failure.at}: {failure}" for failure in self.failures), pytrace=False)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any) -> Any:
        """Return what went wrong; where that is an expectation, it is there that the run failed, not in this module."""
        shown = super().repr_failure(excinfo, *args)
        crash = getattr(shown, "reprcrash", None)
        if crash is not None and isinstance(excinfo.value, pytest.fail.Exception):
            first = self.failures[0]
            crash.path, crash.lineno, crash.message = first.at.file, first.at.line, str(first)
        return shown

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.situation.at.line - 1, self.name


_LOADED = pytest.StashKey[dict[Path, "tuple[Loaded[RuleSet], Path]"]]()
