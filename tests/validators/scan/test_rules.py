"""The rules on facts made by hand: limits, levels, what is not determined, sentences."""

from __future__ import annotations

from dataclasses import replace

import pytest

from medcab.model import Document, Package, Severity
from medcab.profile_types import Requirement
from medcab.rules import Unknown, all_rules, find_rule
from medcab.sources import BytesSource
from medcab.text import translator
from medcab.validators.facts import FileFacts, ImageFacts, PageFacts, PdfFacts, unreadable
from medcab.validators.scan.compare import same_page
from medcab.validators.scan.facts import Cut, Mark, PageScan
from tests.validators.makers import ask, hits, profile

BOX = (0.1, 0.1, 0.9, 0.9)
GOOD = PageScan(
    1,
    dpi=300,
    width=210,
    height=297,
    marks=600,
    ink=0.05,
    area=BOX,
    edge=2.6,
    contrast=190.0,
    paper=250.0,
    noise=1.0,
    skew=0.1,
    turn=0,
    turn_sure=1.0,
    coloured=True,
    text=1.8,
    stamp=True,
    signature=True,
    fingerprint=bytes(range(200)) * 16,
)
SCN = [rule.id for rule in all_rules() if rule.id.startswith("SCN")]


def facts(*pages):
    return FileFacts(9, "jpeg", "image/jpeg", image=ImageFacts(9, 9), pages=1, scan=pages)


def test_there_are_eighteen_rules_and_all_have_titles_in_russian():
    assert len(SCN) == 18
    tr = translator("ru")
    for name in SCN:
        rule = find_rule(name)
        assert tr.has(rule.title)
        assert tr.has(rule.help)


@pytest.mark.parametrize("rule", SCN)
@pytest.mark.parametrize("kind", [None, "diploma", "pd_consent", "health_certificate"])
def test_a_good_page_has_no_findings(rule, kind):
    assert ask(rule, facts(GOOD), document_type=kind) == []


@pytest.mark.parametrize(
    ("rule", "change", "level"),
    [
        ("SCN001", {"edge": 3.5}, None),
        ("SCN001", {"edge": 3.51}, Severity.WARNING),
        ("SCN001", {"edge": 4.5}, Severity.WARNING),
        ("SCN001", {"edge": 4.51}, Severity.ERROR),
        ("SCN001", {"edge": None}, None),
        ("SCN001", {"soft": Mark(6.0, BOX)}, Severity.WARNING),
        ("SCN001", {"band": Mark(6.0, BOX), "band_share": 0.24}, Severity.WARNING),
        ("SCN001", {"band": Mark(6.0, BOX), "band_share": 0.25}, Severity.ERROR),
        ("SCN001", {"band": Mark(4.5, BOX), "band_share": 0.9}, None),
        ("SCN002", {"contrast": 70.0}, None),
        ("SCN002", {"contrast": 69.0}, Severity.WARNING),
        ("SCN002", {"contrast": 40.0}, Severity.WARNING),
        ("SCN002", {"contrast": 39.0}, Severity.ERROR),
        ("SCN003", {"marks": 12}, None),
        ("SCN003", {"marks": 11}, Severity.ERROR),
        ("SCN003", {"marks": 1, "scan": False}, None),
        ("SCN003", {"marks": 0, "scan": False}, Severity.ERROR),
        ("SCN004", {"skew": 0.79}, None),
        ("SCN004", {"skew": -0.8}, Severity.WARNING),
        ("SCN005", {"turn": 90}, Severity.WARNING),
        ("SCN005", {"turn": -1}, Severity.WARNING),
        ("SCN005", {"turn": 180, "turn_sure": 0.3}, None),
        ("SCN006", {"cuts": (Cut("top", 5, BOX),)}, Severity.WARNING),
        ("SCN007", {"enlarged": 100.0, "enlarged_sure": True}, Severity.ERROR),
        ("SCN007", {"enlarged": 100.0}, Severity.WARNING),
        ("SCN007", {"enlarged": 200.0, "enlarged_sure": True}, Severity.WARNING),
        ("SCN007", {"enlarged": 280.0}, None),
        ("SCN008", {"paper": 149.0}, Severity.WARNING),
        ("SCN009", {"paper": 255.0, "contrast": 80.0}, Severity.WARNING),
        ("SCN009", {"paper": 255.0, "contrast": 60.0}, None),
        ("SCN009", {"paper": 255.0, "contrast": 80.0, "edge": 6.0}, None),
        ("SCN010", {"noise": 8.5}, Severity.WARNING),
        ("SCN011", {"spots": (Mark(4.0, BOX),)}, Severity.WARNING),
        ("SCN011", {"spots": (Mark(2.6, BOX),)}, None),
        ("SCN012", {"watermark": Mark(9.0, BOX)}, Severity.WARNING),
        ("SCN014", {"documents": (BOX, BOX)}, Severity.WARNING),
        ("SCN016", {"text": 1.02}, Severity.WARNING),
    ],
)
def test_limits(rule, change, level):
    found = hits(ask(rule, facts(replace(GOOD, number=3, **change))))
    if level is None:
        assert found == []
        return
    (hit,) = found
    assert (hit.severity or find_rule(rule).severity) is level
    assert hit.page == 3
    assert "measured" in hit.evidence
    assert hit.box is not None


@pytest.mark.parametrize(("marks", "said"), [(0, "is blank"), (1, "nearly"), (11, "nearly")])
def test_a_page_with_a_word_is_not_called_blank(marks, said):
    (hit,) = hits(ask("SCN003", facts(replace(GOOD, marks=marks))))
    assert said in hit.args["state_template"]


