"""The marks of one trainee as an HTML page: the score of each task, what is said of each answer, sources, essays."""

from collections.abc import Iterable, Iterator, Sequence

from comity.engine.report.class_chart import bar
from comity.engine.report.class_view import DISCLAIMER
from comity.engine.report.feedback import Remark, points, remarks
from comity.engine.report.frame import Frame, Section, framed
from comity.engine.report.marks_text import UNMARKED
from comity.engine.report.markup import Html, join, tag
from comity.engine.report.sheet import Entry, Sheet
from comity.engine.report.view import paragraphs
from comity.engine.training.marking import Marks

STYLE = """\
.bar { display: block; margin-top: .3rem; }
.bar .track { fill: var(--rule); }
.bar .filled { fill: var(--link); }
.cited { margin-top: .6rem; }
.written { padding-left: .9rem; border-left: 3px solid var(--rule); }
.written p:last-child { margin-bottom: 0; }
"""
_STYLE = """\
.said > li { max-width: 54rem; padding: .3rem 0 .3rem 1.6rem; text-indent: -1.6rem; }
.said .shape { width: .9em; height: .9em; margin-right: .7em; fill: currentcolor; vertical-align: -.08em; }
.said span { color: var(--ink); }
.score { width: 12rem; margin-bottom: .6rem; }
"""
_SHAPES = {True: ("yes", "Right"), False: ("alarm", "Not right"), None: ("open", "Missed")}


def marks_page(reports: Sequence[tuple[Sheet, Marks]], more: Iterable[Section] = ()) -> str:
    """Return how one trainee answered some exercises as a whole HTML document; it ends with a line break.

    `more` is what is said of all of them.
    """
    first, marks = reports[0]
    sections = []
    for number, (sheet, one) in enumerate(reports, 1):
        several = len(reports) > 1
        score = f"{points(one.total)} of {len(one.scores)}"
        title = f"{sheet.title}: {score}" if several else f"Score: {score}"
        sections.append(Section(f"exercise-{number}", title, join(_tasks(sheet, one))))
    about = [pair for pair in first.about if len(reports) == 1 or pair[0] == "Rule set"]
    name = marks.answers.trainee
    title = first.title if len(reports) == 1 else f"{len(reports)} exercises"
    ids = ", ".join(sheet.id for sheet, _ in reports)
    people = [*about, *([("Trainee", name)] if name else [])]
    frame = Frame("Marks", title, ids, people, DISCLAIMER, first.language, STYLE + _STYLE, "Exercise")
    return framed(frame, [*sections, *more])


def _tasks(sheet: Sheet, marks: Marks) -> Iterator[Html]:
    for number, (entry, mark) in enumerate(zip(sheet.entries, marks.marks, strict=True), 1):
        yield tag("h3", f"{number}. {entry.prompt}")
        if mark.score is None:
            yield from essay(entry, [(None, mark.words)])
            continue
        yield tag("div", f"{points(mark.score)} of 1", bar(mark.score), class_="score")
        if not mark.answered:
            yield tag("p", "Not answered.")
        yield tag("ul", *map(_remark, remarks(entry, mark)), class_="said")
        yield sources(entry)


def _remark(one: Remark) -> Html:
    shape, word = _SHAPES[one.right]
    use = tag("svg", tag("title", word), tag("use", href=f"#shape-{shape}"), class_="shape", role="img")
    return tag("li", use, tag("span", one.text), class_=shape)


def sources(entry: Entry) -> Html:
    """Return what an answer rests on, folded away."""
    return tag("details", tag("summary", "Sources"), _cited(entry)) if entry.sources else Html()


def _cited(entry: Entry) -> Html:
    cited = (tag("li", tag("cite", source)) for source in entry.sources)
    return tag("div", tag("ul", *cited, class_="passages"), class_="cited")


def essay(entry: Entry, written: Sequence[tuple[str | None, str]]) -> Iterator[Html]:
    """Yield what is said by whom in an essay, after what it is read for and what the rules say."""
    yield tag("p", UNMARKED, class_="note")
    yield tag("h4", "Read for")
    yield tag("ul", *(tag("li", point) for point in entry.rubric))
    said = tag("ul", *(tag("li", line) for line in entry.explanation))
    yield tag("details", tag("summary", "What the rules say"), said, _cited(entry))
    for name, words in written:
        yield tag("h4", name, dir="auto") if name is not None else tag("h4", "What was written")
        texts = (tag("p", text, dir="auto") for text in paragraphs(words) or ["Not answered."])
        yield tag("div", *texts, class_="written")
