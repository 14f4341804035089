"""Time-stamps over files as they are: verified like signatures, reported like them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from medcab.signing.algorithms import UnsupportedAlgorithmError, digest_algorithm
from medcab.signing.blocks.context import surroundings
from medcab.signing.blocks.crypto import SignedThing
from medcab.signing.blocks.journal import Journal
from medcab.signing.cms import SignedData
from medcab.signing.content import Content
from medcab.signing.longterm.past import Material
from medcab.signing.longterm.poe import Proofs
from medcab.signing.longterm.stamps import check_imprint, check_token, judge_token
from medcab.signing.longterm.timestamps import TST_INFO, parse_token
from medcab.signing.results import (
    ProofOfExistence,
    SignatureLevel,
    SignatureResult,
    SubIndication,
)
from medcab.signing.tlv import DerError
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.signing.verify import Verifier

__all__ = ["TST_INFO", "judge_bare"]


def judge_bare(verifier: Verifier, signed: SignedData, content: Content | None) -> SignatureResult:
    """Judge a file that is a time-stamp token over another file.

    Args:
        verifier: trust, policy, moment.
        signed: the token.
        content: the stamped file; None: it was not found.
    """
    journal = Journal(verifier.policy.lenient)
    try:
        token = parse_token(signed.data)
    except DerError as error:
        journal.fail(
            "token-readable", "RFC 3161 2.4.2", N_("The time-stamp is damaged: {why}."),
            why=str(error),
        )  # fmt: skip
        indication, sub = journal.conclude()
        return SignatureResult(
            "0", indication, sub, SignatureLevel.TIME_STAMP, None, None,
            checks=tuple(journal.checks), kind="time-stamp",
        )  # fmt: skip
    around = surroundings(journal, signed, token.signer, verifier.records, verifier.given)
    checked, found = check_token(token, around.records, lenient=verifier.policy.lenient)
    journal.extend(checked.checks)
    thing = _content(journal, token.info.digest_oid, content)
    if thing is not None and thing.digests is not None:
        check_imprint(journal, token, thing.digests.values.get(token.info.digest_oid))
    material = Material(tuple(around.records), around.bag, around.crls, around.ocsps)
    proofs = Proofs(verifier.moment)
    verdict = judge_token(verifier, "content-time-stamp", token, journal, found, material, proofs)
    proven: tuple[ProofOfExistence, ...] = (ProofOfExistence(verifier.moment, "current-time"),)
    if verdict.passed:
        proven = (ProofOfExistence(token.info.moment, "time-stamp"), *proven)
    return SignatureResult(
        "0", verdict.indication, verdict.sub_indication, SignatureLevel.TIME_STAMP,
        verdict.authority, None, chain=verdict.chain, checks=verdict.checks, proofs=proven,
        kind="time-stamp", attributes={"time": token.info.moment.isoformat()},
    )  # fmt: skip


def _content(journal: Journal, oid: str, content: Content | None) -> SignedThing | None:
    from medcab.errors import InputError

    try:
        digest_algorithm(oid)
        if content is not None:
            return SignedThing(content.digests((oid,)), content)
        template, args = N_("The signed document was not found."), {}
    except UnsupportedAlgorithmError as error:
        journal.fail(
            "message-imprint", "RFC 3161 2.4.2", error.template, SubIndication.GENERIC,
            **error.arguments,
        )  # fmt: skip
        return None
    except InputError as error:
        template, args = error.template, dict(error.arguments)
    except OSError as error:
        template, args = N_("{why}"), {"why": error.strerror or type(error).__name__}
    journal.fail(
        "content-available", "EN 319 102-1 5.2.7", template,
        SubIndication.SIGNED_DATA_NOT_FOUND, **args,
    )  # fmt: skip
    return None
