"""The signing key that options name."""

from __future__ import annotations

from typing import Any

from medcab.errors import UsageError
from medcab.text import N_

__all__ = ["load_key"]


def load_key(
    p12: str | None,
    key: str | None,
    cert: str | None,
    password_from: str | None,
    key_name: str | None,
    *,
    pkcs11: str | None = None,
    token: str | None = None,
) -> Any:
    """Open the signing key that the options name: a file, or a token with its PIN.

    Raises:
        UsageError: no key, or two.
        MedcabError: it cannot be opened.
    """
    from medcab.commands._console import read_password, tr
    from medcab.commands._trust import read_data
    from medcab.signing.keys import load_p12, load_pem

    if [p12, key, pkcs11].count(None) != 2:
        raise UsageError(
            N_("Say which key signs."),
            hint=N_("--p12 FILE, or --key FILE --cert FILE, or --pkcs11 LIBRARY"),
        )
    if pkcs11 is not None:
        from medcab.signing.pkcs11 import open_token

        pin = read_password(password_from or "prompt", tr()(N_("PIN of the token: ")))
        return open_token(pkcs11, pin, token=token, key_name=key_name)
    password: str | None = None
    if p12 is not None:
        prompt = tr()(N_("Password of {path}: "), path=p12)
        password = read_password(password_from or "prompt", prompt)
        return load_p12(read_data([p12])[0], password, key_name=key_name)
    if password_from is not None:
        password = read_password(password_from, tr()(N_("Password of {path}: "), path=key))
    certificate = read_data([cert])[0] if cert else None
    return load_pem(read_data([str(key)])[0], certificate, password)
