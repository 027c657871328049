"""Rule sets as git has them: read from its objects, with no working tree touched."""

import os
import posixpath
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

if TYPE_CHECKING:
    from comity.engine.language.diagnostic import Diagnostic
    from comity.engine.language.source import Document

_OF_A_HOOK = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")  # they say where git is, whatever the folder
_LINK = "120000"


class Folder(NamedTuple):
    """A folder in a revision: the name of its tree, and how it is called; git finds both from the folder `here`."""

    tree: str
    shown: str
    here: Path


class _Blob(NamedTuple):
    mode: str
    name: str
    size: int


def folder_at(text: str) -> Folder:
    """Return the folder that `REV:PATH` means, as git reads it: from the top, or with `./` from the current folder."""
    revision, _, path = text.partition(":")
    here = Path()
    _check_revision(revision, here, text)
    path = path.rstrip("/") + "/" * (path.rstrip("/") in (".", ".."))
    return Folder(_tree(revision, path, here), f"{revision}:{path.rstrip('/')}", here)


def folder_then(revision: str, folder: Path) -> Folder:
    """Return what a folder of the working tree was in a revision."""
    _check_revision(revision, folder, revision)
    prefix = os.fsdecode(_git(folder, "rev-parse", "--show-prefix").stdout).rstrip("\n/")
    return Folder(_tree(revision, "./", folder, prefix), f"{revision}:{prefix}", folder)


def is_revision(text: str, here: Path) -> bool:
    """Tell whether git is there and knows a revision of this name."""
    try:
        _check_revision(text, here, text)
    except click.BadParameter:
        return False
    return True


def _check_revision(revision: str, here: Path, text: str) -> None:
    """Complain unless git is there and knows the revision."""
    if not revision or revision.startswith("-"):
        raise click.BadParameter(f"`{text}` names no revision: write it like `main:rules/my-rules`")
    try:
        found = _git(here, "rev-parse", "--git-dir")
    except FileNotFoundError:
        raise click.BadParameter(f"`{text}` names a revision, and git is not installed") from None
    if found.returncode:
        reason = found.stderr.decode(errors="replace").strip().split("\n")[0].removeprefix("fatal: ")
        why = "this is no git repository" if reason.startswith("not a git repository") else f"git says: {reason}"
        raise click.BadParameter(f"`{text}` names a revision, and {why}")
    if _resolved(here, f"{revision}^{{tree}}") is None:
        raise click.BadParameter(f"there is no revision `{revision}` in this clone of the repository")


def _tree(revision: str, path: str, here: Path, called: str | None = None) -> str:
    tree = _resolved(here, f"{revision}:{path}")
    called = path if called is None else called
    if tree is None:
        raise click.BadParameter(f"there is no folder `{called}` in the revision `{revision}`")
    if _git(here, "cat-file", "-t", tree).stdout != b"tree\n":
        raise click.BadParameter(f"`{called}` in the revision `{revision}` is a file, not a folder")
    return tree


def _resolved(here: Path, expression: str) -> str | None:
    found = _git(here, "rev-parse", "--verify", "--quiet", expression).stdout.decode(errors="replace").strip()
    return found if found.isalnum() else None


