"""Which way imports run, what each layer may touch, and what a command pays for.

    cli                            talks to people
    report                         words and pictures
    batch  checking  training  interview
    assessment
    translation
    language

Down only, never sideways into another wing. `builtin` says where the built-in data is: it needs only paths,
and serves everything from the wings up.
"""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = {
    "language": 0,
    "translation": 1,
    "assessment": 2,
    "builtin": 2,
    "batch": 3,
    "checking": 3,
    "interview": 3,
    "training": 3,
    "report": 4,
    "cli": 5,
}
FACE = "face"  # engine/__init__.py: it may offer what the engine can do, and nothing in the engine imports it


@dataclass(frozen=True)
class Import:
    """One import of a module: what it names, where, and whether it happens when the module is loaded."""

    module: str
    names: tuple[str, ...]
    line: int
    lazy: bool
    typing: bool  # under `if TYPE_CHECKING`: never executed


@dataclass(frozen=True)
class Module:
    """A module of the project, with everything that it imports."""

    name: str
    path: Path
    imports: tuple[Import, ...]

    @property
    def layer(self) -> str:
        return _layer(self.name)


def _layer(module: str) -> str:
    """Return the layer of a module of the project."""
    parts = module.split(".")
    if parts[1] == "cli":
        return "cli"
    return parts[2] if len(parts) > 2 else FACE


def _imports(tree: ast.Module) -> Iterator[Import]:
    waiting: list[tuple[ast.AST, bool, bool]] = [(tree, False, False)]
    while waiting:
        node, lazy, typing = waiting.pop()
        lazy = lazy or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, (), node.lineno, lazy, typing)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            assert node.module is not None
            yield Import(node.module, tuple(alias.name for alias in node.names), node.lineno, lazy, typing)
        elif isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "import_module":
            waiting += [(child, lazy, typing) for child in ast.iter_child_nodes(node)]
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            waiting += [(child, lazy, True) for child in node.body] + [(child, lazy, typing) for child in node.orelse]
        else:
            waiting += [(child, lazy, typing) for child in ast.iter_child_nodes(node)]


