"""Tables that several commands take: where they are, and what they are called."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from comity.engine.batch.files import Place


def place_of(text: str, format_: str | None, option: str) -> "Place":
    """Return the place that a text means, or complain."""
    from comity.engine.batch.files import place

    try:
        return place(text, format_)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint=option) from error


def companions(tables: tuple[str, ...]) -> "dict[str, Place]":
    """Return where tables are, by name, from NAME=FILE."""
    found: dict[str, Place] = {}
    for table in tables:
        name, equals, text = table.partition("=")
        if not equals:
            raise click.BadParameter(f"`{table}` is not NAME=FILE", param_hint="--table")
        if name in found:
            raise click.BadParameter(f"`{name}` is given twice", param_hint="--table")
        found[name] = place_of(text, None, "--table")
    return found
