"""The stages of a query: what is read, what is worked out of it step by step, and what groups of rows come to."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from comity.engine.batch.plainer import Known, drawn_together, plainer, replaced
from comity.engine.batch.sql_layout import Layout, select
from comity.engine.batch.sql_names import of_situation, renamed, scanned
from comity.engine.batch.sql_sources import FIGURES, Sources
from comity.engine.language.model import RuleSet
from comity.engine.translation.column_facts import bounds
from comity.engine.translation.columns import Plan
from comity.engine.translation.relations import ZERO, Call, Column, Expr, Literal, Relation, Scan, columns_in

_ROLES = ("figures", "criteria", "contexts", "measures", "forms", "principles")


class Stage(NamedTuple):
    """One step: its name, what it is, and its query."""

    name: str
    about: str
    query: str


class Stages:
    """Writes the stages of a plan."""

    def __init__(self, rules: RuleSet, made: Plan, sources: Sources) -> None:
        self.rules = rules
        self.made = made
        self.sources = sources
        self.layout: Layout = sources.layout
        self.used = {part for place in sources.places.values() for part in place.lower().split(".")}
        read = {column for columns in made.inputs.values() for column in columns}
        self.taken = read | {f"situation_{column}" for column in read}
        self.names = renamed(scanned(made.relation), self.taken, made.columns.values())
        self.stages: list[Stage] = []
        self.known: list[tuple[Relation, str]] = []  # what is written already, and its stage
        self.facts = self.stage("facts", "what is read of each situation", self.read("situations"))

    def verdicts(self) -> str:
        """Write the stages of situations, and return the query that shows the verdicts."""
        relation = self.made.relation
        *stages, last = relation.stages or ({},)
        defined = {name: expr for stage in stages for name, expr in stage.items()}
        same: dict[str, Column] = {}
        facts = self.made.inputs.get("situations", ())
        for column, expr in last.items():
            if (
                column not in facts
                and isinstance(expr, Column)
                and expr.name in defined
                and expr.name.rstrip("_") == column
            ):
                same[expr.name] = Column(column)
        apart = {expr.name for column, expr in last.items() if column in facts and isinstance(expr, Column)}
        defined = {same[name].name if name in same else name: replaced(expr, same) for name, expr in defined.items()}
        defined |= {column: replaced(expr, same) for column, expr in last.items() if column not in defined}
        defined = self.with_days(drawn_together(defined, (), self.about(relation), {*last, *apart}))
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
        for name in self.made.columns.values():
            column = self.layout.name(self.names.get(alias.get(name, name), alias.get(name, name)))
            shown.append(column if name not in alias else f"{column} AS {self.layout.name(name)}")
        return select(shown, f"FROM {self.layout.name(base)}", packed=True)

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
            f"\nLEFT JOIN {self.layout.name(stage)} USING ({', '.join(self.layout.name(key) for key in keys)})"
            for stage, keys in joins
        )
        while waiting:
            ready = [
                name for name, expr in waiting.items() if not any(column in waiting for column in columns_in(expr))
            ]
            first = min(rank.get(name, 0) for name in ready)
            own = [name for name in ready if rank.get(name, 0) == first]
            shown = ["*"]
            for name in own:
                expr = waiting[name]
                shown.append(self.layout.shown(expr, name))
            for name in own:
                expr = waiting.pop(name)
                if self.layout.terms.most(expr) < 2**31:
                    self.layout.terms.narrow[name] = self.layout.terms.most(expr)
            base = self.stage(*roles[first], select(shown, f"FROM {self.layout.name(base)}{after}"))
            after = ""
        if after:
            base = self.stage(
                f"{base}_joined",
                "the same, with what belongs to each",
                select(["*"], f"FROM {self.layout.name(base)}{after}"),
            )
        return base

    def stage(self, name: str, about: str, query: str) -> str:
        """Add a stage under a name like this one, and return its name."""
        own, number = name, 2
        while own.lower() in self.used:
            own, number = f"{name}_{number}", number + 1
        self.used.add(own.lower())
        self.stages.append(Stage(own, about, query))
        return own

    def read(self, source: str) -> str:
        """Return the query for the columns of a source that are read."""
        shown = [self.sources.given(source, name) for name in self.sources.columns(source)]
        return select(shown, f"FROM {self.sources.place(source)}", packed=True)

    def rows(self, relation: Relation) -> str:
        """Return the stage with the rows of a relation, before they are grouped or reduced."""
        if not isinstance(relation.source, Scan):
            return self.grouped(relation.source)
        source = relation.source.name
        if source == "situations":
            return self.facts
        own = [self.sources.given(source, name, "r") for name in self.sources.columns(source)]
        joins = ""
        for join in relation.joins:
            outer = of_situation(join.relation)
            own += [f"s.{self.layout.name(column)} AS {self.layout.name(name)}" for name, column in outer.items()]
            joins = f"\nLEFT JOIN {self.layout.name(self.facts)} AS s USING (id)" if outer else joins
        name = source.replace(".", "_")
        ending, about = ("entries", "its entries") if source in self.sources.shape.histories else ("rows", "its rows")
        told = f"{about}, each with what is needed of its situation" if joins else about
        return self.stage(
            f"{name}_{ending}",
            f"{source}: {told}",
            select(own, f"FROM {self.sources.place(source)} AS r{joins}", packed=True),
        )

    def worked_out(self, relation: Relation, needed: Mapping[str, Expr]) -> tuple[str, dict[str, Expr]]:
        """Return the stage with the columns of a relation's rows, and what is made of them in the end."""
        bare = relation._replace(name="", group=None)
        known = next((stage for other, stage in self.known if other == bare), None)
        defined = {name: expr for stage in relation.stages for name, expr in stage.items()}
        about = self.about(relation)
        others = [one for other in self.others(bare) for one in other]
        whole = drawn_together(defined, others, about)
        whole = self.with_days(whole)
        gone = _gone(defined, whole, about)
        wanted = self.all_named({name: plainer(replaced(expr, gone), about) for name, expr in needed.items()})
        if known is not None:
            return known, wanted
        base = self.rows(relation)
        source = relation.source.name
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

    def with_days(self, defined: Mapping[str, Expr]) -> dict[str, Expr]:
        """Return columns with one for each first day of a window that several name."""
        found = Counter(day for expr in defined.values() for day in _days(expr))
        days = {day: Column(self.new(f"first_of_{_length(day)}")) for day, number in found.items() if number > 1}
        return {column.name: day for day, column in days.items()} | {
            name: _with(expr, days) for name, expr in defined.items()
        }

    def new(self, name: str) -> str:
        """Return a name for another column."""
        own, number = name, 2
        while own in self.taken or own in self.names.values():
            own, number = f"{name}_{number}", number + 1
        self.names[own] = own
        return own

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
        shown = [self.layout.text(key) for key in keys]
        by = ", ".join(shown)
        for name, (how, _) in relation.group.aggregates.items():
            shown.append(self.aggregate(self.names[name], how, wanted[name], self.named_known(relation)))
        name, about = self.called(relation)
        found = self.stage(name, about, select(shown, f"FROM {self.layout.name(base)}\nGROUP BY {by}"))
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
        if source in self.sources.shape.histories:
            return f"{name}_windows", f"{source}: what its entries say of the window"
        if inner is not relation:
            between = (
                relation.source.group.keys[1:]
                if isinstance(relation.source, Relation) and relation.source.group
                else ()
            )
            return f"{name}_largest", f"{source}: the largest {', '.join(map(self.plain, between))} of each situation"
        if keys:
            return (
                f"{name}_by_{'_'.join(map(self.plain, keys))}",
                f"{source}: sums by {', '.join(map(self.plain, keys))}",
            )
        return f"{name}_of_situations", f"{source}: sums of each situation"

    def plain(self, key: str) -> str:
        return self.names.get(key, key)

    def aggregate(self, name: str, how: str, expr: Expr, known: Known) -> str:
        """Return a column of groups; a sum passes over nulls, and is 0 of nothing."""
        if how == "sum" and expr == Literal(1):
            text = "COUNT(*)"
        elif how == "sum" and isinstance(expr, Call) and expr.op == "one":
            text = f"COUNT(CASE WHEN {self.layout.text(expr.args[0])} THEN 1 END)"
        elif how == "sum" and expr == ZERO:
            text = "CAST(0 AS BIGINT)"
        else:
            text = f"{how.upper()}({self.layout.text(expr)})"
            if how == "sum" and not known.never_null(expr):
                text = f"COALESCE({text}, 0)"
            if how == "sum":
                wide = isinstance(expr, Call) and expr.op == "wide"
                text = f"CAST({text} AS {self.layout.terms.wide.upper() if wide else 'BIGINT'})"
            elif self.layout.terms.most(expr) < 2**31:
                self.layout.terms.narrow[name] = self.layout.terms.most(expr)
        return f"{text} AS {self.layout.name(name)}"

    def all_named(self, exprs: Mapping[str, Expr]) -> dict[str, Expr]:
        names: dict[str, Expr] = {name: Column(new) for name, new in self.names.items() if name != new}
        return {name: replaced(expr, names) for name, expr in exprs.items()}

    def named_known(self, relation: Relation) -> Known:
        """Return what is known of a relation's columns, by the names that they have here."""
        about = self.about(relation)
        told = {Column(self.names.get(one.name, one.name)) for one in about.told if isinstance(one, Column)}
        return about._replace(told=frozenset(told))

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
            for column in self.sources.columns(source):
                fact = self.sources.fact(source, column)
                if self.sources.floor(source, column) is not None:
                    told.add(f"{prefix}{column}")
                if fact is not None and fact.value_type in FIGURES:
                    low = bounds(fact)[0]
                    if low is not None and low >= 0:
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


