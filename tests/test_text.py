"""Words of others: the system and parsers speak English, the reader may not."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medcab.text import translator

RU, EN = translator("ru"), translator("en")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("No such file or directory", "такого файла или папки нет"),
        ("Invalid value (at line 2, column 1)", "недопустимое значение (строка 2, столбец 1)"),
        ("Invalid value (at end of document)", "недопустимое значение (конец файла)"),
        ("JSON: Expecting value: line 1 column 7 (char 6)",
         "JSON: здесь ожидается значение (строка 1, столбец 7)"),
        ("XML: mismatched tag: line 1, column 8",
         "XML: открывающий и закрывающий теги не совпадают (строка 1, столбец 8)"),
        ("YAML: did not find expected key (line 2)",
         "YAML: ожидается имя поля; проверьте отступы (строка 2)"),
        ("line 4", "строка 4"),
        ("YAML: & * (line 1)", "YAML: & * (строка 1)"),
        ("XML: DTD", "XML: DTD"),
        ("Лист1!B7", "Лист1!B7"),
        ("B7", "B7"),
        ("something nobody has translated", "something nobody has translated"),
        ("a guideline 5", "a guideline 5"),
    ],
)  # fmt: skip
def test_foreign_words(said, shown):
    assert RU.foreign(said) == shown
    assert EN.foreign(said) == said


def test_they_are_translated_inside_sentences():
    template = "{path} is not valid TOML: {reason}."
    said = RU(template, path="a.toml", reason="Invalid value (at line 2, column 1)")
    assert "недопустимое значение (строка 2, столбец 1)" in said


@given(st.text(max_size=300))
def test_any_text_comes_through(text):
    assert isinstance(RU.foreign(text), str)
    assert EN.foreign(text) == text


@pytest.mark.parametrize("text", ["a = [", "a = ]", "a b", "a = 1 2", '"a', "[a", "a = {b = 1",
                                  "я = 1", "a = 1\na = 2", 'a = "x'])  # fmt: skip
def test_what_toml_says_is_known(text):
    with pytest.raises(tomllib.TOMLDecodeError) as caught:
        tomllib.loads(text)
    assert latin(RU.foreign(str(caught.value))) == ""


@pytest.mark.parametrize("text", ["{", "[1", '{"a" 1}', "[1 2]", "", "1 2", '"a', "{a: 1}"])
def test_what_json_says_is_known(text):
    with pytest.raises(json.JSONDecodeError) as caught:
        json.loads(text)
    assert latin(RU.foreign(str(caught.value))) == ""


def test_what_the_system_says_is_known(tmp_path):
    for path in (tmp_path / "no", tmp_path):
        with pytest.raises(OSError, match=r".") as caught:
            Path(path).read_bytes()
        said = caught.value.strerror
        if said.isascii():
            assert latin(RU.foreign(said)) == ""


def latin(text: str) -> str:
    return "".join(c for c in text if c.isascii() and c.isalpha())
