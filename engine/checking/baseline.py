"""Warnings that were there when a rule set began to be checked: listed in a file, and not reported again.

A line of a document may move, so an entry names no line: it is the file (from the folder of the baseline), the code,
the subject and the message. As often as it is listed, as often it is passed over. An error never is.
"""

import json
import os
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from comity.engine.language.diagnostic import Code, Diagnostic, Loaded, Severity, Span, clip, is_error
from comity.engine.language.shape import Reader
from comity.engine.language.source import Document

FORMAT = "comity-baseline/1"


class Entry(NamedTuple):
    """A warning, wherever in its file it stands."""

    file: str
    code: str
    subject: str
    message: str


class Baseline(NamedTuple):
    """The entries of a baseline file, each with its place, and the folder from which their files are given."""

    home: Path
    entries: tuple[tuple[Entry, Span], ...]


def write_baseline(diagnostics: Iterable[Diagnostic], home: Path) -> str:
    """Return the text of a baseline file in the folder `home`, with every warning among `diagnostics`."""
    entries = sorted(_entry(one, home) for one in diagnostics if not is_error(one))
    lines = ",\n".join(
        "    " + json.dumps({key: text for key, text in entry._asdict().items() if text}, ensure_ascii=False)
        for entry in entries
    )
    return f'{{\n  "format": "{FORMAT}",\n  "findings": [{f"{chr(10)}{lines}{chr(10)}  " if lines else ""}]\n}}\n'


def read_baseline(document: Document, home: Path) -> Loaded[Baseline]:
    """Return what a baseline file in the folder `home` lists, or everything that is wrong with it."""
    reader = Reader(document)
    entries: list[tuple[Entry, Span]] = []
    root = reader.fields(document.root, "the baseline", ("format", "findings"), ("format", "findings"))
    if root is not None and "format" in root.entries:
        reader.word(root.entries["format"], "`format` of the baseline", (FORMAT,))
    findings = root.entries.get("findings") if root else None
    for item in reader.sequence(findings, "`findings` of the baseline") if findings is not None else ():
        what, required = "a finding of the baseline", ("file", "code", "message")
        fields = reader.fields(item, what, Entry._fields, required)
        if fields is not None:
            texts = (reader.optional(fields, key, reader.text, what) or "" for key in Entry._fields)
            entries.append((Entry(*texts), reader.at(item)))
    found = tuple(reader.found)
    return Loaded(None if found else Baseline(home, tuple(entries)), found)


def without_baseline(
    diagnostics: Sequence[Diagnostic], baseline: Baseline, looked_at: Iterable[str], codes: Collection[str]
) -> list[Diagnostic]:
    """Return `diagnostics` without those that the baseline lists, and a warning for each entry that no longer occurs.

    Whether an entry occurs can only be told if its file was `looked_at`, or is gone, for its code, if it is one of
    `codes`, and if no error kept anything from being checked.
    """
    home = baseline.home
    listed = Counter(entry for entry, _ in baseline.entries)
    left: list[Diagnostic] = []
    for one in diagnostics:
        entry = _entry(one, home)
        if is_error(one) or not listed[entry]:
            left.append(one)
        else:
            listed[entry] -= 1
    if any(map(is_error, diagnostics)):
        return left
    files = {_from(home, file) for file in looked_at}
    for entry, at in baseline.entries:
        if listed[entry] and entry.code in codes and (entry.file in files or not (home / entry.file).exists()):
            listed[entry] -= 1
            about = f" of `{clip(entry.subject)}`" if entry.subject else ""
            message = f"the finding `{entry.code}`{about} in `{clip(entry.file)}` no longer occurs"
            hint = "leave it out, or write the baseline anew with --write-baseline"
            left.append(Diagnostic(at, Code.UNUSED_BASELINE, message, hint, Severity.WARNING, entry.subject or None))
    return left


def _entry(one: Diagnostic, home: Path) -> Entry:
    return Entry(_from(home, one.at.file), one.code.value, one.subject or "", one.message)


def _from(home: Path, file: str) -> str:
    return Path(os.path.relpath(file, home)).as_posix()
