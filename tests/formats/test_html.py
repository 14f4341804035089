"""The page for the browser: self-contained, escaped, accessible, small, quick."""

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from medcab.formats import Options, render
from medcab.model import Finding, Form, FormValue, Location, Severity

from .conftest import rich_report
from .test_pictures import page_image

EVIL = '"><img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}}\u202e\x00'
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


class Reader(HTMLParser):
    """Collects what a browser would see."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.text, self.ids, self.open = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.ids += [v for k, v in attrs if k == "id"]
        self.open.append(tag)

    def handle_endtag(self, tag):
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data):
        if not self.open or self.open[-1] not in ("style", "script"):
            self.text.append(data)

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


def evil_report():
    chain = [{"holder": {"common_name": EVIL}, "subject": EVIL, "issuer": EVIL, "serial": EVIL}]
    report = rich_report()
    return replace(
        report,
        profile=EVIL,
        root=EVIL,
        form=Form(EVIL, {EVIL: FormValue(EVIL, EVIL)}),
        findings=(
            *report.findings,
            Finding(
                "FLD901",
                Severity.ERROR,
                {"value": EVIL, "reason": EVIL},
                Location(EVIL, EVIL, 1, EVIL),
                {"measured": EVIL, "limit": EVIL, "unit": EVIL},
            ),
            Finding(EVIL, Severity.ERROR, {}, Location(EVIL)),
        ),
        signatures=(
            {
                "path": EVIL,
                "content": EVIL,
                "checked_at": EVIL,
                "signatures": [
                    {
                        "indication": EVIL,
                        "sub_indication": EVIL,
                        "level": EVIL,
                        "algorithm": EVIL,
                        "signer": chain[0],
                        "chain": chain,
                        "revocation": {"status": EVIL},
                        "checks": [{"id": EVIL, "outcome": "failed", "detail": "", "args": {}}],
                        "proofs": [{"time": EVIL, "source": EVIL}],
                    }
                ],
            },
        ),
    )


def page(report, tr, **options):
    return render(report, "html", tr, Options(**options)).decode("utf-8")


def test_says_what_the_text_report_says(report, ru):
    seen = " ".join(" ".join(Reader(page(report, ru)).text).split())
    assert "Ошибка: пакет не отвечает требованиям" in seen
    assert "5 ошибок, 1 предупреждение, 2 замечания" in seen
    assert (
        "Измерено 212,5\xa0dpi Норма 300\xa0dpi" in seen.replace(" : ", " ") or "212,5 dpi" in seen
    )
    for words in ("Отсканируйте страницу заново", "FIL901", "Что сделать в первую очередь"):
        assert words in seen


def test_in_english(report, en):
    html = page(report, en)
    assert '<html lang="en">' in html
    assert "What to do first" in html


def test_nothing_hostile_becomes_markup(ru):
    html = page(evil_report(), ru, record=EVIL)
    reader = Reader(html)
    assert len(reader.all("script")) == 1
    assert reader.all("img") == []
    assert not [a for _, attrs in reader.tags for a in attrs if a.startswith("on")]
    assert not [a for _, attrs in reader.tags for a in attrs if a == "style"]
    assert "49" not in " ".join(reader.text)
    assert "\u202e" not in html
    assert "\x00" not in html
    assert "alert(1)" in " ".join(reader.text)


def test_the_policy_allows_its_own_style_and_script_and_nothing_else(report, ru):
    html = page(report, ru)
    policy = next(
        a["content"]
        for a in Reader(html).all("meta")
        if a.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        (inside,) = re.findall(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_nothing_is_loaded_from_anywhere(report, ru):
    reader = Reader(page(report, ru, page_image=page_image))
    addresses = [
        value
        for _, attrs in reader.tags
        for key, value in attrs.items()
        if key in ("src", "href", "action", "data", "srcset")
    ]
    assert addresses
    assert all(a.startswith(("data:image/", "#")) for a in addresses)


def test_ids_are_unique_and_labels_point_somewhere(report, ru):
    reader = Reader(page(replace(report, signatures=evil_report().signatures), ru))
    assert len(set(reader.ids)) == len(reader.ids)
    for _, attrs in reader.tags:
        for key in ("aria-labelledby", "for"):
            assert attrs.get(key) is None or attrs[key] in reader.ids
    assert [len(reader.all(f"h{n}")) > 0 for n in (1, 2, 3)] == [True] * 3
    assert len(reader.all("h1")) == 1


def test_pictures_have_boxes_and_a_cutting(report, ru):
    reader = Reader(page(report, ru, page_image=page_image))
    svgs = reader.all("svg")
    assert svgs
    assert all(a["role"] == "img" and a["aria-label"] for a in svgs)
    (box,) = reader.all("rect")
    assert float(box["x"]) > 0
    (cut,) = reader.all("img")
    assert cut["alt"]


def test_without_pictures_there_are_none(report, ru):
    assert "data:image" not in page(report, ru)


def test_a_large_package_stays_small(report, ru):
    documents = tuple(
        replace(report.documents[0], path=f"{n}.pdf", name=f"{n}.pdf") for n in range(10)
    )
    findings = tuple(
        Finding(
            "DPI901",
            Severity.ERROR,
            {"measured": 1, "limit": 2},
            Location(f"{n}.pdf", page=p, box=(0, 0, 1, 1)),
        )
        for n in range(10)
        for p in range(1, 21)
    )
    noisy = replace(report, documents=documents, findings=findings)
    data = render(noisy, "html", ru, Options(page_image=lambda *a: page_image(*a, noise=True)))
    assert b"data:image" in data
    assert len(data) <= 2_000_000


def test_empty_and_good_reports(good, ru):
    html = page(good, ru)
    assert "Успешно" in html
    assert "Здесь замечаний нет." in html
    assert page(replace(good, documents=(), checks={}), ru)


def run_chromium(path, *arguments):
    with_profile = [
        CHROMIUM,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--virtual-time-budget=4000",
        f"--user-data-dir={path.parent / 'profile'}",
        *arguments,
        path.as_uri(),
    ]
    return subprocess.run(with_profile, capture_output=True, text=True, timeout=120).stdout


@pytest.mark.peer
@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
def test_in_a_browser_nothing_hostile_runs_and_the_filter_counts(tmp_path, ru):
    file = tmp_path / "report.html"
    file.write_text(page(evil_report(), ru), "utf-8")
    seen = run_chromium(file, "--dump-dom")
    # The script of the page ran (it reveals the filter); nothing else did.
    assert re.search(r'<form id="filter" data-shown', seen)
    assert re.search(r"Показано: 12 из 12", seen)
    assert "<script>alert" not in seen


@pytest.mark.peer
@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
def test_in_a_browser_the_policy_stops_what_escaping_would_have_missed(tmp_path, report, ru):
    html = page(report, ru)
    attack = '<img src=x onerror="document.title=\'RAN\'"><script>document.title="RAN"</script>'
    file = tmp_path / "report.html"
    file.write_text(html.replace("<main>", "<main>" + attack), "utf-8")
    assert "<title>RAN" not in run_chromium(file, "--dump-dom")
    # The same attack without the policy does run: the check above can fail.
    open_ = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html)
    file.write_text(open_.replace("<main>", "<main>" + attack), "utf-8")
    assert "<title>RAN" in run_chromium(file, "--dump-dom")


AXE = Path(os.environ.get("MEDCAB_AXE") or "node_modules/axe-core/axe.min.js")


def serious_violations(folder, html, scheme):
    """What axe-core has against a page, as (impact, rule); its policy would keep axe out."""
    html = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html)
    probe = (
        "<script>" + AXE.read_text("utf-8").replace("</script", "<\\/script") + "</script><script>"
        "axe.run(document,{resultTypes:['violations']}).then(r=>{document.title='AXE'+JSON.stringify("
        "r.violations.map(v=>[v.impact,v.id]))})</script></body>"
    )
    file = folder / "page.html"
    file.write_text(html.replace("</body>", probe), "utf-8")
    seen = run_chromium(file, "--dump-dom", f"--blink-settings=preferredColorScheme={scheme}")
    found = re.search(r"<title>AXE(.*?)</title>", seen)
    assert found, "axe did not run"
    violations = json.loads(found.group(1).replace("&quot;", '"'))
    return [v for v in violations if v[0] in ("serious", "critical")]


@pytest.mark.peer
@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None or not AXE.exists(), reason="no Chromium or no axe-core")
@pytest.mark.parametrize("scheme", ["0", "1"], ids=["dark", "light"])
def test_axe_finds_no_serious_violations(tmp_path, ru, scheme):
    html = page(evil_report(), ru, page_image=page_image)
    assert serious_violations(tmp_path, html, scheme) == []
