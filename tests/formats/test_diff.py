"""What was put right and what is new."""

from dataclasses import replace

from medcab.diff import compare
from medcab.formats import render
from medcab.formats.convert import load
from medcab.model import Finding, Location, Severity, Verdict

from .conftest import document


def test_nothing_changed(report, ru):
    change = compare(report, report)
    assert not change.fixed
    assert not change.appeared
    assert change.remained == report.findings
    # The last document was never read: its content cannot be compared.
    assert change.unknown == (report.documents[3].path,)
    assert change.same
    stored = load(render(report, "json", ru))
    assert not compare(stored, report).appeared or "\udcff" in report.documents[3].path


def test_fixed_and_new(report):
    new = Finding("LIM901", Severity.ERROR, {}, Location("снилс.png"))
    after = replace(report, findings=(*report.findings[1:], new))
    change = compare(report, after)
    assert change.fixed == (report.findings[0],)
    assert change.appeared == (new,)
    assert len(change.remained) == 9
    assert not change.same


def test_several_of_one_rule_at_one_place_are_told_apart_by_arguments():
    place = Location("a.pdf", page=1)
    one, two, three = (
        Finding("DPI901", Severity.ERROR, {"measured": n}, place) for n in (100, 150, 200)
    )
    base = {"profile": "scan", "checked_at": None, "root": "."}
    from medcab.model import Report

    old = Report(**base, documents=(), findings=(one, two))
    new = Report(**base, documents=(), findings=(two, three))
    change = compare(old, new)
    # 150 is the same; what had 100 dpi has 200 now: still the same complaint.
    assert not change.fixed
    assert not change.appeared
    fewer = compare(old, Report(**base, documents=(), findings=(two,)))
    assert fewer.fixed == (one,)


def test_documents(report):
    base = report.documents
    after = replace(
        report,
        documents=(replace(base[0], size=5), *base[2:], document("новый.pdf")),
        findings=(),
    )
    change = compare(report, after)
    assert change.changed == (base[0].path,)
    assert change.removed == (base[1].path,)
    assert change.added == ("новый.pdf",)
    assert (change.old, change.new) == (Verdict.FAILED, Verdict.PASSED)
