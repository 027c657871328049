"""Groups of commands that are imported when they are used."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


class Commands(click.Group):
    """Finds a command's module only when the command is used, so that none pays for another's imports.

    `module` is the name of the modules, with `{}` for that of the command; `listed` says in a line what each does.
    """

    def __init__(self, module: str, listed: Mapping[str, str], **settings: Any) -> None:
        super().__init__(**settings)
        self.module = module
        self.listed = listed

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click calls it so
        return list(self.listed)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click calls it so
        if cmd_name not in self.listed:
            return None
        command = import_module(self.module.format(cmd_name.replace("-", "_"))).command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # click calls it so
        with formatter.section("Commands"):
            formatter.write_dl(list(self.listed.items()))

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and not args[0].startswith("-") and args[0] not in self.listed:
            from comity.engine.language.diagnostic import did_you_mean

            hint = did_you_mean(args[0], self.listed)
            ctx.fail(
                f"there is no command `{args[0]}`" + (f": {hint}" if hint else f"; commands: {', '.join(self.listed)}")
            )
        return super().resolve_command(ctx, args)
