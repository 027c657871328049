"""An exercise while somebody does it: what is asked next, whatever is typed."""

from hypothesis import given, strategies as st

from comity.engine.language.source import Document, read
from comity.engine.training.answers import Answers, answers_text, load_answers
from comity.engine.training.session import Session, begin, take
from tests.test_answers import EXERCISES

LIMITS = {"contexts": 2, "next": 1}


def begun(exercise: str = "square", **given_: frozenset[str] | str) -> Session:
    told = {name.replace("_", "-"): answer for name, answer in given_.items()}
    return begin(EXERCISES[exercise], Answers(exercise=exercise, trainee="", answers=told), LIMITS)


def after(session: Session, *lines: str) -> Session:
    """Return the session after lines that are accepted."""
    for line in lines:
        loaded = take(session, line)
        assert loaded.value is not None, loaded.diagnostics
        session = loaded.value
    return session


def asked(session: Session) -> str:
    """Return what is asked, in a word."""
    step = session.step
    if step.item is None:
        return "over" if session.over else "end"
    return f"{step.item.task.id}.{step.row}" if step.row else step.item.task.id


def refusal(session: Session, line: str) -> str:
    loaded = take(session, line)
    assert loaded.value is None
    return "; ".join(f"{one.code}: {one.message} ({one.hint})" for one in loaded.diagnostics)


ALL = ("2", "3", "rain", "stay", "1 3", "The crowd.", ".")


def test_what_is_asked_in_turn() -> None:
    found = [asked(after(begun(), *ALL[:count])) for count in range(len(ALL) + 1)]
    order = ["contexts.camp", "contexts.crowd", "next", "change-camp", "deciding-crowd", "essay", "essay", "over"]
    assert found == order
    assert after(begun(), *ALL).answers.answers == {
        "contexts": frozenset(("camp=not-met", "crowd=unknown")),
        "next": frozenset(("rain",)),
        "change-camp": frozenset(("stay",)),
        "deciding-crowd": frozenset(("people", "rain")),
        "essay": "The crowd.",
    }


def test_an_answer_is_typed_as_a_number_a_word_or_an_id() -> None:
    for line in ("2", " not met ", "Not-Met", "does not apply", "camp=not-met"):
        assert after(begun(), line).answers.chosen("contexts") == {"camp=not-met"}
    several = after(begun(), "1", "1", "1", "1")
    for line in ("1 3", "3,1", "rain; people", "1 rain 1"):
        assert after(several, line).answers.chosen("deciding-crowd") == {"people", "rain"}


def test_what_is_refused() -> None:
    one = begun()
    assert (
        refusal(one, "4") == "unknown-word: there is no choice `4` (type a number from 1 to 3; `skip` passes over it)"
    )
    assert (
        refusal(one, "0") == "unknown-word: there is no choice `0` (type a number from 1 to 3; `skip` passes over it)"
    )
    assert refusal(one, "") == "unknown-word: there is no answer (type a number from 1 to 3; `skip` passes over it)"
    assert refusal(one, "back") == "unknown-word: there is nothing to go back to (None)"
    assert refusal(one, "1\udcff") == "not-utf8: the answer is not UTF-8 (type it again)"
    several = after(one, "1", "1", "1", "1")
    hint = "type numbers with spaces between, like 1 3; `skip` passes over it"
    assert refusal(several, "1 9") == f"unknown-word: there is no choice `9` ({hint})"
    assert refusal(several, "").endswith(f"({hint})")
    over = after(begun(), *ALL)
    assert refusal(over, "resume") == "unknown-word: nothing was passed over (`back` returns to what was answered)"
    assert refusal(over, "hint") == "unknown-word: nothing is asked here: `hint` (`back` and `resume` return to it)"


def test_hints_come_one_after_another_and_begin_anew_with_the_next_question() -> None:
    one = begun()
    assert refusal(after(one, "hint", "hint"), "hint") == "unknown-word: there is no further hint (None)"
    assert (after(one, "hint").hints, after(one, "hint", "1").hints) == (1, 0)
    assert refusal(after(one, "1", "1", "1"), "hint") == "unknown-word: there is no hint (None)"


