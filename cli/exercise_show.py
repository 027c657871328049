"""`comity exercise show`."""

import click

from comity.cli.common import emit, in_colour, load_rules, output_option, rules_option, width
from comity.cli.exercises import complete_exercises, load_sheets


@click.command("show")
@click.argument("exercises", nargs=-1, required=True, metavar="EXERCISE...", shell_complete=complete_exercises)
@rules_option
@click.option("--key", is_flag=True, help="Show what is right, why, and the rubrics, too: for instructors.")
@click.option("--columns", is_flag=True, help="Show the columns of a table of answers (CSV), and what each takes.")
@output_option
def command(exercises: tuple[str, ...], rules: str, key: bool, columns: bool, output: str | None) -> None:
    """Show exercises as their trainees read them, without the key.

    \b
    comity exercise show dadaab-first-look
    comity exercise show dadaab-first-look --key
    comity exercise show dadaab-first-look --columns
    """
    from comity.engine.report.exercise_text import columns_text, sheet_text

    found = load_sheets(exercises, load_rules(rules))
    if columns:
        emit("\n".join(columns_text(one) for one in found), output)
        return
    emit("\n".join(sheet_text(one, width=width(), colour=in_colour(output), key=key) for one in found), output)
