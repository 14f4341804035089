"""The calendar file, as strictly as Outlook and Thunderbird read it (RFC 5545)."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from datetime import UTC, date, datetime, timedelta

import pytest

from medcab.due import Due, calendar
from medcab.text import translator

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
HOLDER = (
    "Константинопольская Александра Владиславовна; отдел кадров, каб. 5\\6 «Белая ветла»\nэтаж 2"
)
ITEMS = [
    Due("Accreditation", HOLDER, date(2026, 12, 10), date(2026, 11, 10), "File the documents "
        "for periodic accreditation within the window.", "form.yaml: accreditation_end"),
    Due("Licence", "x" * 300, date(2028, 2, 29), None, "", "form.yaml"),
    Due("Certificate", "😀" * 40, date(2027, 1, 1), date(2026, 12, 2), "", "a.cer"),
    Due("Document", "lost", None, None, "", "medcab.yaml", "no date"),
]  # fmt: skip


@pytest.fixture(params=["ru", "en"])
def data(request):
    return calendar(ITEMS, translator(request.param), NOW)


def unfolded(data):
    return data.decode("utf-8").replace("\r\n ", "").split("\r\n")


def test_lines_end_as_the_standard_says_and_are_short(data):
    """3.1: CRLF, no line of more than 75 octets, no character cut in two."""
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    for line in data.split(b"\r\n"):
        assert len(line) <= 75
        line.decode("utf-8")


def test_what_outlook_asks_for_is_there(data):
    lines = unfolded(data)
    assert lines[0] == "BEGIN:VCALENDAR"
    for once in ("VERSION:2.0", "METHOD:PUBLISH"):
        assert lines.count(once) == 1
    assert sum(line.startswith("PRODID:") for line in lines) == 1
    events = "\n".join(lines).split("BEGIN:VEVENT")[1:]
    assert len(events) == 3
    uids = set()
    for event in events:
        head = event.split("BEGIN:VALARM")[0]
        (uid,) = re.findall(r"^UID:(\S+)$", head, re.MULTILINE)
        uids.add(uid)
        # Whole days need no VTIMEZONE, and the end is the day after (3.6.1).
        (start,) = re.findall(r"^DTSTART;VALUE=DATE:([0-9]{8})$", head, re.MULTILINE)
        (end,) = re.findall(r"^DTEND;VALUE=DATE:([0-9]{8})$", head, re.MULTILINE)
        days = [datetime.strptime(day, "%Y%m%d").date() for day in (start, end)]
        assert days[1] - days[0] == timedelta(days=1)
        assert re.search(r"^DTSTAMP:20261121T120000Z$", head, re.MULTILINE)
        assert re.search(r"^SUMMARY:.", head, re.MULTILINE)
    assert len(uids) == 3
    assert "TZID" not in data.decode()


def test_text_is_escaped(data):
    (line,) = [line for line in unfolded(data) if line.startswith("SUMMARY") and "кадров" in line]
    assert r"Владиславовна\; отдел кадров\, каб. 5\\6 «Белая ветла»\nэтаж 2" in line


def test_reminders_ring_in_the_morning_of_the_first_day_to_act(data):
    lines = unfolded(data)
    assert lines.count("BEGIN:VALARM") == lines.count("END:VALARM") == 2
    assert lines.count("ACTION:DISPLAY") == 2
    triggers = [line for line in lines if line.startswith("TRIGGER")]
    # 30 days before the first minute of the day, and nine hours on.
    assert triggers == ["TRIGGER:-P29DT15H"] * 2


def test_a_second_library_reads_the_same(data):
    vobject = pytest.importorskip("vobject", reason="vobject is not installed")
    book = vobject.readOne(data.decode("utf-8"))
    assert book.method.value == "PUBLISH"
    events = book.vevent_list
    assert [e.dtstart.value for e in events] == [
        date(2026, 12, 10), date(2027, 1, 1), date(2028, 2, 29),
    ]  # fmt: skip
    assert HOLDER in events[0].summary.value
    assert events[0].valarm.trigger.value == timedelta(days=-30, hours=9)
    assert "😀" * 40 in events[1].summary.value


ICAL_JS = """
const fs = require('fs');
const found = require(process.argv[2]);
const ICAL = found.default || found;
const book = new ICAL.Component(ICAL.parse(fs.readFileSync(0, 'utf8')));
const told = book.getAllSubcomponents('vevent').map(one => {
  const event = new ICAL.Event(one);
  const alarm = one.getFirstSubcomponent('valarm');
  return {uid: event.uid, summary: event.summary, start: event.startDate.toString(),
          allDay: event.startDate.isDate,
          trigger: alarm ? alarm.getFirstPropertyValue('trigger').toSeconds() : null};
});
console.log(JSON.stringify({method: book.getFirstPropertyValue('method'), told}));
"""


def test_the_parser_of_thunderbird_reads_the_same(data, ical_js):
    import json

    done = subprocess.run(
        ["node", "-e", ICAL_JS, "-", ical_js], input=data, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    told = json.loads(done.stdout)
    assert told["method"] == "PUBLISH"
    assert [one["start"] for one in told["told"]] == ["2026-12-10", "2027-01-01", "2028-02-29"]
    assert all(one["allDay"] for one in told["told"])
    assert HOLDER in told["told"][0]["summary"]
    assert told["told"][0]["trigger"] == -(30 * 24 - 9) * 3600


@pytest.fixture
def ical_js():
    """Where ical.js is (``npm install --global ical.js``), which Thunderbird itself uses."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("no node: ical.js cannot be asked")
    root = subprocess.run(["npm", "root", "--global"], capture_output=True, text=True, check=False)
    for place in (os.environ.get("MEDCAB_NODE_MODULES", "node_modules"), root.stdout.strip()):
        done = subprocess.run(
            ["node", "-e", "console.log(require.resolve(process.argv[1]))", f"{place}/ical.js"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode == 0:
            return done.stdout.strip()
    pytest.skip("ical.js is not installed (npm install --global ical.js)")
