"""`comity exercise list`."""

import click

from comity.cli.common import emit, format_option, load_rules, rules_option
from comity.cli.exercises import complete_exercises, load_all


@click.command("list")
@click.argument("exercises", nargs=-1, metavar="[EXERCISE]...", shell_complete=complete_exercises)
@rules_option
@format_option("text", "json")
def command(exercises: tuple[str, ...], rules: str, format_: str) -> None:
    """List exercises by id: the built-in ones, or those in files and folders.

    \b
    comity exercise list
    comity exercise list my-exercises/ --format json
    """
    found = [exercise for exercise, _, _ in load_all(exercises, load_rules(rules))]
    if format_ == "json":
        from comity.engine.report.json_text import json_text

        entries = [
            {
                "id": one.id,
                "title": one.title,
                "level": one.level,
                "points": list(one.points),
                "stages": len(one.stages),
                "tasks": [task.id for task in one.tasks],
            }
            for one in found
        ]
        emit(json_text({"exercises": entries}), None)
        return
    from comity.engine.report.words import counted

    rows = []
    for one in found:
        stages = f", {counted(len(one.stages), 'stage')}" if len(one.stages) > 1 else ""
        rows.append((one.id, f"level {one.level}, {counted(len(one.tasks), 'task')}{stages}", one.title))
    first, second = (max(len(row[place]) for row in rows) for place in (0, 1))
    emit("".join(f"{id_.ljust(first)}  {what.ljust(second)}  {title}\n" for id_, what, title in rows), None)
