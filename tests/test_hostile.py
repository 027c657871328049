"""Hostile input at the real command line: it is refused with a diagnostic, in little memory, never with a traceback.

Every large input runs in a process of its own, and all small ones together in one. A process may not take more than
`ADDRESS_SPACE`. A launcher, which is itself small, starts the command and measures it: what the process that runs the
tests has taken does not count.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits and measures memory as Linux does")

MEGABYTE = 1_000_000
ADDRESS_SPACE = 400 * MEGABYTE
RESIDENT = 200 * MEGABYTE
SECONDS = 30  # so that what hangs fails; how long a refusal takes is for the benchmarks

LAUNCHER = f"""
import os, resource, sys
report, *arguments = sys.argv[1:]
child = os.fork()
if not child:
    resource.setrlimit(resource.RLIMIT_AS, ({ADDRESS_SPACE}, {ADDRESS_SPACE}))
    os.execv(sys.executable, [sys.executable, "-m", "comity.cli", *arguments])
_, status, usage = os.wait4(child, 0)
with open(report, "w") as file:
    file.write(str(usage.ru_maxrss * 1024))
sys.exit(os.waitstatus_to_exitcode(status) % 256)
"""


def refused(folder: Path, *arguments: str, text: bytes = b"") -> str:
    """Return what the command says, which must be a clean refusal."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", LAUNCHER, str(folder / "measured"), *arguments],
        input=text,
        env={**os.environ, "PYTHONWARNINGS": "error", "PYTHONIOENCODING": "utf-8"},
        cwd=folder,
        capture_output=True,
        check=False,
        timeout=SECONDS,
    )
    said = (done.stdout + done.stderr).decode()
    shown = said if len(said) < 2000 else f"{said[:1000]} ... {said[-1000:]}"
    assert done.returncode in (1, 2), shown
    assert "Traceback" not in said, shown
    assert "MemoryError" not in said, shown
    assert int((folder / "measured").read_text()) <= RESIDENT
    return said


def codes(said: str) -> set[str]:
    return set(re.findall(r"^[^\n]+:[1-9][0-9]*:[1-9][0-9]*: error\[([a-z0-9-]+)\]: [^\n]+$", said, re.M))


def fact(value: str) -> bytes:
    return f"situation: x\nas_of: 2013-01-31\nfacts:\n  arrivals: {value}\n".encode()


class Hostile(NamedTuple):
    """A document that is to be refused, with codes of which one must be among those that come."""

    make: Callable[[], bytes]
    codes: frozenset[str]
    small: bool = False


def case(make: Callable[[], bytes] | bytes, *codes: str) -> Hostile:
    """Return the document that is `make`, or that `make` makes if it is large."""
    if isinstance(make, bytes):
        return Hostile(lambda: make, frozenset(codes), small=True)
    return Hostile(make, frozenset(codes))


MISSPELT = "situation: x\nas_of: 2013-01-31\nfacts:\n  arivals: 5\n"

