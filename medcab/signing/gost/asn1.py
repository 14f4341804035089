"""ASN.1 structures of GOST keys, with plain OIDs: no map of asn1crypto is touched or needed."""

from __future__ import annotations

from typing import Any

from asn1crypto import core

__all__ = [
    "AlgorithmIdentifier",
    "AuthenticatedSafe",
    "CertBag",
    "ContentInfo",
    "EncryptedData",
    "EncryptedPrivateKeyInfo",
    "Gost3412Parameters",
    "Gost28147Parameters",
    "GostParameters",
    "PbeParameters",
    "Pbes2Parameters",
    "Pbkdf2Parameters",
    "Pfx",
    "PrivateKeyInfo",
    "SafeContents",
    "SubjectPublicKeyInfo",
    "inner",
    "is_absent",
    "parse",
]


class GostParameters(core.Sequence):  # type: ignore[misc]
    """Parameters of a key (RFC 9215, section 4.1; RFC 4491, section 2.3.2)."""

    _fields = [  # noqa: RUF012 - the way of asn1crypto
        ("public_key_param_set", core.ObjectIdentifier),
        ("digest_param_set", core.ObjectIdentifier, {"optional": True}),
        ("encryption_param_set", core.ObjectIdentifier, {"optional": True}),
    ]


class AlgorithmIdentifier(core.Sequence):  # type: ignore[misc]
    """AlgorithmIdentifier (RFC 5280, section 4.1.1.2)."""

    _fields = [  # noqa: RUF012
        ("algorithm", core.ObjectIdentifier),
        ("parameters", core.Any, {"optional": True}),
    ]


class SubjectPublicKeyInfo(core.Sequence):  # type: ignore[misc]
    """SubjectPublicKeyInfo (RFC 5280, section 4.1)."""

    _fields = [  # noqa: RUF012
        ("algorithm", AlgorithmIdentifier),
        ("public_key", core.OctetBitString),
    ]


class PrivateKeyInfo(core.Sequence):  # type: ignore[misc]
    """PrivateKeyInfo and OneAsymmetricKey (RFC 5208, section 5; RFC 5958, section 2)."""

    _fields = [  # noqa: RUF012
        ("version", core.Integer),
        ("algorithm", AlgorithmIdentifier),
        ("private_key", core.OctetString),
        ("attributes", core.Any, {"implicit": 0, "optional": True}),
        ("public_key", core.OctetBitString, {"implicit": 1, "optional": True}),
    ]


class ContentInfo(core.Sequence):  # type: ignore[misc]
    """ContentInfo (RFC 5652, section 3)."""

    _fields = [  # noqa: RUF012
        ("content_type", core.ObjectIdentifier),
        ("content", core.Any, {"explicit": 0, "optional": True}),
    ]


class _DigestInfo(core.Sequence):  # type: ignore[misc]
    _fields = [  # noqa: RUF012
        ("algorithm", AlgorithmIdentifier),
        ("digest", core.OctetString),
    ]


class _MacData(core.Sequence):  # type: ignore[misc]
    _fields = [  # noqa: RUF012
        ("mac", _DigestInfo),
        ("salt", core.OctetString),
        ("iterations", core.Integer, {"default": 1}),
    ]


class Pfx(core.Sequence):  # type: ignore[misc]
    """PFX (RFC 7292, section 4)."""

    _fields = [  # noqa: RUF012
        ("version", core.Integer),
        ("auth_safe", ContentInfo),
        ("mac_data", _MacData, {"optional": True}),
    ]


class AuthenticatedSafe(core.SequenceOf):  # type: ignore[misc]
    """AuthenticatedSafe (RFC 7292, section 4.1)."""

    _child_spec = ContentInfo


class _EncryptedContentInfo(core.Sequence):  # type: ignore[misc]
    _fields = [  # noqa: RUF012
        ("content_type", core.ObjectIdentifier),
        ("algorithm", AlgorithmIdentifier),
        ("content", core.OctetString, {"implicit": 0, "optional": True}),
    ]


class EncryptedData(core.Sequence):  # type: ignore[misc]
    """EncryptedData (RFC 5652, section 8)."""

    _fields = [  # noqa: RUF012
        ("version", core.Integer),
        ("content_info", _EncryptedContentInfo),
        ("attributes", core.Any, {"implicit": 1, "optional": True}),
    ]


