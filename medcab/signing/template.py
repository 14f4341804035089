"""Signing from a template: all that does not change from file to file is encoded once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from medcab.errors import SigningError
from medcab.signing import making
from medcab.signing.algorithms import DigestAlgorithm, digest_algorithm
from medcab.signing.attributes import Oid
from medcab.signing.blocks.records import CertificateRecord
from medcab.signing.cms import DATA, SIGNED_DATA
from medcab.signing.making import Location, NamedPolicy
from medcab.signing.tlv import encode, encode_oid
from medcab.text import N_

__all__ = ["Recipe", "SignOptions", "SignerTemplate", "register_recipe", "signed_data"]

_SHA256: Final = "2.16.840.1.101.3.4.2.1"
_NULL: Final = b"\x05\x00"


@dataclass(frozen=True, slots=True)
class SignOptions:
    """How to sign.

    Attributes:
        attached: put the document inside.
        encoding: ``der`` | ``pem`` | ``base64``.
        digest: ``sha256`` | ``sha384`` | ``sha512``; None: what suits the key.
        pss: RSASSA-PSS instead of PKCS #1 v1.5.
        signing_time: claimed time; None: the clock at each signature.
        with_chain: put the certificates of the authorities inside too.
        commitment: name or OID of a commitment type.
        location: where the signer says he is.
        roles: roles that the signer claims.
        mime_type: of the document.
        policy: signature policy to commit to.
        force: sign with an expired or unsuitable certificate.
    """

    attached: bool = False
    encoding: str = "der"
    digest: str | None = None
    pss: bool = False
    signing_time: datetime | None = None
    with_chain: bool = True
    commitment: str | None = None
    location: Location | None = None
    roles: tuple[str, ...] = ()
    mime_type: str | None = None
    policy: NamedPolicy | None = None
    force: bool = False


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a kind of key is written in CMS.

    Attributes:
        digest: digest of content and signed attributes.
        signature_der: AlgorithmIdentifier of the signature.
        digest_parameters: DER of the parameters in digestAlgorithm, usually none.
        key_digest: name that ``SigningKey.sign`` is given.
    """

    digest: DigestAlgorithm
    signature_der: bytes
    digest_parameters: bytes = b""
    key_digest: str = "sha256"


_recipes: dict[str, Callable[[Any, SignOptions], Recipe]] = {}


def register_recipe(algorithm: str, make: Callable[[Any, SignOptions], Recipe]) -> None:
    """Say how keys whose ``algorithm`` is this are written (GOST comes that way)."""
    _recipes[algorithm] = make


def recipe_for(key: Any, options: SignOptions) -> Recipe:
    """Choose the recipe of a signing key.

    Raises:
        SigningError: keys of this kind cannot sign.
    """
    if key.algorithm not in _recipes:
        from medcab.signing.algorithms import load_optional

        load_optional()
    make = _recipes.get(key.algorithm)
    if make is None:
        raise SigningError(
            N_("A key of the kind {kind} cannot be used for signatures."), kind=key.algorithm
        )
    return make(key, options)


_RSA: Final = {"sha256": "11", "sha384": "12", "sha512": "13"}
_ECDSA: Final = {"sha256": "2", "sha384": "3", "sha512": "4"}
_SHA2: Final = {
    "sha256": _SHA256,
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
}


def _sha2(name: str) -> DigestAlgorithm:
    try:
        return digest_algorithm(_SHA2[name])
    except KeyError:
        raise SigningError(
            N_("A signature with the digest {digest} is not made."),
            hint=N_("Use sha256, sha384 or sha512."),
            digest=name,
        ) from None


def _rsa(key: Any, options: SignOptions) -> Recipe:
    name = options.digest or "sha256"
    digest = _sha2(name)
    if not options.pss:
        oid = encode_oid(f"1.2.840.113549.1.1.{_RSA[name]}")
        return Recipe(digest, encode(0x30, oid + _NULL), key_digest=name)
    hashed = encode(0x30, encode_oid(digest.oid))
    mgf = encode(0x30, encode_oid("1.2.840.113549.1.1.8") + hashed)
    parameters = encode(
        0x30,
        encode(0xA0, hashed)
        + encode(0xA1, mgf)
        + encode(0xA2, encode(0x02, bytes((digest.size,)))),
    )
    oid = encode_oid("1.2.840.113549.1.1.10")
    return Recipe(digest, encode(0x30, oid + parameters), key_digest=name)


def _ec(key: Any, options: SignOptions) -> Recipe:
    bits = key.certificate.public_key.bit_size
    name = options.digest or ("sha256" if bits <= 256 else "sha384" if bits <= 384 else "sha512")
    digest = _sha2(name)
    oid = encode_oid(f"1.2.840.10045.4.3.{_ECDSA[name]}")
    return Recipe(digest, encode(0x30, oid), key_digest=name)


def _ed25519(key: Any, options: SignOptions) -> Recipe:
    # RFC 8419 3.1: digestAlgorithm is SHA-512 where there are signed attributes.
    digest = _sha2("sha512")
    return Recipe(digest, encode(0x30, encode_oid("1.3.101.112")), key_digest="sha512")


