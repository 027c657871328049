"""`comity what-if`."""

from datetime import date
from typing import TYPE_CHECKING

import click

from comity.cli.common import (
    as_of_option,
    check_reading,
    complete_situations,
    emit,
    format_option,
    in_colour,
    load_rules,
    load_situation,
    output_option,
    parse_settings,
    reading_option,
    rules_option,
    settings_option,
    stop,
    width,
)

if TYPE_CHECKING:
    from comity.engine.language.model import RuleSet


@click.command("what-if")
@click.argument("situation", metavar="SITUATION", shell_complete=complete_situations)
@click.argument("conclusions", nargs=-1, metavar="[CONTEXT|MEASURE]...")
@rules_option
@reading_option
@settings_option
@as_of_option
@format_option("text", "json", "markdown")
@output_option
def command(
    situation: str,
    conclusions: tuple[str, ...],
    rules: str,
    reading: str | None,
    settings: tuple[str, ...],
    as_of: date | None,
    format_: str,
    output: str | None,
) -> None:
    """Say what would have to change to turn a verdict, and how far figures can be wrong.

    Names a CONTEXT or a MEASURE by its id; every context without one. What is shown are all the smallest sets of
    changes, each verified by assessing the changed situation. Only what the rule set calls changeable is changed, and
    in a table only the newest figures; what is unknown stays unknown, except where it is said to become known.

    \b
    comity what-if dadaab-2011 protracted
    comity what-if straddling-estimate protracted mass-influx
    comity what-if my.yaml emergency-assistance --format json
    """
    from comity.engine.assessment.assess import assess
    from comity.engine.assessment.changes import what_if
    from comity.engine.report.json_text import json_text
    from comity.engine.report.what_if import what_if_view
    from comity.engine.report.what_if_document import what_if_document
    from comity.engine.report.what_if_text import markdown, text

    rule_set = load_rules(rules)
    check_reading(reading, rule_set)
    overrides = parse_settings(settings, rule_set)
    wanted = _wanted(conclusions, rule_set)
    loaded = load_situation(situation, rule_set, as_of)
    if loaded is None:
        stop(1)
    assessment = assess(rule_set, loaded, as_of=as_of, reading=reading, overrides=overrides)
    found = [what_if(assessment.run, name) for name in wanted]
    if format_ == "json":
        emit(json_text(what_if_document(assessment, found)), output)
        return
    views = [what_if_view(assessment, one) for one in found]
    if format_ == "markdown":
        emit(markdown(assessment, views), output)
    else:
        emit(text(assessment, views, width=width(), colour=in_colour(output)), output)


def _wanted(names: tuple[str, ...], rules: "RuleSet") -> list[str]:
    from comity.engine.language.diagnostic import did_you_mean

    known = (*rules.contexts, *rules.measures)
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known) or f"contexts: {', '.join(rules.contexts)}"
            raise click.BadParameter(f"there is no context or measure `{name}`; {hint}", param_hint="CONTEXT|MEASURE")
    return [*dict.fromkeys(names)] or [*rules.contexts]
