"""What expires, and when to act: certificates, accreditation, licences, examinations, training.

Every date comes from the form, the manifest or a certificate; every period from the profile. What
has no readable date is listed as undetermined, never left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from medcab.text import N_

if TYPE_CHECKING:
    from medcab.model import Document, Form
    from medcab.profile import Profile

__all__ = ["Due", "Status", "calendar", "certificate_due", "documents_due", "form_due", "ordered"]


class Status(StrEnum):
    """Where today stands against a date."""

    OVERDUE = "overdue"
    ACT = "act"
    SOON = "soon"
    LATER = "later"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Due:
    """One thing that expires.

    Attributes:
        what: template that names it (a msgid).
        subject: whose or which: a file, a holder, a number.
        expires: last day of validity; None when it could not be read.
        act_from: first day on which something can be done (filing window), or None.
        advice: template that says what to do (a msgid).
        source: field, file or rule that the date comes from.
        value: the unreadable value, for ``expires`` None.
        after: template that says what to do when the last day is past; empty: the same advice.
    """

    what: str
    subject: str
    expires: date | None
    act_from: date | None
    advice: str
    source: str
    value: str = ""
    after: str = ""

    def advised(self, today: date) -> str:
        """Template of what to do as things stand on ``today``."""
        over = self.expires is not None and today > self.expires
        return self.after if over and self.after else self.advice

    def status(self, today: date, soon: int) -> Status:
        """Where ``today`` stands: ``soon`` is the number of days that count as near."""
        if self.expires is None:
            return Status.UNKNOWN
        if today > self.expires:
            return Status.OVERDUE
        if self.act_from is not None and today >= self.act_from:
            return Status.ACT
        return Status.SOON if today >= self.expires - timedelta(days=soon) else Status.LATER

    def days(self, today: date) -> int | None:
        """Days left; negative when overdue; None when the date is not known."""
        return None if self.expires is None else (self.expires - today).days


_RENEW_DAYS: Final = 30
_MORNING: Final = timedelta(hours=9)  # nobody sees what rings at midnight
_FIELDS: Final[Mapping[str, tuple[str, str, str]]] = {
    "license_expires": (
        N_("Licence"),
        N_("Ask for an extract from the register of licences and renew the licence in time."),
        N_("It has ended: see in the register of licences whether it was renewed."),
    ),
    "certificate_expires": (
        N_("Certificate"),
        N_("Apply for a new certificate before this one ends."),
        N_("It has ended: get a new certificate before you file the documents."),
    ),
}


def form_due(form: Form, profile: Profile) -> list[Due]:
    """What the form says of dates: accreditation, licence, certificate, examination, training.

    Args:
        form: the filled-in form.
        profile: gives ``window_days`` (T02), ``cpd_years`` (T06), ``medical_exam_years``,
            ``cert_warn_days`` (C12).
    """
    from medcab.validators.formrules.view import PERPETUAL

    found = []
    warn = int(_number(profile, "cert_warn_days", _RENEW_DAYS))
    subject = form.get("fio") or form.get("org_name") or form.path
    for name, (what, advice, after) in _FIELDS.items():
        text = form.get(name)
        # Licences are given without an end (99-FZ, art. 9, part 4): nothing expires.
        if text is not None and text.strip().lower() not in PERPETUAL:
            source = f"{form.path}: {name}"
            found.append(_due(what, subject, text, source, advice, warn, after=after))
    text = form.get("accreditation_end")
    if text is not None:
        window = profile.parameters.get("window_days") or (0, 30)
        item = _due(
            N_("Accreditation"),
            subject,
            text,
            f"{form.path}: accreditation_end",
            N_("File the documents for periodic accreditation within the window."),
            int(window[1]),
            after=N_(
                "It has ended: without accreditation one may not work in the specialty. "
                "File the documents now."
            ),
        )
        found.append(item)
    periods = (
        ("medical_exam_date", "medical_exam_years", 1, N_("Medical examination"),
         N_("Pass the medical examination again."), ""),
        ("cpd_date", "cpd_years", 3, N_("Advanced training"),
         N_("Finish advanced training before the period ends."),
         N_("The period has ended: finish advanced training now.")),
    )  # fmt: skip
    for name, parameter, default, what, advice, after in periods:
        text = form.get(name)
        if text is not None:
            years = int(_number(profile, parameter, default))
            source = f"{form.path}: {name} + {years}"
            due = _due(what, subject, text, source, advice, 60, years=years, after=after)
            found.append(due)
    return found


def documents_due(documents: Iterable[Document], profile: Profile) -> list[Due]:
    """What the manifest says of the validity of documents (``expires``)."""
    warn = int(_number(profile, "document_warn_days", 60))
    return [
        _due(
            N_("Document"),
            document.path,
            str(document.meta["expires"]),
            "medcab.yaml: expires",
            N_("Get a new document before this one ends."),
            warn,
            after=N_("It has ended: get a new document."),
        )
        for document in documents
        if document.meta.get("expires")
    ]


def certificate_due(path: str, holder: str, not_after: datetime, warn: int = _RENEW_DAYS) -> Due:
    """The end of a signing certificate (docs/requirements.md C01, C12)."""
    last = not_after.date()
    return Due(
        N_("Signing certificate"),
        f"{holder} ({path})" if holder else path,
        last,
        last - timedelta(days=warn),
        N_("Order a new certificate while the old one can still sign the application."),
        path,
        after=N_(
            "It has ended and cannot sign any more: order a new certificate in person or by "
            "another signature. What it signed before stays valid where a time-stamp proves when."
        ),
    )


def ordered(items: Sequence[Due]) -> list[Due]:
    """Sort by date; what could not be read comes first, since it needs an answer."""
    return sorted(items, key=lambda i: (i.expires or date.min, i.what, i.subject))


def _number(profile: Profile, name: str, default: float) -> float:
    value = profile.parameters.get(name, default)
    return value if isinstance(value, (int, float)) else default


def _due(
    what: str, subject: str, text: str, source: str, advice: str, warn: int, *, years: int = 0,
    after: str = "",
) -> Due:  # fmt: skip
    from medcab.errors import IdentifierError
    from medcab.validators.ids import date_ddmmyyyy

    try:
        day = date_ddmmyyyy.parse(text)
    except IdentifierError:
        return Due(what, subject, None, None, N_("Correct the date: ДД.ММ.ГГГГ."), source, text)
    if years:
        day = _later(day, years)
    return Due(what, subject, day, day - timedelta(days=warn), advice, source, after=after)


def _later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)


def calendar(items: Sequence[Due], translate: Any, now: datetime) -> bytes:
    """Return an iCalendar file (RFC 5545) with an all-day event and an alarm for each item.

    Args:
        items: those without a date are left to the table.
        translate: a :class:`medcab.text.Translator`.
        now: time stamp of the events.
    """
    import hashlib

    from icalendar import Alarm, Calendar, Event

    book = Calendar()
    book.add("prodid", "-//medcab//due//RU")
    book.add("version", "2.0")
    book.add("method", "PUBLISH")
    book.add("x-wr-calname", translate(N_("Dates that end (medcab)")))
    for item in ordered(items):
        if item.expires is None:
            continue
        event = Event()
        title = translate(
            N_("{what} ends: {subject}"), what=translate(item.what), subject=item.subject
        )
        key = f"{item.what}\0{item.subject}\0{item.expires.isoformat()}"
        # The same thing gets the same UID, so that importing twice does not make two events.
        event.add(
            "uid", hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:32] + "@medcab"
        )
        event.add("dtstamp", now)
        event.add("dtstart", item.expires)
        event.add("dtend", item.expires + timedelta(days=1))
        event.add("summary", title)
        event.add("description", translate(item.advised(now.date())))
        event.add("transp", "TRANSPARENT")
        if item.act_from is not None:
            alarm = Alarm()
            alarm.add("action", "DISPLAY")
            alarm.add("description", title)
            alarm.add("trigger", item.act_from - item.expires + _MORNING)
            event.add_component(alarm)
        book.add_component(event)
    return bytes(book.to_ical())