def _git(here: Path, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run git where it asks nobody, fetches nothing and says what it says in English."""
    kept = {key: value for key, value in os.environ.items() if here == Path() or key not in _OF_A_HOOK}
    quiet = {"GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
    command = ["git", *arguments]
    return subprocess.run(command, cwd=here, env={**kept, **quiet}, input=given, capture_output=True, check=False)


def documents_of(folder: Folder) -> "Iterator[Document | Diagnostic]":
    """Yield the documents of a folder in the order of their names, or what is wrong with one, as of a folder on disk.

    Of a file that is no well-formed document, all that is wrong is yielded.
    """
    from comity.engine.language.diagnostic import Code, Diagnostic, Span
    from comity.engine.language.files import MAX_FILES, WHOLE, shown, unreadable
    from comity.engine.language.source import MAX_BYTES, MAX_VALUES, Document, read, spaced, too_large

    blobs = _blobs(folder)
    files = {path: blob for path, blob in blobs.items() if path.lower().endswith((".yaml", ".yml"))}
    one = "give the folder of one rule set"
    if len(files) > MAX_FILES:
        message = f"the folder holds more than {MAX_FILES} files that end in `.yaml`"
        yield Diagnostic(Span(folder.shown, 1, 1), Code.TOO_MANY_FILES, message, one)
        return
    if sum(blob.size for blob in files.values()) > WHOLE * MAX_BYTES:
        message = f"the files of the folder are larger than {spaced(WHOLE * MAX_BYTES)} bytes together"
        yield Diagnostic(Span(folder.shown, 1, 1), Code.FILE_TOO_LARGE, message, one)
        return
    targets = _contents(folder, [blob for blob in files.values() if blob.mode == _LINK])
    whole = {path: _followed(path, blob, targets, blobs) for path, blob in files.items()}
    contents = _contents(folder, [blob for blob in whole.values() if blob is not None and blob.size <= MAX_BYTES])
    values = 0
    for path, blob in whole.items():
        name = shown(Path(f"{folder.shown}/{path}"))
        if not path.endswith(".yaml"):
            message = f"`{name}` is not read: the names of a rule set's files end in `.yaml`"
            hint = f"rename it to `{posixpath.splitext(name)[0]}.yaml`"
            yield Diagnostic(Span(name, 1, 1), Code.UNKNOWN_KIND_OF_FILE, message, hint)
        elif blob is None:
            yield unreadable(name, "is a link that leads out of the folder", "put the file itself into the folder")
        elif blob.size > MAX_BYTES:
            yield too_large(name)
        elif blob.name not in contents:
            yield unreadable(name, "is not in this clone of the repository", "fetch the revision")
        else:
            document = read(contents[blob.name], name)
            if not isinstance(document, Document):
                yield from document
                continue
            yield document
            values += document.values
            if values > WHOLE * MAX_VALUES:
                message = f"the rule set holds more than {spaced(WHOLE * MAX_VALUES)} values"
                yield Diagnostic(Span(folder.shown, 1, 1), Code.TOO_MANY_VALUES, message, "split it")
                return


def _followed(path: str, blob: _Blob, targets: Mapping[str, bytes], blobs: Mapping[str, _Blob]) -> _Blob | None:
    """Return the file that a link within the folder leads to; what is no link is itself."""
    if blob.mode != _LINK:
        return blob
    target = os.fsdecode(targets.get(blob.name, b""))
    found = blobs.get(posixpath.normpath(posixpath.join(posixpath.dirname(path), target)))
    return None if found is None or found.mode == _LINK else found


def _blobs(folder: Folder) -> dict[str, _Blob]:
    """Return the files below a folder by their paths, in order; what begins with a dot is left alone."""
    listed = _git(folder.here, "ls-tree", "-r", "-z", "--long", "--full-tree", folder.tree).stdout
    found: dict[str, _Blob] = {}
    for line in listed.split(b"\0")[:-1]:
        about, _, path = line.partition(b"\t")
        mode, kind, name, size = about.decode().split()
        if kind == "blob":
            found[os.fsdecode(path)] = _Blob(mode, name, int(size) if size.isdigit() else 0)  # not in this clone
    visible = (path for path in found if not any(part.startswith(".") for part in path.split("/")))
    return {path: found[path] for path in sorted(visible)}


def _contents(folder: Folder, blobs: Iterable[_Blob]) -> dict[str, bytes]:
    """Return what files hold, by the names of their contents; what is not in the clone is left out."""
    names = [*dict.fromkeys(blob.name for blob in blobs)]
    told = _git(folder.here, "cat-file", "--batch", given="".join(f"{name}\n" for name in names).encode()).stdout
    found: dict[str, bytes] = {}
    place = 0
    for name in names:
        end = told.index(b"\n", place)
        size = told[place:end].split()[-1]
        place = end + 1
        if size != b"missing":
            found[name] = told[place : place + int(size)]
            place += int(size) + 1
    return found
