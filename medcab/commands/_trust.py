"""What the commands about certificates and signatures share: trust, lists, moments, files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from medcab.errors import InputError
from medcab.files import unreadable
from medcab.text import N_

if TYPE_CHECKING:
    from asn1crypto import x509

    from medcab.signing.fetch import Fetcher
    from medcab.signing.trust import TrustStore
    from medcab.signing.trust_store import UserStore

__all__ = [
    "load_trust",
    "make_fetcher",
    "moment_of",
    "read_certificates",
    "read_data",
    "user_store",
]

_LIMIT: Final = 64 * 1024 * 1024


def user_store(folder: str | None = None) -> UserStore:
    """The trust store of ``--store``, ``MEDCAB_TRUST_STORE``, else the user's own."""
    from medcab.signing.trust_store import UserStore

    chosen = folder or os.environ.get("MEDCAB_TRUST_STORE")
    if chosen:
        return UserStore(Path(chosen))
    from platformdirs import user_data_path

    return UserStore(user_data_path("medcab", appauthor=False) / "trust")


def load_trust(paths: Sequence[str], *, store: str | None = None) -> TrustStore:
    """The anchors of ``--trust`` alone, where any are given; else those of the user's store.

    A verdict can be had again from the command line alone when the anchors stand on it.
    """
    from medcab.signing.trust import TrustStore

    if paths:
        return TrustStore.load(paths)
    return user_store(store).load()


def read_data(paths: Sequence[str], *, largest: int | None = _LIMIT) -> tuple[bytes, ...]:
    """Read the files that an option or argument names, whole.

    Args:
        paths: the files.
        largest: bytes that one of them may have; None for signatures, which may hold a document.

    Raises:
        InputError: one cannot be read, or is too large.
    """
    found = []
    for path in paths:
        try:
            if largest is not None and Path(path).stat().st_size > largest:
                raise InputError(N_("{path} is too large."), path=path, limit=largest)
            found.append(Path(path).read_bytes())
        except OSError as error:
            raise unreadable(path, error) from error
    return tuple(found)


def read_certificates(paths: Sequence[str]) -> tuple[x509.Certificate, ...]:
    """Certificates of several files (``--chain``)."""
    from medcab.signing.certificates import load_certificates

    found: list[Any] = []
    for path, data in zip(paths, read_data(paths), strict=True):
        found += load_certificates(data, path)
    return tuple(found)


def moment_of(text: str | None) -> datetime:
    """The moment of ``--at``, else now."""
    from medcab.moments import parse_moment

    return parse_moment(text) if text else datetime.now(UTC)


def make_fetcher(*, online: bool, timeout: float = 10.0) -> Fetcher | None:
    """What fetches revocation data with ``--online``; None without."""
    if not online:
        return None
    from urllib.request import getproxies

    from platformdirs import user_cache_path

    from medcab.signing.fetch import Fetcher

    cache = user_cache_path("medcab", appauthor=False) / "crl"
    return Fetcher(timeout=timeout, proxies=getproxies(), cache_dir=cache)
