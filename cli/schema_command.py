"""`comity schema`."""

import click
from comity.cli.common import load_rules, output_option, rules_option


@click.command("schema")
@click.argument("kind", type=click.Choice(["rule-set", "situation", "cases", "assessment"]))
@rules_option
@output_option
def command(kind: str, rules: str, output: str | None) -> None:
    """Print the JSON Schema (draft-07) of a kind of document.

    The schemas of situations and of cases know the facts of the rule set, so that an editor completes and explains
    them.

    \b
    comity schema situation -o situation.schema.json
    comity schema assessment
    """
    import json

    from comity.cli.common import emit
    from comity.engine.language import schema as documents
    from comity.engine.report import schema as reports

    if kind == "assessment":
        found = reports.assessment_schema()
    elif kind == "rule-set":
        found = documents.rule_set_schema()
    elif kind == "situation":
        found = documents.situation_schema(load_rules(rules))
    else:
        found = documents.cases_schema(load_rules(rules))
    emit(json.dumps(found, ensure_ascii=False, indent=2) + "\n", output)
