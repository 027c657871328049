"""`comity list`."""

import click

from comity.cli.common import emit, format_option


@click.command("list")
@click.argument("kind", required=False, type=click.Choice(["rules", "situations"]))
@format_option("text", "json")
def command(kind: str | None, format_: str) -> None:
    """List what is built in: rule sets and situations, by id.

    \b
    comity list
    comity list situations
    """
    from comity.engine.builtin import rule_set_ids, rules_folder, situation_ids, situations_folder

    found: dict[str, list[dict[str, str]]] = {}
    if kind != "situations":
        found["rules"] = [
            {"id": one, "title": _title(rules_folder() / one / "rule-set.yaml")} for one in rule_set_ids()
        ]
    if kind != "rules":
        found["situations"] = [
            {"id": one, "title": _title(situations_folder() / f"{one}.yaml")} for one in situation_ids()
        ]
    if format_ == "json":
        from comity.engine.report.json_text import json_text

        emit(json_text(found), None)
        return
    lines = []
    for name, entries in found.items():
        width = max((len(entry["id"]) for entry in entries), default=0)
        lines.append({"rules": "Rule sets", "situations": "Situations"}[name])
        lines += [f"  {entry['id'].ljust(width)}  {entry['title']}".rstrip() for entry in entries]
    emit("\n".join(lines) + "\n", None)


def _title(path: "object") -> str:
    """Return the title that a document gives itself, if it can be read."""
    from pathlib import Path

    from comity.engine.language.files import read_file
    from comity.engine.language.source import Document, Mapping

    assert isinstance(path, Path)
    document = read_file(path)
    if isinstance(document, Document) and isinstance(document.root, Mapping) and "title" in document.root.entries:
        return str(document.root.entries["title"].json())
    return ""
