"""The OID of a medical organisation (or its department) in the federal register ФРМО.

``1.2.643.5.1.13.13.12.2.RR.N`` is an organisation, with ``.0.N`` a department; the branch 12.1 is
used too. The region has no leading zero, since arcs of an OID have none. OIDs under
``1.2.643.5.1.13.3.25`` are of the old register.

    >>> validate("1.2.643.5.1.13.13.12.2.77.7799")
    '1.2.643.5.1.13.13.12.2.77.7799'
    >>> is_valid("1.2.643.5.1.13.13.12.2.02.1001")
    False

Source: ITU-T X.660; the schematron of electronic medical documents of the Ministry of Health.
"""

from __future__ import annotations

import re
from typing import Any, Final

from medcab.text import N_
from medcab.validators.ids._base import (
    Identifier,
    InvalidIdentifier,
    meant,
    quick,
    require_text,
)

__all__ = ["IDENTIFIER", "compact", "components", "format", "is_valid", "validate", "warnings"]

_KIND: Final = "frmo_oid"
_ROOT: Final = "1.2.643.5.1.13.13.12."
_OLD_ROOT: Final = "1.2.643.5.1.13.3.25."
_TAIL = re.compile(r"[12]\.(0|[1-9][0-9]?)\.[1-9][0-9]*(?:\.0(?:\.[1-9][0-9]*)+)?")


def compact(text: str) -> str:
    """Return ``text`` as it is: the points belong to the OID."""
    return text


def validate(text: str, **_context: Any) -> str:
    """Return the OID.

    Raises:
        InvalidIdentifier: ``chars``, ``syntax``, ``old_registry``, ``root``, ``shape``…
    """
    require_text(_KIND, text, 128)
    for at, char in enumerate(text, 1):
        if not ("0" <= char <= "9" or char == "."):
            fixed = text.strip().replace(",", ".")
            raise InvalidIdentifier(
                _KIND,
                "spaces" if char.isspace() and at in (1, len(text)) else "chars",
                text,
                position=at,
                expected="." if char == "," else None,
                found=char,
                suggestions=meant(text, fixed, "format", is_valid),
            )
    arcs = text.split(".")
    at = 1
    for number, arc in enumerate(arcs):
        if not arc or (arc[0] == "0" and len(arc) > 1) or (number == 0 and arc not in "012"):
            fixed = ".".join(a.lstrip("0") or "0" for a in arcs if a)
            raise InvalidIdentifier(
                _KIND,
                "syntax",
                text,
                position=min(at, len(text)),
                found=arc or ".",
                suggestions=meant(text, fixed, "format", is_valid),
            )
        at += len(arc) + 1
    if text.startswith(_OLD_ROOT):
        raise InvalidIdentifier(
            _KIND, "old_registry", text, expected=_ROOT + "2", found=text, suggestions=()
        )
    if not text.startswith(_ROOT):
        raise InvalidIdentifier(
            _KIND, "root", text, expected=_ROOT + "2", found=text, suggestions=()
        )
    if not _TAIL.fullmatch(text[len(_ROOT) :]):
        raise InvalidIdentifier(
            _KIND, "shape", text, expected=_ROOT + "2.RR.N", found=text, suggestions=()
        )
    return text


is_valid = quick(validate)


def format(text: str) -> str:  # noqa: A001 - python-stdnum's name for it
    """Return ``text`` as it is."""
    return text


def components(text: str) -> dict[str, Any]:
    """Return ``branch``, ``region``, ``number``, ``organisation`` and ``department``."""
    arcs = text[len(_ROOT) :].split(".")
    return {
        "branch": arcs[0],
        "region": f"{arcs[1]:0>2}",
        "number": arcs[2],
        "organisation": _ROOT + ".".join(arcs[:3]),
        "department": ".".join(arcs[4:]) or None,
    }


def warnings(text: str, **_context: Any) -> tuple[InvalidIdentifier, ...]:
    """Return a ``region`` warning where the region is 0 or not known."""
    from medcab.validators.ids._regions import TAX

    region = components(text)["region"]
    if region in TAX:
        return ()
    return (InvalidIdentifier(_KIND, "region", text, found=region, warning=True, suggestions=()),)


IDENTIFIER: Final = Identifier(
    _KIND,
    N_("OID of the organisation"),
    compact=compact,
    validate=validate,
    is_valid=is_valid,
    format=format,
    components=components,
    warnings=warnings,
)
