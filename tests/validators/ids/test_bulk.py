"""Whole columns give the verdicts of single values, whatever holds the column."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medcab import ids
from medcab.validators.ids import registry

KERNELS = (
    "snils",
    "inn_legal",
    "inn_person",
    "ogrn",
    "ogrnip",
    "enp",
    "passport_rf",
    "date_ddmmyyyy",
    "phone",
    "bik",
    "postal_index",
    "accreditation_record",
    "specialist_certificate",
)
GOOD = {
    "snils": ["112-233-445 95", "11223344595", "001-001-998 00", "003‑621‑467 01", "45416871600"],
    "inn_legal": ["7707083893", "7701766491", "7826865040"],
    "inn_person": ["500100732259", "771390870436", "027461383142"],
    "ogrn": ["1027700132195", "1177706238940", "1025074908210"],
    "ogrnip": ["307760324100018"],
    "passport_rf": ["45 11 123456", "4511 123456", "4599123456", "45 26 000101"],
    "date_ddmmyyyy": ["15.07.1985", "29.02.2024", "01.01.0001", "31.12.1999", "20.11.2026"],
    "phone": ["9161234567", "89161234567", "74951234567"],
    "bik": ["044525225", "014030106"],
    "postal_index": ["101000", "694999", "499999"],
    "accreditation_record": ["7723 030000001", "7726033000004", "7723-030000001"],
    "specialist_certificate": ["0177240000001"],
    "enp": ["7752410834001238", "5058900898000071", "7867150868000456", "7752 4108 3400 1238"],
}
BAD = ["", None, 7, float("nan"), "x", "0" * 10, "0" * 11, "0" * 12, "0" * 16, "7" * 15, "١" * 11]


@pytest.mark.parametrize("kind", registry.kinds())
def test_columns_agree_with_single_values(kind):
    values = [*GOOD.get(kind, ["31.05.01", "044525225"]), *BAD, "112-233-445 9O", "770708389З"] * 3
    column = ids.check_column(kind, values)
    single = registry.get(kind).is_valid
    assert column.valid.tolist() == [single(value) for value in values]
    assert len(column) == len(values)
    for row in column.wrong():
        assert not column.missing[row]
    errors = dict(column.errors())
    assert sorted(errors) == column.wrong()


@pytest.mark.parametrize("kind", KERNELS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_spoiled_numbers(kind, data):
    plain = [v for v in GOOD[kind] if v.isascii()]
    rows = []
    for _ in range(20):
        value = list(data.draw(st.sampled_from(plain)))
        at = data.draw(st.integers(0, len(value) - 1))
        value[at] = data.draw(st.sampled_from("0123456789O -"))
        rows.append("".join(value))
    assert ids.check_column(kind, rows).valid.tolist() == [ids.is_valid(kind, r) for r in rows]


def test_the_day_of_the_check_holds_for_both_ways():
    rows = ["21.11.2026", "22.11.2026", "29.02.2028", "21.11.2O26"]
    day = date(2026, 11, 21)
    column = ids.check_column("date_ddmmyyyy", rows, today=day)
    assert column.valid.tolist() == [True, False, False, False]
    assert [error.code for _, error in column.errors()] == ["future", "future", "letter_in_date"]
    column = ids.check_column("date_ddmmyyyy", rows, allow_future=True)
    assert column.valid.tolist() == [True, True, True, False]
    old = ids.check_column("ogrn", ["1177706238940"], today=date(2016, 1, 1))
    assert old.wrong() == [0]
    assert [error.code for _, error in old.errors()] == ["year"]


@pytest.mark.parametrize("kind", KERNELS)
def test_every_digit_string_of_a_year_of_random_numbers(kind):
    length = len(ids.get(kind).compact(GOOD[kind][0]))
    random = np.random.default_rng(7)
    digits = random.integers(0, 10, (20_000, length), dtype=np.uint8) + 48
    values = digits.view(f"S{length}").ravel()
    column = ids.check_column(kind, values)
    single = ids.get(kind).is_valid
    assert column.valid.tolist() == [single(v.decode()) for v in values.tolist()]
    assert column.valid.any() or kind in ("ogrnip", "enp", "ogrn", "date_ddmmyyyy", "passport_rf")


def test_all_holders_of_a_column():
    good, bad = "112-233-445 95", "112-233-445 96"
    values = [good, bad, None, good]
    expected = [True, False, False, True]
    holders = [values, tuple(values), np.array(values, dtype=object)]
    polars = pytest.importorskip("polars")
    holders.append(polars.Series(values))
    for holder in holders:
        column = ids.check_column("snils", holder)
        assert column.valid.tolist() == expected
        assert column.missing.tolist() == [False, False, True, False]
        assert column.value(1) == bad
        assert column.wrong() == [1]
    for array in (np.array([good, bad]), np.array([good, bad, "1"]), np.array([good, bad], "S")):
        assert ids.check_column("snils", array).valid.tolist()[:2] == [True, False]
    assert ids.check_column("snils", polars.Series([1, 2])).valid.tolist() == [False, False]


def test_pandas_and_pyarrow_columns():
    pandas = pytest.importorskip("pandas")
    arrow = pytest.importorskip("pyarrow")
    values = ["112-233-445 95", "112-233-445 96", None, "003‑621‑467 01"]
    for holder in (
        pandas.Series(values),
        pandas.Series(values, dtype="string"),
        arrow.array(values),
        arrow.chunked_array([values[:2], values[2:]]),
        arrow.array(values[:3], arrow.large_string())[0:],
        arrow.array(["x", *values])[1:],
    ):
        column = ids.check_column("snils", holder)
        assert column.valid.tolist()[:3] == [True, False, False]
        assert column.missing.tolist()[:3] == [False, False, True]


@pytest.mark.parametrize("empty", [[], (), np.array([], dtype="S11"), np.array([], dtype=object)])
def test_an_empty_column(empty):
    column = ids.check_column("snils", empty)
    assert len(column) == 0
    assert column.wrong() == []


def test_numpy_is_not_imported_for_single_values():
    import subprocess
    import sys

    code = (
        "import sys; from medcab import ids; ids.validate('snils', '112-233-445 95');"
        "heavy = {'numpy', 'polars', 'typer', 'rich', 'dataclasses'} & set(sys.modules);"
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
