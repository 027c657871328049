"""`comity timeline`."""

from datetime import date

import click

from comity.cli.common import (
    check_reading,
    complete_situations,
    emit,
    format_option,
    in_colour,
    load_rules,
    load_situation,
    output_option,
    parse_date,
    parse_settings,
    reading_option,
    rules_option,
    settings_option,
    stop,
    width,
)


@click.command("timeline")
@click.argument("situation", metavar="SITUATION", shell_complete=complete_situations)
@rules_option
@reading_option
@settings_option
@click.option("--as-of", callback=parse_date, metavar="DATE", help="The day that parts past and future (2013-01-31).")
@click.option(
    "--from",
    "first",
    callback=parse_date,
    metavar="DATE",
    help="The first day.  [default: the year of the earliest date, or 10 years back]",
)
@click.option(
    "--to", "last", callback=parse_date, metavar="DATE", help="The last day.  [default: 10 years after the as-of date]"
)
@format_option("text", "json", "markdown", "html", "svg")
@output_option
def command(
    situation: str,
    rules: str,
    reading: str | None,
    settings: tuple[str, ...],
    as_of: date | None,
    first: date | None,
    last: date | None,
    format_: str,
    output: str | None,
) -> None:
    """Show how the verdicts turn as the as-of date moves, on which day, and what turns them.

    Only the date moves: facts without a date are held still. Where figures by period end, a verdict can become open;
    what comes out if the newest figures hold is then shown beside it.

    \b
    comity timeline rohingya-2017
    comity timeline my.yaml --from 2015-01-01 --to 2030-12-31
    comity timeline dadaab-2011 --format html -o over-time.html
    comity timeline dadaab-2011 --format svg -o over-time.svg
    """
    from comity.engine.assessment.moments import TooManyDaysError
    from comity.engine.assessment.timeline import timeline

    rule_set = load_rules(rules)
    check_reading(reading, rule_set)
    overrides = parse_settings(settings, rule_set)
    loaded = load_situation(situation, rule_set, as_of)
    if loaded is None:
        stop(1)
    if first is not None and last is not None and first > last:
        raise click.BadParameter(f"{last} is before {first}", param_hint="--to")
    try:
        found = timeline(rule_set, loaded, first=first, last=last, as_of=as_of, reading=reading, overrides=overrides)
    except TooManyDaysError as error:
        raise click.BadParameter(f"{error}: give a later --from or an earlier --to", param_hint="--from") from error
    if format_ == "text":
        from comity.engine.report.timeline import to_text

        emit(to_text(found, width=width(), colour=in_colour(output)), output)
    elif format_ == "json":
        from comity.engine.report.timeline import to_json

        emit(to_json(found), output)
    elif format_ == "markdown":
        from comity.engine.report.timeline import to_markdown

        emit(to_markdown(found), output)
    elif format_ == "html":
        from comity.engine.report.timeline_page import to_html

        emit(to_html(found), output)
    else:
        from comity.engine.report.timeline_chart import to_svg

        emit(to_svg(found), output)
