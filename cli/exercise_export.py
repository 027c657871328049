"""`comity exercise export`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from comity.cli.common import complain, emit, load_rules, output_option, rules_option, stop, write_atomically
from comity.cli.exercises import complete_exercises, load_sheets

if TYPE_CHECKING:
    from comity.engine.report.sheet import Sheet

_TARGETS = ("moodle-xml", "gift", "anki", "qti", "markdown", "html")
_PRINTED = ("markdown", "html")
_FILES = ("anki", "qti")


@click.command("export")
@click.argument("paths", nargs=-1, metavar="[PATH|ID...]", shell_complete=complete_exercises)
@click.option("--to", type=click.Choice(_TARGETS), required=True, help="The format.")
@click.option(
    "--key",
    type=click.Path(dir_okay=False, writable=True),
    metavar="FILE",
    help="Write the key, apart, to this file; only with markdown and html.",
)
@rules_option
@output_option
def command(paths: tuple[str, ...], to: str, key: str | None, rules: str, output: str | None) -> None:
    """Write exercises for a learning platform, for Anki, or on paper.

    A PATH is a file of exercises, a folder of such files, or `-` for standard input; an ID is a built-in exercise.
    Without either, all that are built in are written.

    \b
    moodle-xml  a bank of questions for Moodle: partial credit, feedback, hints, notes for graders
    gift        the same as plain text, without hints and notes
    qti         a package of QTI 2.1 (.zip), for other platforms
    anki        a deck of cards (.apkg); needs `pip install "comity[anki]"`
    markdown    a handout for trainees, without the key
    html        the same as one page that prints well

    A handout holds nothing of the key: that is written, apart, by --key. The files for Moodle, QTI and Anki hold the
    key, as the platform marks by it: they are for the instructor to import, not to hand out.

    \b
    comity exercise export --to moodle-xml -o comity.xml
    comity exercise export my-exercises/ --to html -o handout.html --key key.html
    comity exercise export dadaab-first-look --to gift
    """
    if key is not None and to not in _PRINTED:
        raise click.BadParameter(f"the key stands in the file itself with `--to {to}`", param_hint="--key")
    if key is not None and output is not None and Path(key).resolve() == Path(output).resolve():
        raise click.BadParameter("the key would take the place of the handout; name another file", param_hint="--key")
    if to in _FILES and output is None:
        raise click.BadParameter(f"`--to {to}` makes a file that is not text: say where to write it", param_hint="-o")
    if to == "anki":
        _check_genanki()
    sheets = load_sheets(paths, load_rules(rules))
    _refuse(sheets, to)
    if to in _FILES:
        assert output is not None
        write_atomically(Path(output), _packed(sheets, to))
        return
    written, answers = _written(sheets, to)
    if key is not None:
        write_atomically(Path(key), answers, "--key")
    emit(written, output)


def _check_genanki() -> None:
    from importlib.util import find_spec

    if find_spec("genanki") is None:
        message = 'decks are written by genanki, which is not installed: pip install "comity[anki]"'
        raise click.BadParameter(message, param_hint="--to")


def _refuse(sheets: "Sequence[Sheet]", to: str) -> None:
    """Exit, with diagnostics, if the format cannot hold what would be written."""
    from comity.engine.report.export_bank import refused

    found = refused(sheets) if to in ("moodle-xml", "gift", "qti") else []
    complain(found)
    if found:
        stop(1)


def _packed(sheets: "Sequence[Sheet]", to: str) -> bytes:
    if to == "anki":
        from comity.engine.report.export_anki import to_anki

        return to_anki(sheets)
    from comity.engine.report.export_qti import to_qti

    return to_qti(sheets)


def _written(sheets: "Sequence[Sheet]", to: str) -> tuple[str, str]:
    """Return what is written, and the key that is written apart."""
    match to:
        case "moodle-xml":
            from comity.engine.report.export_moodle import to_moodle_xml

            return to_moodle_xml(sheets), ""
        case "gift":
            from comity.engine.report.export_gift import to_gift

            return to_gift(sheets), ""
        case "markdown":
            from comity.engine.report.export_markdown import handout_markdown, key_markdown

            return handout_markdown(sheets), key_markdown(sheets)
    from comity.engine.report.export_html import handout_html, key_html

    return handout_html(sheets), key_html(sheets)
