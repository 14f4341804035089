"""The terminal: encodings, widths, colour, sentences."""

import codecs
import io
import json
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from medcab.formats import Options, render
from medcab.formats import sentences as say
from medcab.formats.encoding import (
    FALLBACK,
    guard_formula,
    printable,
    register_console_fallback,
    xml_text,
)
from medcab.formats.text import print_report
from medcab.formats.values import moment
from medcab.model import Finding, Location, Outcome, Severity, Verdict
from medcab.text import N_


def test_the_error_handler_has_a_name():
    assert register_console_fallback() == FALLBACK
    assert codecs.lookup_error(FALLBACK)


@pytest.mark.parametrize("encoding", ["cp866", "cp1251", "ascii", "latin-1", "koi8-r", "utf-8"])
@pytest.mark.parametrize("verbose", [False, True])
def test_consoles_that_lack_characters(report, ru, encoding, verbose):
    register_console_fallback()
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, errors=FALLBACK, newline="\n")
    console = Console(file=stream, width=90, highlight=False, emoji=False, safe_box=True)
    print_report(report, ru, console, Options(verbose=verbose))
    stream.flush()
    shown = raw.getvalue().decode(encoding)
    assert "PKG901" in shown
    if encoding in ("cp866", "cp1251", "koi8-r"):
        assert "не отвечает требованиям" in shown
        assert "Как исправить" in shown
        assert "?" not in shown.replace("? Не проверено", "").replace("? Требуется", "").replace(
            " ?  ", ""
        )


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("«да» — нет…", '"да" - нет...'),
        ("✓✗", "+x"),
        ("≥ 300\u00a0dpi", ">= 300 dpi"),
        ("╭─┬─╮", "+-+-+"),
        ("№ 5", "№ 5"),
        ("日", "?"),
        ("é", "e"),
    ],
)
def test_replacements_in_cp866(text, plain):
    register_console_fallback()
    shown = text.encode("cp866", FALLBACK).decode("cp866").replace("\u00a0", " ")
    if set(text) & set("╭╮"):
        assert len(shown) == len(text)
    else:
        assert shown == plain


def test_frames_become_ascii_of_the_same_width():
    register_console_fallback()
    assert "╭─┬─╮│║╰┼╯━".encode("cp1251", FALLBACK) == b"+-+-+||+++-"


@given(st.text(max_size=40), st.sampled_from(["cp866", "cp1251", "ascii"]))
def test_every_text_reaches_every_console(text, encoding):
    register_console_fallback()
    text.encode(encoding, FALLBACK).decode(encoding)


def test_a_console_without_cyrillic_gets_readable_letters():
    register_console_fallback()
    assert "Ошибка: щель, Юля".encode("ascii", FALLBACK) == b"Oshibka: shchel', Yulya"


def test_the_handler_does_not_hide_broken_input():
    register_console_fallback()
    with pytest.raises(UnicodeDecodeError):
        b"\xff".decode("ascii", FALLBACK)


@pytest.mark.parametrize("width", [60, 72, 79, 80, 100, 120])
def test_no_line_is_wider_than_the_terminal(report, ru, width):
    for line in render(report, "text", ru, Options(width=width)).splitlines():
        assert len(line) <= width
        assert line == line.rstrip()


@given(st.integers(10, 200))
def test_any_width_is_survived(width):
    from medcab.text import Translator

    from .conftest import rich_report

    assert render(rich_report(), "text", Translator("en"), Options(width=width))


def test_colour_only_when_asked_and_never_alone(report, ru):
    plain = render(report, "text", ru)
    coloured = render(report, "text", ru, Options(color=True))
    assert "\x1b[" not in plain
    assert "\x1b[" in coloured
    import re

    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


def test_quiet_is_one_line(report, ru):
    assert render(report, "text", ru, Options(quiet=True, width=60)).count("\n") == 1


