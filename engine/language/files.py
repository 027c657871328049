"""Files and folders to documents, within limits."""

import os
from pathlib import Path

from comity.engine.language.diagnostic import Code, Diagnostic, Span
from comity.engine.language.source import MAX_BYTES, Document, read, spaced, too_large

# The limits of one rule set, as docs/language.md states them.
MAX_FILES = 500
WHOLE = 5  # times as much as one file may hold

_SUFFIX = ".yaml"
_ONE = "give the folder of one rule set"


def read_file(path: Path) -> Document | list[Diagnostic]:
    """Return the tree of the document in a file, or everything that is wrong with its form."""
    data = read_bytes(path)
    return read(data, shown(path)) if isinstance(data, bytes) else [data]


def read_bytes(path: Path) -> bytes | Diagnostic:
    """Return what a file holds, or why it cannot be read."""
    try:
        if path.exists() and not path.is_file():
            return unreadable(shown(path), "is not a file")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        return unreadable(shown(path), _reason(error))
    return too_large(shown(path)) if len(data) > MAX_BYTES else data


def unreadable(file: str, reason: str, hint: str = "check the path and its permissions") -> Diagnostic:
    """Return the complaint that `file` cannot be read."""
    return Diagnostic(Span(file, 1, 1), Code.UNREADABLE_FILE, f"`{file}` {reason}", hint)


def shown(path: Path) -> str:
    """Return a path as diagnostics give it: in one line, whatever its name holds."""
    text = str(path)
    return text if text.isprintable() else text.encode("unicode_escape", "backslashreplace").decode("ascii")


def yaml_files(folder: Path) -> list[Path]:
    """Return the YAML files below `folder` that can be read, in the order of their names."""
    return [entry for entry in entries(folder) if isinstance(entry, Path)]


def entries(folder: Path) -> list[Path | Diagnostic]:
    """Return the YAML files below `folder`, in the order of their names, or a complaint for each that is out of reach.

    What begins with a dot is left alone. Links to folders are not followed, nor links that lead out of `folder`.
    """
    root = os.path.realpath(folder)
    errors: list[OSError] = []
    paths: list[Path] = []
    for place, folders, files in os.walk(folder, onerror=errors.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        paths += [Path(place, name) for name in files if name.lower().endswith((_SUFFIX, ".yml")) and name[0] != "."]
        if len(paths) > MAX_FILES:
            message = f"the folder holds more than {MAX_FILES} files that end in `{_SUFFIX}`"
            return [Diagnostic(Span(shown(folder), 1, 1), Code.TOO_MANY_FILES, message, _ONE)]
    found: list[Path | Diagnostic] = [unreadable(shown(Path(error.filename)), _reason(error)) for error in errors]
    size = 0
    for path in sorted(paths, key=lambda path: path.as_posix()):
        if not path.name.endswith(_SUFFIX):
            message = f"`{shown(path)}` is not read: the names of a rule set's files end in `{_SUFFIX}`"
            hint = f"rename it to `{shown(path.with_suffix(_SUFFIX))}`"
            found.append(Diagnostic(Span(shown(path), 1, 1), Code.UNKNOWN_KIND_OF_FILE, message, hint))
        elif not Path(os.path.realpath(path)).is_relative_to(root):
            found.append(
                unreadable(shown(path), "is a link that leads out of the folder", "put the file itself into the folder")
            )
        else:
            size += os.path.getsize(path) if os.path.isfile(path) else 0
            found.append(path)
    if size > WHOLE * MAX_BYTES:
        message = f"the files of the folder are larger than {spaced(WHOLE * MAX_BYTES)} bytes together"
        return [Diagnostic(Span(shown(folder), 1, 1), Code.FILE_TOO_LARGE, message, _ONE)]
    return found


def _reason(error: Exception) -> str:
    reason = getattr(error, "strerror", None) or str(error)
    return f"cannot be read: {reason[:1].lower()}{reason[1:]}"
