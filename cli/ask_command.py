"""`comity ask`."""

import shlex
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from comity.cli.answering import Keeper, Listed, Typed
from comity.cli.common import (
    check_reading,
    complain,
    complete_situations,
    emit,
    format_option,
    load_rules,
    parse_date,
    parse_settings,
    reading_option,
    rules_option,
    settings_option,
    stop,
    width,
)
from comity.cli.interviewing import Interview

if TYPE_CHECKING:
    from comity.engine.interview.session import Session, Terms


@click.command("ask")
@click.argument("file", required=False, metavar="[SITUATION]", shell_complete=complete_situations)
@rules_option
@reading_option
@settings_option
@click.option(
    "--as-of", callback=parse_date, metavar="DATE", help="The as-of date (2013-01-31) of a situation without one."
)
@click.option("--again", is_flag=True, help="Ask again what nobody knew, or knew only in part.")
@click.option("--answers", metavar="FILE", help="Take the answers from this file, one a line; `-` is standard input.")
@click.option("--record", metavar="FILE", help="Write the answers to this file, as --answers takes them.")
@click.option("--next", "list_", is_flag=True, help="Print the open questions and ask none, as --format json does.")
@format_option("text", "json")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, writable=True),
    metavar="FILE",
    help="Keep the situation (with --next: print) in this file.  [default: SITUATION, or its name]",
)
def command(
    file: str | None,
    rules: str,
    reading: str | None,
    settings: tuple[str, ...],
    as_of: date | None,
    again: bool,
    answers: str | None,
    record: str | None,
    list_: bool,
    format_: str,
    output: str | None,
) -> None:
    """Ask what matters most next, and why, until nothing relevant is open; keep a situation file.

    It begins from nothing, or goes on with a SITUATION: a file, or a built-in id, of which it makes a copy. Answers are
    typed as a situation file has them: 20000..30000, 2008-05, 6 years ago; `?` says that nobody knows, and `help` what
    else there is. The file is written whole after every answer, so that an interrupt loses nothing; to go on, ask
    again. What else stands in the file stays as it is.

    Where there is no terminal, answers come from standard input, one a line. An answer that is refused ends the
    interview. The exit code is 1 if something relevant was not answered.

    \b
    comity ask
    comity ask border-2015.yaml
    comity ask dadaab-2011 -o mine.yaml --record answers.txt
    comity ask -o border-2015.yaml --answers answers.txt
    comity ask border-2015.yaml --format json
    """
    from comity.engine.interview.session import Terms

    rule_set = load_rules(rules)
    check_reading(reading, rule_set)
    terms = Terms(rule_set, reading, parse_settings(settings, rule_set), as_of, again)
    if list_ or format_ == "json":
        if file is None:
            raise click.UsageError("--next needs a situation: give an id, a file, or `-` for standard input")
        emit(_listed(_begin(terms, file), format_), output)
        return
    if file == "-" and answers in (None, "-"):
        raise click.UsageError("the situation is read from standard input: give the answers with --answers FILE")
    session = _begin(terms, file)
    copy = file is not None and output is not None
    own = file is not None and file != "-" and Path(file).exists() and (output is None or _same(output, file))
    if output is None and file is not None and session.situation is not None:
        output = file if own else f"{session.situation.id}.yaml"
    keeper = Keeper(Path(output) if output else None, own, Path(record) if record else None)
    if copy and not own:
        keeper.write(session)
    terminal = answers is None and sys.stdin.isatty()
    options = _options(rules, reading, settings)
    Interview(session, keeper, Typed() if terminal else Listed(answers or "-"), terminal, options).hold()


def _options(rules: str, reading: str | None, settings: tuple[str, ...]) -> str:
    """Return the options under which the same is asked again."""
    found = [*(() if rules == "oas-2013" else ("--rules", rules)), *(("--reading", reading) if reading else ())]
    return "".join(f" {shlex.quote(one)}" for one in (*found, *(part for one in settings for part in ("--set", one))))


def _same(one: str, other: str) -> bool:
    return Path(one).exists() and Path(one).samefile(other)


def _begin(terms: "Terms", file: str | None) -> "Session":
    """Return an interview over the situation that `file` means; print its diagnostics and exit if there is none."""
    from comity.engine.interview.answers import begin

    loaded = begin(terms) if file is None else begin(terms, *_text(file))
    complain(loaded.diagnostics)
    if loaded.value is None:
        stop(1)
    return loaded.value


def _text(name: str) -> tuple[str, str]:
    """Return what a situation's file holds, and the name that diagnostics give it."""
    from comity.engine.builtin import find_situation, situation_ids
    from comity.engine.language.diagnostic import Diagnostic, did_you_mean
    from comity.engine.language.files import read_bytes, shown
    from comity.engine.language.source import MAX_BYTES, Document, read

    path = find_situation(name)
    if name != "-" and not path.exists():
        hint = did_you_mean(name, situation_ids()) or f"to begin one, `comity ask -o {name}`"
        raise click.BadParameter(f"there is no situation or file `{name}`; {hint}", param_hint="SITUATION")
    file = "<standard input>" if name == "-" else shown(path)
    data = sys.stdin.buffer.read(MAX_BYTES + 1) if name == "-" else read_bytes(path)
    found = [data] if isinstance(data, Diagnostic) else read(data, file)
    if not isinstance(found, Document):
        complain(found)
        stop(1)
    assert isinstance(data, bytes)
    return data.decode("utf-8"), file


def _listed(session: "Session", format_: str) -> str:
    from comity.engine.report.asking import questions_json, questions_text

    if session.opening:
        raise click.UsageError("the situation has no as-of date: give --as-of")
    return questions_json(session) if format_ == "json" else questions_text(session, width())