def test_verbose_tells_digests_and_passed_checks(report, ru):
    short = render(report, "text", ru)
    long = render(report, "text", ru, Options(verbose=True))
    assert "FIL901" not in short
    assert "FIL901" in long
    assert "a" * 64 + "  Иванов_Диплом.pdf\n" in long


def test_each_help_once(report, ru):
    text = render(report, "text", ru)
    assert text.count("Отсканируйте страницу заново") == 1


def test_counts_in_russian(report, ru):
    counts = say.counts_line(report, ru)
    assert counts == "5 ошибок, 1 предупреждение, 2 замечания, 2 проверки не выполнены"
    one = replace(report, findings=report.findings[:1])
    assert say.counts_line(one, ru) == "1 ошибка"
    assert say.counts_line(replace(report, findings=()), ru) == "замечаний нет"


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (1, "1 страница пустая."),
        (3, "3 страницы пустые."),
        (11, "11 страниц пустые."),
        (21, "21 страница пустая."),
        (0, "0 страниц пустые."),
    ],
)
def test_plural_of_a_message(ru, n, said):
    assert say.message_of(Finding("SCN901", Severity.INFO, {"n": n}), ru) == said


@pytest.mark.parametrize(
    ("size", "russian", "english"),
    [
        (0, "0 байт", "0 bytes"),
        (1, "1 байт", "1 byte"),
        (2, "2 байта", "2 bytes"),
        (1024, "1 КБ", "1 KB"),
        (1024 * 1024, "1,0 МБ", "1.0 MB"),
        (5_242_880, "5,0 МБ", "5.0 MB"),
    ],
)
def test_sizes(ru, en, size, russian, english):
    assert say.show_size(size, ru) == russian
    assert say.show_size(size, en) == english


def measured(**evidence) -> Finding:
    return Finding("LIM901", Severity.ERROR, evidence=evidence)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        ({}, ""),
        ({"measured": 212.5, "limit": 300, "unit": "dpi"}, "212,5\u00a0dpi при норме 300\u00a0dpi"),
        ({"measured": 6_000_000, "limit": 5_242_880, "unit": "B"}, "5,7 МБ при норме 5,0 МБ"),
        (
            {"measured": 5_242_881, "limit": 5_242_880, "unit": "bytes"},
            "5\u00a0242\u00a0881 байт при норме 5\u00a0242\u00a0880 байт",
        ),
        ({"measured": 5_242_880, "limit": 5_242_880, "unit": "B"}, "5,0 МБ при норме 5,0 МБ"),
        ({"measured": 7}, ""),
        ({"measured": 0, "limit": 1}, ""),
        ({"measured": [300.0, 300.0], "unit": "dpi"}, "300\u00a0dpi"),
        (
            {"measured": [200, 300.0], "limit": 300, "unit": "dpi"},
            "200 × 300\u00a0dpi при норме 300\u00a0dpi",
        ),
        ({"measured": 0.1 + 0.2, "unit": "mm"}, "0,3\u00a0mm"),
    ],
)
def test_measure_against_limit(ru, evidence, said):
    assert say.measure_of(measured(**evidence), ru) == said


def test_arguments_are_said_in_the_language(ru, en):
    finding = Finding("PKG901", Severity.ERROR, {"type": "diploma"})
    assert say.message_of(finding, ru) == "Нет документа: диплом."
    assert say.message_of(finding, en) == "There is no document of type diploma."
    listed = Finding("PKG901", Severity.ERROR, {"type": ["diploma", "snils"]})
    assert say.message_of(listed, ru) == "Нет документа: диплом, СНИЛС."


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (True, "да"),
        (None, "—"),
        (date(1985, 7, 1), "01.07.1985"),
        (1.25, "1,25"),
        ({"b", "a"}, "a, b"),
        (10, "10"),
        ("5.76", "5,76"),
        ("1.2.643", "1.2.643"),
        (Severity.ERROR, "ошибка"),
    ],
)
def test_values_of_arguments(ru, value, said):
    finding = Finding("FLD901", Severity.ERROR, {"value": "x", "reason": value})
    assert say.message_of(finding, ru) == f"Значение x неверно: {said}."


