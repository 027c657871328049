"""`comity ask`."""

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from comity.cli.answering import Keeper, Line, Listed, Typed, uninterrupted
from comity.cli.common import (
    check_reading,
    complain,
    complete_situations,
    emit,
    in_colour,
    load_rules,
    parse_date,
    parse_settings,
    rules_option,
    stop,
    width,
)

if TYPE_CHECKING:
    from comity.engine.assessment.interview import Session, Terms, Turn

_WIDTH = 80


@click.command("ask")
@click.argument("file", required=False, metavar="[SITUATION]", shell_complete=complete_situations)
@rules_option
@click.option("--reading", metavar="ID", help="The reading to ask under.  [default: the rule set's]")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Set a parameter; may be repeated.")
@click.option(
    "--as-of", callback=parse_date, metavar="DATE", help="The as-of date (2013-01-31) of a situation without one."
)
@click.option("--again", is_flag=True, help="Ask again what nobody knew, or knew only in part.")
@click.option("--answers", metavar="FILE", help="Take the answers from this file, one a line; `-` is standard input.")
@click.option("--record", metavar="FILE", help="Write the answers to this file, as --answers takes them.")
@click.option("--next", "list_", is_flag=True, help="Print the open questions, and ask none.")
@click.option("--format", "format_", type=click.Choice(("text", "json")), help="The form of --next; json implies it.")
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
    format_: str | None,
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
    from comity.engine.assessment.interview import Terms

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
    terminal = answers is None and sys.stdin.isatty() and sys.stdout.isatty()
    interview = _Interview(session, keeper, Typed() if terminal else Listed(answers or "-"), terminal)
    interview.hold()


def _same(one: str, other: str) -> bool:
    return Path(one).exists() and Path(one).samefile(other)


def _begin(terms: "Terms", file: str | None) -> "Session":
    """Return an interview over the situation that `file` means; print its diagnostics and exit if there is none."""
    from comity.engine.assessment.interview import begin

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


def _listed(session: "Session", format_: str | None) -> str:
    from comity.engine.report.asking import questions_json, questions_text

    if session.opening:
        raise click.UsageError("the situation has no as-of date: give --as-of")
    return questions_json(session) if format_ == "json" else questions_text(session, width())


