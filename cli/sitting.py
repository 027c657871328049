"""What `exercise run` holds: an exercise, at a terminal or over answers that stand in a file."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from comity.cli.answering import Conversation, Kept, Line, Listed, Typed, uninterrupted
from comity.cli.common import in_colour, stop, width

if TYPE_CHECKING:
    from comity.engine.report.sheet import Entry, Sheet
    from comity.engine.training.items import Item
    from comity.engine.training.marking import Mark
    from comity.engine.training.session import Session, Step

_WIDTH = 80


class Sitting(Conversation):
    """Asks, takes answers and keeps them, until all is answered or there are no more answers."""

    def __init__(
        self,
        sheet: "Sheet",
        session: "Session",
        kept: Kept,
        path: Path,
        answers: Typed | Listed,
        terminal: bool,
        feedback: str,
        again: str,
    ) -> None:
        from comity.engine.report.marks_text import MarksText

        self.sheet = sheet
        self.session = session
        self.kept = kept
        self.path = path
        self.answers = answers
        self.terminal = terminal
        self.at_once = feedback == "immediate"
        self.again = again
        self.width = min(_WIDTH, width())
        self.text = MarksText(sheet, self.width, in_colour(None))

    def run(self) -> bool:
        """Take answers as long as there are any; return whether one was refused that nobody can correct."""
        shown: Session | None = None
        while True:
            if self.terminal and (shown is None or self.asks_anew(shown)):
                self.show(shown)
            shown = self.session
            line = self.answers.next("done> " if self.session.step.item is None else "answer> ")
            word = "" if line is None else line.text.strip()
            if line is None or (self.terminal and word == "quit"):
                return False
            if self.terminal and not word and self.session.step.item is None:
                if self.session.over:
                    return False
                line = line._replace(text="next")
            if self.terminal and word == "help":
                self.help()
                continue
            with uninterrupted():
                accepted = self.take(line)
            if not accepted and not self.terminal:
                return True

    def take(self, line: Line) -> bool:
        """Take a line and keep the answers, or say why not."""
        from comity.engine.training.answers import answers_text
        from comity.engine.training.session import take

        before = self.session
        loaded = take(before, line.text)
        self.object_to(line, loaded.diagnostics)
        after = loaded.value
        if after is None:
            return False
        self.session = after
        if after.answers != before.answers:
            items = [entry.item for entry in self.sheet.entries]
            self.kept.put(self.path, answers_text(after.answers, items), f"to go on with it, {self.again}")
        if not self.terminal:
            click.echo(f"{_name(before.step)}: {line.text}")
        self.respond(before, after)
        return True

    def paint(self, text: str, style: str) -> str:
        return self.text.paint(text, style)

    def respond(self, before: "Session", after: "Session") -> None:
        """Show the hint that was asked for, or what is said of an answer at once."""
        step = before.step
        if step.item is None:
            return
        entry = self.entry(step.item)
        if after.hints > before.hints:
            self.echo(self.text.hint(entry, before.hints, step.row))
        elif self.at_once and after.chosen(step) != before.chosen(step):
            open_ = [one for one in after.steps if one.item == step.item and not after.answered(one)]
            self.echo(self.text.at_once(entry, self.mark(step.item), step.row, not open_))

    # --- what is said ---

    def greet(self) -> None:
        """Say what this is."""
        self.echo(self.text.opening())
        begun = "You go on where you stopped." if self.session.answers.answers else f"{self.text.tasks()}."
        self.echo(self.text.wrapped(f"{begun} `hint` helps, `help` shows what else you may type.", 0, 0))
        self.echo(self.text.wrapped(f"Everything is saved after each answer, in {self.path}.", 0, 0))

    def asks_anew(self, shown: "Session") -> bool:
        """Tell whether something else is asked than what was shown last."""
        return self.session.place != shown.place

    def show(self, shown: "Session | None") -> None:
        """Show what is asked, and what is told at its stage or asked by its task if that was not shown just before."""
        from comity.engine.report.exercise_text import stage_end

        step = self.session.step
        if shown is None or shown.step.stage != step.stage:
            for page in self.sheet.pages[0 if shown is None else step.stage : step.stage + 1]:
                self.echo(self.text.page(page))
        if step.item is None:
            self.echo(["", *self.text.wrapped(stage_end(len(self.session.open), self.session.over), 0, 0)])
            return
        entry = self.entry(step.item)
        if shown is None or shown.step.item != step.item:
            self.echo(self.text.task(entry))
        self.echo(self.text.asked(entry, step.row))
        chosen = [option.id for option in self.session.chosen(step)]
        self.echo(self.text.so_far(entry, chosen, self.session.answers.words(entry.id)))

    def help(self) -> None:
        """Show what may be typed."""
        from comity.engine.report.exercise_text import HELP

        click.echo(HELP)

    def goodbye(self) -> None:
        """Say where the answers are kept, and how to go on."""
        if self.kept.own is not None:
            click.echo(f"Your answers are in {self.path}.\nTo go on: {self.again}")
        else:
            click.echo("Nothing was answered, and nothing was written.")

    def end(self, refused: bool) -> None:
        """Show the marks and leave with the exit code: at once what can still be learnt, else how to go on."""
        from comity.engine.report.marks_text import marks_text
        from comity.engine.training.marking import marks

        session = self.session
        open_ = sum(1 for step in session.steps if step.item is not None and not session.answered(step))
        if session.over and self.kept.own is not None:
            found = marks((entry.item for entry in self.sheet.entries), session.answers)
            click.echo()
            text = marks_text(self.sheet, found, width=self.width, colour=in_colour(None), brief=self.at_once)
            click.echo(text, color=True)
            click.echo(f"Your answers are in {self.path}.")
        else:
            self.goodbye()
        stop(1 if refused or open_ else 0)

    # --- pieces ---

    def entry(self, item: "Item") -> "Entry":
        return next(entry for entry in self.sheet.entries if entry.id == item.task.id)

    def mark(self, item: "Item") -> "Mark":
        from comity.engine.training.marking import mark

        return mark(item, self.session.answers.chosen(item.task.id))

    def echo(self, lines: Iterable[str]) -> None:
        for line in lines:
            click.echo(line.rstrip(), color=True)


def _name(step: "Step") -> str:
    """Return what a step asks, in a word."""
    if step.item is None:
        return "end of the stage"
    return step.item.task.id if step.row is None else f"{step.item.task.id}.{step.row}"
