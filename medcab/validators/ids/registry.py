"""Find an identifier by the name of its kind; modules are imported when first asked for."""

from __future__ import annotations

import importlib
from functools import cache
from typing import Final

from medcab.errors import UsageError
from medcab.text import N_
from medcab.validators.ids._base import Identifier

__all__ = ["get", "kinds"]

_KINDS: Final = (
    "snils",
    "inn_legal",
    "inn_person",
    "ogrn",
    "ogrnip",
    "kpp",
    "okpo",
    "oktmo",
    "bik",
    "account",
    "enp",
    "oms_temp",
    "passport_rf",
    "passport_dept",
    "license",
    "accreditation_record",
    "specialist_certificate",
    "diploma",
    "specialty_code",
    "frmo_oid",
    "phone",
    "email",
    "okved",
    "postal_index",
    "date_ddmmyyyy",
    "fio",
    "filename",
)


def kinds() -> tuple[str, ...]:
    """Return the names of all kinds, in the order of the documentation."""
    return _KINDS


@cache
def get(kind: str) -> Identifier:
    """Return the identifier called ``kind``.

    Raises:
        UsageError: there is no such kind; the arguments hold the nearest names.
    """
    if kind not in _KINDS:
        import difflib

        near = difflib.get_close_matches(kind, _KINDS, 3, 0.5)
        raise UsageError(
            N_("There is no identifier «{kind}»."),
            hint=N_("Similar: {near}; all of them: medcab id list")
            if near
            else N_("All of them: medcab id list"),
            kind=kind,
            near=", ".join(near),
        )
    module = importlib.import_module(f"medcab.validators.ids.{kind}")
    identifier: Identifier = module.IDENTIFIER
    return identifier
