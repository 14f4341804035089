"""What the optional signed attributes say: commitment, place, roles, MIME type, policy.

Source: ETSI EN 319 122-1, clause 5.2.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from medcab.signing.attributes import Oid, expect, octets, policy_of
from medcab.signing.signer_info import Attribute
from medcab.signing.tlv import DerError, children, oid

__all__ = ["COMMITMENT_OIDS", "describe"]

_COMMITMENTS: Final = {
    "1.2.840.113549.1.9.16.6.1": "proof-of-origin",
    "1.2.840.113549.1.9.16.6.2": "proof-of-receipt",
    "1.2.840.113549.1.9.16.6.3": "proof-of-delivery",
    "1.2.840.113549.1.9.16.6.4": "proof-of-sender",
    "1.2.840.113549.1.9.16.6.5": "proof-of-approval",
    "1.2.840.113549.1.9.16.6.6": "proof-of-creation",
}
COMMITMENT_OIDS: Final = {name: dotted for dotted, name in _COMMITMENTS.items()}
_TEXT_TAGS: Final = {
    0x0C: "utf-8", 0x13: "ascii", 0x14: "latin-1", 0x16: "ascii", 0x1E: "utf-16-be",
    0x1C: "utf-32-be", 0x12: "ascii",
}  # fmt: skip


def _texts(value: bytes, start: int, stop: int, depth: int = 0) -> Iterator[str]:
    """Every string inside, however wrapped (attribute structures differ between writers)."""
    for tag, _, inner, end in children(value, start, stop, 200):
        codec = _TEXT_TAGS.get(tag)
        if codec is not None:
            text = value[inner:end].decode(codec, "replace")
            yield "".join(c if c.isprintable() else "\ufffd" for c in text)
        elif tag & 0x20 and depth < 8:
            yield from _texts(value, inner, end, depth + 1)


def describe(attributes: Sequence[Attribute]) -> dict[str, Any]:
    """What the optional signed attributes say, JSON-able; malformed ones are named, not refused."""
    said: dict[str, Any] = {}
    for attribute in attributes:
        reader = _READERS.get(attribute.oid)
        if reader is None or not attribute.values:
            continue
        name, read_value = reader
        try:
            said[name] = read_value(attribute)
        except (DerError, IndexError):
            said.setdefault("unreadable", []).append(attribute.oid)
    return said


def _commitment(attribute: Attribute) -> str:
    value = attribute.values[0]
    start, stop = expect(value, 0, len(value), 0x30)
    inner, end = expect(value, start, stop, 0x06)
    dotted = oid(value[inner:end])
    return _COMMITMENTS.get(dotted, dotted)


def _location(attribute: Attribute) -> dict[str, Any]:
    value = attribute.values[0]
    start, stop = expect(value, 0, len(value), 0x30)
    said: dict[str, Any] = {}
    for tag, _, inner, end in children(value, start, stop, 10):
        name = {0xA0: "country", 0xA1: "locality", 0xA2: "postal_address"}.get(tag)
        if name:
            texts = list(_texts(value, inner, end))
            said[name] = texts if tag == 0xA2 else " ".join(texts)
    return said


def _strings(attribute: Attribute) -> list[str]:
    value = attribute.values[0]
    return list(_texts(value, 0, len(value)))


def _mime_type(attribute: Attribute) -> str:
    return octets(attribute.values[0], 0x0C).decode("utf-8", "replace")


def _policy(attribute: Attribute) -> dict[str, Any] | None:
    policy = policy_of(attribute)
    if policy is None:
        return None
    return {"oid": policy.oid, "uri": policy.uri} if policy.uri else {"oid": policy.oid}


_READERS: Final = {
    Oid.COMMITMENT: ("commitment", _commitment),
    Oid.LOCATION: ("location", _location),
    Oid.SIGNER_ATTRIBUTES: ("roles", _strings),
    Oid.SIGNER_ATTRIBUTES_V2: ("roles", _strings),
    Oid.MIME_TYPE: ("mime_type", _mime_type),
    Oid.POLICY: ("policy", _policy),
    Oid.CONTENT_HINTS: ("content_hints", _strings),
}