class _Values(core.SetOf):  # type: ignore[misc]
    _child_spec = core.Any


class _Attribute(core.Sequence):  # type: ignore[misc]
    _fields = [  # noqa: RUF012
        ("type", core.ObjectIdentifier),
        ("values", _Values),
    ]


class _Attributes(core.SetOf):  # type: ignore[misc]
    _child_spec = _Attribute


class _SafeBag(core.Sequence):  # type: ignore[misc]
    _fields = [  # noqa: RUF012
        ("bag_id", core.ObjectIdentifier),
        ("bag_value", core.Any, {"explicit": 0}),
        ("attributes", _Attributes, {"optional": True}),
    ]


class SafeContents(core.SequenceOf):  # type: ignore[misc]
    """SafeContents (RFC 7292, section 4.2)."""

    _child_spec = _SafeBag


class CertBag(core.Sequence):  # type: ignore[misc]
    """CertBag (RFC 7292, section 4.2.3)."""

    _fields = [  # noqa: RUF012
        ("cert_id", core.ObjectIdentifier),
        ("cert_value", core.OctetString, {"explicit": 0}),
    ]


class EncryptedPrivateKeyInfo(core.Sequence):  # type: ignore[misc]
    """EncryptedPrivateKeyInfo (RFC 5208, section 6)."""

    _fields = [  # noqa: RUF012
        ("algorithm", AlgorithmIdentifier),
        ("data", core.OctetString),
    ]


class Pbes2Parameters(core.Sequence):  # type: ignore[misc]
    """PBES2-params (RFC 8018, appendix A.4)."""

    _fields = [  # noqa: RUF012
        ("kdf", AlgorithmIdentifier),
        ("scheme", AlgorithmIdentifier),
    ]


class Pbkdf2Parameters(core.Sequence):  # type: ignore[misc]
    """PBKDF2-params (RFC 8018, appendix A.2)."""

    _fields = [  # noqa: RUF012
        ("salt", core.OctetString),
        ("iterations", core.Integer),
        ("key_length", core.Integer, {"optional": True}),
        ("prf", AlgorithmIdentifier, {"optional": True}),
    ]


class PbeParameters(core.Sequence):  # type: ignore[misc]
    """pkcs-12PbeParams (RFC 7292, appendix C), which CryptoPro uses too."""

    _fields = [  # noqa: RUF012
        ("salt", core.OctetString),
        ("iterations", core.Integer),
    ]


class Gost28147Parameters(core.Sequence):  # type: ignore[misc]
    """Gost28147-89-Parameters (RFC 4490, section 6)."""

    _fields = [  # noqa: RUF012
        ("iv", core.OctetString),
        ("param_set", core.ObjectIdentifier),
    ]


class Gost3412Parameters(core.Sequence):  # type: ignore[misc]
    """Gost3412-15-Encryption-Parameters (RFC 9337, section 6)."""

    _fields = [("ukm", core.OctetString)]  # noqa: RUF012


def _touch(value: Any) -> None:
    """Look at every part: asn1crypto is lazy. What is under an Any is for who knows its type."""
    if isinstance(value, core.Any):
        value.dump()
    elif isinstance(value, core.Sequence):
        for name in value._fields:
            _touch(value[name[0]])
    elif isinstance(value, core.SequenceOf | core.SetOf):
        for item in value:
            _touch(item)
    else:
        value.native  # noqa: B018


def parse(kind: type[Any], data: bytes) -> Any:
    """Parse DER strictly, down to the leaves; ValueError for anything malformed."""
    try:
        value = kind.load(data, strict=True)
        _touch(value)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as error:
        raise ValueError(f"malformed {kind.__name__}") from error
    return value


def inner(value: Any) -> bytes:
    """DER inside the explicit tag that asn1crypto keeps in front of an Any."""
    data: bytes = value.dump()
    if len(data) < 2 or data[0] != 0xA0:
        return data
    if data[1] == 0x80:
        return data[2:-2]
    return data[2 + (data[1] & 0x7F if data[1] & 0x80 else 0) :]


def is_absent(value: Any) -> bool:
    """Tell whether an optional field is not there."""
    return isinstance(value, core.Void)
