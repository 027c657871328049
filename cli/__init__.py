"""The command line: parse, call the engine, print, exit. One command a file; a command is imported when it is used."""

import atexit
import gc
from typing import Any

import click

from comity.cli.groups import Commands

# Most of what a command makes lives until it ends: seldom look for garbage, and not at all at the end.
gc.set_threshold(200_000)
atexit.register(gc.freeze)

COMMANDS = {
    "assess": "Verdicts, reasons, measures and open questions of situations.",
    "ask": "An interview: what matters most next, until all is settled.",
    "batch": "Millions of situations: tables in, verdicts out.",
    "what-if": "What would turn a verdict, and how far figures can be wrong.",
    "merge": "What several assessors say of one situation, merged.",
    "compare": "Readings and rule sets side by side, and where they part.",
    "timeline": "The verdicts as the date moves: when each turns, and why.",
    "statistics": "Counts in published statistics: protracted situations by year.",
    "check": "Everything that is wrong with rule sets, situations and cases.",
    "test": "Whether situations and cases come out as they expect.",
    "prove": "Whether what rule sets claim of themselves always holds.",
    "diff": "What a change of rules changes: verdicts, situations, wording.",
    "coverage": "What situations and cases do not reach of their rules.",
    "mutate": "Changes of the rules that no case notices: the missing cases.",
    "exercise": "Exercises: done in the terminal, marked, generated, exported.",
    "sweep": "How verdicts respond as parameters move, or unknowns are drawn.",
    "sql": "The rules as one SQL query, for whole tables in a warehouse.",
    "list": "What is built in: rule sets, situations, exercises.",
    "schema": "JSON Schemas for editors and other programs.",
    "new": "A rule set to start from.",
    "docs": "The manual of a rule set, to read and to print.",
}


class _Main(Commands):
    """All commands, each in a module of its own."""

    def __init__(self, **settings: Any) -> None:
        super().__init__("comity.cli.{}_command", COMMANDS, **settings)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            ctx.exit(130)  # as a shell reports it; whoever pressed Ctrl-C knows the rest


@click.command(cls=_Main, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="comity", message="comity %(version)s")
def main() -> None:
    """Assess displacement situations under the rules of refugee law, with reasons and sources.

    \b
    comity assess dadaab-2011           a built-in situation, under the built-in rules
    comity assess my-situation.yaml     your own; `-` reads standard input
    comity check my-rules/              everything that is wrong with a rule set

    \b
    Exit codes: 0 fine; 1 findings (diagnostics, failed expectations, a gate of --fail-on);
    2 wrong use.
    """
