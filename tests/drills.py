"""A small rule set, and exercises over it: what the tests of sessions, marks and classes are held over."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from comity.engine.language.diagnostic import accept
from comity.engine.language.load import build_rule_set
from comity.engine.language.model import RuleSet
from comity.engine.language.source import Document, read
from comity.engine.report.sheet import Sheet, sheet
from comity.engine.training.exercise import Exercise, load_exercises
from comity.engine.training.items import Item
from comity.engine.training.keys import Told, items, told

RULES = {
    "rule-set.yaml": """\
rule_set: small
version: 1.0.0
title: Small
sources: {law: {title: The law of crowds, short: Crowd Law}}
facts:
  people: {type: count, unit: people, title: People, ask: "How many people came?"}
  stay: {type: duration, title: Stay, ask: "How long have they stayed?"}
  rain: {type: boolean, title: Rain, ask: "Does it rain?"}
  tents: {type: boolean, title: Tents, ask: "Are there tents?"}
  kept: {type: boolean, title: Border kept open, ask: "Is the border kept open?"}
principles:
  refuge: {title: Nobody is turned away, source: {cite: law, at: "3"}, breached_when: {fact: kept, is: false}}
purposes:
  shelter: {title: Shelter}
  order: {title: Order}
  peace: {title: Peace}
  hope: {title: Hope}
measures:
  roofs:
    title: Roofs
    source: {cite: law, at: "4"}
    serves: [shelter]
    for: {crowd: {basis: editorial}}
    need: {fact: tents, is: false}
""",
    "crowd.yaml": """\
context: crowd
title: A crowd
source: {cite: law, at: "1"}
when: {all: [{criterion: many}, {criterion: wet}]}
criteria:
  many: {title: People are many, source: {cite: law, at: "1(a)"}, when: {fact: people, at_least: 100}}
  wet: {title: They stand in the rain, source: {cite: law, at: "1(b)"}, when: {fact: rain, is: true}}
""",
    "camp.yaml": """\
context: camp
title: A camp
source: {cite: law, at: "2"}
when: {criterion: long}
criteria:
  long: {title: They stay long, source: {cite: law, at: "2"}, when: {fact: stay, at_least: 12 months}}
""",
}
SQUARE = """\
exercise: square
title: The square
level: 1
points: [1, 2]
situation:
  situation: the-square
  title: The square
  as_of: 2013-06-30
  facts: {people: 120, stay: 2 months, rain: true, kept: true}
stages:
  - title: Noon
    narrative: Some 120 people have come to the square, most of them two months ago.
    tells: [people, stay, kept]
    tasks:
      - {kind: contexts}
      - {kind: next}
  - title: Night
    narrative: It rains.
    tells: [rain]
    tasks:
      - {kind: change, about: camp}
      - {kind: deciding, about: crowd}
      - {kind: essay, prompt: What would you do first?, rubric: [Names the crowd, Asks for tents]}
"""
PLAIN = """\
exercise: plain
title: In words
level: 2
situation: {situation: one, as_of: 2013-06-30, facts: {people: 120, stay: 2 years, rain: false, tents: false}}
tasks:
  - {kind: contexts}
  - {kind: criteria, about: crowd}
  - {kind: near-miss, about: crowd}
  - {kind: measures}
  - {kind: purposes, about: roofs}
"""


@cache
def rules() -> RuleSet:
    documents = [read(RULES[name].encode(), name) for name in sorted(RULES)]
    return accept(build_rule_set([one for one in documents if isinstance(one, Document)], "small"))


@cache
def loaded(text: str) -> tuple[Exercise, tuple[Told, ...], tuple[Item, ...]]:
    """Return an exercise, its stages, and its tasks with their keys."""
    document = read(text.encode(), "exercise.yaml")
    assert isinstance(document, Document)
    (exercise,) = accept(load_exercises(document, rules(), lambda _: None))
    stages = told(rules(), exercise)
    return exercise, stages, accept(items(rules(), exercise, stages))


def tasks(text: str = SQUARE) -> Sequence[Item]:
    return loaded(text)[2]


@cache
def words(text: str = SQUARE) -> Sheet:
    return sheet(*loaded(text))


def write(folder: Path) -> None:
    """Write the rule set to the folder `small`, and the exercises beside it."""
    (folder / "small").mkdir()
    for name, text in RULES.items():
        (folder / "small" / name).write_text(text, encoding="utf-8")
    (folder / "square.yaml").write_text(SQUARE, encoding="utf-8")
    (folder / "plain.yaml").write_text(PLAIN, encoding="utf-8")