@cache
def _modules() -> dict[str, Module]:
    found = {}
    for top in ("engine", "cli"):
        for path in sorted((ROOT / top).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(("comity", *(part for part in parts if part != "__init__")))
            tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
            found[name] = Module(name, path, tuple(sorted(_imports(tree), key=lambda one: one.line)))
    return found


def _targets(one: Import) -> Iterator[str]:
    """Yield the modules of the project that an import reaches: of a package, those that it names."""
    modules = _modules()
    inner = [f"{one.module}.{name}" for name in one.names]
    yield from (name for name in inner if name in modules)
    if one.module in modules and (not inner or any(name not in modules for name in inner)):
        yield one.module


def _edges() -> Iterator[tuple[Module, Import, str]]:
    for module in _modules().values():
        for one in module.imports:
            for target in _targets(one):
                yield module, one, target


def _place(module: Module, one: Import) -> str:
    return f"{module.path.relative_to(ROOT).as_posix()}:{one.line} imports {one.module}"


def _whole(module: str) -> str:
    return module.partition(".")[0]


def test_the_project_was_found() -> None:
    layers = {module.layer for module in _modules().values()}
    assert {"language", "assessment", "checking", "report", "cli"} <= layers
    assert layers <= {*LAYERS, FACE}


def test_imports_run_down_only() -> None:
    wrong = []
    for module, one, target in _edges():
        here, there = module.layer, _layer(target)
        if here in (FACE, there):
            continue
        if there == FACE or LAYERS[there] >= LAYERS[here]:
            wrong.append(_place(module, one))
    assert wrong == []


def test_the_face_of_the_engine_does_not_reach_the_reports() -> None:
    wrong = [
        _place(module, one)
        for module, one, target in _edges()
        if module.layer == FACE and _layer(target) in ("report", "cli")
    ]
    assert wrong == []


def test_nothing_in_the_engine_talks_to_people() -> None:
    strangers = {"click", "argparse", "getpass", "readline"}
    wrong = [
        _place(module, one)
        for module in _modules().values()
        if module.layer != "cli"
        for one in module.imports
        if _whole(one.module) in strangers or one.module.startswith("comity.cli")
    ]
    assert wrong == []


# What it draws is always the same: its situations are tried before a proof, and what they leave open is proved.
_SEEDED = "comity.engine.assessment.samples"
# What it draws comes from what a user gives as a seed, and from nothing else.
_WISHING = "comity.engine.training.wishes"


def test_no_module_reaches_the_network_or_the_clock_or_chance() -> None:
    strangers = {"socket", "ssl", "http", "urllib", "requests", "time", "random", "secrets", "uuid"}
    wrong = [
        _place(module, one)
        for module in _modules().values()
        for one in module.imports
        if _whole(one.module) in strangers
        if module.name not in (_SEEDED, _WISHING) or (one.module, one.names) != ("random", ("Random",))
    ]
    clocks = [
        f"{module.path.relative_to(ROOT).as_posix()}:{node.lineno}"
        for module in _modules().values()
        for node in ast.walk(ast.parse(module.path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("today", "now", "utcnow")
    ]
    assert (wrong, clocks) == ([], [])
    assert [[type(seed) for seed in draw] for draw in _draws(_SEEDED)] == [[ast.Constant]]
    assert [[ast.unparse(seed) for seed in draw] for draw in _draws(_WISHING)] == [["'/'.join(map(str, of))"]]


def _draws(module: str) -> list[list[ast.expr]]:
    """Return what every source of chance in a module is seeded with."""
    tree = ast.parse(_modules()[module].path.read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "Random"]
    return [call.args for call in calls]


_FILES = {"pathlib", "os", "io", "shutil", "tempfile", "glob", "fileinput", "importlib"}
_OPENERS = {"comity.engine.language.files", "comity.engine.language.load"}
_IN_MEMORY = ("comity.engine.report.export_zip", "io")  # a zip file is made as bytes; who writes it is the command


def test_only_the_loader_opens_files() -> None:
    wrong = []
    for module in _modules().values():
        if module.layer not in ("language", "translation", "assessment", "report") or module.name in _OPENERS:
            continue
        wrong += [
            _place(module, one)
            for one in module.imports
            if (_whole(one.module) in _FILES and (module.name, one.module) != _IN_MEMORY)
            or one.module in _OPENERS - {"comity.engine.language.load"}
        ]
        tree = ast.parse(module.path.read_text(encoding="utf-8"))
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        wrong += [
            f"{module.name}:{call.lineno} opens a file" for call in calls if getattr(call.func, "id", "") == "open"
        ]
    assert wrong == []


def test_assessing_does_not_even_know_the_loader() -> None:
    sections = ("cited", "conclusions", "draft", "facts", "locales", "parameters", "precedents", "properties")
    loaders = {
        f"comity.engine.language.{name}"
        for name in ("files", "load", "situation", "source", "shape", "grammar", *sections)
    }
    wrong = [
        _place(module, one) for module, one, target in _edges() if module.layer == "assessment" and target in loaders
    ]
    assert wrong == []


def test_reports_decide_nothing() -> None:
    """A report reads an assessment: it runs no rules and compares no values."""
    tools = {"comity.engine.assessment.evaluate", "comity.engine.assessment.precedents"}
    data = {"Range", "ANY_DATE", "WIDEST"}
    wrong = []
    for module, one, target in _edges():
        if module.layer == "report":
            compares = target == "comity.engine.language.quantity" and not set(one.names) <= data
            runs = target == "comity.engine.assessment.assess" and {"assess", "program"} & set(one.names)
            if target in tools or compares or runs:
                wrong.append(_place(module, one))
    assert wrong == []


def test_no_import_cycle() -> None:
    graph: dict[str, set[str]] = {}
    for module, one, target in _edges():
        if not one.typing and target != module.name:
            graph.setdefault(module.name, set()).add(target)
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " imports ".join([*trail[trail.index(name) :], name])
        if name not in done:
            for target in sorted(graph.get(name, ())):
                visit(target, (*trail, name))
            done.add(name)

    for name in graph:
        visit(name, ())


def test_no_module_is_named_like_a_standard_module() -> None:
    alike = [
        module.path.relative_to(ROOT).as_posix()
        for module in _modules().values()
        if module.path.stem not in ("__init__", "__main__") and module.path.stem in sys.stdlib_module_names
    ]
    assert alike == []


def test_the_command_line_imports_the_engine_only_when_a_command_runs() -> None:
    eager = [
        _place(module, one)
        for module in _modules().values()
        if module.layer == "cli"
        for one in module.imports
        if one.module.startswith("comity.engine") and not one.lazy and not one.typing
    ]
    assert eager == []


@pytest.mark.parametrize("top", ["rules", "scenarios"])
def test_the_data_folders_hold_only_data(top: str) -> None:
    files = [
        path.relative_to(ROOT / top)
        for path in (ROOT / top).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
    assert [file for file in files if file.suffix != ".yaml"] == [Path("__init__.py")]
    marker = ast.parse((ROOT / top / "__init__.py").read_text(encoding="utf-8"))
    assert [
        type(node) for node in marker.body if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    ] == []


def test_data_is_never_imported() -> None:
    wrong = [
        _place(module, one)
        for module in _modules().values()
        for one in module.imports
        if one.module.startswith(("comity.rules", "comity.scenarios"))
    ]
    assert wrong == []


_PROBE = """
import sys
before = set(sys.modules)
from comity.cli import main
try:
    main(sys.argv[1:], standalone_mode=False)
finally:
    print("imported:", *sorted(set(sys.modules) - before), file=sys.stderr)
"""


def _loads(tmp_path: Path, *arguments: str) -> set[str]:
    """Return the modules that a command imports in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", _PROBE, *arguments],
        cwd=tmp_path,
        env={**os.environ, "PYTHONWARNINGS": "error"},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    listed = [line for line in done.stderr.splitlines() if line.startswith("imported: ")]
    assert len(listed) == 1, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return set(listed[0].split()[1:])


_HEAVY = {"pydantic", "jsonschema", "hypothesis", "pytest"}
_FOR_OTHERS = {
    "json",
    "html",
    "comity.engine.checking",
    "comity.engine.report.document",
    "comity.engine.report.diagnostics",
}


def test_assess_pays_for_nothing_that_it_does_not_use(tmp_path: Path) -> None:
    loaded = _loads(tmp_path, "assess", "dadaab-2011")
    assert "comity.engine.assessment.assess" in loaded
    assert {_whole(name) for name in loaded} & _HEAVY == set()
    assert loaded & _FOR_OTHERS == set()
    commands = {name for name in loaded if name.startswith("comity.cli.") and name.endswith("_command")}
    assert commands == {"comity.cli.assess_command"}


def test_json_is_imported_where_it_is_asked_for(tmp_path: Path) -> None:
    loaded = _loads(tmp_path, "assess", "dadaab-2011", "--format", "json")
    assert "json" in loaded
    assert {_whole(name) for name in loaded} & (_HEAVY | {"html"}) == set()


@pytest.mark.parametrize("arguments", [("list",), ("check",), ("test",)], ids=" ".join)
def test_no_command_needs_what_only_tests_need(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert {_whole(name) for name in _loads(tmp_path, *arguments)} & _HEAVY == set()