def test_back_and_resume_stay_in_their_stage() -> None:
    one = after(begun(), "1", "2", "3")
    assert asked(one) == "change-camp"
    assert refusal(one, "back") == "unknown-word: the stage before is over (what is told now would answer it)"
    assert asked(after(begun(), "1", "back")) == "contexts.camp"
    changed = after(begun(), "1", "back", "2")
    assert (asked(changed), [*changed.answers.chosen("contexts")]) == ("contexts.crowd", ["camp=not-met"])
    end = after(begun(), "1", "skip", "3")
    assert asked(end) == "end"
    hint = "`next` goes on; `back` and `resume` return to it"
    assert refusal(end, "on") == f"unknown-word: nothing is asked here: `on` ({hint})"
    assert asked(after(end, "back")) == "next"
    assert asked(after(end, "resume")) == "contexts.crowd"
    assert asked(after(end, "resume", "2")) == "change-camp"
    assert asked(after(end, "resume", "skip")) == "end"
    later = after(end, "next")
    assert asked(later) == "change-camp"
    assert asked(after(later, "skip", "resume")) == "change-camp"
    assert asked(after(later, "1", "1", "x", ".", "back")) == "essay"


def test_an_essay_is_written_line_by_line() -> None:
    one = after(begun(), *ALL[:5])
    assert refusal(one, ".") == "unknown-word: nothing is written yet (write, or `skip` passes over it)"
    assert after(one, "", "  ").answers.words("essay") == ""
    written = after(one, "One.", "", "Two.  ", "1", "")
    assert written.answers.words("essay") == "One.\n\nTwo.\n1"
    assert after(written, "\u200bThree.\x07").answers.words("essay") == "One.\n\nTwo.\n1\n\nThree."
    again = after(written, ".", "back")
    assert after(again, ".").answers.words("essay") == "One.\n\nTwo.\n1"
    assert after(again, "Anew.").answers.words("essay") == "Anew."


def test_what_is_begun_is_gone_on_with_in_the_latest_stage() -> None:
    assert asked(begun(contexts=frozenset(("crowd=met",)))) == "contexts.camp"
    assert asked(begun(contexts=frozenset(("crowd=met", "camp=met")))) == "next"
    assert asked(begun(next=frozenset(("rain",)))) == "contexts.camp"
    assert asked(begun(change_camp=frozenset(("stay",)))) == "deciding-crowd"
    assert asked(begun(essay="Done.")) == "change-camp"
    assert asked(begun(contexts=frozenset(("crowd=met", "camp=met")), next=frozenset(("rain",)))) == "change-camp"
    assert asked(begin(EXERCISES["square"], after(begun(), *ALL).answers, LIMITS)) == "over"


LINES = st.sampled_from(("1", "2", "1 3", "9", "met", "rain", "skip", "back", "resume", "next", "hint", ".", "", "x"))


@given(st.sampled_from(sorted(EXERCISES)), st.lists(LINES, max_size=40))
def test_whatever_is_typed_the_file_of_answers_goes_on_with_the_same_answers(exercise: str, lines: list[str]) -> None:
    session = begun(exercise)
    for line in lines:
        loaded = take(session, line)
        assert (loaded.value is None) == bool(loaded.diagnostics)
        if loaded.value is None:
            continue
        if loaded.value.step.item is not None:
            assert loaded.value.step.stage >= session.step.stage
        session = loaded.value
        items = EXERCISES[exercise]
        document = read(answers_text(session.answers, items).encode(), "a.yaml")
        assert isinstance(document, Document)
        kept = load_answers(document, EXERCISES.get, EXERCISES, "")
        assert (kept.value, kept.diagnostics) == (session.answers, ())
        again = begin(items, session.answers, LIMITS)
        assert again.answers == session.answers
        assert again.over or not again.answered(again.step)


@given(st.sampled_from(sorted(EXERCISES)), st.lists(LINES, max_size=40), st.lists(LINES, max_size=10))
def test_a_session_leads_to_its_end(exercise: str, lines: list[str], more: list[str]) -> None:
    """From wherever it is, answering every question ends it, with an answer to all that was asked."""
    session = begun(exercise)
    for line in (*lines, *more):
        session = take(session, line).value or session
    for _ in range(len(session.steps) + 1):
        if session.over:
            break
        step = session.step
        session = after(session, "next" if step.item is None else "1" if step.options else "x")
        if step.item is not None and not step.options:
            session = after(session, ".")
    assert session.over
