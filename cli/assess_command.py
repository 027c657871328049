"""`comity assess`."""

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
    from comity.engine.assessment.assess import Assessment
    from comity.engine.assessment.timeline import Timeline
    from comity.engine.language.model import RuleSet


@click.command("assess")
@click.argument("situations", nargs=-1, required=True, metavar="SITUATION...", shell_complete=complete_situations)
@rules_option
@reading_option
@settings_option
@as_of_option
@click.option("--response", "plan", metavar="FILE", help="Assess the response in this file, not the situation's own.")
@click.option(
    "--cases",
    metavar="DIR|built-in|none",
    help="Compare with the situations in this folder.  [default: built-in for markdown and html, else none]",
)
@format_option("text", "json", "markdown", "html")
@click.option("--explain", is_flag=True, help="Show the whole trace, every citation and every fact given (text).")
@click.option(
    "--fail-on",
    "gates",
    multiple=True,
    metavar="CONTEXT=VERDICT",
    help="Exit with 1 if a verdict comes out so; may be repeated.",
)
@output_option
def command(
    situations: tuple[str, ...],
    rules: str,
    reading: str | None,
    settings: tuple[str, ...],
    as_of: date | None,
    plan: str | None,
    cases: str | None,
    format_: str,
    explain: bool,
    gates: tuple[str, ...],
    output: str | None,
) -> None:
    """Assess situations: verdicts, reasons, measures, principles, precedents, what is still unknown.

    A SITUATION is a built-in id (`comity list`), a file, or `-` for standard input. A response in a file of its own
    has the keys of a situation's `response`: title, measures, facts. Situations that are made up are no cases to
    compare with. The exit code is 0 whatever the verdicts, unless --fail-on makes it a gate.

    \b
    comity assess dadaab-2011
    comity assess dadaab-2011 --explain --reading all
    comity assess my.yaml --set considerable_arrivals=5000 --as-of 2012-12-31
    comity assess my.yaml --response plan.yaml --cases built-in
    comity assess my.yaml --format html -o report.html
    comity assess my.yaml --fail-on mass-influx=unknown
    """
    from comity.cli.beside import BUILT_IN, load_responses, load_stored
    from comity.engine.assessment.assess import assess

    if plan == "-" and "-" in situations:
        raise click.UsageError("standard input holds one document: give the situation or the response as a file")
    if len(situations) > 1 and format_ == "html":
        raise click.UsageError("an HTML report holds one situation: give one, or run once for each")
    rule_set = load_rules(rules)
    check_reading(reading, rule_set)
    overrides = parse_settings(settings, rule_set)
    wanted = _gates(gates, rule_set)
    loaded = [load_situation(name, rule_set, as_of) for name in situations]
    usable = [situation for situation in loaded if situation is not None]
    if len(usable) < len(loaded):
        stop(1)
    responses = [None] * len(usable) if plan is None else load_responses(plan, usable, rule_set, as_of)
    stored = load_stored(cases or (BUILT_IN if format_ in ("markdown", "html") else None), rule_set, as_of)
    assessments = [
        assess(rule_set, one, as_of=as_of, reading=reading, overrides=overrides, cases=stored, response=response)
        for one, response in zip(usable, responses, strict=True)
    ]
    emit(_render(assessments, format_, explain, output), output)
    if any((verdict.context, verdict.truth.value) in wanted for one in assessments for verdict in one.contexts):
        stop(1)


def _render(assessments: "list[Assessment]", format_: str, explain: bool, output: str | None) -> str:
    if format_ == "json":
        from comity.engine.report.document import to_document, to_json
        from comity.engine.report.json_text import json_text

        if len(assessments) == 1:
            return to_json(assessments[0])
        return json_text([to_document(one) for one in assessments])
    if format_ == "markdown":
        from comity.engine.report.markdown import to_markdown

        return "\n".join(to_markdown(one) for one in assessments)
    if format_ == "html":
        from comity.engine.assessment.changes import what_if
        from comity.engine.report.page import to_html

        (one,) = assessments
        return to_html(one, [what_if(one.run, context) for context in one.rules.contexts], _over_time(one))
    from comity.engine.report.text import TextReport

    return "\n\n".join(
        TextReport(one, width=width(), colour=in_colour(output), explain=explain).render() for one in assessments
    )


def _gates(gates: tuple[str, ...], rules: "RuleSet") -> set[tuple[str, str]]:
    from comity.engine.language.diagnostic import did_you_mean

    found = set()
    for gate in gates:
        context, _, verdict = gate.partition("=")
        if context not in rules.contexts:
            hint = did_you_mean(context, rules.contexts) or f"contexts: {', '.join(rules.contexts)}"
            raise click.BadParameter(f"there is no context `{context}`; {hint}", param_hint="--fail-on")
        if verdict not in ("met", "not-met", "unknown"):
            raise click.BadParameter(f"`{gate}` is not CONTEXT=met, =not-met or =unknown", param_hint="--fail-on")
        found.add((context, verdict))
    return found


def _over_time(one: "Assessment") -> "Timeline | None":
    """Return the timeline of what was assessed; None where it would have too many days to look at."""
    from comity.engine.assessment.moments import TooManyDaysError
    from comity.engine.assessment.timeline import timeline

    try:
        return timeline(one.rules, one.situation, as_of=one.as_of, reading=one.reading, overrides=one.set)
    except TooManyDaysError:
        return None
