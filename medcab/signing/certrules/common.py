"""What the CRT rules share: where the facts are, parameters, names, dates."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from medcab.rules import DocumentContext

if TYPE_CHECKING:
    from medcab.signing.cert_facts import CertificateFacts

__all__ = [
    "META_KEY",
    "add_months",
    "certificates_of",
    "day_of",
    "filled",
    "name_of",
    "parameter",
    "readable",
    "usable_until",
]

META_KEY: Final = "certificates"


def certificates_of(ctx: DocumentContext) -> Iterator[CertificateFacts]:
    """Facts about the certificates of the document at hand."""
    facts = ctx.document.meta.get(META_KEY, ())
    yield from (item for item in facts if hasattr(item, "path_result"))


def readable(ctx: DocumentContext) -> Iterator[CertificateFacts]:
    """Those of them that could be read."""
    yield from (facts for facts in certificates_of(ctx) if facts.info is not None)


def parameter(ctx: DocumentContext, name: str, profile_name: str) -> Any:
    """A parameter: what the profile says for the rule, else for all, else the default."""
    rule_says = ctx.params.get(name)
    return ctx.profile.parameters.get(profile_name, rule_says)


def day_of(moment: datetime) -> date:
    """The date for messages."""
    return moment.date()


def add_months(moment: datetime, months: int) -> datetime:
    """The same day ``months`` later, or the last day of a shorter month."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def usable_until(facts: CertificateFacts) -> datetime:
    """End of validity, or of the private key's use where that is earlier."""
    assert facts.info is not None
    ends = (facts.info.not_after, facts.info.key_not_after)
    return min(end for end in ends if end is not None)


def name_of(facts: CertificateFacts) -> str:
    """Who holds the certificate, for messages."""
    assert facts.info is not None
    holder = facts.info.holder
    return holder.common_name or holder.organization or facts.info.subject


def filled(template: str, args: Mapping[str, Any]) -> str:
    """The English sentence of a template, for arguments that are sentences themselves."""
    from medcab.text import fill

    return fill(template, args)