SITUATIONS = {
    # how much and how deep
    "open brackets": case(lambda: b"[" * 100_000, "too-deep"),
    "open braces": case(lambda: b"{" * 100_000, "too-deep"),
    "open brackets as keys": case(lambda: b"? [" * 100_000, "too-deep", "not-yaml"),
    "nested mappings in a line": case(lambda: b"{a: " * 100_000, "too-deep"),
    "lists in lists": case(lambda: b"- " * 100_000, "too-deep"),
    "keys of keys": case(lambda: b"? " * 100_000, "too-deep"),
    "nested blocks": case(lambda: b"".join(b" " * depth + b"a:\n" for depth in range(1500)), "too-deep"),
    "closing brackets": case(lambda: b"]" * 100_000, "not-yaml"),
    "60 MB of text": case(lambda: b"x" * 60 * MEGABYTE, "file-too-large"),
    "60 MB of NUL": case(lambda: bytes(60 * MEGABYTE), "file-too-large"),
    "2 MB of line ends": case(lambda: b"\n" * 2 * MEGABYTE, "empty-document"),
    "2 MB of comments": case(lambda: b"#\n" * MEGABYTE, "empty-document"),
    "a very long line": case(lambda: b"situation: x\n" + b"y" * 1_900_000, "not-yaml"),
    "a very long key": case(lambda: b"situation: x\n" + b"y" * 1_900_000 + b": 1\n", "not-yaml"),
    "a very long list": case(lambda: b"facts: [" + b"1," * 900_000 + b"]", "too-many-values"),
    "a very long text": case(lambda: b'situation: "' + b"y" * 1_900_000 + b'"\n', "bad-name"),
    "a text of escapes": case(lambda: b'situation: "' + rb"\u0041" * 300_000 + b'"\n', "bad-name"),
    "100,000 keys": case(lambda: b"".join(b"k%d: 1\n" % number for number in range(100_000)), "too-many-values"),
    "45,000 misspelt facts": case(
        lambda: fact("5") + b"".join(b"  arrivels_%d: 1\n" % number for number in range(45_000)), "unknown-fact"
    ),
    "90,000 times the same key": case(lambda: b"a: 1\n" * 45_000, "duplicate-key"),
    "100,000 anchors": case(lambda: b"[" + b"&a 1," * 100_000 + b"]", "anchor"),
    "100,000 aliases": case(lambda: b"[" + b"*a ," * 100_000 + b"]", "alias"),
    "100,000 tags": case(lambda: b"[" + b"!a 1," * 100_000 + b"]", "tag"),
    "100,000 documents": case(lambda: b"--- 1\n" * 100_000, "several-documents"),
    # numbers, dates, durations
    "5,000 digits": case(lambda: fact("9" * 5_000), "too-many-digits"),
    "5,000 digits after the point": case(lambda: fact("0." + "9" * 5_000), "too-many-digits"),
    "5,000 digits in a range": case(lambda: fact("1.." + "9" * 5_000), "too-many-digits"),
    "1 MB of digits": case(lambda: fact("9" * MEGABYTE), "too-many-digits"),
    "1 MB of digits and commas": case(lambda: fact("1" + ",000" * 250_000), "not-a-number"),
    "1 MB of nines and no number": case(lambda: fact("9" * MEGABYTE + "x"), "not-a-number"),
    "1 MB of points": case(lambda: fact("." * MEGABYTE), "not-a-number"),
    "1 MB of text for a number": case(lambda: fact("y" * MEGABYTE), "not-a-number"),
    "a huge exponent": case(fact("1e999999999"), "not-a-number"),
    "infinity": case(fact(".inf"), "not-a-number"),
    "not a number": case(fact(".nan"), "not-a-number"),
    "base 60": case(fact("190:20:30"), "not-a-number"),
    "digits of another script": case(fact("٣٤٥"), "not-a-number"),
    "the year 0": case(b"situation: x\nas_of: 0000-00-00\nfacts: {}\n", "not-a-date"),
    "a year of 5,000 digits": case(
        lambda: b"situation: x\nas_of: " + b"9" * 5_000 + b"-01-01\nfacts: {}\n", "not-a-date"
    ),
    # bytes and characters
    "NUL": case(b"situation: x\0\n", "control-character"),
    "UTF-16 with its mark": case(MISSPELT.encode("utf-16"), "not-utf8"),
    "UTF-16, low byte first": case(MISSPELT.encode("utf-16-le"), "not-utf8"),
    "UTF-16, high byte first": case(MISSPELT.encode("utf-16-be"), "not-utf8"),
    "UTF-32": case(MISSPELT.encode("utf-32"), "not-utf8"),
    "no UTF-8": case(b"situation: \xff\xfe\n", "not-utf8"),
    "UTF-8 that is too long": case(b"situation: \xc0\xaf\n", "not-utf8"),
    "a surrogate in UTF-8": case(b"situation: \xed\xa0\x80\n", "not-utf8"),
    "text that turns": case("situation: x # \u202egnihton\u202c\n".encode(), "hidden-character"),
    "an escape that turns text": case(rb'situation: "x\u202e"', "hidden-character"),
    "a line separator": case("situation: x\u2028title: y\n".encode(), "control-character"),
    "a next line": case("situation: x\x85title: y\n".encode(), "control-character"),
    "a byte order mark in the middle": case("situation: x\n\ufefftitle: y\n".encode(), "hidden-character"),
    "an escape for NUL": case(rb'situation: "x\0"', "control-character"),
    "half a surrogate pair": case(rb'situation: "x\ud800"', "not-yaml", "control-character"),
    "a pair of surrogates": case(rb'situation: "x\ud83d\ude00"', "not-yaml", "control-character"),
    "an escape beyond Unicode": case(rb'situation: "x\Uffffffff"', "not-yaml"),
    # what YAML can do beyond plain data
    "an alias bomb": case(
        lambda: (
            b"a0: &a0 [x]\n"
            + b"".join(b"a%d: &a%d [%s]\n" % (n, n, b",".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 30))
        ),
        "anchor",
    ),
    "an anchor that holds itself": case(b"a: &a [*a]\n", "anchor"),
    "a merge bomb": case(b"a: &a {x: 1}\nb: {<<: [*a, *a, *a]}\n", "merge-key"),
    "a merge key": case(b"situation: x\n<<: {facts: {}}\n", "merge-key"),
    "a Python object": case(b'situation: !!python/object/apply:os.system ["touch was-here"]\n', "tag"),
    "a Python name": case(b"situation: !!python/name:os.system\n", "tag"),
    "a binary": case(b"situation: !!binary AAAA\n", "tag"),
    "a set": case(b"situation: !!set {x}\n", "tag"),
    "a time stamp": case(b"situation: !!timestamp 2013-01-31\n", "tag"),
    "a tag in full": case(b"situation: !<tag:example.org,2013:x> y\n", "tag"),
    "a tag that is none": case(b"situation: !<\n", "not-yaml"),
    "a tag directive": case(b"%TAG !e! tag:example.org,2013:\n---\nsituation: !e!x y\n", "tag"),
    "another version": case(b"%YAML 9.9\n---\nsituation: x\n", "not-yaml"),
    "a version of 5,000 digits": case(lambda: b"%YAML 1." + b"1" * 5_000 + b"\n---\nsituation: x\n", "not-yaml"),
    "two versions": case(b"%YAML 1.1\n%YAML 1.1\n---\nsituation: x\n", "not-yaml"),
    "two documents": case(b"situation: x\n---\nsituation: y\n", "several-documents"),
    "a complex key": case(b"? [a, b]\n: c\n", "key-not-text"),
    "a key that is a mapping": case(b"? {a: b}\n: c\n", "key-not-text"),
    "a key twice": case(MISSPELT.encode() + b"  arivals: 6\n", "duplicate-key"),
    "a key twice by an escape": case(rb'{"title": x, "\u0074itle": y}', "duplicate-key"),
    # broken text
    "tabs": case(b"situation: x\nfacts:\n\tarrivals: 5\n", "not-yaml"),
    "a quote that never ends": case(lambda: b'situation: "x\n' + b"y\n" * 500_000, "not-yaml"),
    "a single quote that never ends": case(lambda: b"situation: 'x\n" + b"y\n" * 500_000, "not-yaml"),
    "a backslash at the end": case(b'situation: "x\\', "not-yaml"),
    # shapes
    "nothing": case(b"", "empty-document"),
    "only a text": case(b"x", "wrong-shape"),
    "null": case(b"null\n", "wrong-shape", "empty-value"),
    "only a list": case(b"[]", "wrong-shape"),
}