class _Interview:
    """Asks, takes answers and keeps them, until nothing relevant is open or there are no more answers."""

    def __init__(self, session: "Session", keeper: Keeper, answers: Typed | Listed, terminal: bool) -> None:
        self.session = session
        self.keeper = keeper
        self.answers = answers
        self.terminal = terminal
        self.width = min(_WIDTH, width())

    def hold(self) -> None:
        """Hold the interview, and leave with its exit code."""
        try:
            if self.terminal:
                self.greet()
            refused = self.run()
        except KeyboardInterrupt:
            click.echo()
            self.goodbye()
            stop(130)
        self.end(refused)

    def run(self) -> bool:
        """Take answers as long as there are any; return whether one was refused that nobody can correct."""
        asked: Turn | None = None
        while True:
            turn = self.session.turn
            if self.terminal and turn != asked:
                self.show(turn)
            asked = turn
            line = self.answers.next(_prompt(turn) if self.terminal else "")
            if line is None or (self.terminal and line.text.strip() in ("quit", "save")):
                return False
            if self.terminal and turn is None and not line.text.strip():
                return False
            if self.terminal and line.text.strip() == "help":
                self.help()
                continue
            with uninterrupted():
                accepted = self.take(line, turn)
            if not accepted and not self.terminal:
                return True

    def take(self, line: Line, turn: "Turn | None") -> bool:
        """Take an answer and keep it, or say why not."""
        from comity.engine.assessment.interview import answer
        from comity.engine.language.diagnostic import NOWHERE, Code, Diagnostic
        from comity.engine.report.asking import settled_text

        before = self.session
        loaded = answer(before, line.text)
        after, diagnostics = loaded.value, loaded.diagnostics
        if after is not None and after.text and (taken := self.keeper.taken(after)):
            message, hint = f"`{taken}` is there already", f"choose another name, or go on with `comity ask {taken}`"
            after, diagnostics = None, (Diagnostic(NOWHERE, Code.DUPLICATE_NAME, message, hint),)
        for one in diagnostics:
            if line.at is not None:
                complain([one._replace(at=line.at)])
            else:
                click.echo(self.paint(f"  {one.message}" + (f"\n  {one.hint}" if one.hint else ""), "yellow"))
        if after is None:
            return False
        self.session = after
        self.keeper.keep(after, _about(turn), line.text.strip())
        if not self.terminal:
            click.echo(f"{_name(turn)}: {line.text}")
        if settled := settled_text(before, after, self.width):
            click.echo(self.paint(settled, "green"), nl=False)
        return True

    # --- what is said ---

    def greet(self) -> None:
        """Say what this is."""
        from comity.engine.report.words import counted, day

        situation = self.session.situation
        if situation is None:
            click.echo("An interview about one situation.")
        else:
            at = f", as of {day(situation.as_of)}" if situation.as_of else ""
            stated = counted(len(self.session.stated), "fact")
            click.echo(f"{situation.title or situation.id}{at}: {stated} so far.")
        click.echo("Answer what you know; ? says that nobody knows. Everything is saved after each")
        click.echo("answer. `help` shows what else you may type.")

    def show(self, turn: "Turn | None") -> None:
        """Show the question, or that there is none."""
        from comity.engine.report.asking import turn_text

        click.echo()
        if turn is None:
            click.echo("Nothing more is to be asked. Press Enter to finish; `back` and `change FACT` still work.")
            return
        for line in turn_text(self.session, turn, self.width).splitlines():
            click.echo(line if line.startswith(" ") else self.paint(line, "bold"))

    def help(self) -> None:
        """Show what may be typed."""
        from comity.engine.report.asking import help_text

        click.echo(help_text(self.session.terms.rules))

    def goodbye(self) -> None:
        """Say where the situation is kept, and how to go on."""
        if self.session.text and self.keeper.own is not None:
            click.echo(f"Everything is in {self.keeper.own}; `comity ask {self.keeper.own}` goes on from here.")
        else:
            click.echo("Nothing was answered, and nothing was written.")

    def end(self, refused: bool) -> None:
        """Show the verdicts and what is open, and leave with the exit code."""
        from comity.engine.assessment.assess import assess
        from comity.engine.report.asking import rest_text
        from comity.engine.report.text import TextReport

        session, situation = self.session, self.session.situation
        if situation is not None and situation.as_of is not None:
            terms = session.terms
            one = assess(terms.rules, situation, reading=terms.reading, overrides=terms.overrides)
            report = TextReport(one, width=self.width, colour=in_colour(None))
            click.echo("\n".join(report.verdicts(report.view)), color=True)
            if rest := rest_text(session, self.width):
                click.echo(f"\n{rest}", nl=False)
            click.echo()
        open_ = session.turn is not None or bool(session.unsaid)
        if open_:
            self.goodbye()
        elif self.keeper.own is not None:
            click.echo(f"Saved in {self.keeper.own}; `comity assess {self.keeper.own}` gives the reasons.")
        stop(1 if refused or open_ else 0)

    def paint(self, text: str, style: str) -> str:
        """Return `text` in a style, where there are colours."""
        if not in_colour(None):
            return text
        return click.style(text, bold=True) if style == "bold" else click.style(text, fg=style)


def _name(turn: "Turn | None") -> str:
    """Return what a turn asks for, in a word or two."""
    if turn is None:
        return "done"
    if turn.fact is None:
        return turn.kind
    return f"{turn.fact.name}: another row" if turn.kind == "row" and turn.row else turn.fact.name


def _prompt(turn: "Turn | None") -> str:
    return f"{_name(turn)}> "


def _about(turn: "Turn | None") -> str:
    """Return what a turn asks, for the record."""
    if turn is None or turn.question is None or turn.fact is None:
        return _name(turn)
    return f"{_name(turn)}: {turn.fact.ask or turn.question.ask}"
