"""The World Bank's income groups, as a table of countries by year: which group was in force at the end of it.

The file is CSV with a header, one row for a country and a year of data: `iso3` (three letters), `data_year`, and
`income_group`: H, UM, LM or L, or the group in words. Other columns do not matter. The group that rests on the data of
one year is in force from 1 July of the next, so that on 31 December the year of the data is the year before.
"""

from pathlib import Path

import polars as pl

from comity.engine.batch.unhcr_layouts import refuse
from comity.engine.language.diagnostic import Code

FIRST = 1988  # the first year at the end of which a group was in force: the classification began with the data of 1987
_GROUPS = {"H": "high", "UM": "upper-middle", "LM": "lower-middle", "L": "low"}
_GROUPS |= {"high income": "high", "upper middle income": "upper-middle", "lower middle income": "lower-middle"}
_GROUPS |= {"low income": "low"} | {one: one for one in ("high", "upper-middle", "lower-middle", "low")}
_NONE = ("", "..", "-")
_COLUMNS = ("iso3", "data_year", "income_group")


def read_groups(path: Path) -> pl.DataFrame:
    """Return the groups in force at the end of years: `country`, `year`, `group`. Raises `Refused`."""
    try:
        rows = pl.read_csv(path, infer_schema=False)
    except OSError as error:
        refuse(path, Code.UNREADABLE_FILE, f"the file cannot be read: {error.strerror or error}")
    except pl.exceptions.PolarsError as error:
        refuse(path, Code.WRONG_SHAPE, f"the file is no table: {str(error).splitlines()[0]}")
    for name in _COLUMNS:
        if name not in rows.columns:
            refuse(path, Code.MISSING_KEY, f"there is no column `{name}`", f"income groups need {', '.join(_COLUMNS)}")
    rows = rows.with_row_index("line", 2).with_columns(pl.col("income_group").fill_null("").str.strip_chars())
    year = pl.col("data_year").str.strip_chars()
    odd = rows.filter(
        ~year.str.contains(r"\A[0-9]{4}\z").fill_null(False)
        | ~pl.col("income_group").is_in([*_GROUPS, *_NONE])
        | pl.col("iso3").is_null()
    )
    if odd.height:
        line, *cells = odd.select("line", *_COLUMNS).row(0)
        text = ",".join(cell or "" for cell in cells)
        hint = f"a group is one of {', '.join(_GROUPS)}"
        refuse(path, Code.NOT_AN_OPTION, f"`{text}` is no country, year and income group", hint, line)
    found = rows.filter(~pl.col("income_group").is_in(_NONE)).select(
        pl.col("iso3").str.strip_chars().alias("country"),
        (year.cast(pl.Int64) + 1).alias("year"),
        pl.col("income_group").replace_strict(_GROUPS).alias("group"),
    )
    twice = found.filter(pl.struct("country", "year").is_duplicated())
    if twice.height:
        country, of, _ = twice.row(0)
        refuse(path, Code.DUPLICATE_NAME, f"`{country}` has more than one group for the data of {of - 1}")
    if not found.height:
        refuse(path, Code.EMPTY_VALUE, "the file has no income groups")
    return found
