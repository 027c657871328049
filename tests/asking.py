"""A small rule set that asks for a value of every kind: what the tests of interviews are held over."""

SMALL = """\
rule_set: small
version: 1.0.0
title: Small
facts:
  groups:
    type: table
    ask: "Which groups?"
    columns:
      profile: {type: text, ask: "Who?"}
      number: {type: count, history: true, ask: "How many?"}
      since: {type: date, ask: "Since when?"}
      least: {type: count, derive: {lowest: {fact: number}, over: 2 years}}
  day: {type: date, ask: "When?"}
  border: {type: choice, options: [open, closed], ask: "Is the border open?"}
  calm: {type: boolean, ask: "Is it calm?"}
  kept: {type: boolean, about: response, ask: "Is the border kept open?"}
  people: {type: count, unit: people, ask: "How many people?"}
  stay: {type: duration, ask: "How long?"}
"""
CONTEXT = """\
context: all-of-it
title: All of it
when:
  all:
    - {fact: people, at_least: 10}
    - {fact: stay, at_least: 1 year}
    - {fact: day, before: 2012-01-01}
    - {fact: border, is: open}
    - {fact: calm, is: true}
    - {some: groups, where: {all: [{fact: least, at_least: 5}, {fact: profile, is: North}]}}
    - {fact: kept, is: true}
"""
