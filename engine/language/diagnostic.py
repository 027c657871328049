"""Everything the engine can complain about, and how a complaint reads (docs/diagnostics.md)."""

from collections.abc import Collection, Iterable
from enum import StrEnum
from itertools import islice
from typing import Generic, NamedTuple, TypeVar


class Code(StrEnum):
    """Every diagnostic that the engine can give. A code, once released, keeps its meaning."""

    # the file
    UNREADABLE_FILE = "unreadable-file"
    NOTHING_TO_CHECK = "nothing-to-check"
    TOO_MANY_FILES = "too-many-files"
    FILE_TOO_LARGE = "file-too-large"
    NOT_UTF8 = "not-utf8"
    CONTROL_CHARACTER = "control-character"
    HIDDEN_CHARACTER = "hidden-character"
    # its form
    NOT_YAML = "not-yaml"
    EMPTY_DOCUMENT = "empty-document"
    SEVERAL_DOCUMENTS = "several-documents"
    TOO_DEEP = "too-deep"
    TOO_MANY_VALUES = "too-many-values"
    TAG = "tag"
    ANCHOR = "anchor"
    ALIAS = "alias"
    MERGE_KEY = "merge-key"
    DUPLICATE_KEY = "duplicate-key"
    KEY_NOT_TEXT = "key-not-text"
    # its shape
    UNKNOWN_KEY = "unknown-key"
    MISSING_KEY = "missing-key"
    EMPTY_VALUE = "empty-value"
    WRONG_SHAPE = "wrong-shape"
    UNKNOWN_WORD = "unknown-word"
    BAD_NAME = "bad-name"
    UNKNOWN_KIND_OF_FILE = "unknown-kind-of-file"
    # its values
    NOT_A_NUMBER = "not-a-number"
    NOT_A_BOOLEAN = "not-a-boolean"
    NOT_A_DATE = "not-a-date"
    NOT_A_DURATION = "not-a-duration"
    NOT_TEXT = "not-text"
    NOT_AN_OPTION = "not-an-option"
    TOO_MANY_DIGITS = "too-many-digits"
    OUT_OF_RANGE = "out-of-range"
    RANGE_REVERSED = "range-reversed"
    NOT_A_POINT = "not-a-point"
    # the rule set as a whole
    DUPLICATE_NAME = "duplicate-name"
    UNKNOWN_FACT = "unknown-fact"
    UNKNOWN_COLUMN = "unknown-column"
    UNKNOWN_TABLE = "unknown-table"
    UNKNOWN_PARAMETER = "unknown-parameter"
    UNKNOWN_CONCLUSION = "unknown-conclusion"
    UNKNOWN_REFERENCE = "unknown-reference"
    WRONG_TYPE = "wrong-type"
    CYCLE = "cycle"
    READINGS = "readings"
    # situations and cases
    PERIODS_OVERLAP = "periods-overlap"
    BEFORE_SINCE = "before-since"
    AS_OF_MISSING = "as-of-missing"
    MISPLACED_FACT = "misplaced-fact"
    PROFILES_ALIKE = "profiles-alike"
    UNKNOWN_ID = "unknown-id"
    # exercises
    UNANSWERABLE_TASK = "unanswerable-task"
    KEY_DIFFERS = "key-differs"
    # whole tables
    NOT_OVER_COLUMNS = "not-over-columns"
    REJECTED_ROW = "rejected-row"
    # what was accepted before
    UNUSED_BASELINE = "unused-baseline"
    # judgements of `check` on a rule set that loaded: all from here on
    UNUSED_FACT = "unused-fact"
    UNUSED_COLUMN = "unused-column"
    UNUSED_PARAMETER = "unused-parameter"
    UNUSED_SOURCE = "unused-source"
    UNUSED_CRITERION = "unused-criterion"
    NO_SOURCE = "no-source"
    NO_BASIS = "no-basis"
    NUMBER_IN_CONDITION = "number-in-condition"
    PURPOSE_UNSERVED = "purpose-unserved"
    READING_CHANGES_NOTHING = "reading-changes-nothing"
    NOTHING_POSSIBLE = "nothing-possible"
    NEVER_MET = "never-met"
    ALWAYS_MET = "always-met"
    SAME_CONDITION = "same-condition"
    USELESS_PART = "useless-part"
    THRESHOLD_OUT_OF_RANGE = "threshold-out-of-range"
    CONTRADICTORY_TESTS = "contradictory-tests"
    EMPTY_DOMAIN = "empty-domain"
    UNITS_APART = "units-apart"
    MISSING_TRANSLATION = "missing-translation"
    STALE_TRANSLATION = "stale-translation"
    NEVER_TESTED = "never-tested"
    PASSAGE_NOT_ENCODED = "passage-not-encoded"
    UNKNOWN_PASSAGE = "unknown-passage"
    UNNEEDED_EXCUSE = "unneeded-excuse"
    UNUSED_SUPPRESSION = "unused-suppression"


