"""Extensions of Russian qualified certificates, read one by one.

A broken extension is named among the problems and spoils nothing else. Sources: приказ ФСБ России
№ 795 (subjectSignTool, issuerSignTool), № 31 of 2021 (identificationKind); RFC 3280 4.2.1.4
(private key usage period).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from asn1crypto import core, x509

from medcab.signing.certificates import text_of

__all__ = ["guard", "identification", "issuer_tools", "key_period", "policies", "signing_tool"]

_SUBJECT_TOOL: Final = "1.2.643.100.111"
_ISSUER_TOOL: Final = "1.2.643.100.112"
_IDENTIFICATION: Final = "1.2.643.100.114"
_KEY_PERIOD: Final = "2.5.29.16"
_BAD: Final = (ValueError, TypeError, LookupError, AttributeError, OverflowError)


def guard(problems: list[str], name: str, ask: Any) -> Any:
    """Ask; when the answer cannot be parsed, note ``name`` among the problems."""
    try:
        return ask()
    except _BAD:
        problems.append(name)
        return None


def _extension(certificate: x509.Certificate, oid: str) -> bytes | None:
    extensions = certificate["tbs_certificate"]["extensions"]
    if isinstance(extensions, core.Void):
        return None
    for extension in extensions:
        if extension["extn_id"].dotted == oid:
            return bytes(extension["extn_value"])
    return None


def policies(certificate: x509.Certificate, problems: list[str]) -> tuple[str, ...]:
    """OIDs of the certificate policies."""

    def ask() -> tuple[str, ...]:
        value = certificate.certificate_policies_value
        # The entries are parsed one by one only here: a broken one is found no sooner.
        return tuple(p["policy_identifier"].dotted for p in value) if value is not None else ()

    return guard(problems, "certificate_policies", ask) or ()


def signing_tool(certificate: x509.Certificate, problems: list[str]) -> str:
    """Name of the holder's signing tool."""
    data = _extension(certificate, _SUBJECT_TOOL)
    if data is None:
        return ""
    return guard(problems, "subject_sign_tool", lambda: _text(data)) or ""


def _text(data: bytes) -> str:
    value = core.load(data, strict=True)
    if not isinstance(value, core.AbstractString):
        raise ValueError("not a string")
    return text_of(value)


class _Tools(core.SequenceOf):  # type: ignore[misc]
    _child_spec = core.Any


def issuer_tools(certificate: x509.Certificate, problems: list[str]) -> tuple[str, ...]:
    """Names of the authority's tools and their documents."""
    data = _extension(certificate, _ISSUER_TOOL)
    if data is None:
        return ()
    found = guard(
        problems,
        "issuer_sign_tool",
        lambda: tuple(text_of(item.parse()) for item in _Tools.load(data, strict=True)),
    )
    return tuple(found or ())[:8]


def identification(certificate: x509.Certificate, problems: list[str]) -> int | None:
    """How the holder was identified (0 to 3)."""
    data = _extension(certificate, _IDENTIFICATION)
    if data is None:
        return None
    value = guard(
        problems, "identification_kind", lambda: core.Integer.load(data, strict=True).native
    )
    return value if isinstance(value, int) else None


class _KeyPeriod(core.Sequence):  # type: ignore[misc]
    _fields = [  # noqa: RUF012 - asn1crypto wants a list
        ("not_before", core.GeneralizedTime, {"implicit": 0, "optional": True}),
        ("not_after", core.GeneralizedTime, {"implicit": 1, "optional": True}),
    ]


def key_period(certificate: x509.Certificate, problems: list[str]) -> datetime | None:
    """End of the private key's use."""
    data = _extension(certificate, _KEY_PERIOD)
    if data is None:
        return None
    value = guard(
        problems,
        "private_key_usage_period",
        lambda: _KeyPeriod.load(data, strict=True)["not_after"].native,
    )
    return value.astimezone(UTC) if isinstance(value, datetime) else None
