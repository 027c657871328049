"""`comity docs`."""

import click

from comity.cli.common import check_reading, complete_rule_sets, emit, format_option, load_rules, output_option


@click.command("docs")
@click.argument("rules", default="oas-2013", metavar="[ID|PATH]", shell_complete=complete_rule_sets)
@click.option("--reading", metavar="ID", help="The reading that it is written under.  [default: the rule set's]")
@format_option("markdown", "html")
@output_option
def command(rules: str, reading: str | None, format_: str, output: str | None) -> None:
    """Write the manual of a rule set: definitions, decision tables, thresholds, facts, sources, a diagram.

    The rule set is a built-in id (`comity list`) or a folder. Markdown is made for GitHub; HTML is one file that needs
    no network and prints well.

    \b
    comity docs -o manual.md
    comity docs my-rules/ --format html -o manual.html
    comity docs oas-2013 --reading all
    """
    from comity.engine.report.manual import manual

    try:
        rule_set = load_rules(rules)
    except click.BadParameter as error:
        error.param_hint = "[ID|PATH]"
        raise
    check_reading(reading, rule_set)
    found = manual(rule_set, reading)
    if format_ == "html":
        from comity.engine.report.manual_page import to_page

        emit(to_page(found), output)
    else:
        from comity.engine.report.manual_markdown import to_markdown

        emit(to_markdown(found), output)
