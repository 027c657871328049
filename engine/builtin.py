"""What is built in, and how ids, paths and standard input are found."""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path


def rules_folder() -> Path:
    """Return the folder that holds the built-in rule sets."""
    return _folder("comity.rules")


def situations_folder() -> Path:
    """Return the folder that holds the built-in situations."""
    return _folder("comity.scenarios") / "situations"


def exercises_folder() -> Path:
    """Return the folder that holds the built-in exercises."""
    return _folder("comity.scenarios") / "exercises"


def _folder(package: str) -> Path:
    spec = find_spec(package)
    assert spec is not None, f"{package} is installed with the distribution"
    assert spec.origin is not None
    return Path(spec.origin).resolve().parent


def rule_set_ids() -> list[str]:
    """Return the ids of the built-in rule sets."""
    return sorted(path.name for path in rules_folder().iterdir() if (path / "rule-set.yaml").is_file())


def situation_ids() -> list[str]:
    """Return the ids of the built-in situations."""
    return sorted(path.stem for path in situations_folder().glob("*.yaml"))


def exercise_ids() -> list[str]:
    """Return the ids of the built-in exercises: each is a file of its own."""
    return sorted(path.stem for path in exercises_folder().glob("*.yaml"))


def find_rule_set(name: str) -> Path:
    """Return the folder of the rule set that `name` means: a path if it looks like one or exists, else an id."""
    return _found(name, rule_set_ids, rules_folder, "")


def find_situation(name: str) -> Path:
    """Return the file of the situation that `name` means: a path if it looks like one or exists, else an id."""
    return _found(name, situation_ids, situations_folder, ".yaml")


def find_exercise(name: str) -> Path:
    """Return the file of the exercise that `name` means: a path if it looks like one or exists, else an id."""
    return _found(name, exercise_ids, exercises_folder, ".yaml")


def _found(name: str, ids: Callable[[], list[str]], folder: Callable[[], Path], suffix: str) -> Path:
    path = Path(name)
    if _is_path(name) or path.exists() or name not in ids():
        return path
    return folder() / f"{name}{suffix}"


def _is_path(name: str) -> bool:
    return "/" in name or "\\" in name or name.endswith((".yaml", ".yml", ".json"))
