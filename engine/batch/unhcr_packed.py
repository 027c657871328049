"""The zip of the Refugee Data Finder: its tables, within bounds, whatever else it holds."""

import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn
from zipfile import BadZipFile, ZipFile, ZipInfo

from comity.engine.language.diagnostic import Code, Diagnostic, Refused, Span

MOST = 2**30  # bytes of a table, unpacked
_START = b"PK\x03\x04"
_NOTES = "footnotes.csv"


def is_zip(path: Path) -> bool:
    """Return whether a file is a zip. Raises `OSError`."""
    with path.open("rb") as file:
        return file.read(len(_START)) == _START


def table_in(path: Path, fits: Callable[[bytes], bool]) -> bytes:
    """Return the one table of a zip whose beginning `fits`. Raises `Refused`."""
    with _opened(path) as packed:
        tables = [one for one in packed.infolist() if _is_table(one)]
        found = [one for one in tables if fits(_member(path, packed, one, 64 * 1024))]
        if len(found) != 1:
            names = ", ".join(one.filename for one in (found or tables)[:5]) or "none"
            text = "several tables of this kind" if found else "no table of this kind"
            hint = "unpack it, and give the table"
            _refuse(path, Code.WRONG_SHAPE, f"the zip has {text}; CSV in it: {names}", hint)
        return _whole(path, packed, found[0])


def footnotes_in(path: Path) -> bytes | None:
    """Return the footnotes of a zip, if it has any. Raises `Refused`."""
    with _opened(path) as packed:
        found = next((one for one in packed.infolist() if Path(one.filename).name.lower() == _NOTES), None)
        return None if found is None else _whole(path, packed, found)


def _is_table(one: ZipInfo) -> bool:
    name = Path(one.filename).name.lower()
    return name.endswith(".csv") and name != _NOTES and not name.startswith(".")


def _whole(path: Path, packed: ZipFile, one: ZipInfo) -> bytes:
    found = _member(path, packed, one, MOST + 1)
    if len(found) > MOST:
        _refuse(path, Code.FILE_TOO_LARGE, f"`{one.filename}` in the zip has more than {MOST // 2**20:,} MB")
    return found


def _member(path: Path, packed: ZipFile, one: ZipInfo, most: int) -> bytes:
    """Return the beginning of a file in a zip: what it says of its size is not believed."""
    try:
        with packed.open(one) as file:
            return file.read(most)
    except (BadZipFile, NotImplementedError, RuntimeError, zlib.error, EOFError, OSError) as error:
        _refuse(path, Code.UNREADABLE_FILE, f"`{one.filename}` in the zip cannot be unpacked: {_words(error)}")


def _opened(path: Path) -> ZipFile:
    try:
        return ZipFile(path)
    except (BadZipFile, NotImplementedError, OSError, ValueError) as error:
        _refuse(path, Code.UNREADABLE_FILE, f"the zip cannot be read: {_words(error)}")


def _words(error: Exception) -> str:
    text = str(error) or type(error).__name__
    return f"{text[0].lower()}{text[1:]}".rstrip(".")


def _refuse(path: Path, code: Code, message: str, hint: str | None = None) -> NoReturn:
    raise Refused([Diagnostic(Span(str(path), 1, 1), code, message, hint)])
