"""What `assess` takes beside a situation: a response kept apart, and stored situations to compare with."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from comity.cli.common import complain, read_input, stop

if TYPE_CHECKING:
    from comity.engine.language.model import Response, RuleSet, Situation

BUILT_IN = "built-in"
NONE = "none"


def load_responses(
    name: str, situations: "Sequence[Situation]", rules: "RuleSet", as_of: date | None
) -> "list[Response]":
    """Return the response in the file `name` (`-` is standard input) as each situation takes it, or complain and exit.

    Its dates count back from the situation's own as-of date.
    """
    from comity.engine.language.situation import load_response

    if name != "-" and not Path(name).exists():
        raise click.BadParameter(f"there is no file `{name}`", param_hint="--response")
    document = read_input(name)
    if document is None:
        stop(1)
    loaded = [load_response(document, rules, one.as_of or as_of or date.min) for one in situations]
    complain(dict.fromkeys(diagnostic for each in loaded for diagnostic in each.diagnostics))
    found = [each.value for each in loaded if each.value is not None]
    if len(found) < len(loaded):
        stop(1)
    return found


def load_stored(name: str | None, rules: "RuleSet", as_of: date | None) -> "list[Situation]":
    """Return the situations that `name` means, but for those that are made up, in the order of their files.

    It is a folder, `none`, or `built-in`: those of the built-in situations that `rules` can read. Of a folder all must
    be readable: else complain and exit. Files of another kind are passed over.
    """
    from comity.engine.builtin import situations_folder
    from comity.engine.language.files import read_file, yaml_files
    from comity.engine.language.situation import load_situation
    from comity.engine.language.source import Document, Mapping

    if name is None or name == NONE:
        return []
    folder = situations_folder() if name == BUILT_IN else Path(name)
    if not folder.is_dir():
        raise click.BadParameter(
            f"there is no folder `{name}`; give one, `{BUILT_IN}` or `{NONE}`", param_hint="--cases"
        )
    found: list[Situation] = []
    broken = False
    for path in yaml_files(folder):
        document = read_file(path)
        if isinstance(document, Document):
            if not isinstance(document.root, Mapping) or "situation" not in document.root.entries:
                continue
            situation, diagnostics = load_situation(document, rules, as_of)
        else:
            situation, diagnostics = None, tuple(document)
        if name != BUILT_IN:
            complain(diagnostics)
            broken = broken or situation is None
        if situation is not None and not situation.hypothetical:
            found.append(situation)
    if broken:
        stop(1)
    return found
