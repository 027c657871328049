"""Answers of many trainees in one table: CSV, as a form or a spreadsheet writes it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from comity.engine.language.diagnostic import Code, Diagnostic, Loaded, Severity, Span, Suggestions, clip, one_of
from comity.engine.language.source import allowed
from comity.engine.training.answers import Answers, FindItems, Given, grid_answer, no_answer, no_row, no_task, plain
from comity.engine.training.exercise import KINDS
from comity.engine.training.items import Item

_SEPARATORS = (",", ";", "\t")
_MOST_COLUMNS = 2_000
_BREAK = re.compile(r"\r\n|\n|\r")
_CHOICES = re.compile("[;,]")


class Cell(NamedTuple):
    """One cell, without its quotes, and where it begins."""

    text: str
    at: Span


def load_table(text: str, file: str, find: FindItems, known: Sequence[str]) -> tuple[Loaded[Answers], ...]:
    """Return the answers in each row of a table, or everything that is wrong with that row.

    The first row names the columns: `trainee`, `exercise` (where more than one is `known`), and for each thing that is
    answered `TASK`, or `TASK.ROW` in a grid. Several choices stand in one cell, with `;` or `,` between them. Capitals
    do not count, nor whether words are joined by hyphens, underscores or spaces. Cells are set apart by commas,
    semicolons or tabs. A table that cannot be read gives one `Loaded` without a value.
    """
    rows = read_table(text, file)
    if isinstance(rows, Diagnostic):
        return (Loaded(None, (rows,)),)
    if not rows:
        hint = "write the names of the columns in the first row"
        return (Loaded(None, (Diagnostic(Span(file, 1, 1), Code.EMPTY_DOCUMENT, "the table is empty", hint),)),)
    if len(rows[0]) > _MOST_COLUMNS:
        message = f"the table has {len(rows[0])} columns; at most {_MOST_COLUMNS} are read"
        return (Loaded(None, (Diagnostic(rows[0][0].at, Code.TOO_MANY_VALUES, message, "split it"),)),)
    return tuple(_Table(file, rows, find, known).loaded())


def read_table(text: str, file: str) -> list[list[Cell]] | Diagnostic:
    """Return the rows of a table; rows without any text are left out."""
    separator = _separator(text)
    separators = re.compile(rf"[{separator}\r\n]")
    rows: list[list[Cell]] = [[]]
    place, line, start = 0, 1, 0  # of the character that is read, its line, and where that begins
    while place < len(text):
        at = Span(file, line, place - start + 1)
        if text[place] == '"':
            end = _closing(text, place)
            if end is None:
                return Diagnostic(at, Code.WRONG_SHAPE, "the quote is never closed", 'end the cell with `"`')
            inner = text[place + 1 : end]
            rows[-1].append(Cell(allowed(inner.replace('""', '"')), at))
            for match in _BREAK.finditer(inner):
                line, start = line + 1, place + 1 + match.end()
            place = end + 1
            if place < len(text) and text[place] not in (separator, "\r", "\n"):
                after = Span(file, line, place - start + 1)
                hint = 'write `""` for a quote within quotes'
                return Diagnostic(after, Code.WRONG_SHAPE, f"`{clip(text[place])}` stands after a closing quote", hint)
        else:
            end = _end(separators, text, place)
            rows[-1].append(Cell(allowed(text[place:end]), at))
            place = end
        if place < len(text) and text[place] == separator:
            place += 1
            if place == len(text) or text[place] in "\r\n":
                rows[-1].append(Cell("", Span(file, line, place - start + 1)))
        if place < len(text) and text[place] in "\r\n":
            place += 2 if text.startswith("\r\n", place) else 1
            line, start = line + 1, place
            rows.append([])
    return [row for row in rows if any(cell.text.strip() for cell in row)]


def _separator(text: str) -> str:
    """Return what sets the cells of the first row apart: what stands there most often outside of quotes."""
    head = _BREAK.split(re.sub('"[^"]*"', "", text), maxsplit=1)[0]
    return max(_SEPARATORS, key=head.count)


def _end(separators: re.Pattern[str], text: str, start: int) -> int:
    """Return where the cell without quotes that begins at `start` ends."""
    found = separators.search(text, start)
    return len(text) if found is None else found.start()


def _closing(text: str, start: int) -> int | None:
    """Return where the quote that begins at `start` ends."""
    place = text.find('"', start + 1)
    while place != -1 and text.startswith('""', place):
        place = text.find('"', place + 2)
    return None if place == -1 else place


class _Table:
    """Reads the rows of a table under its first row."""

    def __init__(self, file: str, rows: Sequence[Sequence[Cell]], find: FindItems, known: Sequence[str]) -> None:
        head, *self.rows = rows
        self.find = find
        self.known = known
        self.near = Suggestions().near
        self.found: list[Diagnostic] = []
        self.only = known[0] if len(known) == 1 else None
        heads = [plain(cell.text) for cell in head]
        if "exercise" in heads:
            place = heads.index("exercise")
            named = {row[place].text.strip() for row in self.rows if place < len(row)}
        else:
            named = {*known[:1]}
        self.known_names = ("trainee", "exercise", *self.names(name for name in known if name in named))
        self.by_word = {plain(name): name for name in self.known_names}
        self.columns: list[str | None] = []  # by place; None: it is not read
        for cell in head:
            self.columns.append(self.column(cell))
        if "trainee" not in self.columns:
            message, hint = "the table has no column `trainee`", "name it in the first row"
            self.found.append(Diagnostic(Span(file, 1, 1), Code.MISSING_KEY, message, hint))
        if "exercise" not in heads and self.only is None:
            message = f"the table has no column `exercise`, and there are {len(known)} exercises"
            hint = "add it, or name the one exercise with --exercises"
            self.found = [Diagnostic(Span(file, 1, 1), Code.MISSING_KEY, message, hint)]

    def names(self, exercises: Iterable[str]) -> Iterator[str]:
        """Yield the columns that exercises can have."""
        for name in exercises:
            for item in self.find(name) or ():
                task = item.task.id
                yield from (f"{task}.{row}" for row in item.rows) if item.rows else (task,)

    @cached_property
    def elsewhere(self) -> dict[str, str]:
        """The columns of exercises that no row is about."""
        return {} if self.only is not None else {plain(name): name for name in self.names(self.known)}

    def column(self, cell: Cell) -> str | None:
        names = self.known_names
        word = plain(cell.text)
        column = self.by_word.get(word) or (self.elsewhere.get(word) if word else None)
        if column is not None and column in self.columns:
            message, hint = f"a second column is called `{column}`", "leave one out"
            self.found.append(Diagnostic(cell.at, Code.DUPLICATE_NAME, message, hint))
        elif column is None and word:
            rows = [name for name in names if name.startswith(f"{word}.")]
            near = f"write a column for each: {', '.join(rows)}" if rows else self.near(word, names)
            message = f"the column `{clip(cell.text)}` is no task, and is not read"
            wrong = near is not None or "." in word
            severity = Severity.ERROR if wrong else Severity.WARNING
            self.found.append(
                Diagnostic(cell.at, Code.UNKNOWN_KEY, message, near or one_of(tuple(dict.fromkeys(names))), severity)
            )
        return column

    def loaded(self) -> Iterator[Loaded[Answers]]:
        """Yield what became of each row; what there is to say of the first row comes with the first."""
        if any(one.severity is Severity.ERROR for one in self.found):
            yield Loaded(None, tuple(self.found))
            return
        before = tuple(self.found)
        for row in self.rows:
            self.found = []
            answers = self.answers(row)
            yield Loaded(None if self.found else answers, (*before, *self.found))
            before = ()

    def answers(self, row: Sequence[Cell]) -> Answers | None:
        for cell in row[len(self.columns) :]:
            if cell.text.strip():
                message = f"`{clip(cell.text)}` stands under no column"
                hint = "put a cell that holds the separator in quotes, or name the column"
                self.found.append(Diagnostic(cell.at, Code.WRONG_SHAPE, message, hint))
        cells = {name: cell for name, cell in zip(self.columns, row, strict=False) if name and cell.text.strip()}
        who, which = cells.pop("trainee", None), cells.pop("exercise", None)
        if who is None:
            self.found.append(Diagnostic(row[0].at, Code.EMPTY_VALUE, "the row names no trainee", "fill it in"))
        name = self.only if which is None else which.text.strip()
        items = self.find(name) if name else None
        if items is None:
            message = f"there is no exercise `{clip(name)}`" if name else "the row names no exercise"
            hint = (self.near(name, self.known) if name else None) or one_of(self.known)
            at = which.at if which else row[0].at
            self.found.append(Diagnostic(at, Code.UNKNOWN_ID if name else Code.EMPTY_VALUE, message, hint))
        if who is None or items is None or not name:
            return None
        return Answers(exercise=name, trainee=who.text.strip(), answers=self.given(items, cells), at=row[0].at)

    def given(self, items: Iterable[Item], cells: Mapping[str, Cell]) -> dict[str, Given]:
        by_task = {item.task.id: item for item in items}
        given: dict[str, Given] = {}
        for name, cell in cells.items():
            task, _, row = name.partition(".")
            item = by_task.get(task)
            if item is None:
                self.found.append(no_task(name, by_task, cell.at))
            elif row and row not in item.rows:
                self.found.append(no_row(item, row, cell.at))
            elif row:
                before = given.get(task, frozenset())
                assert isinstance(before, frozenset)
                given[task] = before | frozenset(self.word(row, cell, KINDS[item.task.kind].answers))
            elif item.choose == "words":
                given[task] = cell.text
            else:
                given[task] = frozenset(self.listed(item, cell))
        return {item: given[item] for item in by_task if item in given}

    def word(self, row: str, cell: Cell, answers: Sequence[str]) -> Iterator[str]:
        """Yield the one answer to a row of a grid."""
        answer = grid_answer(cell.text, answers)
        if answer is not None:
            yield f"{row}={answer}"
        else:
            message = f"the answer to `{row}` cannot be `{clip(cell.text)}`"
            hint = self.near(plain(cell.text), answers) or one_of(answers)
            self.found.append(Diagnostic(cell.at, Code.UNKNOWN_WORD, message, hint))

    def listed(self, item: Item, cell: Cell) -> Iterator[str]:
        """Yield the options that a cell names."""
        ids = {plain(option.id): option.id for option in item.options}
        seen: set[str] = set()
        for text in filter(None, map(str.strip, _CHOICES.split(cell.text))):
            chosen = ids.get(plain(text))
            if chosen is None:
                near = self.near(text, [option.id for option in item.options])
                self.found.append(no_answer(item, text, cell.at, near))
            elif chosen in seen:
                message, hint = f"`{chosen}` is chosen twice", "name each once"
                self.found.append(Diagnostic(cell.at, Code.DUPLICATE_NAME, message, hint))
            else:
                seen.add(chosen)
                yield chosen
        if item.choose == "one" and len(seen) > 1:
            message = f"`{item.task.id}` takes one answer, not {len(seen)}"
            self.found.append(Diagnostic(cell.at, Code.WRONG_SHAPE, message, "keep one"))
