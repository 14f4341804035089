"""FRM rules about time: windows, terms, the order of dates. The day is always ``ctx.now``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from medcab.model import Severity
from medcab.rules import Hit, PackageContext, Scope, Unknown, rule
from medcab.text import N_
from medcab.validators.formrules.choices import choice
from medcab.validators.formrules.view import issue_hit, today, views

__all__: list[str] = []


def _dd(day: date) -> str:
    return f"{day.day:02}.{day.month:02}.{day.year:04}"


@rule(
    "FRM010",
    "passport-overdue",
    scope=Scope.PACKAGE,
    severity=Severity.ERROR,
    message=N_("{problem}"),
    since="0.1.0",
)
def passport_overdue(ctx: PackageContext) -> Iterator[Hit | Unknown]:
    """The passport had to be changed at the age of 20 or 45.

    What it checks:
        Date of birth and date of issue of the passport: it holds until 90 days after the 20th
        and the 45th birthday.

    Why it matters:
        Such a passport is not valid; it is a frequent cause of refusals.

    How to fix:
        Give the data and the scan of the new passport.

    Source:
        docs/requirements.md, practice of 2026; Regulation on the passport, decree 828 of
        08.07.1997, items 7 and 15.
    """
    from medcab.validators.ids import cross

    form = ctx.form
    if form is None:
        return
    for view in views(form):
        birth, issued = view.date("birth_date"), view.date("passport_issued")
        if birth and issued:
            issue = cross.passport_renewal(birth, issued, today(ctx))
            if issue is not None:
                yield issue_hit(form, view.field("passport_issued"), issue)


@rule(
    "FRM011",
    "accreditation-window",
    scope=Scope.PACKAGE,
    severity=Severity.ERROR,
    message=N_("{problem}"),
    since="0.1.0",
)
def accreditation_window(ctx: PackageContext) -> Iterator[Hit | Unknown]:
    """The application is too late or too early for the end of the accreditation.

    What it checks:
        The days that are left until the accreditation ends, against the profile's window
        (window_days: 0 to 30 by the source text, 0 to 365 with “+real-2026”).

    Why it matters:
        After the end the full procedure is needed anew; too early an application is sent back.

    How to fix:
        Apply within the window. If the accreditation has ended, prepare the full set of documents.

    Source:
        docs/requirements.md, T01, T02, K6; section 9.
    """
    from medcab.validators.ids import cross

    form, window = ctx.form, ctx.profile.parameters.get("window_days")
    if form is None or not isinstance(window, list | tuple) or len(window) != 2:
        return
    for view in views(form):
        end = view.date("accreditation_end")
        if end is not None:
            least, most = (int(d) for d in window)
            issue = cross.accreditation_window(end, today(ctx), (least, most))
            if issue is not None:
                yield issue_hit(form, view.field("accreditation_end"), issue)


@rule(
    "FRM012",
    "training-too-old",
    scope=Scope.PACKAGE,
    severity=Severity.ERROR,
    message=N_("The training of {date} is older than {years} years."),
    since="0.1.0",
)
def training_too_old(ctx: PackageContext) -> Iterator[Hit | Unknown]:
    """The advanced training was too long ago.

    What it checks:
        The date of the last training against the profile's term (cpd_years: 3 by the source
        text, 5 with “+real-2026”).

    Why it matters:
        Older certificates are not counted, and the application is sent back as incomplete.

    How to fix:
        Give a newer certificate of training.

    Source:
        docs/requirements.md, D09, T06; section 9.
    """
    from medcab.validators.ids import cross

    form, years = ctx.form, ctx.profile.parameters.get("cpd_years")
    if form is None or not isinstance(years, int):
        return
    for view in views(form):
        day = view.date("cpd_date")
        if day is not None and cross.add_months(day, 12 * years) < today(ctx):
            yield Hit(
                args={"date": _dd(day), "years": years},
                field=view.field("cpd_date"),
                path=form.path,
            )


@rule(
    "FRM013",
    "licence-expired",
    scope=Scope.PACKAGE,
    severity=Severity.ERROR,
    message=N_("The licence ended on {date}."),
    since="0.1.0",
)
def licence_expired(ctx: PackageContext) -> Iterator[Hit | Unknown]:
    """The licence of the organisation is no longer valid.

    What it checks:
        The date until which the licence is valid; «бессрочно» is taken.

    Why it matters:
        The procedure is stopped until a valid licence is given.

    How to fix:
        Give the data of the valid licence. Licences issued since 2011 have no end: write
        «бессрочно».

    Source:
        docs/requirements.md, D25, P14, P25, P40.
    """
    form = ctx.form
    if form is None:
        return
    for view in views(form):
        day = view.date("license_expires")
        if day is not None and day < today(ctx):
            yield Hit(args={"date": _dd(day)}, field=view.field("license_expires"), path=form.path)


@rule(
    "FRM014",
    "certificate-term",
    scope=Scope.PACKAGE,
    severity=Severity.ERROR,
    message=N_("{problem}"),
    since="0.1.0",
)
def certificate_term(ctx: PackageContext) -> Iterator[Hit | Unknown]:
    """The certificate in the form has ended, or ends too soon.

    What it checks:
        The end of the certificate: not in the past, and where the profile says so (cert_months),
        at least that many months away. With cert_months_of = "whole" the whole term is measured.

    Why it matters:
        The portal blocks the entry of a certificate that has ended or is about to end.

    How to fix:
        Get a new certificate and write its data into the form.

    Source:
        docs/requirements.md, C01, C02, K11; P17, P33.
    """
    from medcab.validators.ids import cross

    form, months = ctx.form, ctx.profile.parameters.get("cert_months")
    if form is None:
        return
    for view in views(form):
        end, start = view.date("certificate_expires"), view.date("certificate_issued")
        if end is None:
            continue
        field = view.field("certificate_expires")
        if end < today(ctx):
            yield Hit(
                args={
                    "problem_template": N_("The certificate ended on {end}."),
                    "end": _dd(end),
                    "code": "expired",
                },
                field=field,
                path=form.path,
            )
        elif isinstance(months, int):
            whole = ctx.profile.parameters.get("cert_months_of") == "whole"
            issue = cross.cert_remaining(end, start if whole and start else today(ctx), months)
            if issue is not None:
                yield issue_hit(form, field, issue)


@rule(
    "FRM015",
    "dates-out-of-order",
    scope=Scope.PACKAGE,
    severity=Severity.ERROR,
    message=N_("{field} ({first}) is later than {other} ({second})."),
    since="0.1.0",
)
def dates_out_of_order(ctx: PackageContext) -> Iterator[Hit | Unknown]:
    """Two dates of the form cannot both be right.

    What it checks:
        Birth before the passport, the diploma and the graduation; issue before expiry of licences
        and certificates. In the profile frmr-education-update also: the licence or certificate is
        issued after the diploma.

    Why it matters:
        The portal refuses the form; most often day and month or two fields were mixed up.

    How to fix:
        Compare both dates with the documents.

    Source:
        docs/requirements.md, P01, P14, P17, P30; D20.
    """
    form = ctx.form
    if form is None:
        return
    order = [
        ("birth_date", "passport_issued"),
        ("birth_date", "diploma_date"),
        ("birth_date", "graduation_date"),
        ("license_issued", "license_expires"),
        ("certificate_issued", "certificate_expires"),
    ]
    if ctx.profile.parameters.get("license_after_diploma"):
        order.append(("diploma_date", "license_issued"))
    for view in views(form):
        for earlier, later in order:
            first, second = view.date(earlier), view.date(later)
            if first and second and first > second:
                args: dict[str, Any] = {
                    "field": earlier,
                    "other": later,
                    "first": _dd(first),
                    "second": _dd(second),
                }
                yield Hit(args=args, field=view.field(later), path=form.path)


@rule(
    "FRM016",
    "test-not-passed",
    scope=Scope.PACKAGE,
    severity=Severity.ERROR,
    message=N_("The form says that the online test was not passed."),
    since="0.1.0",
)
def test_not_passed(ctx: PackageContext) -> Iterator[Hit | Unknown]:
    """The profile asks for a passed online test, and the form says there is none.

    What it checks:
        The field «Онлайн-тест пройден», where the profile has it.

    Why it matters:
        An application for periodic accreditation without the test is sent back. In practice there
        is no test any more: see “+real-2026”.

    How to fix:
        Pass the test before you apply, or correct the field.

    Source:
        docs/requirements.md, D05; section 9.
    """
    form = ctx.form
    if form is None or all(f.name != "online_test_passed" for f in ctx.profile.fields):
        return
    for view in views(form):
        if choice("yes_no", view.get("online_test_passed") or "") == "нет":
            yield Hit(field=view.field("online_test_passed"), path=form.path)
