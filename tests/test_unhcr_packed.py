"""The zip of UNHCR's website: its table and its footnotes, within bounds, and nothing else that is in it."""

import csv
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from click.testing import CliRunner, Result

from comity.cli import main
from comity.engine.batch import unhcr_packed
from comity.engine.batch.unhcr import read_population
from comity.engine.batch.unhcr_footnotes import Footnote, read_footnotes
from comity.engine.language.diagnostic import Refused

DATA = Path(__file__).parent / "data" / "unhcr"
TABLE = (DATA / "website.csv").read_bytes()
HEAD = 'Footnote,Year,"Country of origin (ISO)","Country of asylum (ISO)","Population type"\n'
NOTES = HEAD + (
    '"One,\ntwo.","2021 - 2022, 2019",,PAK,REF\n'
    "Of Syrians.,2022,SYR,,OIP\n"
    "Of claims.,2022,,PAK,ASY\n"
    "Of all.,2022,,,ROC\n"
)


def packed(folder: Path, files: Mapping[str, bytes | str], name: str = "download.zip") -> Path:
    with ZipFile(folder / name, "w", ZIP_DEFLATED) as file:
        for inner, data in files.items():
            file.writestr(inner, data)
    return folder / name


def batch(path: Path, *arguments: str) -> Result:
    income = ("--income", str(DATA / "income.csv"))
    return CliRunner().invoke(main, ["batch", "--from", "unhcr", str(path), *income, *arguments])


def rows(text: str) -> dict[str, dict[str, str]]:
    return {row["id"]: row for row in csv.DictReader(text.splitlines())}


def test_a_zip_is_read_as_the_table_that_it_holds(tmp_path: Path) -> None:
    path = packed(tmp_path, {"read me.txt": "x", "persons_of_concern.csv": TABLE, "asylum.csv": "a,b\n", ".csv": TABLE})
    plain, found = read_population(DATA / "website.csv"), read_population(path)
    assert found.rows.equals(plain.rows)
    assert found._replace(rows=plain.rows) == plain
    assert batch(path).stdout == batch(DATA / "website.csv").stdout
    counted = CliRunner().invoke(main, ["statistics", "protracted", str(path), "--reading", "sentence"])
    assert counted.exit_code == 0
    assert "Protracted refugee situations, 2019 to 2023" in counted.stdout


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
@pytest.mark.parametrize("inside", [True, False], ids=["in the zip", "beside"])
def test_footnotes_stand_beside_what_they_speak_of(inside: bool, engine: str, tmp_path: Path) -> None:
    if inside:
        done = batch(packed(tmp_path, {"persons.csv": TABLE, "footnotes.csv": NOTES}), "--engine", engine)
    else:
        (tmp_path / "notes.csv").write_text(NOTES)
        arguments = ("--footnotes", str(tmp_path / "notes.csv"), "--engine", engine)
        done = batch(DATA / "website.csv", *arguments)
    assert (done.exit_code, done.stderr) == (0, "231 situations assessed\n")
    found = {id_: row["footnotes"] for id_, row in rows(done.stdout).items()}
    assert found["AFG-PAK-2021"] == found["AFG-PAK-2019"] == "One, two."
    assert found["AFG-PAK-2022"] == "One, two. | Of all."
    assert found["AFG-PAK-2020"] == found["SYR-TUR-2021"] == ""
    assert found["SYR-TUR-2022"] == "Of Syrians. | Of all."


def test_footnotes_of_other_figures_make_no_column(tmp_path: Path) -> None:
    path = packed(tmp_path, {"persons.csv": TABLE, "footnotes.csv": f"{HEAD}Of claims.,2022,,PAK,ASY\n"})
    assert "footnotes" not in batch(path).stdout.splitlines()[0]


