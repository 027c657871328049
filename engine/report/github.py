"""Remarks as annotations of GitHub Actions, which land on the line in a pull request."""

from collections.abc import Iterable, Iterator

from comity.engine.language.diagnostic import NOWHERE
from comity.engine.report.diagnostics import Remark, relative

_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = _DATA | str.maketrans({":": "%3A", ",": "%2C"})


def annotations(remarks: Iterable[Remark], root: str) -> Iterator[str]:
    """Yield the command that annotates the line of each remark. `root` is the folder of the repository."""
    for one in remarks:
        properties = {"title": one.code}
        if one.at != NOWHERE:
            file = relative(one.at.file, root) or one.at.file
            properties = {"file": file, "line": str(one.at.line), "col": str(one.at.column), **properties}
        told = ",".join(f"{name}={text.translate(_PROPERTY)}" for name, text in properties.items())
        yield f"::{one.severity} {told}::{one.text.translate(_DATA)}"