SMALL = {name: hostile.make() for name, hostile in SITUATIONS.items() if hostile.small}


@pytest.mark.parametrize("name", [name for name in SITUATIONS if name not in SMALL])
def test_large_situation(name: str, tmp_path: Path) -> None:
    make, wanted, _ = SITUATIONS[name]
    (tmp_path / "x.yaml").write_bytes(make())
    said = refused(tmp_path, "assess", "x.yaml")
    assert codes(said) & wanted, said[:1000]
    assert clean(said)


def test_small_situations(tmp_path: Path) -> None:
    files = {f"{number}.yaml": name for number, name in enumerate(SMALL)}
    for file, name in files.items():
        (tmp_path / file).write_bytes(SMALL[name])
    said = refused(tmp_path, "assess", *files)
    assert clean(said)
    assert not (tmp_path / "was-here").exists()
    for file, name in files.items():
        own = "\n".join(line for line in said.splitlines() if line.startswith(f"{file}:"))
        assert codes(own) & SITUATIONS[name].codes, (name, own)


def clean(said: str) -> bool:
    """Tell whether no line repeats a whole text, and no line holds a character that does more than show."""
    return all(len(line) < 400 and line.isprintable() for line in said.split("\n"))


@pytest.mark.parametrize("name", ["open brackets", "60 MB of text", "60 MB of NUL", "NUL", "an alias bomb", "no UTF-8"])
def test_standard_input(name: str, tmp_path: Path) -> None:
    make, wanted, _ = SITUATIONS[name]
    assert codes(refused(tmp_path, "assess", "-", text=make())) & wanted


@pytest.mark.parametrize(
    ("mark", "ends"), [("", "\n"), ("", "\r\n"), ("", "\r"), ("\ufeff", "\n"), ("\ufeff", "\r\n")], ids=repr
)
def test_line_ends_and_byte_order_marks_do_not_shift_places(mark: str, ends: str, tmp_path: Path) -> None:
    said = refused(tmp_path, "assess", "-", text=(mark + MISSPELT.replace("\n", ends)).encode())
    assert said.splitlines()[0] == "<standard input>:4:3: error[unknown-fact]: there is no fact `arivals`"


# --- rule sets and cases -------------------------------------------------------------------------------------

HEADER = b"rule_set: x\nversion: 1.0.0\ntitle: X\n"
CHAIN = 12_000

