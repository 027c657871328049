"""`comity list`."""

from pathlib import Path
from typing import Any

import click

from comity.cli.common import emit, format_option


@click.command("list")
@click.argument("kind", required=False, type=click.Choice(["rules", "situations", "exercises"]))
@format_option("text", "json")
def command(kind: str | None, format_: str) -> None:
    """List what is built in: rule sets, situations and exercises, by id; exercises with their level, from 1 to 3.

    \b
    comity list
    comity list situations
    comity list exercises
    """
    from comity.engine import builtin

    found: dict[str, list[dict[str, Any]]] = {}
    if kind in (None, "rules"):
        home = builtin.rules_folder()
        found["rules"] = [{"id": one, **_said(home / one / "rule-set.yaml", "title")} for one in builtin.rule_set_ids()]
    if kind in (None, "situations"):
        home = builtin.situations_folder()
        found["situations"] = [{"id": one, **_said(home / f"{one}.yaml", "title")} for one in builtin.situation_ids()]
    if kind in (None, "exercises"):
        home = builtin.exercises_folder()
        read = ({"id": one, **_said(home / f"{one}.yaml", "title", "level")} for one in builtin.exercise_ids())
        found["exercises"] = sorted(read, key=lambda one: (str(one.get("level")), one["id"]))
    if format_ == "json":
        from comity.engine.report.json_text import json_text

        emit(json_text(found), None)
        return
    lines = []
    for name, entries in found.items():
        width = max((len(entry["id"]) for entry in entries), default=0)
        lines.append(
            {"rules": "Rule sets", "situations": "Situations", "exercises": "Exercises, with their level"}[name]
        )
        lines += [f"  {entry['id'].ljust(width)}  {_level(entry)}{entry['title']}".rstrip() for entry in entries]
    emit("\n".join(lines) + "\n", None)


def _said(path: Path, *keys: str) -> dict[str, Any]:
    """Return what a document says of itself under some keys, if it can be read; its title in any case."""
    from comity.engine.language.files import read_file
    from comity.engine.language.source import Document, Mapping

    document = read_file(path)
    entries = document.root.entries if isinstance(document, Document) and isinstance(document.root, Mapping) else {}
    return {"title": "", **{key: entries[key].json() for key in keys if key in entries}}


def _level(entry: dict[str, Any]) -> str:
    return f"{entry['level']}  " if "level" in entry else ""
