"""`comity exercise generate`."""

from collections.abc import Mapping
from datetime import date

import click

from comity.cli.common import (
    check_reading,
    emit,
    load_rules,
    output_option,
    parse_date,
    reading_option,
    rules_option,
    stop,
)


@click.command("generate")
@click.option("--context", metavar="ID", help="The context that they are about.  [default: each in turn]")
@click.option("--element", metavar="ID", help="A criterion of the context: all are near misses of it.")
@click.option(
    "--level", type=click.IntRange(1, 3), default=2, show_default=True, help="How near figures are: 3 is hard."
)
@click.option("--count", type=click.IntRange(1, 500), default=5, show_default=True, help="How many.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Other seeds give other exercises.")
@rules_option
@reading_option
@click.option(
    "--as-of",
    callback=parse_date,
    metavar="DATE",
    help="The day of the situations.  [default: the last one of the year of the rule set's newest source]",
)
@output_option
def command(
    context: str | None,
    element: str | None,
    level: int,
    count: int,
    seed: int,
    rules: str,
    reading: str | None,
    as_of: date | None,
    output: str | None,
) -> None:
    """Make up exercises whose key is proved: new situations, told as a briefing.

    In turn, a situation misses a context by one criterion, meets it, or hangs on an estimate; all other contexts are
    excluded, whatever is left untold. At level 1 figures lie far from what rules compare them with, at level 3 near it.
    The same seed gives the same exercises.

    \b
    comity exercise generate --count 20 --level 3 --seed 7 -o bank.yaml
    comity exercise generate --context mass-influx --element rapid-arrival
    """
    from comity.engine.assessment.assess import program
    from comity.engine.language.diagnostic import one_of
    from comity.engine.training.banks import bank_lines
    from comity.engine.training.generation import NotFound, default_day, generate

    rule_set = load_rules(rules)
    check_reading(reading, rule_set)
    _check(context, rule_set.contexts, "context", "--context")
    _check(element, rule_set.criteria, "criterion", "--element")
    own = program(rule_set, reading).criteria(context) if context is not None else ()
    if context is not None and element is not None and element not in own:
        message = f"`{element}` is no criterion of `{context}`; {one_of(own)}"
        raise click.BadParameter(message, param_hint="--element")
    try:
        made = generate(
            rule_set,
            as_of=as_of or default_day(rule_set),
            context=context,
            element=element,
            level=level,
            count=count,
            seed=seed,
            reading=reading,
        )
    except NotFound as why:
        click.echo(f"error: {why}", err=True)
        stop(1)
    emit("\n".join(bank_lines(rule_set, made)) + "\n", output)


def _check(name: str | None, known: Mapping[str, object], what: str, option: str) -> None:
    from comity.engine.language.diagnostic import did_you_mean, one_of

    if name is not None and name not in known:
        hint = did_you_mean(name, known) or one_of(tuple(known))
        raise click.BadParameter(f"there is no {what} `{name}`; {hint}", param_hint=option)
