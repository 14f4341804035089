"""Pages beside the report: no verdict now, and the page over many packages."""

import re
from datetime import UTC, datetime

import pytest

from medcab.formats.html.pages import Line, notice, overview
from medcab.model import Verdict
from medcab.text import translator

from .test_html import AXE, CHROMIUM, run_chromium, serious_violations

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
EVIL = '"><img src=x onerror="document.title=\'RAN\'"><script>document.title="RAN"</script>\u202e'
LINES = [
    Line("Зайцева", Verdict.PASSED, "замечаний нет", NOW, "Зайцева.html"),
    Line("Арбузов", Verdict.PASSED, "2 предупреждения", NOW, "Арбузов.html"),
    Line("Волкова", None, "", None, "Волкова.html"),
    Line("Белый", Verdict.INDETERMINATE, "В пакете две анкеты", NOW, None),
    Line(EVIL, Verdict.FAILED, EVIL, NOW, EVIL),
]


@pytest.fixture
def ru():
    return translator("ru")


def page_over(ru, lines=LINES, loose=0):
    return overview("Входящие " + EVIL, lines, loose, ru, NOW).decode("utf-8")


def page_of_notice(ru):
    return notice(EVIL, "Сейчас проверить пакет нельзя.", [EVIL, "x"], ru, NOW).decode("utf-8")


def test_those_that_need_something_come_first(ru):
    html = page_over(ru)
    names = re.findall(r'<th scope="row">(?:<a [^>]*>)?([^<]*)', html)
    assert names[1:] == ["Белый", "Волкова", "Арбузов", "Зайцева"]
    assert "успешно 2 пакета из 5" in html
    assert '<header class="failed">' in html
    assert "проверяется" in html
    assert 'href="./%D0%97%D0%B0%D0%B9%D1%86%D0%B5%D0%B2%D0%B0.html"' in html


@pytest.mark.parametrize(
    ("verdicts", "whole"),
    [
        ([], "indeterminate"),
        ([None], "indeterminate"),
        ([Verdict.PASSED], "passed"),
        ([Verdict.PASSED, None], "indeterminate"),
        ([Verdict.PASSED, Verdict.INDETERMINATE], "indeterminate"),
        ([Verdict.INDETERMINATE, Verdict.FAILED], "failed"),
    ],
)
def test_the_page_over_all_is_never_better_than_the_worst(ru, verdicts, whole):
    lines = [Line(str(n), verdict, "") for n, verdict in enumerate(verdicts)]
    assert f'<header class="{whole}">' in page_over(ru, lines)


def test_files_that_belong_to_no_package_are_told(ru):
    assert "2 файла лежат рядом" in page_over(ru, loose=2)
    assert "рядом" not in page_over(ru)


def test_links_lead_to_files_beside_and_nowhere_else(ru):
    hostile = [
        "javascript:alert(1)",
        "//example.invalid/x",
        "http://example.invalid",
        "../x",
        "a#b",
    ]
    html = page_over(ru, [Line(name, Verdict.PASSED, "", NOW, name) for name in hostile])
    links = re.findall(r'href="([^"]*)"', html)
    assert len(links) == len(hostile)
    for link in links:
        assert re.fullmatch(r"\./[A-Za-z0-9%._~/-]*", link)


def test_a_notice_gives_no_verdict(ru):
    html = page_of_notice(ru)
    assert '<header class="indeterminate">' in html
    assert "<title>Требуется уточнение: Сейчас проверить пакет нельзя.</title>" in html
    assert "Успешно" not in html
    assert "21.11.2026 12:00 UTC" in html


@pytest.mark.parametrize("make", [page_over, page_of_notice])
def test_nothing_from_outside_is_markup_and_no_script_may_run(ru, make):
    html = make(ru)
    assert "<img" not in html
    assert "<script" not in html
    assert "script-src &#39;none&#39;" in html
    assert "\u202e" not in html


@pytest.mark.peer
@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
@pytest.mark.parametrize("make", [page_over, page_of_notice])
def test_in_a_browser_the_policy_stops_scripts(tmp_path, ru, make):
    html = make(ru)
    attack = "<img src=x onerror=\"document.title='RAN'\">"
    file = tmp_path / "page.html"
    file.write_text(html.replace("<main>", "<main>" + attack), "utf-8")
    assert "<title>RAN" not in run_chromium(file, "--dump-dom")
    open_ = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html)
    file.write_text(open_.replace("<main>", "<main>" + attack), "utf-8")
    assert "<title>RAN" in run_chromium(file, "--dump-dom")


@pytest.mark.peer
@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None or not AXE.exists(), reason="no Chromium or no axe-core")
@pytest.mark.parametrize("scheme", ["0", "1"], ids=["dark", "light"])
@pytest.mark.parametrize("make", [page_over, page_of_notice])
def test_axe_finds_no_serious_violations(tmp_path, ru, make, scheme):
    assert serious_violations(tmp_path, make(ru), scheme) == []