def test_what_the_user_wrote_is_never_translated_or_filled(ru):
    finding = Finding("FLD901", Severity.ERROR, {"value": "diploma", "reason": "{value:>99999999}"})
    assert say.message_of(finding, ru) == "Значение diploma неверно: {value:>99999999}."


def test_moment_is_utc():
    east = datetime(2026, 1, 1, 1, 30, tzinfo=timezone(timedelta(hours=3)))
    assert moment(east) == "31.12.2025 22:30 UTC"


def test_places(ru):
    assert say.place_of(Location("a.pdf"), ru) == ""
    assert say.place_of(Location("a.pdf", member="b.pdf", page=3), ru) == "b.pdf, стр. 3"
    assert say.place_of(Location("f", field="\u202ex"), ru) == "поле «\\u202ex»"


def test_verdict_words(ru):
    assert [say.verdict_word(v, ru) for v in Verdict] == [
        "Успешно",
        "Ошибка",
        "Требуется уточнение",
    ]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("Диплом.pdf", "Диплом.pdf"),
        ("a\nb", "a\\x0ab"),
        ("\u202efdp.exe", "\\u202efdp.exe"),
        ("\udcff", "\\udcff"),
        ("\u2028", "\\u2028"),
        ("a\u2003b", "a b"),
        ("\U000e0001", "\\U000e0001"),
    ],
)
def test_printable(raw, shown):
    assert printable(raw) == shown


def test_xml_text_and_formula_guard():
    assert xml_text("a\x00b\ufffe\n\U0001f600") == "a\\x00b\\ufffe\n\U0001f600"
    assert guard_formula("=1") == "'=1"
    assert guard_formula("Иванов") == "Иванов"
    assert guard_formula("\tx") == "'\tx"


def test_checks_that_one_password_hides_are_one_line(report, ru):
    path = report.documents[2].path
    hidden = tuple(
        replace(report.findings[8], rule=rule, location=Location(path))
        for rule in ("DPI901", "FIL901", "SCN901")
    )
    some = replace(report, findings=hidden)
    text = render(some, "text", ru)
    assert "? Не выполнены 3 проверки. Файл зашифрован. [DPI901, FIL901, SCN901]" in text
    # Nothing is known to be wrong, so nothing is advised.
    assert "Как исправить" not in text
    assert "3 проверки не выполнены" in text


def open_fields(count):
    reason = N_("The file is encrypted.")
    return tuple(
        Finding("FLD901", Severity.ERROR, {}, Location("form.yaml", field=f"f{n}"),
                outcome=Outcome.UNDETERMINED, reason=reason)
        for n in range(count)
    )  # fmt: skip


@pytest.mark.parametrize(("count", "folded"), [(2, False), (3, True), (40, True)])
def test_one_question_behind_many_fields_is_asked_once(good, ru, count, folded):
    report = replace(good, findings=open_fields(count))
    text = " ".join(render(report, "text", ru).split())
    assert text.count("Файл зашифрован.") == (1 if folded else count)
    if folded:
        assert f"Не проверено в {count} местах: " in text
        assert ("…. Файл зашифрован." in text) is (count == 40)
    # What is folded for people is whole for programs.
    assert len(json.loads(render(report, "json", ru))["findings"]) == count


def pages_of(rule, pages, *, reason=None, **args):
    outcome = Outcome.UNDETERMINED if reason else Outcome.VIOLATED
    return tuple(
        Finding(rule, Severity.ERROR, args, Location("Иванов_Диплом.pdf", page=n),
                outcome=outcome, reason=reason)
        for n in pages
    )  # fmt: skip


