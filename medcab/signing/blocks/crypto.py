"""Cryptographic verification (ETSI EN 319 102-1, 5.2.7): the content's digest, the signature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as _field
from hmac import compare_digest
from typing import Any, Final

from medcab.errors import MedcabError
from medcab.signing.algorithms import (
    Scheme,
    UnsupportedAlgorithmError,
    algorithm_name,
    digest_algorithm,
    resolve,
)
from medcab.signing.blocks.format import SignedAttributes, looks_like_attributes
from medcab.signing.blocks.journal import Journal
from medcab.signing.blocks.records import CertificateRecord
from medcab.signing.cms import SignerInfo
from medcab.signing.content import Content, Digests
from medcab.signing.results import SubIndication
from medcab.text import N_

__all__ = ["SignedThing", "check_content", "check_signature_value", "scheme_of"]

_RULE: Final = "EN 319 102-1 5.2.7"


@dataclass(frozen=True, slots=True)
class SignedThing:
    """What the signature is about, hashed once for all signers.

    Attributes:
        digests: of the content; None when it cannot be had.
        content: for schemes that need the message itself.
        problem: template that says why ``digests`` is None, with its arguments.
        args: arguments of ``problem``.
    """

    digests: Digests | None
    content: Content | None = None
    problem: str = ""
    args: Mapping[str, Any] = _field(default_factory=dict)


def scheme_of(journal: Journal, signer: SignerInfo, record: CertificateRecord) -> Scheme | None:
    """Resolve the algorithms of the signer; None, and told, when they are not supported.

    Where the digest is fixed by the key (GOST keys), the key's digest is the one that counts.
    """
    try:
        digest = signer.digest_oid
        scheme = resolve(signer.signature_oid, signer.signature_parameters, digest)
        digest_algorithm(digest)
        own = record.key.digest_oid
    except UnsupportedAlgorithmError as error:
        journal.fail(
            "algorithms-supported", _RULE, error.template, SubIndication.GENERIC,
            **error.arguments,
        )  # fmt: skip
        return None
    except ValueError as error:
        journal.fail(
            "public-key", _RULE, N_("The public key of the signer is malformed: {why}."),
            SubIndication.SIG_CRYPTO_FAILURE, why=str(error),
        )  # fmt: skip
        return None
    if own is not None and own != digest:
        journal.fail(
            "algorithms-consistent", "RFC 9215 2; RFC 4490 2",
            N_("The digest {digest} does not belong to the key of the signer."),
            digest=algorithm_name(digest),
        )  # fmt: skip
        return None
    journal.ok("algorithms-supported", _RULE)
    return scheme


def check_content(
    journal: Journal, signer: SignerInfo, attributes: SignedAttributes, thing: SignedThing
) -> None:
    """Compare the content with the signed message-digest, where there are signed attributes."""
    if thing.digests is None:
        journal.fail(
            "content-available", "EN 319 102-1 5.2.7",
            thing.problem or N_("The signed document was not found."),
            SubIndication.SIGNED_DATA_NOT_FOUND, **thing.args,
        )  # fmt: skip
        return
    journal.ok("content-available", _RULE)
    if looks_like_attributes(thing.digests.head, thing.digests.size):
        text = N_("The document is not a document but the signed attributes of another signature.")
        if signer.signed_der is None:
            journal.fail("content-not-attributes", "RFC 5652 5.4", text)
        else:
            journal.warn("content-not-attributes", "RFC 5652 5.4", text)
    if attributes.message_digest is None:
        return
    value = thing.digests.values.get(signer.digest_oid)
    if value is None:
        journal.fail(
            "message-digest-value", "RFC 5652 5.6",
            N_("The digest algorithm {oid} is not supported."), SubIndication.GENERIC,
            oid=signer.digest_oid,
        )  # fmt: skip
    elif compare_digest(value, attributes.message_digest):
        journal.ok("message-digest-value", "RFC 5652 5.6")
    else:
        journal.fail(
            "message-digest-value", "RFC 5652 5.6",
            N_("The document is not the one that was signed: it was changed, or it is another "
               "file."),
            SubIndication.HASH_FAILURE,
        )  # fmt: skip


def check_signature_value(
    journal: Journal,
    signer: SignerInfo,
    record: CertificateRecord,
    scheme: Scheme,
    thing: SignedThing,
) -> None:
    """Verify the signature value with the key of the certificate."""
    key = record.key
    if scheme.family not in key.families:
        journal.fail(
            "key-fits-algorithm", "RFC 5652 5.6",
            N_("The key of the certificate ({key}) is of another kind than the signature "
               "({family})."),
            SubIndication.SIG_CRYPTO_FAILURE, key=key.name, family=scheme.family,
        )  # fmt: skip
        return
    message = signer.signed_bytes
    try:
        if message is not None:
            right = key.verify(scheme, message, signer.signature)
        elif thing.digests is None or thing.content is None:
            return  # told already: the document is missing
        elif scheme.whole_message:
            right = key.verify(scheme, thing.content.whole(), signer.signature)
        elif scheme.digest.oid not in thing.digests.values:
            raise UnsupportedAlgorithmError(
                N_("The digest algorithm {oid} is not supported."), oid=scheme.digest.oid
            )
        else:
            digest = thing.digests.values[scheme.digest.oid]
            right = key.verify_digest(scheme, digest, signer.signature)
    except (MedcabError, OSError) as error:
        template = error.template if isinstance(error, MedcabError) else N_("{why}")
        args = error.arguments if isinstance(error, MedcabError) else {"why": str(error)}
        journal.fail("signature-value", "RFC 5652 5.6", template, SubIndication.GENERIC, **args)
        return
    if right:
        journal.ok("signature-value", "RFC 5652 5.6")
    elif message is None:
        journal.fail(
            "signature-value", "RFC 5652 5.6",
            N_("The signature does not fit the document: one of them was changed."),
            SubIndication.SIG_CRYPTO_FAILURE,
        )  # fmt: skip
    else:
        journal.fail(
            "signature-value", "RFC 5652 5.6",
            N_("The signature value is wrong: the signature was changed or made with another key."),
            SubIndication.SIG_CRYPTO_FAILURE,
        )  # fmt: skip