def _gone(defined: Mapping[str, Expr], whole: Mapping[str, Expr], known: Known) -> dict[str, Expr]:
    """Return what stands for the columns that were put in their place, down to those that are left."""
    gone: dict[str, Expr] = {}
    for name, expr in defined.items():  # each from those before it
        inner = plainer(replaced(expr, gone), known)
        if name not in whole:
            gone[name] = inner
    return gone


def _days(expr: Expr) -> Iterator[Expr]:
    """Yield the days that are counted back from another, and are no side of a comparison."""
    if isinstance(expr, Call):
        if expr.op == "add_days" and isinstance(expr.args[0], Call) and expr.args[0].op == "months_before":
            yield expr
        for arg in expr.args:
            yield from _days(arg)


def _length(day: Expr) -> str:
    assert isinstance(day, Call)
    assert isinstance(day.args[0], Call)
    months = day.args[0].args[1]
    assert isinstance(months, Literal)
    assert isinstance(months.value, int)
    return f"{months.value // 12}_years" if months.value % 12 == 0 else f"{months.value}_months"


def _with(expr: Expr, parts: Mapping[Expr, Column]) -> Expr:
    """Return an expression with columns in place of some parts."""
    if expr in parts:
        return parts[expr]
    return Call(expr.op, tuple(_with(arg, parts) for arg in expr.args)) if isinstance(expr, Call) else expr