def test_pages_that_were_not_seen_for_one_reason_are_told_of_once(good, ru):
    reason = N_("The file is encrypted.")
    pages = [*range(1, 146), 150]
    found = (*pages_of("DPI901", pages, reason=reason), *pages_of("LIM901", pages, reason=reason))
    report = replace(good, findings=tuple(sorted(found, key=lambda f: f.location.page)))
    text = " ".join(render(report, "text", ru).split())
    assert text.count("Файл зашифрован.") == 1
    assert "? стр. 1–145, 150: " in text
    assert "292" in text
    assert "[DPI901, LIM901]" in text
    one_rule = replace(good, findings=pages_of("DPI901", pages, reason=reason))
    text = " ".join(render(one_rule, "text", ru).split())
    assert "Не проверено в 146 местах: стр. 1–145, 150. Файл зашифрован." in text
    for kind in ("html", "pdf", "xlsx"):
        assert render(report, kind, ru)
    assert render(report, "html", ru).decode().count("1–145, 150") == 1


def test_a_fault_of_many_pages_is_told_of_once(good, ru):
    same = pages_of("DPI901", range(2, 40), measured=150, limit=300)
    report = replace(good, findings=(*same, *pages_of("DPI901", [50], measured=90, limit=300)))
    text = " ".join(render(report, "text", ru).split())
    assert "✗ ошибка, стр. 2–39: Разрешение скана 150 dpi" in text
    assert "То же ещё на 37 страницах." in text
    assert "✗ ошибка, стр. 50: Разрешение скана 90 dpi" in text
    assert text.count("150 dpi") == 1
    page = render(report, "html", ru).decode()
    assert "То же ещё на 37 страницах." in page
    assert render(report, "pdf", ru).startswith(b"%PDF")


def test_a_page_number_does_not_make_messages_different():
    from medcab.formats.folding import folded
    from medcab.formats.view import item
    from medcab.text import translator

    tr = translator("en")
    said = [
        replace(item(f, tr), message=f"Page {f.location.page} is blank, 1 of 10.")
        for f in pages_of("X", (1, 10, 11))
    ]
    (line,) = folded(said, tr)
    assert (line.place, line.message[:16]) == ("p. 1, 10–11", "Page 1 is blank,")
    other = [replace(one, message=f"{one.message} {n}") for n, one in enumerate(said)]
    assert folded(other, tr) == tuple(other)
    assert len(folded(said[:2], tr)) == 2


def test_places_in_a_form_are_written_in_one_way(good):
    from medcab.model import Form, FormValue
    from medcab.text import translator

    tr = translator("ru")
    places = {"position": "B7", "snils": "line 4", "inn": None}
    findings = tuple(
        Finding("FLD901", Severity.ERROR, {"value": "x", "reason": "y"},
                Location("form.xlsx", field=name))
        for name in places
    )  # fmt: skip
    form = Form("form.xlsx", {name: FormValue("x", where) for name, where in places.items()})
    text = " ".join(render(replace(good, findings=findings, form=form), "text", tr).split())
    assert "✗ ошибка, поле «должность», ячейка B7: " in text
    assert "✗ ошибка, поле «СНИЛС», строка 4: " in text
    assert "✗ ошибка, поле «ИНН»: " in text


def test_a_message_that_begins_with_its_field_does_not_say_it_twice():
    from medcab.formats.text import _said
    from medcab.formats.view import item
    from medcab.text import translator

    finding = Finding("X", Severity.ERROR, {}, Location("f", field="position"), {"where": "B8"})
    one = item(finding, translator("ru"))
    place = "поле «должность», ячейка B8"
    assert _said(replace(one, message="должность: лишний пробел.")) == (place, "Лишний пробел.")
    assert _said(replace(one, message="Пусто.")) == (place, "Пусто.")
    told = "Не заполнено поле «должность»."
    assert _said(replace(one, message=told)) == ("ячейка B8", told)
