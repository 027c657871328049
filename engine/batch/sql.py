"""A plan as SQL for somebody's warehouse: one query, one named stage a step, to read and to run.

Every stage is a common table expression. What a stage works out is what the relation of the plan says, in fewer words;
numbers are whole, so that nothing is rounded, and a verdict is TRUE (met), FALSE (not met) or NULL (unknown).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import inf
from textwrap import wrap
from typing import Any, NamedTuple

from comity.engine.batch.plainer import Known, drawn_together, plainer, replaced, weight
from comity.engine.batch.sql_names import RESERVED, of_situation, renamed, scanned
from comity.engine.batch.sql_terms import COMPARED, Terms
from comity.engine.language.model import Fact, RuleSet, ValueType
from comity.engine.translation.columns import MILLIONTHS, Plan, Shape
from comity.engine.translation.relations import Call, Column, Expr, Join, Literal, Relation, Scan, columns_in

DIALECTS = ("duckdb", "spark", "postgres")
_WIDTH = 110
_COUNTED = (ValueType.MONTHS, ValueType.DAYS)
_PLAIN = (ValueType.BOOLEAN, ValueType.CHOICE, ValueType.TEXT)
_ROLES = ("figures", "criteria", "contexts", "measures", "forms", "principles")


class Written(NamedTuple):
    """One stage: its name, what it is, and its query."""

    name: str
    about: str
    query: str


def to_sql(
    rules: RuleSet,
    shape: Shape,
    made: Plan,
    dialect: str,
    *,
    reading: str | None = None,
    settings: Mapping[str, Any] | None = None,
    tables: Mapping[str, str] | None = None,
    prepared: bool = False,
) -> str:
    """Return a query in a dialect that gives the conclusions of a plan.

    `tables` says where `situations`, the tables and the histories are, if not by their own names. A number or share is
    read as a DECIMAL, unless data is `prepared`: whole numbers, in millionths.
    """
    return _Query(rules, shape, made, dialect, tables or {}, prepared).text(reading, settings or {})


class _Query:
    def __init__(
        self, rules: RuleSet, shape: Shape, made: Plan, dialect: str, tables: Mapping[str, str], prepared: bool
    ) -> None:
        self.rules = rules
        self.shape = shape
        self.made = made
        self.prepared = prepared
        self.terms = Terms(dialect, RESERVED)
        self.dialect = dialect
        self.places = {name: tables.get(name, name.replace(".", "_")) for name in ("situations", *made.inputs)}
        self.used = {part for place in self.places.values() for part in place.lower().split(".")}
        relations = [*scanned(made.relation)]
        read = {column for columns in made.inputs.values() for column in columns}
        taken = read | {f"situation_{column}" for column in read}
        self.names = renamed(relations, taken, made.columns.values())
        self.stages: list[Written] = []
        self.known: list[tuple[Relation, str]] = []  # rows that are written already, and their stage
        self.known_of: dict[str, Known] = {}  # of the sources

    # --- the whole ---

    def text(self, reading: str | None, settings: Mapping[str, Any]) -> str:
        self.facts = self.stage("facts", "what is read of each situation", self.read("situations"))
        body = self.verdicts()
        stages = ",\n".join(f"{self.name(one.name)} AS (\n{_indented(one.query)}\n)" for one in self.stages)
        header = "\n".join(f"-- {line}".rstrip() for line in self.header(reading, settings))
        return f"{header}\nWITH {stages}\n{body}\n"

    def header(self, reading: str | None, settings: Mapping[str, Any]) -> Iterator[str]:
        """Yield what the query is and what it reads."""
        rules = self.rules
        yield from _wrapped(f"{rules.title} ({rules.id} {rules.version}): verdicts of whole tables")
        reading = reading or rules.default_reading
        day = self.shape.as_of
        said = [f"As of {day}." if day else "As of the date in the column as_of."]
        if reading is not None:
            said.insert(0, f"Reading: {reading}.")
        if settings:
            said.append("Set: " + ", ".join(f"{name}={value}" for name, value in settings.items()) + ".")
        yield from _wrapped(" ".join(said))
        yield "TRUE is met, FALSE is not met, NULL is unknown. A missing value is NULL, never false and never 0."
        yield ""
        yield "Reads"
        for source in self.made.inputs:
            yield from self.described(source)
        if any(mode == "range" for shape in (self.shape.facts, *self.shape.tables.values()) for mode in shape.values()):
            yield from _wrapped(
                "A range has two columns, _low and _high, both included. NULL is no bound, and where the rules declare "
                "one (a count is never below 0) it is that bound, not NULL."
            )
        if self.scaled():
            yield from _wrapped(
                "Numbers and shares are taken in millionths, as whole numbers, so that no comparison rounds."
            )
        if any(name.endswith("_under") for name in self.written()):
            yield from _wrapped("A quotient is not divided: it is a column, over another that ends in _under.")
        yield ""
        yield "Stages"
        longest = max(len(one.name) for one in self.stages)
        for one in self.stages:
            yield from _wrapped(f"{one.name:{longest}}  {one.about}", "  ", " " * (longest + 4))

    def described(self, source: str) -> Iterator[str]:
        """Yield the columns that are read of a source, with their types."""
        place = self.places[source]
        if source == "situations":
            about = "one row a situation"
        elif source in self.shape.histories:
            about = "one row a period of a history, from first to last, both included"
        else:
            about = f"one row a row of the table {source}" if place != source else "one row a row of the table"
        columns = ", ".join(f"{name} {self.type(source, name)}".rstrip() for name in self.columns(source))
        yield from _wrapped(f"{place}: {about}: {columns}", "  ", "    ")

    def columns(self, source: str) -> tuple[str, ...]:
        """Return the columns read of a source: those that tell rows apart first."""
        read = self.made.inputs.get(source, ("id",))
        first = [name for name in ("id", "row", "as_of", "first", "last") if name in read]
        return (*first, *(name for name in read if name not in first))

    def scaled(self) -> bool:
        """Whether numbers are read that are no whole numbers."""
        return not self.prepared and any(
            self.type(source, name) == "DECIMAL" for source, read in self.made.inputs.items() for name in read
        )

    def written(self) -> Iterator[str]:
        for one in self.stages:
            yield from (word for word in one.query.replace(",", " ").split())

    def fact(self, source: str, column: str) -> Fact | None:
        """Return the fact that a column of a source tells."""
        table, _, inner = source.partition(".")
        if source in self.shape.histories:
            own = self.rules.facts[table].columns[inner] if inner else self.rules.facts[table]
            return own if column in ("low", "high") else None
        facts = self.rules.facts if source == "situations" else self.rules.facts[source].columns
        known = self.shape.facts if source == "situations" else self.shape.tables.get(source, {})
        if column in facts and known.get(column) == "point":
            return facts[column]
        plain = column.removesuffix("_low").removesuffix("_high")
        return facts[plain] if known.get(plain) == "range" else None

    def type(self, source: str, column: str) -> str:
        """Return the type of a column that is read; the id may have any."""
        if column in ("as_of", "first", "last"):
            return "DATE"
        fact = self.fact(source, column)
        if fact is None:
            return ""
        if fact.columns:
            return "BOOLEAN"
        match fact.value_type:
            case ValueType.BOOLEAN:
                return "BOOLEAN"
            case ValueType.DATE:
                return "DATE"
            case ValueType.CHOICE | ValueType.TEXT:
                return "TEXT"
            case ValueType.MONTHS | ValueType.DAYS:
                return f"BIGINT ({fact.value_type})"
        if fact.type in ("number", "share"):
            return "BIGINT (millionths)" if self.prepared else "DECIMAL"
        return "BIGINT"

    def floor(self, source: str, column: str) -> int | None:
        """Return the bound that stands for a missing end of a range, as the column holds it."""
        fact = self.fact(source, column)
        side = column.rpartition("_")[2]
        if fact is None or side not in ("low", "high") or fact.value_type not in (*_COUNTED, ValueType.NUMBER):
            return None
        if source not in self.shape.histories and self.mode(source, column) != "range":
            return None
        bound = fact.low if side == "low" else fact.high
        if source in self.shape.histories and "." in source:
            since = self.rules.facts[source.partition(".")[0]].since is not None
            bound = (min(bound, 0) if side == "low" else max(bound, 0)) if since else bound
        scale = MILLIONTHS if fact.type in ("number", "share") else 1
        return None if bound in (inf, -inf) else int(bound * scale)

    def mode(self, source: str, column: str) -> str:
        known = self.shape.facts if source == "situations" else self.shape.tables.get(source, {})
        return "point" if known.get(column) == "point" else "range"

    def about(self, relation: Relation) -> Known:
        """Return what is known of the columns of a relation, before they are grouped."""
        if not isinstance(relation.source, Scan):
            inner = relation.source
            assert inner.group is not None
            known = self.about(inner)
            exprs = self.expanded(inner)
            told, positive = set(), set()
            for name, (how, expr) in inner.group.aggregates.items():
                whole = plainer(replaced(expr, exprs), known)
                if how == "sum" or known.never_null(whole):
                    told.add(name)
                if known.never_negative(whole):
                    positive.add(name)
            return Known(told=frozenset(map(Column, ("id", *told))), positive=frozenset(positive))
        told, positive = {"id", "row", "as_of", "first", "last"}, set()
        for prefix, source in (("", relation.source.name), ("situation_", "situations")):
            for column in self.columns(source):
                fact = self.fact(source, column)
                if self.floor(source, column) is not None:
                    told.add(f"{prefix}{column}")
                if fact is not None and fact.value_type in (*_COUNTED, ValueType.NUMBER):
                    low = min(fact.low, 0) if source in self.shape.histories else fact.low
                    if low >= 0:
                        positive.add(f"{prefix}{column}")
        told.add("situation_as_of")
        for join in relation.joins:
            if of_situation(join.relation):
                continue
            inner_known = self.about(join.relation)
            exprs = self.expanded(join.relation)
            assert join.relation.group is not None
            positive |= {
                name
                for name, (_, expr) in join.relation.group.aggregates.items()
                if inner_known.never_negative(plainer(replaced(expr, exprs), inner_known))
            }
        return Known(told=frozenset(map(Column, told)), positive=frozenset(positive))

    def expanded(self, relation: Relation) -> dict[str, Expr]:
        """Return all columns of a relation's rows, from those that it begins with."""
        found: dict[str, Expr] = {}
        for stage in relation.stages:
            found |= {name: replaced(expr, found) for name, expr in stage.items()}
        return found

    # --- stages ---

    def stage(self, name: str, about: str, query: str) -> str:
        """Add a stage under a name like this one, and return its name."""
        own, number = name, 2
        while own.lower() in self.used:
            own, number = f"{name}_{number}", number + 1
        self.used.add(own.lower())
        self.stages.append(Written(own, about, query))
        return own

    def read(self, source: str) -> str:
        """Return the query for the columns of a source that are read."""
        shown = [self.given(source, name) for name in self.columns(source)]
        return _select(shown, f"FROM {self.place(source)}", packed=True)

    def given(self, source: str, column: str, of: str | None = None) -> str:
        name = found = self.sql(self.terms.column(column, of))
        if self.prepared:
            return name
        if self.type(source, column) == "DECIMAL":
            found = f"CAST(ROUND({name} * {MILLIONTHS}) AS BIGINT)"
        bound = self.floor(source, column)
        if bound is not None:
            found = f"COALESCE({found}, {bound})"
        return name if found == name else f"{found} AS {self.name(column)}"

    def rows(self, relation: Relation) -> str:
        """Return the stage with the rows of a relation, before they are grouped or reduced."""
        if not isinstance(relation.source, Scan):
            return self.grouped(relation.source)
        source = relation.source.name
        if source == "situations":
            return self.facts
        own = [self.given(source, name, "r") for name in self.columns(source)]
        joins = ""
        for join in relation.joins:
            outer = of_situation(join.relation)
            own += [f"s.{self.name(column)} AS {self.name(name)}" for name, column in outer.items()]
            joins = f"\nLEFT JOIN {self.name(self.facts)} AS s USING (id)" if outer else joins
        name = source.replace(".", "_")
        ending, about = ("entries", "its entries") if source in self.shape.histories else ("rows", "its rows")
        told = f"{about}, each with what is needed of its situation" if joins else about
        return self.stage(
            f"{name}_{ending}", f"{source}: {told}", _select(own, f"FROM {self.place(source)} AS r{joins}", packed=True)
        )

    def worked_out(self, relation: Relation, needed: Mapping[str, Expr]) -> tuple[str, dict[str, Expr]]:
        """Return the stage with the columns of a relation's rows, and what is made of them in the end."""
        bare = relation._replace(name="", group=None)
        known = next((stage for other, stage in self.known if other == bare), None)
        defined = {name: expr for stage in relation.stages for name, expr in stage.items()}
        about = self.about(relation)
        others = [one for other in self.others(bare) for one in other]
        whole = drawn_together(defined, others, about)
        gone = _gone(defined, whole, about)
        wanted = self.all_named({name: plainer(replaced(expr, gone), about) for name, expr in needed.items()})
        if known is not None:
            return known, wanted
        base = self.rows(relation)
        source = relation.source.name if isinstance(relation.source, Scan) else relation.source.name
        joins = [(self.grouped(one.relation), one.keys) for one in relation.joins if not of_situation(one.relation)]
        base = self.in_stages(base, joins, whole, [(f"{source.replace('.', '_')}_figures", f"{source}: figures")])
        self.known.append((bare, base))
        return base, wanted

    def others(self, bare: Relation) -> Iterator[list[Expr]]:
        """Yield what each group needs of the same rows."""
        for relation in scanned(self.made.relation):
            if relation.group is not None and relation._replace(name="", group=None) == bare:
                yield [expr for _, expr in relation.group.aggregates.values()]
                yield [Column(key) for key in relation.group.keys]

    def grouped(self, relation: Relation) -> str:
        """Return the stage with what groups of rows come to."""
        key = relation._replace(joins=(), stages=(), source=Scan(""))
        known = next((stage for other, stage in self.known if other == key), None)
        if known is not None:
            return known
        assert relation.group is not None
        needed = {name: expr for name, (_, expr) in relation.group.aggregates.items()}
        needed |= {f"key {key}": Column(key) for key in relation.group.keys}
        base, wanted = self.worked_out(relation, needed)
        keys = [wanted[f"key {key}"] for key in relation.group.keys]
        shown = [self.sql(self.terms.term(key)) for key in keys]
        by = ", ".join(shown)
        for name, (how, _) in relation.group.aggregates.items():
            shown.append(self.aggregate(self.names[name], how, wanted[name], self.named_known(relation)))
        name, about = self.called(relation)
        found = self.stage(name, about, _select(shown, f"FROM {self.name(base)}\nGROUP BY {by}"))
        self.known.append((key, found))
        return found

    def called(self, relation: Relation) -> tuple[str, str]:
        """Return the name of a group's stage, and what it is."""
        assert relation.group is not None
        inner, keys = relation, relation.group.keys[1:]
        while not isinstance(inner.source, Scan):
            inner = inner.source
        source = inner.source.name
        name = source.replace(".", "_")
        if source in self.shape.histories:
            return f"{name}_windows", f"{source}: what its entries say of the window"
        if inner is not relation:
            between = relation.source.group.keys[1:] if isinstance(relation.source, Relation) and relation.source.group else ()
            return f"{name}_largest", f"{source}: the largest {', '.join(map(self.plain, between))} of each situation"
        if keys:
            return f"{name}_by_{'_'.join(map(self.plain, keys))}", f"{source}: sums by {', '.join(map(self.plain, keys))}"
        return f"{name}_of_situations", f"{source}: sums of each situation"

    def plain(self, key: str) -> str:
        return self.names.get(key, key)

    def named_known(self, relation: Relation) -> Known:
        """Return what is known of a relation's columns, by the names that they have here."""
        about = self.about(relation)
        told = {Column(self.names.get(one.name, one.name)) for one in about.told if isinstance(one, Column)}
        return about._replace(told=frozenset(told))

    def aggregate(self, name: str, how: str, expr: Expr, known: Known) -> str:
        """Return a column of groups; a sum passes over nulls, and is 0 of nothing."""
        if how == "sum" and expr == Literal(1):
            text = "COUNT(*)"
        elif how == "sum" and isinstance(expr, Call) and expr.op == "one":
            text = f"COUNT(CASE WHEN {self.sql(self.terms.term(expr.args[0]))} THEN 1 END)"
        else:
            text = f"{how.upper()}({self.sql(self.terms.term(expr))})"
            if how == "sum" and not known.never_null(expr):
                text = f"COALESCE({text}, 0)"
            if how == "sum":
                text = f"CAST({text} AS BIGINT)"
            elif self.terms.most(expr) < 2**31:
                self.terms.narrow[name] = self.terms.most(expr)
        return f"{text} AS {self.name(name)}"

    def all_named(self, exprs: Mapping[str, Expr]) -> dict[str, Expr]:
        names: dict[str, Expr] = {name: Column(new) for name, new in self.names.items() if name != new}
        return {name: replaced(expr, names) for name, expr in exprs.items()}

    def in_stages(
        self,
        base: str,
        joins: Sequence[tuple[str, tuple[str, ...]]],
        defined: Mapping[str, Expr],
        roles: Sequence[tuple[str, str]],
        role_of: Mapping[str, int] | None = None,
    ) -> str:
        """Add the stages in which columns are worked out, each from the ones before, and return the last."""
        waiting = {self.names[name]: expr for name, expr in zip(defined, self.all_named(defined).values(), strict=True)}
        rank = {self.names[name]: number for name, number in (role_of or {}).items()}
        after = "".join(
            f"\nLEFT JOIN {self.name(stage)} USING ({', '.join(self.name(key) for key in keys)})" for stage, keys in joins
        )
        while waiting:
            ready = [name for name, expr in waiting.items() if not any(column in waiting for column in columns_in(expr))]
            first = min(rank.get(name, 0) for name in ready)
            own = [name for name in ready if rank.get(name, 0) == first]
            shown = ["*"]
            for name in own:
                expr = waiting[name]
                shown.append(self.shown(expr, name))
            for name in own:
                expr = waiting.pop(name)
                if self.terms.most(expr) < 2**31:
                    self.terms.narrow[name] = self.terms.most(expr)
            base = self.stage(*roles[first], _select(shown, f"FROM {self.name(base)}{after}"))
            after = ""
        if after:
            base = self.stage(f"{base}_joined", "the same, with what belongs to each", _select(["*"], f"FROM {self.name(base)}{after}"))
        return base

    def verdicts(self) -> str:
        """Write the stages of situations, and return the query that shows the verdicts."""
        relation = self.made.relation
        *stages, last = relation.stages
        defined = {name: expr for stage in stages for name, expr in stage.items()}
        same: dict[str, Expr] = {}
        for column, expr in last.items():
            double = next((name for name, other in defined.items() if name.rstrip("_") == column and other == expr), None)
            if double is not None:
                same[double] = Column(column)
        defined = {
            same[name].name if name in same else name: replaced(expr, same) for name, expr in defined.items()  # type: ignore[attr-defined]  # a Column
        }
        defined |= {column: replaced(expr, same) for column, expr in last.items() if column not in defined}
        defined = drawn_together(defined, (), self.about(relation), set(last))
        alias = {name: expr.name for name, expr in defined.items() if isinstance(expr, Column)}
        roles: dict[str, int] = {}
        kinds = (self.rules.criteria, self.rules.contexts, self.rules.measures, self.rules.forms, self.rules.principles)
        for number, kind in enumerate(kinds, 1):
            roles |= {f"{name.replace('-', '_')}{end}": number for name in kind for end in ("", "_")}
        own = {name: expr for name, expr in defined.items() if name not in alias}
        joins = [(self.grouped(one.relation), one.keys) for one in relation.joins]
        words = [(role, f"{role} of each situation") for role in _ROLES]
        base = self.in_stages(self.facts, joins, own, words, {name: roles[name] for name in own if name in roles})
        shown = ["id"]
        for name in last:
            column = self.name(self.names.get(alias.get(name, name), alias.get(name, name)))
            shown.append(column if name not in alias else f"{column} AS {self.name(name)}")
        return _select(shown, f"FROM {self.name(base)}", packed=True)

    # --- text ---

    def name(self, name: str) -> str:
        return self.sql(self.terms.identifier(name))

    def place(self, source: str) -> str:
        return ".".join(self.name(part) for part in self.places[source].split("."))

    def sql(self, term: Any) -> str:
        found: str = term.sql(dialect=self.dialect)
        return found

    def shown(self, expr: Expr, name: str) -> str:
        """Return a column that is worked out: on one line, if it fits."""
        *lines, end = self.laid_out(expr, _WIDTH - len(name) - 10)
        return "\n".join([*lines, f"{end} AS {self.name(name)}"])

    def laid_out(self, expr: Expr, width: int) -> list[str]:
        """Return an expression in lines: a case has one for each branch, and what is joined one for each part."""
        line = self.sql(self.terms.term(expr))
        if len(line) <= width or not isinstance(expr, Call):
            return [line]
        match expr:
            case Call("case", (*branches, otherwise)):
                lines = ["CASE"]
                for one, then in zip(branches[::2], branches[1::2], strict=True):
                    lines += self.branch(one, then, width - 2)
                if otherwise != Literal(None):
                    lines += _after("  ELSE ", self.laid_out(otherwise, width - 7), hanging=False)
                return [*lines, "END"]
            case Call("and" | "or" | "+" as op, args):
                word = f"{op.upper()} "
                lines = self.joined(op, args[0], width)
                for arg in args[1:]:
                    lines += _after(word, self.joined(op, arg, width - len(word)), hanging=False)
                return lines
            case Call(op, (a, b)) if op in COMPARED:
                left, right = self.joined(op, a, width), self.joined(op, b, width)
                sign = {"==": "=", "!=": "<>"}.get(op, op)
                return [*left[:-1], f"{left[-1]} {sign} {right[0]}", *right[1:]]
            case Call("coalesce" | "least" | "greatest", args):
                lines = [f"{expr.op.upper()}("]
                for number, arg in enumerate(args):
                    inner = [f"  {each}" for each in self.laid_out(arg, width - 3)]
                    lines += [*inner[:-1], inner[-1] + ("," if number < len(args) - 1 else "")]
                return [*lines, ")"]
        return [line]

    def branch(self, one: Expr, then: Expr, width: int) -> list[str]:
        whole = f"  WHEN {self.sql(self.terms.term(one))} THEN {self.sql(self.terms.term(then))}"
        if len(whole) <= width:
            return [whole]
        first, second = self.laid_out(one, width - 7), self.laid_out(then, width - 7)
        return [*_after("  WHEN ", first), *_after("  THEN ", second, hanging=second[0] != "CASE")]

    def joined(self, op: str, expr: Expr, width: int) -> list[str]:
        """Return a part of something that is joined, in parentheses where it is joined in another way."""
        lines = self.laid_out(expr, width)
        looser = {"and": ("or",), "or": ("and",), "+": ("-",)}.get(op, ("and", "or"))
        if not (isinstance(expr, Call) and expr.op in looser):
            return lines
        return [f"({lines[0]})"] if len(lines) == 1 else ["(", *(f"  {line}" for line in lines), ")"]


