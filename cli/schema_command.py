"""`comity schema`."""

from importlib import import_module
from typing import Any

import click

from comity.cli.common import load_rules, output_option, read_document, rules_option, stop

READ = ("rule-set", "situation", "response", "cases", "exercise", "answers")
# What commands print as JSON, and the module and the function that have its schema.
PRINTED = {
    "assessment": ("schema", "assessment_schema"),
    "timeline": ("timeline_schema", "timeline_schema"),
    "what-if": ("what_if_schema", "what_if_schema"),
    "questions": ("what_if_schema", "questions_schema"),
    "compare": ("comparison_schema", "compare_schema"),
    "merge": ("comparison_schema", "merge_schema"),
    "statistics": ("tables_schema", "statistics_schema"),
    "sweep": ("tables_schema", "sweep_schema"),
    "draws": ("tables_schema", "draws_schema"),
    "marks": ("marks_schema", "marks_schema"),
}


@click.command("schema")
@click.argument(
    "kind", type=click.Choice(["rule-set", "situation", "response", "cases", "exercise", "answers", *PRINTED])
)
@rules_option
@click.option("--validate", "files", multiple=True, metavar="FILE", help="Validate a file instead; may be repeated.")
@output_option
def command(kind: str, rules: str, files: tuple[str, ...], output: str | None) -> None:
    """Print the JSON Schema (draft-07) of a kind of document, or validate files against it.

    The schemas know the names of the rule set, so that an editor completes and explains them; those of situations,
    responses, cases and exercises take no others. `comity check` says more of rule sets, situations, cases and
    exercises, and says it better; --validate is for responses, answers and what commands print as JSON, and for a
    second opinion. The exit code is then 1 if a file departs from the schema.

    \b
    comity schema situation -o situation.schema.json
    comity schema assessment --validate assessment.json
    """
    from comity.cli.common import emit
    from comity.engine.language import schema as documents
    from comity.engine.report.json_text import json_text

    if kind in PRINTED:
        module, name = PRINTED[kind]
        found = getattr(import_module(f"comity.engine.report.{module}"), name)()
    elif kind == "rule-set":
        found = documents.rule_set_schema(load_rules(rules))
    elif kind == "situation":
        found = documents.situation_schema(load_rules(rules))
    elif kind == "response":
        found = documents.response_schema(load_rules(rules))
    elif kind == "exercise":
        from comity.engine.training.schema import exercise_schema

        found = exercise_schema(load_rules(rules))
    elif kind == "answers":
        from comity.engine.training.schema import answers_schema

        found = answers_schema()
    else:
        found = documents.cases_schema(load_rules(rules))
    if files:
        _validate(files, found, kind, output)
    else:
        emit(json_text(found), output)


def _validate(files: tuple[str, ...], schema: dict[str, Any], kind: str, output: str | None) -> None:
    from comity.cli.common import emit
    from comity.engine.checking.validation import violations

    documents = [read_document(file) for file in files]
    lines = [f"{at}: {message}" for one in documents if one is not None for at, message in violations(one, schema)]
    failed = bool(lines) or None in documents
    lines.append(f"validated {len(files)} against the schema of {kind}: {'not as it should be' if failed else 'valid'}")
    emit("\n".join(lines) + "\n", output)
    if failed:
        stop(1)
