"""What several commands share: options, finding and loading input, output, exit codes."""

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from comity.engine.language.diagnostic import Diagnostic
    from comity.engine.language.model import RuleSet, Situation

F = TypeVar("F", bound=Callable[..., Any])


def complete_situations(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """Offer the ids of the built-in situations, and files."""
    from click.shell_completion import CompletionItem

    from comity.engine.builtin import situation_ids

    return [CompletionItem(one) for one in situation_ids() if one.startswith(incomplete)] + [
        CompletionItem(incomplete, type="file")
    ]


def complete_rule_sets(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """Offer the ids of the built-in rule sets, and folders."""
    from click.shell_completion import CompletionItem

    from comity.engine.builtin import rule_set_ids

    return [CompletionItem(one) for one in rule_set_ids() if one.startswith(incomplete)] + [
        CompletionItem(incomplete, type="dir")
    ]


rules_option = click.option(
    "--rules",
    default="oas-2013",
    show_default=True,
    metavar="ID|PATH",
    shell_complete=complete_rule_sets,
    help="The rule set: a built-in id or a folder.",
)
output_option = click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, writable=True),
    metavar="FILE",
    help="Write to this file, whole or not at all.  [default: standard output]",
)


def format_option(*formats: str) -> Callable[[F], F]:
    """Return the option --format over `formats`, of which the first is the default."""
    return click.option(
        "--format",
        "format_",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help="The form of the output.",
    )


reading_option = click.option("--reading", metavar="ID", help="The reading to assess under.  [default: the rule set's]")
settings_option = click.option(
    "--set", "settings", multiple=True, metavar="NAME=VALUE", help="Set a parameter; may be repeated."
)


def load_rules(name: str) -> "RuleSet":
    """Return the rule set that `name` means; print its diagnostics and exit if there is none."""
    from comity.engine.language.load import load_rule_set

    loaded = load_rule_set(find_rules(name))
    complain(loaded.diagnostics)
    if loaded.value is None:
        sys.exit(1)
    return loaded.value


def find_rules(name: str) -> Path:
    """Return the folder of the rule set that `name` means."""
    from comity.engine.builtin import find_rule_set, rule_set_ids
    from comity.engine.language.diagnostic import did_you_mean

    path = find_rule_set(name)
    if not path.exists():
        known = rule_set_ids()
        hint = did_you_mean(name, known) or f"built in: {', '.join(known)}"
        raise click.BadParameter(f"there is no rule set `{name}`; {hint}", param_hint="--rules")
    return path


def load_situation(name: str, rules: "RuleSet", as_of: date | None) -> "Situation | None":
    """Return the situation that `name` means, or print why there is none."""
    from comity.engine.language.situation import load_situation as load

    document = read_document(name)
    if document is None:
        return None
    loaded = load(document, rules, as_of)
    complain(loaded.diagnostics)
    return loaded.value


def read_document(name: str) -> Any:
    """Return the document that an id, a path or `-` means; print its diagnostics and return None if there is none."""
    from comity.engine.builtin import find_situation, situation_ids
    from comity.engine.language.diagnostic import did_you_mean

    path = find_situation(name)
    if name != "-" and not path.exists():
        hint = did_you_mean(name, situation_ids())
        raise click.BadParameter(
            f"there is no situation or file `{name}`; {hint or '`comity list` shows what is built in'}"
        )
    return read_input(name if name == "-" else str(path))


def read_input(name: str) -> Any:
    """Return the document in a file, or in standard input (`-`); or print its diagnostics and return None."""
    from comity.engine.language.files import read_file
    from comity.engine.language.source import MAX_BYTES, Document, read

    found = read(sys.stdin.buffer.read(MAX_BYTES + 1), "<standard input>") if name == "-" else read_file(Path(name))
    if isinstance(found, Document):
        return found
    complain(found)
    return None


def complain(diagnostics: "Iterable[Diagnostic]") -> None:
    """Print diagnostics on standard error."""
    for diagnostic in diagnostics:
        click.echo(str(diagnostic), err=True)


def parse_date(_ctx: click.Context, _parameter: click.Parameter, text: str | None) -> date | None:
    """Return the date that an option gives."""
    if text is None:
        return None
    from comity.engine.language.values import date_span

    days = date_span(text) if len(text) == 10 else None
    if days is None:
        raise click.BadParameter(f"`{text}` is not a date: write it like 2013-01-31")
    return days[0]


as_of_option = click.option(
    "--as-of", callback=parse_date, metavar="DATE", help="Move the as-of date (2013-01-31); nothing else moves with it."
)


def parse_settings(settings: Iterable[str], rules: "RuleSet") -> Mapping[str, Any]:
    """Return the parameters that --set gives, in values of their type."""
    from comity.engine.language.diagnostic import did_you_mean
    from comity.engine.language.references import type_words
    from comity.engine.language.values import literal

    found: dict[str, Any] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals:
            raise click.BadParameter(f"`{setting}` is not NAME=VALUE", param_hint="--set")
        parameter = rules.parameters.get(name)
        if parameter is None:
            hint = did_you_mean(name, rules.parameters) or f"parameters: {', '.join(rules.parameters)}"
            raise click.BadParameter(f"there is no parameter `{name}`; {hint}", param_hint="--set")
        kind, value = literal(text, plain=True)
        if kind is not parameter.value_type:
            raise click.BadParameter(
                f"`{name}` is a {type_words(parameter.value_type)}, not `{text}`", param_hint="--set"
            )
        found[name] = value
    return found


def check_reading(reading: str | None, rules: "RuleSet") -> None:
    """Complain about a reading that the rule set does not have."""
    if reading is not None and reading not in rules.readings:
        from comity.engine.language.diagnostic import did_you_mean

        hint = did_you_mean(reading, rules.readings) or f"readings: {', '.join(rules.readings) or 'none'}"
        raise click.BadParameter(f"there is no reading `{reading}`; {hint}", param_hint="--reading")


def emit(text: str, output: str | None) -> None:
    """Print `text`, or write it to a file, whole or not at all."""
    if output is not None:
        write_atomically(Path(output), text)
        return
    try:
        click.echo(text, nl=False, color=True)  # the text is in colour only where it should be
    except UnicodeEncodeError:
        click.echo(text.encode(), nl=False)


def write_atomically(path: Path, content: str | bytes, option: str = "-o") -> None:
    """Write a file, text or not, as an option asks, so that at any moment either the old or the new one is there.

    A link stays a link, and what is no plain file (a device, a pipe) is written to as it is.
    """
    import tempfile

    path = path.resolve()
    data = content.encode() if isinstance(content, str) else content
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(data)
            return
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
            os.chmod(temporary, mode)
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise click.BadParameter(f"`{path}` cannot be written: {error.strerror or error}", param_hint=option) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def in_colour(output: str | None) -> bool:
    """Tell whether to colour: on a terminal, unless NO_COLOR or TERM=dumb says otherwise, or if FORCE_COLOR does."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return output is None
    return output is None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def width() -> int:
    """Return how wide a report may be."""
    try:
        columns = int(os.environ.get("COLUMNS") or os.get_terminal_size(sys.stdout.fileno()).columns)
    except (OSError, ValueError):
        columns = 100
    return max(60, min(120, columns))


def stop(code: int) -> NoReturn:
    """Leave with an exit code."""
    sys.exit(code)
