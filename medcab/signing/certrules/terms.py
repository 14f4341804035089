"""CRT rules about time: expired, not yet valid, too little left, ends soon."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from medcab.model import Severity
from medcab.rules import DocumentContext, Hit, Scope, Unknown, rule
from medcab.signing.certrules.common import (
    add_months,
    day_of,
    name_of,
    parameter,
    readable,
    usable_until,
)
from medcab.text import N_


@rule(
    "CRT001",
    "certificate-expired",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The certificate of {holder} expired on {date}."),
    since="0.1.0",
)
def certificate_expired(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """A certificate whose time is over.

    What it checks:
        The end of validity, and the end of the private key's use where the certificate names
        one, are not before the moment of the check.
    Why it matters:
        The portal blocks the input; a signature made with an expired key is not valid.
    How to fix:
        Have a new certificate issued and upload it.
    Source:
        docs/requirements.md C01; RFC 5280 4.1.2.5; ФЗ № 63-ФЗ, art. 11.
    """
    for facts in readable(ctx):
        until = usable_until(facts)
        if until < ctx.now:
            yield Hit(
                args={"holder": name_of(facts), "date": day_of(until)},
                evidence={"measured": until.isoformat()},
            )


@rule(
    "CRT002",
    "certificate-term-short",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The certificate of {holder} ends on {date}: less than {months} months are left."),
    since="0.1.0",
    params={"months": 6, "of": "remaining"},
)
def certificate_term_short(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """Too little of a certificate's time is left.

    What it checks:
        At least six months remain (parameter «cert_months»); with «cert_months_of» set to
        «total» the whole term of the certificate is measured instead, since the source can be
        read both ways.
    Why it matters:
        The portal does not accept a certificate that will end soon.
    How to fix:
        Have a new certificate issued before you apply.
    Source:
        docs/requirements.md C02, K11.
    """
    months = int(parameter(ctx, "months", "cert_months"))
    of = parameter(ctx, "of", "cert_months_of")
    for facts in readable(ctx):
        info = facts.info
        assert info is not None
        if info.not_after < ctx.now or months <= 0:
            continue  # CRT001 has told it
        start = info.not_before if of == "total" else ctx.now
        if info.not_after < add_months(start, months):
            yield Hit(
                args={"holder": name_of(facts), "date": day_of(info.not_after), "months": months},
                evidence={"measured": info.not_after.isoformat(), "limit": months, "of": of},
            )


@rule(
    "CRT009",
    "certificate-term-unusual",
    scope=Scope.DOCUMENT,
    severity=Severity.INFO,
    message=N_("The certificate of {holder} is made out for {months} months; usual are {limit}."),
    since="0.1.0",
    params={"max_months": 15},
)
def certificate_term_unusual(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """A certificate made out for an unusually long time.

    What it checks:
        The whole term is not longer than 15 months (parameter «cert_max_months»).
    Why it matters:
        Certificates of people are issued for about a year; a longer term is a sign of a test
        certificate.
    How to fix:
        Make sure that this is the certificate you meant.
    Source:
        docs/requirements.md C09 and section 9.
    """
    limit = int(parameter(ctx, "max_months", "cert_max_months"))
    for facts in readable(ctx):
        info = facts.info
        assert info is not None
        if not info.is_ca and info.not_after > add_months(info.not_before, limit):
            months = (info.not_after.year - info.not_before.year) * 12
            months += info.not_after.month - info.not_before.month
            yield Hit(args={"holder": name_of(facts), "months": months, "limit": limit})


@rule(
    "CRT011",
    "certificate-not-yet-valid",
    scope=Scope.DOCUMENT,
    severity=Severity.WARNING,
    message=N_(
        "The certificate of {holder} is valid only from {date}: check the computer's clock."
    ),
    since="0.1.0",
)
def certificate_not_yet_valid(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """A certificate whose time has not begun.

    What it checks:
        The beginning of validity is not after the moment of the check.
    Why it matters:
        Either the clock of the computer is slow, or the certificate was uploaded too early; both
        make signatures invalid.
    How to fix:
        Set the date, time and time zone of the computer; else wait for the day.
    Source:
        docs/requirements.md C11; RFC 5280 4.1.2.5.
    """
    for facts in readable(ctx):
        info = facts.info
        assert info is not None
        if info.not_before > ctx.now:
            yield Hit(args={"holder": name_of(facts), "date": day_of(info.not_before)})


@rule(
    "CRT012",
    "certificate-expires-soon",
    scope=Scope.DOCUMENT,
    severity=Severity.WARNING,
    message=N_("The certificate of {holder} ends on {date}, in {days} days."),
    since="0.1.0",
    params={"warn_days": 30},
)
def certificate_expires_soon(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """A certificate that ends soon.

    What it checks:
        More than 30 days (parameter «warn_days») are left until the end of validity, or of the
        private key's use.
    Why it matters:
        A new certificate takes days; work stops without one.
    How to fix:
        Order the new certificate now.
    Source:
        docs/requirements.md C12.
    """
    days = int(parameter(ctx, "warn_days", "cert_warn_days"))
    for facts in readable(ctx):
        until = usable_until(facts)
        if ctx.now <= until < ctx.now + timedelta(days=days):
            left = (until - ctx.now).days
            yield Hit(
                args={"holder": name_of(facts), "date": day_of(until), "days": left},
                evidence={"measured": left, "limit": days, "unit": "days"},
            )
