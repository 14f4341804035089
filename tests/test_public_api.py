"""The public API: sorted, complete, quick to import and silent."""

import json
import subprocess
import sys

import pytest

import medcab


def test_all_is_sorted_and_complete():
    assert sorted(medcab.__all__) == medcab.__all__
    for name in medcab.__all__:
        assert getattr(medcab, name) is not None
    assert set(dir(medcab)) == set(medcab.__all__)


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_thing"):
        medcab.no_such_thing  # noqa: B018


HEAVY = {
    "typer", "rich", "pikepdf", "pypdf", "pypdfium2", "PIL", "numpy", "cryptography", "pyhanko",
    "pyhanko_certvalidator", "asn1crypto", "lxml", "yaml", "xlsxwriter", "python_calamine",
    "rapidfuzz", "msgspec", "defusedxml",
}  # fmt: skip


def loaded_after(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys, json; print(json.dumps(sorted(sys.modules)))"],
        check=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    return {name.split(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}


def test_import_loads_nothing_heavy():
    assert not loaded_after("import medcab; medcab.check; medcab.MedcabError") & HEAVY


def test_rules_are_cheap_to_import():
    assert not loaded_after("from medcab.rules import all_rules; all_rules()") & HEAVY


def test_one_identifier_is_cheap_to_import():
    assert not loaded_after("from medcab.validators.ids import snils; snils.is_valid('1')") & HEAVY


def test_the_listing_of_commands_imports_none_of_them():
    code = "import sys, medcab.__main__ as m\ntry: m.main(['--help'])\nexcept SystemExit: pass"
    heavy = loaded_after(code) & (HEAVY - {"typer", "rich"})
    assert not heavy