register_recipe("rsa", _rsa)
register_recipe("ec", _ec)
register_recipe("ed25519", _ed25519)


class SignerTemplate:
    """Makes SignerInfos of one key.

    Args:
        key: a SigningKey.
        options: how to sign.
        counter: make counter-signatures (no content-type, RFC 5652 11.4).
        pdf: make signatures inside PDF, where the time, the place and the type of the content are
            told by the file around (EN 319 142-1, 6.3).

    The order of the signed attributes is fixed here once: DER sorts them by their encodings,
    which differ in length or OID before they differ in digest or time.
    """

    def __init__(
        self, key: Any, options: SignOptions, *, counter: bool = False, pdf: bool = False
    ) -> None:
        self.key = key
        self.options = options
        self.recipe = recipe_for(key, options)
        self.record = CertificateRecord(key.certificate.dump())
        recipe = self.recipe
        self.digest_der = encode(0x30, encode_oid(recipe.digest.oid) + recipe.digest_parameters)
        serial = _serial_of(self.record.der)
        sid = encode(0x30, self.record.issuer_der + serial)
        self._head = b"\x02\x01\x01" + sid + self.digest_der
        fixed = [making.signing_certificate_v2(self.record, recipe.digest.oid)]
        if not counter:
            fixed.append(making.attribute(Oid.CONTENT_TYPE, encode_oid(DATA)))
            if options.mime_type and not pdf:
                fixed.append(making.mime_type(options.mime_type))
        if options.commitment:
            fixed.append(making.commitment(options.commitment))
        if options.location and not pdf:
            fixed.append(making.location(options.location))
        if options.roles:
            fixed.append(making.roles(options.roles))
        if options.policy:
            fixed.append(making.named_policy(options.policy))
        self._fixed = fixed
        self._clock: tuple[int, bytes] = (-1, b"")
        digest_slot = self._digest_attribute(bytes(recipe.digest.size))
        self._layout = self._arrange(digest_slot, b"" if pdf else self._time())

    def _digest_attribute(self, digest: bytes) -> bytes:
        return making.attribute(Oid.MESSAGE_DIGEST, encode(0x04, digest))

    def _time(self) -> bytes:
        moment = self.options.signing_time or datetime.now(UTC)
        second = int(moment.timestamp())
        if self._clock[0] != second:
            value = making.signing_time(moment)
            self._clock = (second, making.attribute(Oid.SIGNING_TIME, value))
        return self._clock[1]

    def _arrange(self, digest: bytes, time: bytes) -> tuple[bytes | None, ...]:
        """Fixed runs of attributes with None for the digest and b"" for the time, in DER order."""
        slots: list[tuple[bytes, bytes | None]] = [(each, each) for each in self._fixed]
        slots.append((digest, None))
        if time:
            slots.append((time, b""))
        return tuple(value for _, value in sorted(slots, key=_first))

    def signer_info(self, digest: bytes) -> bytes:
        """DER of a SignerInfo over content with this digest.

        Raises:
            SigningError: the key refuses.
        """
        mine = self._digest_attribute(digest)
        time = self._time()
        body = b"".join(mine if p is None else (p or time) for p in self._layout)
        signed = encode(0x31, body)
        value = self.key.sign(signed, self.recipe.key_digest, **self._extra)
        return encode(
            0x30,
            self._head + b"\xa0" + signed[1:] + self.recipe.signature_der + encode(0x04, value),
        )

    @property
    def _extra(self) -> dict[str, Any]:
        return {"pss": True} if self.options.pss else {}

    @property
    def certificates(self) -> list[bytes]:
        """Certificates to put into the file; a root is what the other side must have already."""
        found = [self.record.der]
        if self.options.with_chain:
            found += [c.dump() for c in self.key.chain if c.subject != c.issuer]
        return list(dict.fromkeys(found))


def _first(item: tuple[bytes, bytes | None]) -> bytes:
    return item[0]


def _serial_of(der: bytes) -> bytes:
    from medcab.signing.tlv import read

    _, pos, end = read(der, 0, len(der))
    _, pos, end = read(der, pos, end)
    tag, _, stop = read(der, pos, end)
    if tag == 0xA0:
        pos = stop
        _, _, stop = read(der, pos, end)
    return der[pos:stop]


def signed_data(
    signers: Sequence[bytes],
    *,
    digests: Sequence[bytes],
    certificates: Sequence[bytes],
    content: bytes | None = None,
    version: int = 1,
) -> bytes:
    """DER of a ContentInfo with SignedData over content of type ``data``."""
    inside = encode_oid(DATA)
    if content is not None:
        inside += encode(0xA0, encode(0x04, content))
    body = b"".join(
        (
            encode(0x02, bytes((version,))),
            encode(0x31, b"".join(sorted(set(digests)))),
            encode(0x30, inside),
            encode(0xA0, b"".join(sorted(set(certificates)))) if certificates else b"",
            encode(0x31, b"".join(sorted(signers))),
        )
    )
    return encode(0x30, encode_oid(SIGNED_DATA) + encode(0xA0, encode(0x30, body)))
