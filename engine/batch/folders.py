"""A folder of a table that takes the place of another at once."""

import ctypes
import os
import stat
from pathlib import Path

_EXCHANGE = 2  # of Linux: RENAME_EXCHANGE
_HERE = -100  # of Linux: AT_FDCWD


def check_place(target: Path) -> None:
    """Make sure that a folder may be put somewhere: where nothing is, or a file, or parts of a table.

    Raises `OSError`, so that no folder is lost that holds anything else.
    """
    if not os.path.lexists(target):
        return
    if target.is_dir():
        if not all(
            part.name.startswith("part-")
            or part.name in ("_SUCCESS", "._SUCCESS.crc")
            or (part.name.startswith(".part-") and part.suffix == ".crc")
            for part in target.iterdir()
        ):
            raise OSError("it is a folder that holds more than the parts of a table")
    elif not stat.S_ISREG(target.stat().st_mode):
        raise OSError("it is no folder, and no file")


def put(made: Path, target: Path) -> None:
    """Put a folder in its place. What was there stands in `made` then. Raises `OSError`."""
    check_place(target)
    for path in (*made.iterdir(), made):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    if os.path.lexists(target):
        _exchange(made, target)
    else:
        os.rename(made, target)


def _exchange(one: Path, other: Path) -> None:
    """Exchange two paths: at no time is one of them not there."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None or rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE):
        raise OSError("it is there already, and cannot be replaced at once: remove it first")
