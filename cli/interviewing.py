"""The interview that `ask` holds: at a terminal, or over answers that stand in a file."""

from typing import TYPE_CHECKING

import click

from comity.cli.answering import Conversation, Keeper, Line, Listed, Typed, uninterrupted
from comity.cli.common import in_colour, stop, width

if TYPE_CHECKING:
    from comity.engine.interview.session import Session, Turn

_WIDTH = 80


class Interview(Conversation):
    """Asks, takes answers and keeps them, until nothing relevant is open or there are no more answers."""

    def __init__(
        self, session: "Session", keeper: Keeper, answers: Typed | Listed, terminal: bool, options: str
    ) -> None:
        self.session = session
        self.keeper = keeper
        self.answers = answers
        self.terminal = terminal
        self.options = options  # of the command, for one that goes on
        self.width = min(_WIDTH, width())

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
        from comity.engine.interview.answers import answer
        from comity.engine.language.diagnostic import NOWHERE, Code, Diagnostic
        from comity.engine.report.asking import settled_text

        before = self.session
        loaded = answer(before, line.text)
        after, diagnostics = loaded.value, loaded.diagnostics
        if after is not None and after.text and (taken := self.keeper.taken(after)):
            message, hint = f"`{taken}` is there already", f"choose another name, or go on with `comity ask {taken}`"
            after, diagnostics = None, (Diagnostic(NOWHERE, Code.DUPLICATE_NAME, message, hint),)
        self.object_to(line, diagnostics)
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
            click.echo("Nothing more is to be asked. Press Enter to finish; `back` and\n`change FACT` still work.")
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
            click.echo(f"Everything is in {self.keeper.own}.\nTo go on: comity ask {self.keeper.own}{self.options}")
        else:
            click.echo("Nothing was answered, and nothing was written.")

    def end(self, refused: bool) -> None:
        """Show the verdicts and what is open, and leave with the exit code."""
        from comity.engine.assessment.assess import assess
        from comity.engine.report.asking import certain_text, rest_text
        from comity.engine.report.text import TextReport

        session, situation = self.session, self.session.situation
        if situation is not None and situation.as_of is not None:
            terms = session.terms
            one = assess(terms.rules, situation, reading=terms.reading, overrides=terms.overrides)
            report = TextReport(one, width=self.width, colour=in_colour(None))
            click.echo("\n".join(report.verdicts(report.view)), color=True)
            for text in (certain_text(session, self.width), rest_text(session, self.width)):
                click.echo(f"\n{text}" if text else "", nl=False)
            click.echo()
        open_ = session.turn is not None or bool(session.unsaid)
        if open_:
            self.goodbye()
        elif self.keeper.own is not None:
            click.echo(f"Saved in {self.keeper.own}.\nFor the reasons: comity assess {self.keeper.own}{self.options}")
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
