"""A tiny rule set with its cases, and situations about it: what the tests of commands write into a folder."""

RULES = {
    "rule-set.yaml": """\
rule_set: tiny
version: 0.1.0
title: A tiny rule set
sources: {text: {title: A text}}
parameters:
  enough: {value: 10, unit: people, basis: editorial, source: {cite: text}}
facts:
  people: {type: count, unit: people, title: People, ask: "How many people?"}
""",
    "crowd.yaml": """\
context: crowd
title: Crowd
source: {cite: text}
basis: editorial
when: {criterion: many}
criteria:
  many:
    title: Many people
    source: {cite: text}
    basis: editorial
    when: {fact: people, at_least: {parameter: enough}}
""",
    "crowd.cases.yaml": """\
cases:
  - {name: "ten, at least", as_of: 2013-01-31, facts: {people: 10}, expect: {crowd: met, many: met}}
  - {name: nine, as_of: 2013-01-31, facts: {people: 9}, expect: {crowd: not-met, many: not-met}}
  - {name: nobody counted, as_of: 2013-01-31, facts: {}, expect: {crowd: unknown, many: unknown}}
""",
}
ONE = "situation: one\nas_of: 2013-01-31\nfacts: {people: 15}\nexpect: {contexts: {crowd: met}}\n"
WRONG = """\
situation: wrong
as_of: 2013-01-31
facts: {people: 9}
expect:
  contexts: {crowd: met}
  because: {crowd: [many]}
"""
BROKEN = "situation: broken\nas_of: 2013-01-31\nfacts:\n  poeple: 15\n  people: 25,000\n"
