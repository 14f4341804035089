"""The makers of rule pages and of the schema."""

import importlib.util
import json
import subprocess
import sys

import pytest

from medcab import schemas
from medcab.formats.json_types import ReportJson
from medcab.rules import all_rules
from medcab.text import Translator

from .conftest import ROOT, russian


def tool(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_schema_in_docs_is_fresh():
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools/gen_schema.py"), "--check"],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("kind", [ReportJson, *schemas.PUBLISHED], ids=lambda kind: kind.__name__)
def test_every_type_of_the_schemas_is_described(kind):
    schema = tool("gen_schema").schema(kind)
    assert all(d.get("description") for d in schema["$defs"].values())
    assert schema["description"]
    assert json.dumps(schema)


def test_a_rule_page_holds_every_section_in_both_languages():
    made = tool("gen_rules")
    rule = next(r for r in all_rules() if r.id == "DPI901")
    russian_page = made.page(rule, russian())
    assert russian_page.count("\n## ") == 4
    assert "## Как исправить\n\nОтсканируйте страницу заново" in russian_page
    assert "Уровень по умолчанию: **ошибка**" in russian_page
    english = made.page(rule, Translator("en"))
    assert "## How to fix\n\nScan it again at 300 dpi." in english
    assert "](../DPI901.md)" in english


def test_the_table_names_every_rule(monkeypatch, tmp_path):
    made = tool("gen_rules")
    text = made.table(all_rules(), russian())
    for rule in all_rules():
        assert f"| [{rule.id}]({rule.id}.md) | {rule.name} |" in text


def test_check_finds_stale_missing_and_surplus_pages(monkeypatch, tmp_path, capsys):
    made = tool("gen_rules")
    monkeypatch.setattr(made, "TARGET", tmp_path)
    monkeypatch.setattr(made, "ROOT", tmp_path)
    monkeypatch.setattr(sys, "argv", ["gen_rules.py"])
    assert made.main() == 0
    monkeypatch.setattr(sys, "argv", ["gen_rules.py", "--check"])
    assert made.main() == 0
    (tmp_path / "OLD001.md").write_text("gone")
    (tmp_path / "DPI901.md").write_text("edited")
    (tmp_path / "en" / "DPI901.md").unlink()
    assert made.main() == 1
    assert len(capsys.readouterr().err.splitlines()) == 3
    monkeypatch.setattr(sys, "argv", ["gen_rules.py"])
    assert made.main() == 0
    assert not (tmp_path / "OLD001.md").exists()
