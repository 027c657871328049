"""Completion, hover and complaints in a real yaml-language-server, with the schemas that Comity writes.

    npm install yaml-language-server
    python tests/editors/language_server.py node_modules/.bin/yaml-language-server

It makes a rule set with `comity new`, opens its files and a situation in the server as an editor does, and prints what
the server answers at each place marked `|`. The exit code is 1 if an answer is not the one that is expected.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Timer
from typing import Any, NamedTuple

from click.testing import CliRunner

from comity.cli import main as comity

SECONDS = 60
SETTINGS = {"yaml": {"hover": True, "completion": True, "validate": True, "schemaStore": {"enable": False}}}


class Probe(NamedTuple):
    """A document with a cursor, `|`, and what the server has to say there."""

    what: str  # hover, completion or complaints
    schema: str
    text: str
    expected: str  # what a hover says; the words that a completion offers; the complaints, one a line


RULES = "context: a\ntitle: A\nwhen:\n  all:\n    - {fact: people, at_least: {parameter: many_people}}\n"
PROBES = (
    Probe("hover", "rule-set", RULES.replace("at_least", "at_le|ast"), "The value of a parameter."),
    Probe(
        "hover", "rule-set", RULES.replace("parameter", "para|meter"), "The value of this parameter on the as-of date."
    ),
    Probe("hover", "rule-set", RULES.replace("  all", "  a|ll"), "Every one of these is met."),
    Probe("hover", "rule-set", RULES.replace("context", "con|text"), "The id of the context."),
    Probe(
        "hover",
        "rule-set",
        "facts:\n  people:\n    type: count\n    a|sk: How many?\n",
        "The question to which the fact is",
    ),
    Probe("hover", "rule-set", "facts:\n  people:\n    ty|pe: count\n", "A whole number, 0 or more."),
    Probe(
        "completion",
        "rule-set",
        "context: a\ntitle: A\nwhen:\n  |\n",
        "fact criterion context measure all any not some every",
    ),
    Probe("completion", "rule-set", f"{RULES}    - |\n", "fact criterion context measure all any not some every"),
    Probe("completion", "rule-set", f"{RULES}    - fact: people\n      |\n", "is at_least more_than at_most less_than"),
    Probe("completion", "rule-set", f"{RULES}    - {{fact: people, at|}}\n", "at_least at_most"),
    Probe("completion", "rule-set", f"{RULES}    - fact: |\n", "people places"),
    Probe("completion", "rule-set", f"{RULES}    - criterion: |\n", "many-people too-few-places"),
    Probe("completion", "rule-set", RULES.replace("many_people", "|"), "many_people"),
    Probe("completion", "rule-set", f"{RULES}basis: |\n", "course instrument editorial"),
    Probe("completion", "rule-set", f"{RULES}source:\n  cite: |\n", "guide"),
    Probe(
        "completion",
        "rule-set",
        "facts:\n  people:\n    type: |\n",
        "boolean count number share duration date choice text table",
    ),
    Probe(
        "completion",
        "rule-set",
        "facts:\n  people:\n    type: choice\n    |\n",
        "options ask title kind changeable derive",
    ),
    Probe("complaints", "rule-set", RULES.replace("at_least", "at_lest"), "5:22: Property at_lest is not allowed."),
    Probe(
        "complaints",
        "rule-set",
        RULES.replace("title", "titel"),
        '1:1: Missing property "title".\n2:1: Property titel is not allowed.',
    ),
    Probe("complaints", "rule-set", RULES, ""),
)
SITUATION = "situation: a\nas_of: 2013-01-31\nfacts: {people: 900..1100}\n"
OTHERS = (
    Probe(
        "hover",
        "situation",
        SITUATION.replace("people", "peo|ple"),
        "How many people need shelter? Write a whole number or a range:",
    ),
    Probe("hover", "situation", SITUATION.replace("as_of", "as_|of"), "The day as of which it is described;"),
    Probe("completion", "situation", "situation: a\nas_of: 2013-01-31\nfacts:\n  |\n", "people places"),
    Probe(
        "completion", "situation", f"{SITUATION}expect:\n  contexts: {{shelter-shortage: |}}\n", "met not-met unknown"
    ),
    Probe("completion", "situation", f"{SITUATION}expect:\n  measures: {{called-for: [|]}}\n", "tents"),
    Probe("complaints", "situation", SITUATION.replace("people", "poeple"), "3:9: Property poeple is not allowed."),
    Probe("complaints", "situation", SITUATION, ""),
    Probe(
        "completion",
        "cases",
        "cases:\n  - name: a\n    as_of: 2013-01-31\n    facts: {}\n    expect:\n      |\n",
        "many-people shelter-shortage tents",
    ),
    Probe(
        "completion",
        "oas-2013",
        "situation: a\nas_of: 2013-01-31\nfacts:\n  border_policy: |\n",
        "open restricted closed unknown",
    ),
    Probe(
        "completion",
        "oas-2013",
        "situation: a\nas_of: 2013-01-31\nfacts:\n  populations:\n    - profile: A\n      |\n",
        "host refugees since",
    ),
    Probe(
        "complaints",
        "oas-2013",
        "situation: a\nas_of: 2013-01-31\nfacts: {border_policy: opne}\n",
        '3:24: Value is not accepted. Valid values: "open", "restricted", "closed", "unknown".',
    ),
)


class Server:
    """A language server, spoken to as an editor does: JSON-RPC on its standard input and output."""

    def __init__(self, command: str, folder: Path) -> None:
        self.process = subprocess.Popen([command, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.complaints: dict[str, list[Any]] = {}
        self.asked = 0
        self.ask(
            "initialize",
            {"processId": None, "rootUri": folder.as_uri(), "capabilities": {"workspace": {"configuration": True}}},
        )
        self.tell("initialized", {})
        self.tell("workspace/didChangeConfiguration", {"settings": SETTINGS})

    def open(self, path: Path, text: str) -> str:
        """Open a document and wait until the server has looked at it."""
        uri = path.as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})
        self._wait(lambda _: uri in self.complaints)
        return uri

    def ask(self, method: str, params: dict[str, Any]) -> Any:
        """Return the answer to a request."""
        self.asked += 1
        self._send({"id": self.asked, "method": method, "params": params})
        return self._wait(lambda message: message.get("id") == self.asked and "method" not in message)["result"]

    def tell(self, method: str, params: dict[str, Any]) -> None:
        """Send a notification."""
        self._send({"method": method, "params": params})

    def _send(self, message: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))
        self.process.stdin.flush()

    def _wait(self, enough: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Return the first message that is `enough`; answer what the server asks in the meantime."""
        while True:
            message = self._receive()
            if message.get("method") == "workspace/configuration":
                wanted = [SETTINGS.get(one.get("section"), {}) for one in message["params"]["items"]]
                self._send({"id": message["id"], "result": wanted})
            elif "method" in message and "id" in message:
                self._send({"id": message["id"], "result": None})
            if message.get("method") == "textDocument/publishDiagnostics":
                self.complaints[message["params"]["uri"]] = message["params"]["diagnostics"]
            if enough(message):
                return message

    def _receive(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        length = 0
        while line := self.process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        if not length:
            sys.exit("the server has ended")
        message = json.loads(self.process.stdout.read(length))
        assert isinstance(message, dict)
        return message


def answers(server: Server, folder: Path) -> Iterator[tuple[Probe, str, bool]]:
    """Yield for each probe what the server says, and whether that is what is expected."""
    for number, probe in enumerate((*PROBES, *OTHERS)):
        modeline = f"# yaml-language-server: $schema=.schemas/{probe.schema}.schema.json\n"
        before, _, after = probe.text.partition("|")
        uri = server.open(folder / f"probe-{number}.yaml", f"{modeline}{before}{after}")
        lines = f"{modeline}{before}".split("\n")
        here = {"textDocument": {"uri": uri}, "position": {"line": len(lines) - 1, "character": len(lines[-1])}}
        if probe.what == "hover":
            found = server.ask("textDocument/hover", here)
            text = re.sub(r"^#+ .*\n+|\\", "", found["contents"]["value"]) if found else ""
            yield probe, text.split("\n")[0], probe.expected in text
        elif probe.what == "completion":
            found = server.ask("textDocument/completion", here)
            words = [one["label"] for one in found["items"]]
            yield probe, " ".join(words), set(probe.expected.split()) <= set(words)
        else:
            said = "\n".join(sorted(_line(one) for one in server.complaints[uri]))
            yield probe, said, said == probe.expected


def _line(complaint: dict[str, Any]) -> str:
    start = complaint["range"]["start"]
    return f"{start['line']}:{start['character'] + 1}: {complaint['message']}"  # the first line is the modeline


def main(command: str) -> int:
    """Ask everything, print the answers, return the exit code."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place).resolve() / "shelter"
        schema = str(folder / ".schemas/oas-2013.schema.json")
        for words in (["new", str(folder)], ["schema", "situation", "-o", schema]):
            done = CliRunner().invoke(comity, words)
            assert done.exit_code == 0, done.output
        server = Server(command, folder)
        watch = Timer(SECONDS, server.process.kill)
        watch.start()
        try:
            found = list(answers(server, folder))
        finally:
            watch.cancel()
            server.process.kill()
    for probe, said, right in found:
        print(f"{'right' if right else 'WRONG'}: {probe.what} of {probe.schema} in {probe.text!r}\n    {said}")
        if not right:
            print(f"    expected: {probe.expected}")
    wrong = sum(not right for _, _, right in found)
    print(f"{len(found) - wrong} right, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