def test_footnotes_of_asylum(tmp_path: Path) -> None:
    notes = f"{HEAD}Of claims.,2022,SSD,DEU,ASY\nOf refugees.,2022,,DEU,REF\n"
    path = packed(tmp_path, {"decisions.csv": (DATA / "decisions.csv").read_bytes(), "footnotes.csv": notes})
    claims = tmp_path / "claims.csv"
    claims.write_text(
        "year,origin_iso,asylum_iso,procedure_type,app_type,dec_level,app_pc,applied\n2022,A,DEU,G,N,FI,P,9\n"
    )
    done = CliRunner().invoke(
        main,
        ["batch", "--from", "unhcr-asylum", str(claims), "--decisions", str(path), "--footnotes", str(path)],
    )
    assert done.exit_code == 0, done.output
    assert {row["footnotes"] for row in rows(done.stdout).values() if row["id"] == "DEU-2022-P"} == {"Of claims."}


def test_what_a_footnote_says(tmp_path: Path) -> None:
    (tmp_path / "notes.csv").write_text(NOTES, encoding="utf-8-sig")
    first, second, *_ = read_footnotes(tmp_path / "notes.csv")
    assert first == Footnote("One, two.", (range(2021, 2023), range(2019, 2020)), "", "PAK", "REF")
    assert second == Footnote("Of Syrians.", (range(2022, 2023),), "SYR", "", "OIP")


def complaint(path: Path) -> str:
    with pytest.raises(Refused) as error:
        read_population(path)
    return "\n".join(map(str, error.value.diagnostics)).removeprefix(str(path))


def test_what_is_in_a_zip_must_be_one_table(tmp_path: Path) -> None:
    hint = "\n    hint: unpack it, and give the table"
    several = packed(tmp_path, {"a.csv": TABLE, "b/c.csv": TABLE})
    text = ":1:1: error[wrong-shape]: the zip has several tables of this kind; CSV in it: a.csv, b/c.csv"
    assert complaint(several) == text + hint
    none = packed(tmp_path, {"notes.txt": "", "decisions.csv": (DATA / "decisions.csv").read_bytes()})
    text = ":1:1: error[wrong-shape]: the zip has no table of this kind; CSV in it: decisions.csv"
    assert complaint(none) == text + hint
    text = ":1:1: error[wrong-shape]: the zip has no table of this kind; CSV in it: none"
    assert complaint(packed(tmp_path, {"notes.txt": ""})) == text + hint


def test_a_zip_that_is_broken(tmp_path: Path) -> None:
    whole = packed(tmp_path, {"a.csv": TABLE}).read_bytes()
    (tmp_path / "half.zip").write_bytes(whole[:-200])
    assert complaint(tmp_path / "half.zip") == (
        ":1:1: error[unreadable-file]: the zip cannot be read: file is not a zip file"
    )
    middle = len(whole) // 2
    (tmp_path / "odd.zip").write_bytes(whole[:middle] + bytes(20) + whole[middle + 20 :])
    assert complaint(tmp_path / "odd.zip").startswith(
        ":1:1: error[unreadable-file]: `a.csv` in the zip cannot be unpacked: "
    )


def test_a_zip_unpacks_to_no_more_than_there_is_room_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = packed(tmp_path, {"a.csv": TABLE + b"\n" * 2**21})
    monkeypatch.setattr(unhcr_packed, "MOST", 2**20)
    assert complaint(path) == ":1:1: error[file-too-large]: `a.csv` in the zip has more than 1 MB"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n", "1:1: error[missing-key]: these are no footnotes of UNHCR's: there is no column `Footnote`"),
        (f"{HEAD}x,soon,,,REF\n", "2:1: error[wrong-shape]: a footnote has no text or no years"),
        (f"{HEAD},2022,,,REF\n", "2:1: error[wrong-shape]: a footnote has no text or no years"),
        ("\xff", "1:1: error[not-utf8]: the footnotes are no text in UTF-8"),
    ],
)
def test_footnotes_that_are_none(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "notes.csv"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(Refused) as error:
        read_footnotes(path)
    assert [*map(str, error.value.diagnostics)] == [f"{path}:{message}"]