def _after(word: str, lines: list[str], hanging: bool = True) -> list[str]:
    """Return lines that begin with a word."""
    indent = " " * (len(word) - len(word.lstrip()) + (2 if hanging else 0))
    return [word + lines[0], *(indent + line for line in lines[1:])]


def _gone(defined: Mapping[str, Expr], whole: Mapping[str, Expr], known: Known) -> dict[str, Expr]:
    """Return what stands for the columns that were put in their place, down to those that are left."""
    gone: dict[str, Expr] = {}
    for name, expr in defined.items():  # each from those before it
        inner = plainer(replaced(expr, gone), known)
        if name not in whole:
            gone[name] = inner
    return gone


def _select(shown: Iterable[str], rest: str, packed: bool = False) -> str:
    parts = [*shown]
    if packed:
        lines = wrap(", ".join(part.replace(" ", "\0") for part in parts), _WIDTH - 4, break_long_words=False, break_on_hyphens=False)
        columns = "\n".join(lines).replace("\0", " ")
    else:
        columns = ",\n".join(parts)
    if "\n" not in columns and len(columns) < _WIDTH - 10:
        return f"SELECT {columns}\n{rest}"
    return f"SELECT\n{_indented(columns)}\n{rest}"


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.split("\n"))


def _wrapped(text: str, first: str = "", rest: str = "") -> list[str]:
    return wrap(" ".join(text.split()) if not first else text, _WIDTH - 3, initial_indent=first, subsequent_indent=rest or first)
