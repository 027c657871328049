"""An interview as a machine of states: answers, taking back, going on; the situation is what the answers say."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, strategies as st

from comity.engine import load_rules, load_situation
from comity.engine.assessment.assess import assess
from comity.engine.interview.answers import answer, begin
from comity.engine.interview.session import Session, Terms
from comity.engine.language.diagnostic import accept
from comity.engine.language.load import build_rule_set
from comity.engine.language.model import RuleSet
from comity.engine.language.situation import load_situation as load_document
from comity.engine.language.source import Document, read
from comity.engine.language.writing import written
from comity.engine.report.document import to_document
from tests.asking import CONTEXT, SMALL
from tests.strategies import Case, Choose, Giver, World, cases, drawing, write

SITUATIONS = sorted((Path(__file__).parents[1] / "scenarios" / "situations").glob("*.yaml"))
EMPTY = "situation: s\nas_of: 2013-06-30\nfacts: {}\n"


@pytest.fixture(scope="module")
def small() -> RuleSet:
    documents = [read(text.encode(), "small.yaml") for text in (SMALL, CONTEXT)]
    return accept(build_rule_set([one for one in documents if isinstance(one, Document)], "small"))


@pytest.fixture(scope="module")
def course() -> RuleSet:
    return load_rules("oas-2013")


def _begin(rules: RuleSet, text: str = EMPTY, **terms: Any) -> Session:
    return accept(begin(Terms(rules, **terms), text, "s.yaml"))


def _after(session: Session, *lines: str) -> Session:
    for line in lines:
        session = accept(answer(session, line))
    return session


def _asked(session: Session) -> tuple[Any, ...]:
    turn = session.turn
    return () if turn is None else (turn.kind, turn.fact.name if turn.fact else None, turn.row)


# --- one answer -------------------------------------------------------------------------------------------------------


def test_it_begins_with_what_a_situation_must_have(small: RuleSet) -> None:
    session = accept(begin(Terms(small)))
    assert (session.file, _asked(session)) == ("", ("name", None, 0))
    session = _after(session, "border-2015")
    assert (session.file, _asked(session)) == ("situation: border-2015\nfacts: {}\n", ("title", None, 0))
    session = _after(session, "The border: a test", "2015-06-30")
    assert session.file == 'situation: border-2015\ntitle: "The border: a test"\nas_of: 2015-06-30\nfacts: {}\n'
    assert _asked(session) == ("row", "groups", 0)
    assert _after(accept(begin(Terms(small))), "b", "skip", "2015-06-30").file == (
        "situation: b\nas_of: 2015-06-30\nfacts: {}\n"
    )


def test_the_date_is_asked_for_where_there_is_none(small: RuleSet) -> None:
    text = "situation: s\ntitle: t  # of ours\nfacts: {}\n"
    session = _begin(small, text)
    assert (session.file, _asked(session)) == (text, ("as-of", None, 0))
    dated = "situation: s\ntitle: t  # of ours\nas_of: 2013-06-30\nfacts: {}\n"
    assert _after(session, "2013-06-30").file == dated
    assert _begin(small, text, as_of=date(2013, 6, 30)).file == dated
    fresh = accept(begin(Terms(small, as_of=date(2013, 6, 30))))
    assert _after(fresh, "s", "t").file == "situation: s\ntitle: t\nas_of: 2013-06-30\nfacts: {}\n"


def test_what_settles_all_ends_it(small: RuleSet) -> None:
    session = _after(_begin(small), "y", "North", "2011: 7", "?", "y", "South, mostly", "?", "2008-05", "n")
    session = _after(session, "6 years ago", "1", "y", "n")
    assert session.turn is None
    assert session.outcome == {"all-of-it": "not-met"}
    assert session.file == (
        "situation: s\nas_of: 2013-06-30\nfacts:\n"
        '  groups:\n    - {profile: North, number: {2011: 7}}\n    - {profile: "South, mostly", since: 2008-05}\n'
        "  day: 6 years ago\n  border: open\n  calm: true\n"
        "response: {facts: {kept: false}}\n"
    )


@pytest.mark.parametrize(
    ("lines", "fact"),
    [
        (["change people", "20000..30000"], "people: 20000..30000"),
        (["change people", "?"], "people: unknown"),
        (["change people", "unknown"], "people: unknown"),
        (["change people", "25000 # about"], "people: 25000"),
        (["change stay", "18 months.."], "stay: 18 months.."),
        (["change day", "6 years ago"], "day: 6 years ago"),
        (["change day", "2008-05"], "day: 2008-05"),
        (["change border", "2"], "border: closed"),
        (["change border", "open"], "border: open"),
        (["change calm", "y"], "calm: true"),
        (["change calm", "No"], "calm: false"),
        (["change calm", "false"], "calm: false"),
        (["change groups", "?"], "groups: unknown"),
        (["change groups", "n"], "groups: []"),
        (["change groups", '[{profile: North, number: {2012: 7}}, {profile: "a, b"}]'],
         'groups:\n    - {profile: North, number: {2012: 7}}\n    - {profile: "a, b"}'),
        (["change groups", "y", "North", "{2011: 6, 2012: 7}", "?", "y", "South, mostly", "?", "2008-05", "n"],
         "groups:\n    - {profile: North, number: {2011: 6, 2012: 7}}\n"
         '    - {profile: "South, mostly", since: 2008-05}'),
        (["change groups", "y", '"unknown"', "?", "?", "n"], 'groups:\n    - {profile: "unknown"}'),
        (["change groups", "y", "A", "1", "?", "y", "B", "2", "?", "redo 1", "C", "3", "2008", "n"],
         "groups:\n    - {profile: C, number: 3, since: 2008}\n    - {profile: B, number: 2}"),
        (["change groups", "y", "A", "1", "?", "redo", "C", "3", "2008", "back", "?", "n"],
         "groups:\n    - {profile: C, number: 3}"),
    ],
)  # fmt: skip
def test_how_an_answer_is_written(small: RuleSet, lines: list[str], fact: str) -> None:
    session = _after(_begin(small), *lines)
    assert session.file == f"situation: s\nas_of: 2013-06-30\nfacts:\n  {fact}\n"


def test_a_fact_about_the_response_stands_there(small: RuleSet) -> None:
    assert _after(_begin(small), "change kept", "y").file == f"{EMPTY}response: {{facts: {{kept: true}}}}\n"
    text = EMPTY + "response:\n  title: ours\n  facts: {kept: false}\n"
    assert _after(_begin(small, text), "change kept", "?").file == text.replace("false", "unknown")


@pytest.mark.parametrize(
    ("lines", "line", "message", "hint"),
    [
        (["change people"], "20,000", "`people` must be a number, not the text `20,000`", "write 20000"),
        (["change people"], "30000..20000", "`people` is a range that ends before it begins: `30000..20000`",
         "the lower end comes first"),
        (["change people"], "-1", "`people` must be at least 0, not -1", "correct the value, or leave it out"),
        (["change people"], "", "`people` has no value", "type ? if nobody knows, or skip"),
        (["change people"], "# five", "`people` has no value", "type ? if nobody knows, or skip"),
        (["change people"], "{a: 1}", "`people` must be one value, not a mapping",
         "write one value: only a history has values by period"),
        (["change people"], "[1, 2",
         "this is not well-formed YAML: the list that begins in line 1 lacks a `,` or its `]`",
         "close it, and quote a text that holds `,`, `[`, `]` or `: `"),
        (["change people"], "j", "`people` must be a number, not the text `j`",
         "write plain digits, like 25000 or 2.5, or a range, like 20000..30000"),
        ([], "\udcff", "the answer is not UTF-8", "type it again"),
        ([], "back", "there is nothing to go back to", "`change FACT` asks for any fact again"),
        ([], "change peple", "there is no fact `peple`", "did you mean `people`?"),
        ([], "change", "there is no fact ``", "give the name of a fact"),
        (["change stay"], "18", "`stay` must be a duration, not `18`", "write it like `5 years` or `18 months`"),
        (["change day"], "6 years", "`day` must be a date, not `6 years`",
         "write `6 years ago`, or a date like 2008-05-17"),
        (["change border"], "opne", "`border` cannot be `opne`", "did you mean `open`?"),
        (["change border"], "3", "`border` cannot be `3`", "one of: open, closed"),
        (["change calm"], "maybe", "`calm` must be true or false, not the text `maybe`", "write true or false"),
        (["change groups"], "two", "whether there is a row must be y or n, not `two`", "y or n; ? if nobody knows"),
        (["change groups"], "redo", "whether there is a row must be y or n, not `redo`", "y or n; ? if nobody knows"),
        (["change groups"], "[{profle: North}]", "row 1 of `groups` has the unknown key `profle`",
         "did you mean `profile`?"),
        (["change groups", "y"], "North: South", "`profile` in row 1 of `groups` must be a text, not a mapping",
         "quote a text that begins with `[`, `{` or `- `, or that holds `: `"),
        (["change groups", "y"], "change people", "`change people` waits until the table is filled",
         "fill it, or skip it"),
        (["change groups", "y", "North"], "{2011: 1, 2011-05: 2}",
         "`number` in row 1 of `groups` has two values for days of `2011-05`: the other is in `2011`",
         "periods may touch, not overlap"),
        (["change groups", "y", "North", "{2011: 1}"], "2012",
         "row 1 of `groups` gives `number` for days before its `since`",
         "correct `since`, or leave the earlier values out"),
        (["change groups", "y", "North", "1", "?"], "?", "whether there is another row must be y or n, not `?`",
         "y or n; redo asks for a row again"),
        (["change groups", "y", "North", "1", "?"], "redo 2", "there is no row 2", "rows: 1 to 1"),
    ],
)  # fmt: skip
def test_what_is_said_of_a_bad_answer(small: RuleSet, lines: list[str], line: str, message: str, hint: str) -> None:
    before = _after(_begin(small), *lines)
    after = answer(before, line)
    assert [(one.message, one.hint) for one in after.diagnostics] == [(message, hint)]
    assert after.value is None


@pytest.mark.parametrize(
    ("lines", "line", "message", "hint"),
    [
        ([], "Border 2015", "`Border 2015` cannot name a situation",
         "write lower-case words joined by hyphens, like `border-2015`"),
        ([], "true", "plain `true` cannot name a situation", 'write "true", with quotes'),
        ([], "", "the name of the situation is empty", "fill it in"),
        (["a"], "", "`title` of the situation is empty", "fill it in, or skip"),
        (["a", "b"], "2015", "the as-of date must be a full date, not the number 2015", "write it like 2013-01-31"),
        (["a", "b"], "2015-02-30", "the as-of date names no day: there is no 2015-02-30",
         "correct the month or the day"),
        (["a", "b"], "today", "the as-of date must be a full date, not the text `today`", "write it like 2013-01-31"),
    ],
)  # fmt: skip
def test_what_is_said_of_a_bad_beginning(small: RuleSet, lines: list[str], line: str, message: str, hint: str) -> None:
    before = _after(accept(begin(Terms(small))), *lines)
    after = answer(before, line)
    assert [(one.message, one.hint) for one in after.diagnostics] == [(message, hint)]
    assert after.value is None


def test_what_is_only_strange_is_said_once_and_taken(course: RuleSet) -> None:
    session = _after(_begin(course), "change populations", "y", "Somali", "?", "?", "?", "y")
    taken = answer(session, "somali")
    assert [one.message for one in taken.diagnostics] == [
        "`profile` in `populations` is both `Somali` and `somali`: they count as two"
    ]
    assert taken.value is not None
    later = answer(taken.value, "Kenya")
    assert later.diagnostics == ()


def test_a_judgement_may_answer_instead(course: RuleSet) -> None:
    text = EMPTY.replace(" {}", "\n  crosses_border: true")
    session = _after(_begin(course, text), "change arrivals")
    assert session.turn is not None
    assert session.turn.question is not None
    assert session.turn.question.instead == ("numbers_considerable", "arrival_rapid", "capacity_inadequate")
    for line, message in (("j", "several judgements would answer"), ("j4", "there is no judgement 4")):
        refused = answer(session, line)
        assert [(one.message, one.hint) for one in refused.diagnostics] == [(message, "type j1 to j3")]
    chosen = _after(session, "j2")
    assert _asked(chosen) == ("fact", "arrival_rapid", 0)
    assert chosen.turn is not None
    assert chosen.turn.question == session.question("arrival_rapid")
    assert session.question("arrival_rapid").settles == ("mass-influx",)
    assert _after(chosen, "y").file == f"{text}  arrival_rapid: true\n"
    assert _after(chosen, "back") == session
    only = _after(_begin(course, text), "change arrival_days")
    assert _asked(_after(only, "j")) == ("fact", "arrival_rapid", 0)


def test_where_nobody_knows_what_it_rests_on_the_judgement_itself_is_asked(course: RuleSet) -> None:
    session = _begin(course, EMPTY.replace(" {}", "\n  crosses_border: true"))
    asked = []
    while session.turn is not None and session.turn.fact is not None:
        asked.append(session.turn.fact.name)
        session = _after(session, "?")
    assert {"arrivals", "arrival_days", "numbers_considerable", "arrival_rapid"} <= {*asked}
    assert asked.index("arrivals") < asked.index("arrival_rapid")


# --- what is asked ----------------------------------------------------------------------------------------------------


def test_what_nobody_knows_is_not_asked_again(small: RuleSet) -> None:
    session = _after(_begin(small), "?", "2010..2015", "1", "?")
    assert {one.fact for one in session.unsettled} == {"groups", "day", "calm"}
    assert {one.fact for one in session.unsaid} == {"kept", "people", "stay"}
    assert _asked(session) == ("fact", "kept", 0)


def test_what_is_passed_over_is_asked_when_one_goes_on(small: RuleSet) -> None:
    session = _after(_begin(small), "skip")
    assert _asked(session) == ("fact", "day", 0)
    assert (session.file, session.unsaid[0].fact) == (EMPTY, "groups")
    assert _asked(_after(session, "resume")) == ("row", "groups", 0)
    assert _asked(_begin(small, session.file)) == ("row", "groups", 0)


def test_what_is_known_in_part_is_asked_again_on_demand(small: RuleSet) -> None:
    text = EMPTY.replace(" {}", "\n  people: 5..20\n  stay: 2 years\n  day: 2001\n  border: open\n  groups: unknown")
    assert _asked(_begin(small, text)) == ("fact", "calm", 0)
    session = _begin(small, text, again=True)
    assert _asked(session) == ("row", "groups", 0)
    session = _after(session, "?", "y", "y")
    assert _asked(session) == ("fact", "people", 0)
    assert _after(session, "8..20").turn is None


def test_a_table_that_is_changed_keeps_its_rows(small: RuleSet) -> None:
    text = EMPTY.replace(" {}", "\n  groups:\n    - {profile: North, least: 3}")
    session = _after(_begin(small, text), "change groups")
    assert _asked(session) == ("row", "groups", 1)
    assert _after(session, "y", "South", "5", "?", "n").file == text + "    - {profile: South, number: 5}\n"


def test_nothing_is_asked_where_nothing_is_open(small: RuleSet) -> None:
    session = _after(_begin(small), "n")
    assert (session.turn, session.unsaid, session.unsettled) == (None, (), ())
    refused = answer(session, "5")
    assert [(one.message, one.hint) for one in refused.diagnostics] == [
        (
            "nothing is asked any more: `5`",
            "`back` takes the last answer back, `change FACT` asks for a fact again",
        )
    ]
    assert _asked(_after(session, "back")) == ("row", "groups", 0)
    assert _asked(_after(session, "change groups", "?")) == ("fact", "day", 0)


# --- a table on the way -----------------------------------------------------------------------------------------------


def test_a_table_that_is_being_filled_is_kept_and_is_no_fact_yet(small: RuleSet) -> None:
    session = _after(_begin(small), "change groups", "y", "North, mostly", "?", "2008", "y", "South")
    rows = '[{profile: "North, mostly", number: unknown, since: 2008}, {profile: South}]'
    assert session.file == f"{EMPTY}# comity ask, unfinished: groups: {rows}\n"
    assert session.situation is not None
    assert session.situation.facts == {}
    again = _begin(small, session.file)
    assert (again.text, again.draft, _asked(again)) == (EMPTY, session.draft, ("cell", "number", 2))
    assert _after(again, "5", "?", "n").file == _after(session, "5", "?", "n").file


@pytest.mark.parametrize("rows", ["[", "{}", "5", "[5]", ""])
@pytest.mark.parametrize("table", ["groups", "people", "nothing"])
def test_a_comment_that_somebody_spoilt_does_no_harm(small: RuleSet, table: str, rows: str) -> None:
    session = _begin(small, f"{EMPTY}# comity ask, unfinished: {table}: {rows}\n")
    assert session.text == EMPTY
    assert _after(session, *(["n"] if session.draft else []), "change people", "5").file.startswith(EMPTY[:-4])


def test_a_file_that_cannot_be_used_is_refused(small: RuleSet) -> None:
    loaded = begin(Terms(small), "situation: s\nfacts: {poeple: 5}\n", "s.yaml")
    assert loaded.value is None
    assert [str(one) for one in loaded.diagnostics] == [
        "s.yaml:2:9: error[unknown-fact]: there is no fact `poeple`\n    hint: did you mean `people`?"
    ]


def test_a_file_that_is_written_in_a_strange_way_is_not_spoilt(small: RuleSet) -> None:
    session = _begin(small, "situation: s\nas_of: 2013-06-30\nfacts:\n  ? calm\n  : true\n")
    refused = answer(session, "n")
    assert refused.value is None
    assert [(one.message, one.hint) for one in refused.diagnostics] == [
        (
            "`facts` is written in a way that cannot be changed in place",
            "write each fact as `name: value` on a line of its own",
        )
    ]


# --- any sequence -----------------------------------------------------------------------------------------------------

NOISE = ("", "nonsense, surely: yes", "{2011: 1", "change nothing", "redo 9", "j9", "-5..")


def _typed(choose: Choose, giver: Giver, world: World, session: Session) -> str:
    """Return something that somebody may type."""
    turn = session.turn
    if turn is None or choose(range(5)) == 0:
        facts = [f"change {name}" for name in world.facts]
        return choose(("back", "back", "back", "skip", "resume", "?", "redo", *NOISE, *facts))
    if turn.kind == "row":
        return choose(("y", "n", "redo", "redo 1", "?"))
    assert turn.fact is not None
    assert turn.question is not None
    declared = world.facts[turn.question.fact]
    return write(giver.value(declared["columns"][turn.fact.name] if turn.kind == "cell" else declared))


def _hold(
    data: st.DataObject, case: Case, see: Callable[[Session], None] = lambda _: None
) -> tuple[Session, list[str]]:
    """Hold an interview with all sorts of answers; return where it ends, and the answers that were taken."""
    choose = drawing(cast(st.DrawFn, data.draw))
    giver = Giver(choose, case.world.as_of)
    session = _begin(case.world.load(), f"situation: s\nas_of: {case.world.as_of}\nfacts: {{}}\n")
    lines: list[str] = []
    for _ in range(data.draw(st.integers(0, 25))):
        line = _typed(choose, giver, case.world, session)
        after = answer(session, line).value
        if after is not None:
            session = after
            lines.append(line)
            see(session)
    return session, lines


def _standing(lines: list[str]) -> list[str]:
    found: list[str] = []
    for line in lines:
        found = found[:-1] if line == "back" else [*found, line]
    return found


def _plain(session: Session) -> tuple[Any, ...]:
    return (session.file, session.turn, session.open, session.passed, session.draft, session.outcome)


@given(cases(size=2), st.data())
def test_what_was_taken_back_leaves_nothing(case: Case, data: st.DataObject) -> None:
    session, lines = _hold(data, case)
    start = _begin(session.terms.rules, f"situation: s\nas_of: {case.world.as_of}\nfacts: {{}}\n")
    assert _plain(_after(start, *_standing(lines))) == _plain(session)
    assert _plain(_after(start, *lines)) == _plain(session)


@given(cases(size=2), st.data())
def test_one_can_stop_after_any_answer_and_go_on(case: Case, data: st.DataObject) -> None:
    def see(session: Session) -> None:
        again = _begin(session.terms.rules, session.file)
        assert (again.file, again.draft, again.open) == (session.file, session.draft, session.open)
        assert again.passed <= session.passed
        if session.chosen is None and again.passed == session.passed:
            assert again.turn == session.turn

    _hold(data, case, see)


@given(cases(size=2), st.data())
def test_the_file_assesses_as_the_session_does(case: Case, data: st.DataObject) -> None:
    session, _ = _hold(data, case)
    document = read(session.file.encode(), "s.yaml")
    assert isinstance(document, Document)
    rules = session.terms.rules
    again = accept(load_document(document, rules))
    assert session.situation is not None
    assert to_document(assess(rules, again)) == to_document(assess(rules, session.situation))
    words = {one.context: one.truth.value for one in assess(rules, again).contexts}
    assert {name: word for name, word in session.outcome.items() if name in words} == words


@given(cases(size=2), st.data())
def test_every_answer_that_a_situation_takes_is_taken(case: Case, data: st.DataObject) -> None:
    """What the loader accepts, the interview does, and it is the same value."""
    choose = drawing(cast(st.DrawFn, data.draw))
    rules = case.world.load()
    name = choose(tuple(case.world.facts))
    value = write(Giver(choose, case.world.as_of).value(case.world.facts[name]))
    start = f"situation: s\nas_of: {case.world.as_of}\n"
    about = case.world.facts[name].get("about") == "response"
    text = (
        f"{start}facts: {{}}\nresponse: {{facts: {{{name}: {value}}}}}\n"
        if about
        else f"{start}facts: {{{name}: {value}}}\n"
    )
    document = read(text.encode(), "s.yaml")
    assert isinstance(document, Document)
    wanted = load_document(document, rules).value
    got = answer(_after(_begin(rules, f"{start}facts: {{}}\n"), f"change {name}"), value).value
    assert (got is None) == (wanted is None)
    if got is not None and wanted is not None:
        assert got.situation is not None
        assert (got.situation.all_facts, got.situation.asked) == (wanted.all_facts, wanted.asked)


# --- whole situations -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SITUATIONS, ids=lambda path: path.stem)
def test_an_interview_finds_out_what_a_stored_situation_says(path: Path, course: RuleSet) -> None:
    whole = load_situation(path, course)
    assert whole.as_of is not None
    session = _begin(course, f"situation: s\nas_of: {whole.as_of}\nfacts: {{}}\n")
    derived = [name for name in whole.facts if course.facts[name].derive is not None]
    for name in derived:  # what only a judgement says
        session = _after(session, f"change {name}", written(course.facts[name], whole.facts[name]))
    while session.turn is not None:
        assert session.turn.fact is not None
        name = session.turn.fact.name
        value = whole.all_facts.get(name)
        session = _after(session, "?" if value is None else written(course.facts[name], value))
    assert session.unsaid == ()
    expected = assess(course, whole)
    words = {one.context: one.truth.value for one in expected.contexts}
    words |= {one.measure: one.status for one in expected.measures}
    assert session.prospects is not None
    for name, word in session.outcome.items():
        certainty = session.prospects.certainty(name) if word in ("unknown", "conditional") else None
        if certainty is None:
            assert (name, word) == (name, words[name])
        else:  # reasoning finds what the facts left out would say
            assert words[name] in (word, *(("met", "called-for") if certainty.met else ("not-met", "not-called-for")))


@pytest.mark.parametrize("path", SITUATIONS, ids=lambda path: path.stem)
def test_what_else_a_file_says_stays(path: Path, course: RuleSet) -> None:
    text = path.read_text(encoding="utf-8")
    session = _begin(course, text)
    assert session.file == text
    for _ in range(3):
        session = _after(session, "?") if session.turn else session
    kept = iter(session.file.split("\n"))
    assert all(line in kept for line in text.split("\n"))
    assert session.file.count("unknown\n") - text.count("unknown\n") == len(
        session.stated - _begin(course, text).stated
    )
