"""What was put right and what is new."""

from dataclasses import replace

from medcab.diff import compare
from medcab.formats import render
from medcab.formats.convert import load
from medcab.model import Finding, Location, Outcome, Severity, Verdict
from medcab.validators.facts import FileFacts

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


def _report(documents, *findings):
    from medcab.model import Report

    return Report("scan", None, ".", tuple(documents), tuple(findings))


def test_what_is_gone_with_its_document_was_not_put_right():
    blank = Finding("PDF010", Severity.ERROR, {}, Location("a.pdf", page=2))
    there = document("a.pdf")
    change = compare(_report([there], blank), _report([]))
    assert (change.fixed, change.dropped) == ((), (blank,))
    assert not change.same
    assert compare(_report([there], blank), _report([there])).fixed == (blank,)


def test_what_is_gone_because_the_file_cannot_be_read_was_not_put_right():
    blank = Finding("PDF010", Severity.ERROR, {}, Location("a.pdf", page=2))
    there = document("a.pdf", facts=FileFacts(1000, "pdf", pages=9))
    broken = [
        ([replace(there, facts=None)], ()),
        ([replace(there, facts=replace(there.facts, format="unknown"))], ()),
        ([replace(there, facts=replace(there.facts, format="text", pages=None))], ()),
        ([there], (Finding("PDF001", Severity.ERROR, {}, Location("a.pdf")),)),
        ([there], (_open("PDF010", page=2),)),
        ([there], (_open("PDF010", page=5),)),
        ([there], (_open("SCN001"),)),
    ]
    for documents, findings in broken:
        change = compare(_report([there], blank), _report(documents, *findings))
        assert (change.fixed, change.dropped) == ((), (blank,)), (documents, findings)
    # One page that could not be shown to another rule says nothing about this one.
    change = compare(_report([there], blank), _report([there], _open("SCN001", page=1)))
    assert change.fixed == (blank,)


def test_a_question_with_a_bad_answer_was_not_put_right():
    question, answer = _open("PDF010"), Finding("PDF010", Severity.ERROR, {}, Location("a.pdf"))
    change = compare(_report([document("a.pdf")], question), _report([document("a.pdf")], answer))
    assert (change.fixed, change.dropped, change.appeared) == ((), (question,), (answer,))


def _open(rule, page=None):
    place = Location("a.pdf", page=page)
    return Finding(rule, Severity.ERROR, {}, place, outcome=Outcome.UNDETERMINED, reason="x")


def test_every_new_finding_has_the_mark_of_its_kind(ru):
    import io

    from rich.console import Console

    from medcab.formats.difference import print_difference

    place = Location("a.pdf")
    new = [Finding("LIM901", severity, {}, place) for severity in Severity]
    stream = io.StringIO()
    change = compare(_report([document("a.pdf")]), _report([document("a.pdf")], *new, _open("X")))
    print_difference(change, ru, Console(file=stream, width=200))
    marks = [line.split()[0] for line in stream.getvalue().splitlines() if line.startswith("  ")]
    assert sorted(marks) == sorted("✗!i?")
