"""Where the answers that `ask` and `exercise run` take come from, and where they are kept."""

import signal
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from comity.cli.common import complain, stop, write_atomically

if TYPE_CHECKING:
    from comity.engine.interview.session import Session
    from comity.engine.language.diagnostic import Diagnostic, Span


class Line(NamedTuple):
    """An answer as it was typed, and where it stands, if it stands in a file."""

    text: str
    at: "Span | None" = None


class Typed:
    """Answers that somebody types at a terminal, with what that needs to be convenient."""

    def __init__(self) -> None:
        import readline  # noqa: F401  # it makes `input` edit lines and remember them

    def next(self, prompt: str) -> Line | None:
        """Return the next answer, or None at the end."""
        try:
            return Line(input(prompt))
        except EOFError:
            click.echo()
            return None


class Listed:
    """Answers from a file, one a line; blank lines and those that begin with `#` are none."""

    def __init__(self, name: str) -> None:
        from comity.engine.language.diagnostic import Diagnostic, Span
        from comity.engine.language.files import read_bytes, shown
        from comity.engine.language.source import MAX_BYTES, too_large

        file = "<standard input>" if name == "-" else shown(Path(name))
        data = sys.stdin.buffer.read(MAX_BYTES + 1) if name == "-" else read_bytes(Path(name))
        if not isinstance(data, Diagnostic) and len(data) > MAX_BYTES:
            data = too_large(file)
        if isinstance(data, Diagnostic):
            complain([data])
            stop(1)
        text = data.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
        lines = (Line(one.strip(), Span(file, number, 1)) for number, one in enumerate(text.split("\n"), 1))
        self.lines = iter([line for line in lines if line.text and not line.text.startswith("#")])

    def next(self, prompt: str) -> Line | None:  # noqa: ARG002  # a file needs no prompt; `Typed` does
        """Return the next answer, or None at the end."""
        return next(self.lines, None)


class Conversation(ABC):
    """Asks, takes answers and keeps them, until nothing is left to ask or there are no more answers."""

    terminal: bool

    def hold(self) -> None:
        """Hold it, and leave with its exit code."""
        try:
            if self.terminal:
                self.greet()
            refused = self.run()
        except KeyboardInterrupt:
            click.echo()
            self.goodbye()
            stop(130)
        self.end(refused)

    @abstractmethod
    def greet(self) -> None:
        """Say what is about to be asked, and how it can be answered."""

    @abstractmethod
    def run(self) -> bool:
        """Take answers as long as there are any; return whether one was refused that nobody can correct."""

    @abstractmethod
    def goodbye(self) -> None:
        """Say what was kept, and how to go on."""

    @abstractmethod
    def end(self, refused: bool) -> None:
        """Say how it came out, and leave with an exit code if it is not 0."""

    @abstractmethod
    def paint(self, text: str, style: str) -> str:
        """Return a text in a style, where there are colours."""

    def object_to(self, line: Line, diagnostics: "Iterable[Diagnostic]") -> None:
        """Say why an answer is refused: where it stands, if it stands in a file."""
        for one in diagnostics:
            if line.at is not None:
                complain([one._replace(at=line.at)])
            else:
                click.echo(self.paint(f"  {one.message}" + (f"\n  hint: {one.hint}" if one.hint else ""), "yellow"))


class Kept:
    """A file that is written whole after every answer.

    One that was not begun from is never written over, nor one that somebody else has changed since.
    """

    def __init__(self, path: Path | None, own: bool) -> None:
        self.own = path if own else None  # the file that may be written
        self.last = path.read_bytes() if path and own else b""  # what it held when it was read or written last

    def put(self, place: Path, text: str, hint: str) -> None:
        """Write a text down at a place; `hint` says what to do if somebody else has changed the file."""
        if place == self.own and place.exists() and place.read_bytes() != self.last:
            raise click.ClickException(f"`{place}` has changed since it was read, and stays as it is now: {hint}")
        write_atomically(place, text)
        self.last = text.encode()
        if self.own is not None and self.own != place:
            self.own.unlink(missing_ok=True)  # it had another name until now
        self.own = place


class Keeper(Kept):
    """The file of an interview, and the record of its answers; each is written whole after every answer."""

    def __init__(self, path: Path | None, own: bool, record: Path | None) -> None:
        super().__init__(path, own)
        self.path = path  # None: it is called as the situation is
        self.record = record
        self.recorded = record.read_text(encoding="utf-8") + "resume\n" if record and own and record.exists() else ""
        for place, option in ((None if own else path, "-o"), (None if own else record, "--record")):
            if place is not None and place.exists():
                raise click.BadParameter(f"`{place}` is there already; {_other(place, option)}", param_hint=option)

    def place(self, session: "Session") -> Path:
        """Return where the situation is kept."""
        assert session.situation is not None
        return self.path or Path(f"{session.situation.id}.yaml")

    def taken(self, session: "Session") -> Path | None:
        """Return the file that is in the way, if one is."""
        place = self.place(session)
        return place if place != self.own and place.exists() else None

    def keep(self, session: "Session", ask: str, line: str) -> None:
        """Write the session down after the answer `line` to the question `ask`."""
        if session.text:
            self.write(session)
        if self.record is not None:
            self.recorded += f"# {ask}\n{line}\n"
            write_atomically(self.record, self.recorded, "--record")

    def write(self, session: "Session") -> None:
        """Write the situation."""
        self.put(self.place(session), session.file, "ask again to go on with it")


def _other(place: Path, option: str) -> str:
    return f"go on with `comity ask {place}`, or choose another file" if option == "-o" else "choose another file"


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let what is inside come to its end before an interrupt is heard."""
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed:
        raise KeyboardInterrupt
