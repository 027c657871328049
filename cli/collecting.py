"""What `check` and `test` share: the paths that are meant, loaded."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from comity.cli.common import find_rules

if TYPE_CHECKING:
    from comity.engine.checking.collect import Collected
    from comity.engine.language.model import RuleSet


def collect_paths(paths: tuple[str, ...], rules: str) -> "list[Collected]":
    """Return everything at `paths`, or without one all that is built in, in order and each file once."""
    from comity.cli.exercise_files import read_exercises
    from comity.engine.builtin import exercises_folder, rules_folder, situations_folder
    from comity.engine.checking.collect import Collected, collect
    from comity.engine.language.load import load_rule_set

    wanted = [_find(path) for path in paths] or [rules_folder(), situations_folder(), exercises_folder()]
    needs_rules = any(not (path.is_dir() and _only_rule_sets(path)) for path in wanted)
    own: RuleSet | None = None
    complaints: list[Collected] = []
    if needs_rules:
        home = find_rules(rules)
        loaded = load_rule_set(home)
        own = loaded.value
        if own is None and not any(home == path or home.is_relative_to(path) for path in wanted if path.is_dir()):
            complaints.append(Collected(home, "rule-set", None, (), loaded.diagnostics))
    found: dict[tuple[str, Path], Collected] = {}
    others = dict.fromkeys(("exercise", "exercises"), read_exercises)
    for each in (*complaints, *collect(wanted, own, others)):
        found.setdefault((each.kind, each.path.resolve()), each)
    return [*found.values()]


def _find(path: str) -> Path:
    """Return the path that is meant: as it is if it exists, else the built-in thing of that id."""
    from comity.engine.builtin import find_exercise, find_rule_set, find_situation

    for found in (Path(path), find_rule_set(path), find_situation(path), find_exercise(path)):
        if found.exists():
            return found
    raise click.BadParameter(f"there is no file or folder `{path}`", param_hint="PATH")


def _only_rule_sets(folder: Path) -> bool:
    from comity.engine.language.files import yaml_files

    files = yaml_files(folder)
    homes = [file.parent for file in files if file.name == "rule-set.yaml"]
    return bool(files) and all(any(file.is_relative_to(home) for home in homes) for file in files)
