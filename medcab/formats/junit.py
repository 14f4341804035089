"""JUnit XML: one test case a document, so that any CI server shows the verdicts.

A violation of severity error is a ``failure``, a check of that severity that could not be made an
``error``; the rest is told in ``system-out``. Jenkins' junit-10.xsd allows several of each.
"""

from __future__ import annotations

from typing import IO, Any, ClassVar
from xml.etree import ElementTree as ET

from medcab.formats.base import DEFAULT, Options
from medcab.formats.convert import checked_at, clean
from medcab.formats.encoding import printable, xml_text
from medcab.formats.view import Item, View, view
from medcab.model import Outcome, Report, Severity
from medcab.text import N_, Translator

__all__ = ["JUnitWriter"]


class JUnitWriter:
    """``--format junit``."""

    name: ClassVar[str] = "junit"
    media_type: ClassVar[str] = "application/xml"
    extension: ClassVar[str] = ".xml"
    binary: ClassVar[bool] = True
    streaming: ClassVar[bool] = False

    def write(
        self, report: Report, tr: Translator, stream: IO[Any], *, options: Options = DEFAULT
    ) -> None:
        """Write one test suite with a case for the package, the form and each document."""
        shown = view(report, tr)
        suite = ET.Element("testsuite", name=_xml(f"medcab {report.profile}"), time="0")
        suite.set("timestamp", checked_at(report).removesuffix("Z"))
        properties = ET.SubElement(suite, "properties")
        for name, value in (("verdict", report.verdict.value), ("root", report.root)):
            ET.SubElement(properties, "property", name=name, value=_xml(value))
        failures = errors = 0
        cases = _cases(report, shown, tr)
        for name, items in cases:
            case = ET.SubElement(
                suite, "testcase", classname=_xml(report.profile), name=_xml(name), time="0"
            )
            graves = [i for i in items if i.finding.severity is Severity.ERROR]
            # junit-10.xsd wants all errors before the first failure.
            undetermined = [i for i in graves if i.finding.outcome is Outcome.UNDETERMINED]
            violated = [i for i in graves if i.finding.outcome is Outcome.VIOLATED]
            for tag, group in (("error", undetermined), ("failure", violated)):
                for one in group:
                    _problem(case, tag, one)
            failures += bool(violated)
            errors += bool(undetermined) and not violated
            rest = [i for i in items if i.finding.severity is not Severity.ERROR]
            if rest:
                told = "\n".join(f"{i.severity}: {_line(i)}" for i in rest)
                ET.SubElement(case, "system-out").text = xml_text(clean(told))
        suite.set("tests", str(len(cases)))
        suite.set("failures", str(failures))
        suite.set("errors", str(errors))
        suite.set("skipped", "0")
        root = ET.Element("testsuites", name="medcab")
        for key in ("tests", "failures", "errors", "skipped", "time"):
            root.set(key, suite.attrib[key])
        root.append(suite)
        ET.indent(root)
        stream.write(ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n")


def _cases(report: Report, shown: View, tr: Translator) -> list[tuple[str, tuple[Item, ...]]]:
    items = {group.path: group.items for group in shown.groups}
    documents = [d.path for d in report.documents]
    others = [path for path in items if path is not None and path not in set(documents)]
    if report.form is not None and report.form.path not in {*others, *documents}:
        others.append(report.form.path)
    package = (tr(N_("The package as a whole")), items.get(None, ()))
    return [package, *((printable(p), items.get(p, ())) for p in (*others, *documents))]


def _line(one: Item) -> str:
    place = f"{one.place}: " if one.place else ""
    return f"[{one.rule}] {place}{one.told}"


def _problem(case: ET.Element, tag: str, one: Item) -> None:
    made = ET.SubElement(case, tag, type=_xml(f"{one.rule} {one.name}"), message=_xml(_line(one)))
    made.text = xml_text(clean(f"{_line(one)}\n{one.help}"))


def _xml(text: str) -> str:
    return xml_text(clean(printable(text)))