def test_blank_pages_are_judged_for_nothing_else():
    blank = PageScan(1, dpi=300, width=210, height=297, marks=3, paper=90.0, noise=30.0)
    named = {rule for rule in SCN if hits(ask(rule, facts(blank)))}
    assert named == {"SCN003"}


def test_colour_is_wanted_where_the_profile_or_the_manifest_asks():
    grey = facts(replace(GOOD, coloured=False))
    asks = profile((Requirement("d", ("diploma",), Severity.ERROR, color=True),))
    free = profile((Requirement("d", ("diploma",), Severity.ERROR, color=False),))
    assert ask("SCN013", grey, document_type="diploma") == []
    assert ask("SCN013", grey, policy=free, document_type="diploma") == []
    assert ask("SCN013", grey, policy=asks, document_type="snils") == []
    assert len(hits(ask("SCN013", grey, policy=asks, document_type="diploma"))) == 1
    coloured = facts(replace(GOOD, coloured=False), replace(GOOD, number=2))
    assert ask("SCN013", coloured, policy=asks, document_type="diploma") == []


@pytest.mark.parametrize(("said", "found"), [("true", 1), (True, 1), ("false", 0), (False, 0)])
def test_colour_by_the_manifest(said, found):
    from datetime import UTC, datetime

    from medcab.rules import DocumentContext

    rule, grey = find_rule("SCN013"), facts(replace(GOOD, coloured=False))
    document = Document("a", BytesSource(b""), "a", 1, meta={"color": said}, facts=grey)
    used = profile()
    now = datetime(2026, 1, 1, tzinfo=UTC)
    context = DocumentContext(Package(".", (document,)), used, rule.params, now, document, grey)
    assert len(list(rule.check(context))) == found


@pytest.mark.parametrize(
    ("rule", "change"), [("SCN017", {"signature": False}), ("SCN018", {"stamp": False})]
)
def test_signature_and_stamp_only_for_documents_that_have_them(rule, change):
    without = replace(GOOD, **change)
    assert len(hits(ask(rule, facts(without), document_type="diploma"))) == 1
    assert ask(rule, facts(without, replace(GOOD, number=2)), document_type="diploma") == []
    assert ask(rule, facts(without), document_type="snils") == []
    unknown = replace(GOOD, **dict.fromkeys(change))
    assert ask(rule, facts(without, unknown), document_type="diploma") == []


def test_repeated_pages_are_one_finding():
    other = replace(GOOD, number=2, fingerprint=bytes(reversed(range(200))) * 16)
    again = [replace(GOOD, number=n) for n in (3, 4)]
    (hit,) = hits(ask("SCN015", facts(GOOD, other, *again)))
    assert (hit.page, hit.args["first"], hit.args["n"]) == (3, 1, 2)
    assert hit.evidence["pages"] == [[3, 1], [4, 1]]


def test_a_form_filled_in_otherwise_is_not_a_repeat():
    cells = bytearray(GOOD.fingerprint)
    cells[1000:1010] = bytes((v + 120) % 256 for v in cells[1000:1010])
    assert same_page(GOOD, replace(GOOD, fingerprint=bytes(cells))) == 0
    lighter = bytes(max(v - 3, 0) for v in GOOD.fingerprint)
    assert same_page(GOOD, replace(GOOD, fingerprint=lighter)) > 0.99


def unknowns(answers):
    assert all(isinstance(answer, Unknown) for answer in answers)
    return [(answer.page, answer.reason) for answer in answers]


def test_what_could_not_be_measured_is_said_once():
    problem = PageScan(2, problem="The page could not be shown.")
    assert unknowns(ask("SCN001", facts(GOOD, problem))) == [(2, problem.problem)]
    for rule in SCN[1:]:
        assert ask(rule, facts(GOOD, problem), document_type="diploma") == []


def test_a_file_that_no_worker_came_back_from_is_not_passed():
    surface = FileFacts(9, "pdf", "application/pdf")
    assert len(unknowns(ask("SCN001", unreadable(9, "time", surface=surface)))) == 1
    locked = replace(surface, pdf=PdfFacts(encryption="user"))
    assert len(unknowns(ask("SCN001", locked))) == 1


def test_pages_without_measures_are_not_passed():
    drawn = PdfFacts(opened=True, page_count=1, pages=(PageFacts(1, 595, 842, text=True),))
    empty = PdfFacts(opened=True, page_count=1, pages=(PageFacts(1, 595, 842),))
    surface = FileFacts(9, "pdf", "application/pdf", pages=1)
    assert len(unknowns(ask("SCN001", replace(surface, pdf=drawn)))) == 1
    assert ask("SCN001", replace(surface, pdf=empty)) == []


def test_other_files_are_not_judged():
    for rule in SCN:
        assert ask(rule, FileFacts(9, "docx", "application/zip")) == []


def test_sentences_have_no_holes_left():
    page = replace(GOOD, turn=180, cuts=(Cut("top", 5, BOX),), documents=(BOX, BOX))
    for language in ("ru", "en"):
        tr = translator(language)
        for name in ("SCN005", "SCN006", "SCN014"):
            rule = find_rule(name)
            (hit,) = hits(ask(name, facts(page)))
            if rule.plural:
                args = {k: v for k, v in hit.args.items() if k != "n"}
                sentence = tr.plural(rule.message, rule.plural, hit.args["n"], **args)
            else:
                sentence = tr(rule.message, **hit.args)
            assert "{" not in sentence
    assert "сверху" in translator("ru")(find_rule("SCN006").message, page=1, side_template="top")
