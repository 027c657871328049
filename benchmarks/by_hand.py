"""The built-in rules over whole tables, as who knows Polars or DuckDB writes them: without a check of any cell."""

from datetime import date

CONTEXTS = ("mass_influx", "protracted", "irregular_secondary_movement", "trafficking_and_smuggling")
MEASURES = (
    *("emergency_assistance", "host_coordination", "international_consultation", "civilian_character"),
    *("processing_mechanisms", "humanitarian_transfer", "registration_documentation", "self_reliance"),
    *("development_support", "financial_institutions"),
)
LARGE = 25_000
TURN = date(2022, 1, 1)  # from when on others are counted with the refugees


def polars_course(source: str, target: str, ranges: bool) -> None:
    import polars as pl

    c = pl.col

    def settle(true: pl.Expr, false: pl.Expr) -> pl.Expr:
        return pl.when(true).then(True).when(false).then(False)

    def at_least(a: str, b: pl.Expr | int, c_: pl.Expr | int) -> pl.Expr:
        return settle(c(f"{a}_low") >= b, c(f"{a}_high") < c_)

    if ranges:

        def low(name: str) -> pl.Expr:
            return c(f"{name}_low")

        def high(name: str) -> pl.Expr:
            return c(f"{name}_high")

        arrivals, hosts, days = "arrivals", "host_population", "arrival_days"
        per_1000 = settle(low(arrivals) * 1000 >= high(hosts), high(arrivals) * 1000 < low(hosts))
        rapid = settle(low(arrivals) >= high(days) * 500, high(arrivals) < low(days) * 500)
        numbers = at_least(arrivals, 10_000, 10_000) | pl.when(low(hosts) > 0).then(per_1000)
        rapid = pl.when(low(days) > 0).then(rapid)
        capacity = settle(low(arrivals) > high("reception_capacity"), high(arrivals) <= low("reception_capacity"))
        claims, decisions = "asylum_claims_per_month", "asylum_decisions_per_month"
        overload = settle(low(claims) > high(decisions) * 2, high(claims) <= low(decisions) * 2)
        backlog = settle(low(claims) > high(decisions), high(claims) <= low(decisions))
        protracted = at_least("settled_refugees", 25_000, 25_000)
    else:
        numbers = (c("arrivals") >= 10_000) | pl.when(c("host_population") > 0).then(
            c("arrivals") * 1000 >= c("host_population")
        )
        rapid = pl.when(c("arrival_days") > 0).then(c("arrivals") >= c("arrival_days") * 500)
        capacity = c("arrivals") > c("reception_capacity")
        overload = c("asylum_claims_per_month") > c("asylum_decisions_per_month") * 2
        backlog = c("asylum_claims_per_month") > c("asylum_decisions_per_month")
        protracted = c("settled_refugees") >= 25_000
    four = ("numbers", "rapid", "capacity", "overwhelmed")
    met = sum((pl.when(c(one)).then(1).otherwise(0) for one in four), start=pl.lit(0))
    lacking = sum((pl.when(~c(one)).then(1).otherwise(0) for one in four), start=pl.lit(0))
    mass, prot, move, crime = (c(name) for name in CONTEXTS)
    stages: list[dict[str, pl.Expr]] = [
        {
            "numbers": numbers,
            "rapid": rapid,
            "capacity": capacity,
            "overwhelmed": c("individual_procedure_exists") & overload,
            "backlog": backlog,
            "protracted": protracted,
            "irregular_secondary_movement": c("found_host_country")
            & c("moved_to_third_country")
            & c("irregular_manner"),
            "trafficking": c("recruitment_or_transfer")
            & c("exploitation_purpose")
            & (c("coercion_or_deception") | c("child_victims")),
            "smuggling": c("illegal_entry_procured") & c("smuggler_profit"),
        },
        {
            "mass_influx": c("crosses_border") & settle(met >= 2, lacking > 2),
            "trafficking_and_smuggling": c("trafficking") | c("smuggling"),
        },
        {"refuge": mass | prot, "every": mass | prot | move | crime},
        {
            "emergency_assistance": c("refuge") & (mass | c("emergency_needs")),
            "host_coordination": c("every") & ~c("coordination_mechanism_exists"),
            "international_consultation": c("every"),
            "civilian_character": c("refuge") & c("armed_elements"),
            "processing_mechanisms": (mass | move | crime)
            & (c("overwhelmed") | ~c("individual_procedure_exists") | c("backlog") | move | crime),
            "humanitarian_transfer": c("every")
            & (mass | (c("border_policy") == "restricted") | (c("border_policy") == "closed") | c("particular_risk")),
            "registration_documentation": c("every"),
            "self_reliance": (mass | prot | move) & (prot | move | c("aid_dependence")),
            "development_support": c("refuge") & (prot | c("services_strained")),
            "financial_institutions": c("refuge")
            & (
                prot
                | (c("host_income_group") == "low")
                | (c("host_income_group") == "lower-middle")
                | (c("host_income_group") == "upper-middle")
            ),
        },
    ]
    frame = pl.scan_parquet(source)
    for stage in stages:
        frame = frame.with_columns(**stage)
    frame.select("id", *CONTEXTS, *MEASURES).sink_parquet(target)


