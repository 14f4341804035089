"""``medcab cert convert``: which inputs make which output."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asn1crypto import x509

from medcab.commands._console import read_password, tr, write_result
from medcab.commands._trust import read_data
from medcab.errors import InputError, UsageError
from medcab.text import N_

__all__ = ["Conversion", "run_conversion"]


@dataclass(frozen=True, slots=True)
class Conversion:
    """What the user asked for."""

    files: tuple[str, ...]
    output: str
    target: str
    password_from: str | None
    new_password_from: str | None
    key_name: str | None
    name: str
    legacy: bool
    no_password: bool


def run_conversion(ask: Conversion) -> str:
    """Convert; returns the sentence about what was written (a msgid with ``path``)."""
    from medcab.signing import convert
    from medcab.signing.certificates import raw

    key, certificates = _gather(ask)
    if ask.target in ("der", "p7b"):
        data = raw(certificates[0]) if ask.target == "der" else b""
        if ask.target == "der" and len(certificates) > 1:
            certificates = certificates[:1]
        if ask.target == "p7b":
            data = convert.certificates_to_p7b(certificates)
        write_result(data, ask.output)
        return N_("Written without the private key: {path}")
    if ask.target == "pem":
        data = convert.certificates_to_pem(certificates)
        if key is None:
            write_result(data, ask.output)
            return N_("Written: {path}")
        secret = None if ask.no_password else _new_password(ask)
        _write_secret(convert.key_to_pem(key, secret) + data, ask.output)
        return N_("Written with the private key: {path}. Keep it to yourself.")
    if key is None:
        raise UsageError(
            N_("A .p12 needs the private key, and none of the files holds one."),
            hint=N_("Give the PEM key beside the certificate."),
        )
    data = convert.to_pkcs12(
        key,
        certificates[0],
        certificates[1:],
        _new_password(ask),
        name=ask.name,
        legacy=ask.legacy,
    )
    _write_secret(data, ask.output)
    return N_("Written with the private key: {path}. Keep it to yourself.")


def _gather(ask: Conversion) -> tuple[Any, list[x509.Certificate]]:
    """The private key, if any, and the certificates, its own first."""
    from medcab.signing.cert_facts import is_pkcs12
    from medcab.signing.certificates import load_certificates, sha256_of
    from medcab.signing.convert import load_key_pair
    from medcab.signing.key_files import load_private_key
    from medcab.signing.keys import order_chain, private_key_fits
    from medcab.signing.pkcs12 import open_pkcs12

    key: Any = None
    own: x509.Certificate | None = None
    found: dict[str, x509.Certificate] = {}
    for path, data in zip(ask.files, read_data(ask.files), strict=True):
        if is_pkcs12(data):
            contents = open_pkcs12(data, _password(ask, path), name=path)
            if contents.entries:
                key, own = load_key_pair(contents.pick(ask.key_name))
            found |= {sha256_of(c): c for c in contents.certificates}
            continue
        if b"PRIVATE KEY-----" in data:
            secret = _password(ask, path) if b"ENCRYPTED" in data else None
            key = load_private_key(data, secret)
            if b"BEGIN CERTIFICATE-----" not in data:
                continue
        found |= {sha256_of(c): c for c in load_certificates(data, path)}
    certificates = list(found.values())
    if key is not None and own is None:
        own = next((c for c in certificates if private_key_fits(key, c)), None)
    if not certificates:
        raise InputError(
            N_("There is no certificate among the files."),
            hint=N_("Give the certificate of the key too."),
        )
    if key is not None and own is None:
        raise UsageError(
            N_("None of the {count} certificates belongs to the private key."),
            hint=N_("Give the certificate that was issued for this key."),
            count=len(certificates),
        )
    if own is None:
        return None, certificates
    return key, [own, *order_chain(own, certificates)]


def _password(ask: Conversion, path: str) -> str:
    if ask.password_from is None:
        raise UsageError(
            N_("{name} is protected by a password."),
            hint=N_("Say how to get it: --password-from prompt"),
            name=path,
        )
    return read_password(ask.password_from, tr()(N_("Password of {path}"), path=path))


def _new_password(ask: Conversion) -> str:
    if ask.new_password_from is None:
        raise UsageError(
            N_("The new file needs a password."),
            hint=N_("Say how to get the new password: --new-password-from prompt"),
        )
    return read_password(ask.new_password_from, tr()(N_("New password")), confirm=True)


def _write_secret(data: bytes, path: str) -> None:
    write_result(data, path)
    if path != "-":
        # Only the owner should read a key; where modes mean nothing (Windows) this does nothing.
        Path(path).chmod(0o600)
