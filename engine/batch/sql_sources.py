"""What a query reads: the columns of each table, their types, and how a column is taken."""

from collections.abc import Mapping
from fractions import Fraction

from comity.engine.batch.sql_layout import Layout
from comity.engine.language.model import Fact, RuleSet, ValueType
from comity.engine.translation.column_facts import MILLIONTHS, bounds, scale
from comity.engine.translation.columns import Shape

FIGURES = (ValueType.NUMBER, ValueType.MONTHS, ValueType.DAYS)
_KEYS = ("id", "row", "as_of", "first", "last")


class Sources:
    """The tables that a query reads. `places` says where each is; `prepared` data has its decimals in millionths."""

    def __init__(
        self,
        rules: RuleSet,
        shape: Shape,
        inputs: Mapping[str, tuple[str, ...]],
        layout: Layout,
        places: Mapping[str, str],
        prepared: bool,
    ) -> None:
        self.rules = rules
        self.shape = shape
        self.inputs = inputs
        self.layout = layout
        self.places = {name: places.get(name, name.replace(".", "_")) for name in ("situations", *inputs)}
        self.prepared = prepared

    def columns(self, source: str) -> tuple[str, ...]:
        """Return the columns read of a source: those that tell rows apart first."""
        read = self.inputs.get(source, ("id",))
        first = [name for name in _KEYS if name in read]
        return (*first, *(name for name in read if name not in first))

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

    def mode(self, source: str, column: str) -> str:
        known = self.shape.facts if source == "situations" else self.shape.tables.get(source, {})
        return "point" if known.get(column) == "point" else "range"

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
        if fact is None or side not in ("low", "high") or fact.value_type not in FIGURES:
            return None
        if source not in self.shape.histories and self.mode(source, column) != "range":
            return None
        bound = bounds(fact)[0 if side == "low" else 1]
        if bound is None:
            return None
        if source in self.shape.histories and "." in source:
            since = self.rules.facts[source.partition(".")[0]].since is not None
            bound = (min(bound, Fraction(0)) if side == "low" else max(bound, Fraction(0))) if since else bound
        return int(bound * scale(fact))

    def scaled(self) -> bool:
        """Whether numbers are read that are no whole numbers."""
        return not self.prepared and any(
            self.type(source, name) == "DECIMAL" for source, read in self.inputs.items() for name in read
        )

    def given(self, source: str, column: str, of: str | None = None) -> str:
        name = found = self.layout.sql(self.layout.terms.column(column, of))
        if self.prepared:
            return name
        if self.type(source, column) == "DECIMAL":
            # What is finer than millionths is not known: rounded, it could reach a bound that it is below.
            found = f"CASE WHEN ROUND({name}, 6) = {name} THEN CAST(ROUND({name} * {MILLIONTHS}) AS BIGINT) END"
        bound = self.floor(source, column)
        if bound is not None:
            found = f"COALESCE({found}, {bound})"
        return name if found == name else f"{found} AS {self.layout.name(column)}"

    def place(self, source: str) -> str:
        return ".".join(self.layout.name(part) for part in self.places[source].split("."))
