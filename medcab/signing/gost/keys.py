"""GOST keys, public and private: what other parts of medcab import.

A signature is ``s`` then ``r``, both big-endian, each as long as the key.
"""

from __future__ import annotations

from medcab.signing.gost.kinds import KEY_KINDS, KeyKind, digest_of
from medcab.signing.gost.private import GostPrivateKey, GostSigningKey, load_private_key
from medcab.signing.gost.public import GostPublicKey, load_public_key

__all__ = [
    "KEY_KINDS",
    "GostPrivateKey",
    "GostPublicKey",
    "GostSigningKey",
    "KeyKind",
    "digest_of",
    "load_private_key",
    "load_public_key",
]
