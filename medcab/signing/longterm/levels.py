"""Levels that signatures are raised to, and which signatures must not be touched."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

from medcab.errors import SigningError, UsageError
from medcab.signing.attributes import Oid
from medcab.signing.cades import structural_level
from medcab.signing.cms import SignedData, SignerInfo
from medcab.signing.longterm.coverage import ARCHIVE_V1, KINDS
from medcab.signing.results import (
    Indication,
    SignatureLevel,
    SignatureResult,
    SubIndication,
    VerificationReport,
)
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.signing.blocks.records import CertificateRecord

__all__ = [
    "LONG",
    "RANK",
    "Level",
    "confirmed_level",
    "has_answer",
    "refuse",
    "refuse_result",
]


class Level(StrEnum):
    """Levels that a signature can be raised to."""

    T = "B-T"
    LT = "B-LT"
    LTA = "B-LTA"

    @classmethod
    def named(cls, name: str) -> Level:
        """The level called ``B-T``, ``B-LT`` or ``B-LTA``.

        Raises:
            UsageError: there is no such level.
        """
        try:
            return cls(name.strip().upper())
        except ValueError:
            raise UsageError(
                N_("There is no signature level {name}."),
                hint=N_("Use B-T, B-LT or B-LTA."),
                name=name,
            ) from None


RANK: Final = {
    SignatureLevel.CADES_B: 0,
    SignatureLevel.CADES_T: 1,
    SignatureLevel.CADES_LT: 2,
    SignatureLevel.CADES_LTA: 3,
}
_SMALL: Final = 1 << 16  # bytes: what is larger is not kept
_T = TypeVar("_T")
_TARGET: Final = {Level.T: 1, Level.LT: 2, Level.LTA: 3}
_OLD: Final = frozenset(
    (
        SignatureLevel.CADES_C,
        SignatureLevel.CADES_X1,
        SignatureLevel.CADES_X2,
        SignatureLevel.CADES_A,
    )
)
LONG: Final = frozenset(
    (SignatureLevel.CADES_XL, SignatureLevel.CADES_XL1, SignatureLevel.CADES_XL2)
)
# Says only that something is not known here; a time-stamp does not make it worse.
_TOLERABLE: Final = frozenset(
    (
        SubIndication.NO_CERTIFICATE_CHAIN_FOUND,
        SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE,
        SubIndication.SIGNATURE_POLICY_NOT_AVAILABLE,
        SubIndication.TRY_LATER,
    )
)


def confirmed_level(
    signer: SignerInfo,
    signed: SignedData,
    stamps: Iterable[Mapping[str, Any]],
    *,
    answered: bool,
) -> SignatureLevel:
    """Level that a signature reaches with what validates only.

    A time-stamp that is broken or that nobody here trusts makes no B-T, and revocation data that
    say nothing of the signer make no B-LT.

    Args:
        signer, signed: the signature.
        stamps: its time-stamps as they were judged (``SignatureResult.timestamps``).
        answered: data inside the signature told whether the signer's certificate was revoked.
    """
    passed = {s["kind"] for s in stamps if s["indication"] == Indication.TOTAL_PASSED}
    unproven = {oid for oid, kind in KINDS.items() if kind not in passed}
    if not answered:
        unproven.add(Oid.REVOCATION_VALUES)
    return structural_level(signer, signed, frozenset(unproven))


def has_answer(record: CertificateRecord, crls: Iterable[bytes], ocsps: Iterable[bytes]) -> bool:
    """Whether any of these revocation lists and answers may be about a certificate."""
    from medcab.signing.blocks.records import same_name

    for data in crls:
        issuer = _remembered(_issuer_of_list, data)
        if issuer is not None and same_name(issuer, record.issuer_der):
            return True
    return any(record.serial in _remembered(_serials_in_answer, data) for data in ocsps)


def _remembered(read: Callable[[bytes], _T], data: bytes) -> _T:
    """What ``read`` says of ``data``; small data come again in every file of a run."""
    return _read_once(read, data) if len(data) <= _SMALL else read(data)


@lru_cache(maxsize=512)
def _read_once(read: Callable[[bytes], Any], data: bytes) -> Any:
    return read(data)


def _issuer_of_list(data: bytes) -> bytes | None:
    """The name of who issued a revocation list, DER; None when it is none."""
    from medcab.signing.revocation import parse_crl

    crl = parse_crl(data)
    if crl is None:
        return None
    name: bytes = crl.issuer.dump()
    return name


def _serials_in_answer(data: bytes) -> frozenset[int]:
    """Serial numbers of the certificates that an OCSP answer tells about."""
    from medcab.signing.revocation import parse_ocsp

    try:
        basic = parse_ocsp(data)
        answers = () if basic is None else basic["tbs_response_data"]["responses"]
        return frozenset(a["cert_id"]["serial_number"].native for a in answers)
    except (ValueError, TypeError, KeyError):
        return frozenset()


def refuse(signed: SignedData, before: VerificationReport, level: Level) -> None:
    """Say why a file is not to be touched.

    Args:
        signed: the file.
        before: what its verification said.
        level: wanted.

    Raises:
        SigningError: it must not be extended.
    """
    hint = N_("Look at it with: medcab verify --details")
    odd = not 1 <= signed.version <= 5
    if odd or signed.trailing or signed.signer_errors or not signed.signers:
        raise SigningError(N_("The signature file is damaged: it is not extended."), hint=hint)
    for (_, signer), result in zip(signed.signers, before.signatures, strict=True):
        current = structural_level(signer, signed)
        _refuse_form(current, signer, level)
        rank = RANK.get(current)
        if rank is not None and rank > _TARGET[level]:
            raise SigningError(
                N_("The signature is at {current} already, above {wanted}."),
                current=current.value, wanted=level.value,
            )  # fmt: skip
        refuse_result(result, level)


def refuse_result(result: SignatureResult, level: Level) -> None:
    """Say why a signature with this outcome is not to be touched.

    Raises:
        SigningError: it does not verify, or a time-stamp of it does not.
    """
    hint = N_("Look at it with: medcab verify --details")
    fine = result.indication is Indication.TOTAL_PASSED or (
        level is Level.T and all(c.sub_indication in _TOLERABLE for c in result.checks if c.open)
    )
    if not fine:
        raise SigningError(
            N_("Signature number {index} does not verify ({status}): it is not extended."),
            hint=hint, index=result.index,
            status=str(result.sub_indication or result.indication),
        )  # fmt: skip
    for stamp in result.timestamps:
        if stamp["indication"] != Indication.TOTAL_PASSED and level is not Level.T:
            raise SigningError(
                N_("A time-stamp of the signature could not be confirmed ({kind}, "
                   "{status}): it is not extended."),
                hint=hint, kind=stamp["kind"], status=stamp["sub_indication"],
            )  # fmt: skip


def _refuse_form(current: SignatureLevel, signer: SignerInfo, level: Level) -> None:
    if current is SignatureLevel.CMS:
        raise SigningError(
            N_("This is plain CMS, not CAdES: nothing signed names the certificate, so it is not "
               "extended."),
        )  # fmt: skip
    frozen = signer.unsigned(Oid.ARCHIVE_TIME_STAMP_V2) or signer.unsigned(ARCHIVE_V1)
    if frozen or current in _OLD or (current in LONG and level is not Level.LTA):
        raise SigningError(
            N_("The signature is of an old form ({current}), which is verified but not extended "
               "to {wanted}."),
            hint=N_("An archive time-stamp can be added to CAdES-X Long only (--level B-LTA)."),
            current=current.value, wanted=level.value,
        )  # fmt: skip
