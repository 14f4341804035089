"""Compare all fields that were given: one call for a form, a row or the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from medcab.errors import UsageError
from medcab.text import N_
from medcab.validators.ids import cross
from medcab.validators.ids.cross import Issue
from medcab.validators.ids.date_ddmmyyyy import parse

__all__ = ["FIELDS", "compare"]

_DATES: Final = frozenset(
    (
        "birth",
        "protocol_date",
        "passport_issued",
        "accreditation_end",
        "cert_not_after",
        "registered",
        "today",
    )
)

FIELDS: Final = (
    "enp",
    "birth",
    "sex",
    "accreditation_record",
    "protocol_date",
    "passport",
    "passport_issued",
    "org_kind",
    "ogrn",
    "kpp",
    "surname_1",
    "surname_2",
    "accreditation_end",
    "cert_not_after",
    "registered",
    "license",
    "region",
    "today",
)


def compare(
    fields: Mapping[str, str],
    *,
    today: date,
    window_days: tuple[int, int] = (0, 30),
    cert_months: int = 6,
) -> tuple[Issue, ...]:
    """Return what does not agree among ``fields``; only what is present is compared.

    Args:
        fields: names of :data:`FIELDS` with their texts; dates as ``DD.MM.YYYY``.
        today: the day of the check, unless ``fields`` hold ``today``.
        window_days: least and most days before the end of an accreditation.
        cert_months: months that a certificate must still have.

    Raises:
        UsageError: an unknown field, or nothing that can be compared.
        InvalidIdentifier: a date is not a date.
    """
    for name in fields:
        if name not in FIELDS:
            raise UsageError(
                N_("There is no field «{field}»."),
                hint=N_("Known fields: {known}."),
                field=name,
                known=", ".join(FIELDS),
            )
    days = {name: parse(text) for name, text in fields.items() if name in _DATES}
    day = days.get("today", today)
    texts = fields

    checks: tuple[tuple[tuple[str, ...], Callable[[], Issue | None]], ...] = (
        (("enp", "birth"), lambda: cross.enp_vs_birth(texts["enp"], days["birth"])),
        (("enp", "sex"), lambda: cross.enp_vs_sex(texts["enp"], texts["sex"])),
        (
            ("accreditation_record", "protocol_date"),
            lambda: cross.accreditation_record_vs_protocol(
                texts["accreditation_record"], days["protocol_date"]
            ),
        ),
        (
            ("birth", "passport_issued"),
            lambda: cross.passport_renewal(days["birth"], days["passport_issued"], day),
        ),
        (
            ("passport", "passport_issued"),
            lambda: cross.passport_blank_year(texts["passport"], days["passport_issued"]),
        ),
        (("org_kind", "ogrn"), lambda: cross.org_kind_vs_ogrn(texts["org_kind"], texts["ogrn"])),
        (("org_kind", "kpp"), lambda: cross.org_kind_vs_kpp(texts["org_kind"], texts["kpp"])),
        (
            ("surname_1", "surname_2"),
            lambda: cross.surname_yo_equivalence(texts["surname_1"], texts["surname_2"]),
        ),
        (
            ("accreditation_end",),
            lambda: cross.accreditation_window(days["accreditation_end"], day, window_days),
        ),
        (
            ("cert_not_after",),
            lambda: cross.cert_remaining(days["cert_not_after"], day, cert_months),
        ),
        (("ogrn", "registered"), lambda: cross.ogrn_year(texts["ogrn"], days["registered"])),
        (("license", "region"), lambda: cross.license_region(texts["license"], texts["region"])),
    )
    found: list[Issue] = []
    compared = 0
    for needed, check in checks:
        if all(name in fields for name in needed):
            compared += 1
            issue = check()
            if issue is not None:
                found.append(issue)
    if not compared:
        raise UsageError(
            N_("Nothing can be compared: {fields}."),
            hint=N_("Known fields: {known}."),
            fields=", ".join(fields) or "—",
            known=", ".join(FIELDS),
        )
    return tuple(found)