def _course(ranges: bool) -> str:
    def settle(true: str, false: str) -> str:
        return f"CASE WHEN {true} THEN TRUE WHEN {false} THEN FALSE END"

    if ranges:
        numbers = (
            f"({settle('arrivals_low >= 10000', 'arrivals_high < 10000')}) OR "
            "CASE WHEN host_population_low > 0 THEN "
            f"{settle('arrivals_low * 1000 >= host_population_high', 'arrivals_high * 1000 < host_population_low')} END"
        )
        rapid = (
            "CASE WHEN arrival_days_low > 0 THEN "
            f"{settle('arrivals_low >= arrival_days_high * 500', 'arrivals_high < arrival_days_low * 500')} END"
        )
        capacity = settle("arrivals_low > reception_capacity_high", "arrivals_high <= reception_capacity_low")
        claims, decisions = "asylum_claims_per_month", "asylum_decisions_per_month"
        overload = settle(f"{claims}_low > {decisions}_high * 2", f"{claims}_high <= {decisions}_low * 2")
        backlog = settle(f"{claims}_low > {decisions}_high", f"{claims}_high <= {decisions}_low")
        protracted = settle("settled_refugees_low >= 25000", "settled_refugees_high < 25000")
    else:
        numbers = "arrivals >= 10000 OR CASE WHEN host_population > 0 THEN arrivals * 1000 >= host_population END"
        rapid = "CASE WHEN arrival_days > 0 THEN arrivals >= arrival_days * 500 END"
        capacity = "arrivals > reception_capacity"
        overload = "asylum_claims_per_month > asylum_decisions_per_month * 2"
        backlog = "asylum_claims_per_month > asylum_decisions_per_month"
        protracted = "settled_refugees >= 25000"
    four = ("numbers", "rapid", "capacity", "overwhelmed")
    met = " + ".join(f"CASE WHEN {one} THEN 1 ELSE 0 END" for one in four)
    lacking = " + ".join(f"CASE WHEN NOT {one} THEN 1 ELSE 0 END" for one in four)
    return f"""
    WITH criteria AS (SELECT *, {numbers} AS numbers, {rapid} AS rapid, {capacity} AS capacity,
        individual_procedure_exists AND ({overload}) AS overwhelmed, {backlog} AS backlog, {protracted} AS protracted,
        found_host_country AND moved_to_third_country AND irregular_manner AS irregular_secondary_movement,
        recruitment_or_transfer AND exploitation_purpose AND (coercion_or_deception OR child_victims)
            OR illegal_entry_procured AND smuggler_profit AS trafficking_and_smuggling FROM situations),
    contexts AS (SELECT *, crosses_border AND {settle(f"{met} >= 2", f"{lacking} > 2")} AS mass_influx FROM criteria),
    grounds AS (SELECT *, mass_influx OR protracted AS refuge, mass_influx OR protracted OR
        irregular_secondary_movement OR trafficking_and_smuggling AS every_ FROM contexts)
    SELECT id, {", ".join(CONTEXTS)}, refuge AND (mass_influx OR emergency_needs) AS emergency_assistance,
        every_ AND NOT coordination_mechanism_exists AS host_coordination, every_ AS international_consultation,
        refuge AND armed_elements AS civilian_character,
        (mass_influx OR irregular_secondary_movement OR trafficking_and_smuggling) AND (overwhelmed OR
            NOT individual_procedure_exists OR backlog OR irregular_secondary_movement OR trafficking_and_smuggling)
            AS processing_mechanisms,
        every_ AND (mass_influx OR border_policy = 'restricted' OR border_policy = 'closed' OR particular_risk)
            AS humanitarian_transfer, every_ AS registration_documentation,
        (mass_influx OR protracted OR irregular_secondary_movement) AND (protracted OR irregular_secondary_movement OR
            aid_dependence) AS self_reliance,
        refuge AND (protracted OR services_strained) AS development_support,
        refuge AND (protracted OR host_income_group = 'low' OR host_income_group = 'lower-middle' OR
            host_income_group = 'upper-middle') AS financial_institutions FROM grounds"""


def polars_trends(source: str, target: str, ranges: bool) -> None:
    import polars as pl

    def enough(name: str) -> pl.Expr:
        if not ranges:
            return pl.col(name) >= LARGE
        true, false = pl.col(f"{name}_low") >= LARGE, pl.col(f"{name}_high") < LARGE
        return pl.when(true).then(True).when(false).then(False)

    settled = pl.when(pl.col("as_of") < TURN).then(enough("refugees_throughout")).otherwise(enough("people_throughout"))
    frame = pl.scan_parquet(source).with_columns(settled=settled)
    protracted = pl.col("settled") & (pl.col("host_income_group") != "high")
    frame.select("id", protracted=protracted).sink_parquet(target)


def _trends(ranges: bool) -> str:
    def enough(name: str) -> str:
        if not ranges:
            return f"{name} >= {LARGE}"
        return f"CASE WHEN {name}_low >= {LARGE} THEN TRUE WHEN {name}_high < {LARGE} THEN FALSE END"

    return f"""
    WITH criteria AS (SELECT *, CASE WHEN as_of < DATE '{TURN}' THEN {enough("refugees_throughout")}
        ELSE {enough("people_throughout")} END AS settled FROM situations)
    SELECT id, settled AND host_income_group <> 'high' AS protracted FROM criteria"""


def _duckdb(query: str, source: str, target: str) -> None:
    import duckdb

    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(f"CREATE VIEW situations AS SELECT * FROM read_parquet('{source}')")
        connection.execute(f"COPY ({query}) TO '{target}' (FORMAT parquet)")


def duckdb_course(source: str, target: str, ranges: bool) -> None:
    _duckdb(_course(ranges), source, target)


def duckdb_trends(source: str, target: str, ranges: bool) -> None:
    _duckdb(_trends(ranges), source, target)
