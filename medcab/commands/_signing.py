"""What the commands about signatures share: trust, moments, given files, keys."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medcab.errors import InputError, UsageError
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.signing.trust import TrustStore

__all__ = ["load_key", "load_trust", "moment", "read_all", "user_store"]


def user_store() -> Path:
    """Folder of the user's trust store."""
    import platformdirs

    return Path(platformdirs.user_data_dir("medcab", appauthor=False)) / "trust"


def load_trust(paths: Iterable[str]) -> TrustStore:
    """Anchors that were given, else those of the user's store.

    Raises:
        InputError: one of them cannot be read.
    """
    from medcab.signing.trust import TrustStore
    from medcab.signing.trust_store import UserStore

    given = list(paths)
    return TrustStore.load(given) if given else UserStore(user_store()).load()


def moment(text: str | None) -> datetime | None:
    """Read ``--at``: ISO 8601; a date alone means its first second, no zone means UTC.

    Raises:
        UsageError: something else.
    """
    if text is None:
        return None
    try:
        made = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(
            N_("--at does not understand {text}."),
            hint=N_("For example: 2026-11-21 or 2026-11-21T12:00:00Z"),
            text=text,
        ) from None
    return made.replace(tzinfo=UTC) if made.tzinfo is None else made


def read_all(paths: Iterable[str]) -> tuple[bytes, ...]:
    """Contents of the files that an option names.

    Raises:
        InputError: one cannot be read.
    """
    made = []
    for path in paths:
        try:
            made.append(Path(path).read_bytes())
        except OSError as error:
            raise InputError(
                N_("The file {path} cannot be read: {why}."),
                path=path,
                why=error.strerror or type(error).__name__,
            ) from error
    return tuple(made)


def load_key(
    p12: str | None,
    key: str | None,
    cert: str | None,
    password_from: str | None,
    key_name: str | None,
) -> Any:
    """Open the signing key that the options name.

    Raises:
        UsageError: no key, or two.
        MedcabError: it cannot be opened.
    """
    from medcab.commands._console import read_password, tr
    from medcab.signing.keys import load_p12, load_pem

    if (p12 is None) == (key is None):
        raise UsageError(
            N_("Say which key signs."), hint=N_("--p12 FILE, or --key FILE --cert FILE")
        )
    password: str | None = None
    if p12 is not None:
        prompt = tr()(N_("Password of {path}: "), path=p12)
        password = read_password(password_from or "prompt", prompt)
        return load_p12(read_all([p12])[0], password, key_name=key_name)
    if password_from is not None:
        password = read_password(password_from, tr()(N_("Password of {path}: "), path=key))
    certificate = read_all([cert])[0] if cert else None
    return load_pem(read_all([str(key)])[0], certificate, password)
