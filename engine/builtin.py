"""What is built in, and how ids, paths and standard input are found."""

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


def find_rule_set(name: str) -> Path:
    """Return the folder of the rule set that `name` means: a path if it looks like one or exists, else an id."""
    path = Path(name)
    if _is_path(name) or path.exists():
        return path
    return rules_folder() / name if name in rule_set_ids() else path


def find_situation(name: str) -> Path:
    """Return the file of the situation that `name` means: a path if it looks like one or exists, else an id."""
    path = Path(name)
    if _is_path(name) or path.exists():
        return path
    builtin = situations_folder() / f"{name}.yaml"
    return builtin if name in situation_ids() else path


def _is_path(name: str) -> bool:
    return "/" in name or "\\" in name or name.endswith((".yaml", ".yml", ".json"))