RULE_SETS = {
    "open brackets": case(lambda: b"[" * 100_000, "too-deep"),
    "60 MB of text": case(lambda: b"x" * 60 * MEGABYTE, "file-too-large"),
    "a limit of 5,000 digits": case(
        lambda: HEADER + b"facts: {n: {type: count, max: " + b"9" * 5_000 + b"}}\n", "too-many-digits", "not-a-number"
    ),
    "a parameter of 5,000 digits": case(
        lambda: HEADER + b"parameters: {n: {value: " + b"9" * 5_000 + b"}}\n", "too-many-digits"
    ),
    "a step of 5,000 digits": case(
        lambda: HEADER + b"facts: {n: {type: number, step: 0." + b"0" * 5_000 + b"1}}\n",
        *("too-many-digits", "out-of-range", "not-a-number"),
    ),
    "a duration of 5,000 digits": case(
        lambda: (
            HEADER
            + b"facts: {n: {type: duration}}\n"
            + b"criteria: {a: {title: A, when: {fact: n, at_least: "
            + b"9" * 5_000
            + b" years}}}\n"
        ),
        "wrong-type",
    ),
    "conditions 50 deep": case(
        HEADER + b"criteria: {a: {title: A, when: " + b"{not: " * 50 + b"{criterion: a}" + b"}" * 52, "too-deep"
    ),
    "a very long circle": case(
        lambda: (
            HEADER
            + b"criteria:\n"
            + b"".join(
                b"  c%d: {title: C, when: {criterion: c%d}}\n" % (number, (number + 1) % CHAIN)
                for number in range(CHAIN)
            )
        ),
        "cycle",
    ),
    "a very long chain that ends nowhere": case(
        lambda: (
            HEADER
            + b"criteria:\n"
            + b"".join(b"  c%d: {title: C, when: {criterion: c%d}}\n" % (number, number + 1) for number in range(CHAIN))
        ),
        "unknown-conclusion",
    ),
    "a Python object": case(HEADER + b"facts: !!python/object/new:os.system [true]\n", "tag"),
    "code as a name": case(HEADER + b"facts: {'__import__(\"os\")': {type: count}}\n", "bad-name"),
}


@pytest.mark.parametrize("name", RULE_SETS)
def test_rule_set(name: str, tmp_path: Path) -> None:
    make, wanted, _ = RULE_SETS[name]
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rule-set.yaml").write_bytes(make())
    said = refused(tmp_path, "check", "rules")
    assert codes(said) & wanted, said[:1000]
    assert all(len(line) < 600 for line in said.splitlines()), "a message repeats a whole text"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"cases: " + b"[" * 100_000, "too-deep"),
        (b"cases:\n" + b"- {}\n" * 30_000, "missing-key"),
        (b"cases: [&a {name: x}, *a]\n", "alias"),
        (b"cases: []\n", "nothing-to-check"),
    ],
    ids=["deep", "many", "alias", "none"],
)
def test_cases(text: bytes, code: str, tmp_path: Path) -> None:
    (tmp_path / "x.cases.yaml").write_bytes(text)
    assert code in codes(refused(tmp_path, "check", "x.cases.yaml"))


# --- what is no file -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["assess", "check", "test"])
def test_nowhere(command: str, tmp_path: Path) -> None:
    assert "there is no " in refused(tmp_path, command, "nowhere.yaml")


def test_directory(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").mkdir()
    assert codes(refused(tmp_path, "assess", "x.yaml")) == {"unreadable-file"}
    assert codes(refused(tmp_path, "check", "x.yaml")) == {"nothing-to-check"}


@pytest.mark.parametrize("command", ["assess", "check"])
def test_pipe_and_device(command: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    assert codes(refused(tmp_path, command, "pipe.yaml")) == {"unreadable-file"}
    assert codes(refused(tmp_path, command, "/dev/zero")) == {"unreadable-file"}


def test_links_out_of_a_rule_set(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_bytes(b"password: hunter2\n")
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "rule-set.yaml").write_bytes(HEADER)
    (rules / "a.yaml").symlink_to(tmp_path / "secret.yaml")
    (rules / "b.yaml").symlink_to("/dev/zero")
    (rules / "loop.yaml").symlink_to("loop.yaml")
    (rules / "up").symlink_to(tmp_path)  # a link to a folder is not followed
    os.mkfifo(rules / "pipe.yaml")
    said = refused(tmp_path, "check", "rules")
    assert codes(said) == {"unreadable-file"}
    assert said.count("error[") == 4
    assert "password" not in said


def test_a_name_that_is_more_than_a_name(tmp_path: Path) -> None:
    name = "x\x1b[31m\n\u202e.yaml"
    (tmp_path / name).write_bytes(b"situation: x\n")
    said = refused(tmp_path, "assess", name)
    assert codes(said) == {"missing-key", "as-of-missing"}
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u202e]", said)
