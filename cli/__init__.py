"""The command line: parse, call the engine, print, exit. One command a file; a command is imported when it is used."""

import atexit
import gc
from importlib import import_module
from typing import Any

import click

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
    "check": "Everything that is wrong with rule sets, situations and cases.",
    "test": "Whether situations and cases come out as they expect.",
    "prove": "Whether what rule sets claim of themselves always holds.",
    "diff": "What a change of rules changes: verdicts, situations, wording.",
    "coverage": "What situations and cases do not reach of their rules.",
    "mutate": "Changes of the rules that no case notices: the missing cases.",
    "sweep": "How verdicts respond as parameters move, or unknowns are drawn.",
    "sql": "The rules as one SQL query, for whole tables in a warehouse.",
    "list": "What is built in: rule sets, situations.",
    "schema": "JSON Schemas for editors and other programs.",
    "new": "A rule set to start from.",
    "docs": "The manual of a rule set, to read and to print.",
}


class _Commands(click.Group):
    """Finds a command's module only when the command is used, so that none pays for another's imports."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click calls it so
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click calls it so
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"comity.cli.{cmd_name.replace('-', '_')}_command").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # click calls it so
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            ctx.exit(130)  # as a shell reports it; whoever pressed Ctrl-C knows the rest

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            from comity.engine.language.diagnostic import did_you_mean

            hint = did_you_mean(args[0], COMMANDS)
            ctx.fail(
                f"there is no command `{args[0]}`" + (f": {hint}" if hint else f"; commands: {', '.join(COMMANDS)}")
            )
        return super().resolve_command(ctx, args)


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
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
