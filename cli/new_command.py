"""`comity new`."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from comity.cli.common import emit

_ELSEWHERE = {"workflow.yml": ".github/workflows/comity.yml", "pre-commit.yaml": ".pre-commit-config.yaml"}


@click.command("new")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--id", "id_", metavar="ID", help="The id of the rule set.  [default: the name of DIR]")
@click.option("--title", metavar="TITLE", help="Its title.  [default: made of the id]")
def command(folder: Path, id_: str | None, title: str | None) -> None:
    """Write a rule set to start from: small and whole, with nothing to complain about.

    It has facts, a context with two criteria, a measure, cases, properties, what CI, pre-commit and editors need, and a
    README that explains it all. Nothing is overwritten: if anything is in the way, the exit code is 2 and nothing is
    written.

    \b
    comity new my-rules
    comity new rules/shelter --id shelter-2013 --title "Rules on shelter"
    """
    name = folder.resolve().name if id_ is None else id_
    texts = _texts(name, name.replace("-", " ").capitalize() if title is None else title)
    files = dict(sorted({**texts, **_schemas(texts)}.items()))
    in_the_way = list(_in_the_way(folder, files))
    if in_the_way:
        raise click.UsageError(f"nothing was written, since this is in the way: {', '.join(in_the_way)}")
    _write({folder / path: text for path, text in files.items()})
    emit("".join(f"{folder / path}\n" for path in files) + f"read {folder / 'README.md'} first\n", None)


def _texts(name: str, title: str) -> dict[str, str]:
    """Return what people read and write, by path."""
    import json
    from importlib.resources import files

    from comity.engine.language.diagnostic import clip
    from comity.engine.language.shape import ID, MAX_NAME

    if not ID.fullmatch(name) or len(name) > MAX_NAME or name in ("true", "false", "null"):
        raise click.BadParameter(
            f"`{clip(name)}` cannot name a rule set: write lower-case words joined by hyphens, like my-rules",
            param_hint="--id",
        )
    if not title.strip() or not title.isprintable():
        raise click.BadParameter("a title is one line of text", param_hint="--title")
    found = sorted((files("comity.cli") / "templates").iterdir(), key=lambda one: one.name)
    texts = {_ELSEWHERE.get(one.name, one.name): one.read_text(encoding="utf-8") for one in found}
    texts["README.md"] = texts["README.md"].replace("# My rules\n", f"# {title}\n")
    texts["rule-set.yaml"] = (
        texts["rule-set.yaml"]
        .replace("rule_set: my-rules\n", f"rule_set: {name}\n")
        .replace("title: My rules\n", f"title: {json.dumps(title, ensure_ascii=False)}\n")
    )
    return texts


def _schemas(texts: Mapping[str, str]) -> dict[str, str]:
    """Return the schemas for editors in the terms of the rule set that is in `texts`, by path."""
    from comity.engine.language import schema
    from comity.engine.language.diagnostic import accept
    from comity.engine.language.load import build_rule_set
    from comity.engine.language.source import Document, read
    from comity.engine.report.json_text import json_text

    own = [path for path in texts if path.endswith(".yaml") and path.count(".") == 1]  # no cases, nothing hidden
    documents = [read(texts[path].encode(), path) for path in own]
    rules = accept(build_rule_set([one for one in documents if isinstance(one, Document)], "the rule set"))
    made = {
        "rule-set": schema.rule_set_schema(rules),
        "cases": schema.cases_schema(rules),
        "situation": schema.situation_schema(rules),
    }
    return {f".schemas/{kind}.schema.json": json_text(one) for kind, one in made.items()}


def _in_the_way(folder: Path, files: Mapping[str, str]) -> Iterator[str]:
    """Yield what would be overwritten, and what would make another rule set of what is written."""
    import os

    from comity.engine.language.diagnostic import Diagnostic
    from comity.engine.language.files import entries

    for above in folder.resolve().parents:
        if (above / "rule-set.yaml").is_file():
            yield f"the rule set `{above}`, which `{folder}` would be a part of"
    places = {folder / path: None for path in files}
    parents = {parent: None for path in places for parent in path.parents if parent not in folder.parents}
    blocked = [path for path in places if os.path.lexists(path)]
    blocked += [path for path in parents if os.path.lexists(path) and not path.is_dir()]
    yield from (f"`{path}`" for path in sorted(blocked))
    for entry in entries(folder) if folder.is_dir() else ():
        if isinstance(entry, Diagnostic):
            yield f"`{entry.at.file}`"
        elif entry not in places:
            yield f"`{entry}`, which would belong to the rule set"


def _write(files: Mapping[Path, str]) -> None:
    """Write new files, all or none."""
    made: list[Path] = []
    try:
        for path, text in files.items():
            for parent in [one for one in reversed(path.parents) if not one.exists()]:
                parent.mkdir()
                made.append(parent)
            with path.open("x", encoding="utf-8", newline="\n") as file:
                made.append(path)
                file.write(text)
    except BaseException as error:
        for path in reversed(made):
            path.rmdir() if path.is_dir() else path.unlink()
        if isinstance(error, OSError):
            raise click.UsageError(f"nothing was written: `{error.filename}`: {error.strerror}") from error
        raise