JUDGEMENTS: tuple[Code, ...] = tuple(Code)[tuple(Code).index(Code.UNUSED_FACT) :]
SUPPRESSIBLE: tuple[str, ...] = tuple(code.value for code in JUDGEMENTS if code is not Code.UNUSED_SUPPRESSION)


class Severity(StrEnum):
    """Whether a document can be used all the same."""

    ERROR = "error"
    WARNING = "warning"


class Span(NamedTuple):
    """A place in a file: where an editor can jump to. Lines and columns count from 1, columns in characters."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


NOWHERE = Span("", 0, 0)


class Diagnostic(NamedTuple):
    """One complaint about a document, at the place that has to change.

    The message is one line in the domain's words, lower case, without a final stop, with names in backticks; the hint
    says what to do, where that is known.
    """

    at: Span
    code: Code
    message: str
    hint: str | None = None
    severity: Severity = Severity.ERROR
    subject: str | None = None  # the id or name that a judgement of `check` is about

    def __str__(self) -> str:
        text = f"{self.at}: {self.severity}[{self.code}]: {self.message}"
        return text if self.hint is None else f"{text}\n    hint: {self.hint}"


def judgement(code: Code, subject: str, at: Span, message: str, hint: str | None = None) -> Diagnostic:
    """Return a complaint of `check` about `subject`, an id or name of a rule set that can be used all the same."""
    return Diagnostic(at, code, message, hint, Severity.WARNING, subject)


T = TypeVar("T")


class Loaded(NamedTuple, Generic[T]):
    """What became of a document: its value, or why there is none, and what is worth a warning.

    `value` is None exactly if one of `diagnostics` is an error, so that nothing half read is ever used.
    """

    value: T | None
    diagnostics: tuple[Diagnostic, ...] = ()


class Refused(Exception):  # noqa: N818  # not one error: it carries every diagnostic of a document
    """A document cannot be used; `diagnostics` say why, all at once."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(map(str, self.diagnostics)))


def is_error(diagnostic: Diagnostic) -> bool:
    """Tell whether `diagnostic` stops its document from being used."""
    return diagnostic.severity is Severity.ERROR


def accept(loaded: Loaded[T]) -> T:
    """Return the value of what was loaded.

    Raises `Refused`, with every diagnostic, if there is none.
    """
    if loaded.value is None:
        raise Refused(loaded.diagnostics)
    return loaded.value


def did_you_mean(word: str, known: Collection[str]) -> str | None:
    """Return a hint with the known word nearest to `word`, or None if none is near.

    Near is at most one edit for words of up to four letters, two for longer ones, three from nine letters on: a
    suggestion that is not what was meant is worse than none. Capitals do not count.

    >>> did_you_mean("arivals", ["arrivals", "arrival_days"])
    'did you mean `arrivals`?'
    >>> did_you_mean("weather", ["arrivals"]) is None
    True
    """
    limit = 1 if len(word) <= 4 else 2 if len(word) <= 8 else 3
    if len(word) > 80:
        return None
    lower = word.lower()
    near = [(distance, other) for other in known if (distance := _distance(lower, other.lower(), limit)) <= limit]
    return f"did you mean `{clip(min(near)[1])}`?" if near else None


def one_of(words: Collection[str]) -> str:
    """Return a hint that lists what can be written, or the first of it."""
    if not words:
        return "there is none"
    shown = ", ".join(clip(word) for word in islice(words, 20))
    return f"one of: {shown}" + ("" if len(words) <= 20 else f", ... ({len(words)} in all)")


def clip(text: str) -> str:
    """Return `text` in one line of at most 60 characters, for a message."""
    line = " ".join(text[:500].split())
    return line if len(line) <= 60 else line[:59] + "…"


class Suggestions:
    """Gives hints while they are affordable: in a file of 50,000 misspelt names, for the first ones."""

    def __init__(self) -> None:
        self.left = 20_000  # names to compare with; what one misspelt name needs is always there to begin with

    def near(self, word: str, known: Collection[str]) -> str | None:
        """Return what `did_you_mean` returns, or None once that has cost enough."""
        if self.left <= 0:
            return None
        self.left -= len(known)
        return did_you_mean(word, known)


def _distance(a: str, b: str, limit: int) -> int:
    """Return the edits (insert, delete, replace, swap neighbours) from `a` to `b`; more than `limit` if too far."""
    if abs(len(a) - len(b)) > limit or len({*a} ^ {*b}) > 2 * limit:
        return limit + 1
    before: list[int] = []
    last = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
        before, last = last, row
    return last[-1]
