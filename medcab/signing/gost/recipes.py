"""How signatures of GOST keys are written in CMS (R 1323565.1.025-2019, sections 5 and 6).

digestAlgorithm is the digest without parameters, signatureAlgorithm the OID of the key: what
CryptoPro and the OpenSSL engine write and everybody reads.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from medcab.errors import SigningError
from medcab.signing.algorithms import digest_algorithm
from medcab.signing.gost.kinds import GOST94, KEY_KINDS, KeyKind
from medcab.signing.gost.private import withdrawn
from medcab.signing.template import Recipe, SignOptions, register_recipe
from medcab.signing.tlv import encode, encode_oid
from medcab.text import N_

__all__ = ["register_recipes"]


def _recipe(kind: KeyKind, key: Any, options: SignOptions) -> Recipe:
    if kind.digest_oid == GOST94:
        raise withdrawn()
    name = f"streebog{kind.bits}"
    if options.pss or (options.digest or name) != name:
        raise SigningError(
            N_("A GOST key signs with its own digest {digest} only."),
            hint=N_("Leave out the choice of digest and of RSA-PSS."),
            digest=name,
        )
    return Recipe(
        digest_algorithm(kind.digest_oid), encode(0x30, encode_oid(kind.oid)), key_digest=name
    )


def register_recipes() -> None:
    """Let medcab's signing write GOST signatures."""
    for kind in KEY_KINDS.values():
        register_recipe(kind.family, partial(_recipe, kind))
