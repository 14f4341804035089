"""What expires, and when to act."""

import json
import subprocess
import sys
from datetime import UTC, date, datetime

import pytest

from medcab.due import Status, calendar, certificate_due, documents_due, form_due, ordered
from medcab.model import Document, Form, FormValue
from medcab.profile import load
from medcab.sources import BytesSource
from medcab.text import translator

TODAY = date(2026, 11, 21)


def form(**values):
    return Form("form.json", {k: FormValue(v) for k, v in values.items()})


@pytest.mark.parametrize(
    ("profile", "end", "status"),
    [
        ("accreditation-periodic", "20.11.2026", Status.OVERDUE),
        ("accreditation-periodic", "21.11.2026", Status.ACT),
        ("accreditation-periodic", "01.12.2026", Status.ACT),
        ("accreditation-periodic", "21.12.2026", Status.ACT),
        ("accreditation-periodic", "22.12.2026", Status.SOON),
        ("accreditation-periodic", "01.12.2027", Status.LATER),
        ("accreditation-periodic+real-2026", "21.11.2027", Status.ACT),
        ("accreditation-periodic+real-2026", "23.11.2027", Status.LATER),
    ],
)
def test_the_window_of_accreditation_is_the_profiles(profile, end, status):
    (item,) = form_due(form(accreditation_end=end), load(profile))
    assert item.status(TODAY, 60) is status


def test_periods_are_added_to_dates_of_events():
    found = form_due(
        form(medical_exam_date="29.02.2024", cpd_date="15.03.2024"), load("accreditation-periodic")
    )
    assert [i.expires for i in found] == [date(2025, 2, 28), date(2027, 3, 15)]
    (real,) = form_due(form(cpd_date="15.03.2024"), load("accreditation-periodic+real-2026"))
    assert real.expires == date(2029, 3, 15)


@pytest.mark.parametrize("text", ["2026-12-01", "31.02.2027", "скоро", "1.1.2027"])
def test_a_date_that_cannot_be_read_is_listed_not_lost(text):
    (item,) = form_due(form(license_expires=text), load("accreditation-periodic"))
    assert item.status(TODAY, 60) is Status.UNKNOWN
    assert item.value == text
    assert item.days(TODAY) is None
    assert (
        ordered([certificate_due("a.cer", "", datetime(2026, 1, 1, tzinfo=UTC)), item])[0] is item
    )


def test_after_the_end_nothing_is_advised_that_cannot_be_done_any_more():
    ends = form(
        license_expires="20.11.2026", certificate_expires="20.11.2026",
        accreditation_end="20.11.2026", cpd_date="20.11.2020",
    )  # fmt: skip
    ended = [
        *form_due(ends, load("accreditation-periodic")),
        certificate_due("a.cer", "", datetime(2026, 11, 20, tzinfo=UTC)),
    ]
    assert len(ended) == 5
    ru = translator("ru")
    for item in ended:
        assert "истёк" in ru(item.advised(TODAY))
        assert item.advised(item.expires) == item.advice
        assert "истёк" not in ru(item.advice)
    book = calendar(ended[-1:], ru, datetime(2026, 11, 21, tzinfo=UTC)).decode()
    assert "больше нельзя" in book.replace("\r\n ", "")


def test_documents_of_the_manifest():
    one = Document("a.pdf", BytesSource(b""), "a.pdf", 0, meta={"expires": "01.01.2027"})
    other = Document("b.pdf", BytesSource(b""), "b.pdf", 0)
    (item,) = documents_due([one, other], load("scan"))
    assert (item.subject, item.days(TODAY)) == ("a.pdf", 41)


def test_the_calendar_is_readable_and_stable():
    from icalendar import Calendar

    items = [
        certificate_due("a.cer", "Иванова; Анна, «К»", datetime(2026, 12, 31, 21, tzinfo=UTC)),
        *form_due(form(license_expires="soon"), load("scan")),
    ]
    now = datetime(2026, 11, 21, tzinfo=UTC)
    data = calendar(items, translator("ru"), now)
    book = Calendar.from_ical(data)
    (event,) = book.walk("VEVENT")
    assert event.decoded("dtstart") == date(2026, 12, 31)
    assert "Иванова; Анна, «К»" in str(event["summary"])
    assert len(book.walk("VALARM")) == 1
    assert max(len(line) for line in data.split(b"\r\n")) <= 75
    assert calendar(items, translator("ru"), now) == data


def medcab(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "medcab", "due", *map(str, arguments)],
        check=False, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip


def test_the_command(tmp_path):
    path = tmp_path / "form.json"
    path.write_text('{"accreditation_end": "01.12.2026", "license_expires": "01.01.2030"}')
    done = medcab(path, "--at", "2026-11-21", "-f", "json")
    assert done.returncode == 0, done.stderr
    assert [i["status"] for i in json.loads(done.stdout)["items"]] == ["act", "later"]
    assert medcab(path, "--at", "2027-01-01").returncode == 1
    assert medcab(path, "-f", "ics", "-o", tmp_path / "due.ics").returncode in (0, 1)
    assert (tmp_path / "due.ics").read_bytes().startswith(b"BEGIN:VCALENDAR")
    (tmp_path / "empty.json").write_text("{}")
    assert medcab(tmp_path / "empty.json").returncode == 3
    assert medcab(tmp_path / "none.json").returncode == 3
    assert medcab(path, "-f", "doc").returncode == 2


def test_the_command_reads_certificates(tmp_path):
    (tmp_path / "broken.cer").write_bytes(b"no certificate")
    done = medcab(tmp_path / "broken.cer", "-f", "json")
    assert done.returncode == 3
    assert json.loads(done.stdout)["items"][0]["status"] == "unknown"
