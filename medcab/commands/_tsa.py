"""Options about time-stamping authorities that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from medcab.text import N_

if TYPE_CHECKING:
    from medcab.signing.content import Content
    from medcab.signing.longterm.tsa import TsaClient

__all__ = ["finisher", "make_client", "pdf_finisher", "verifier_maker"]


def make_client(
    urls: list[str],
    *,
    user: str | None = None,
    password_from: str | None = None,
    policy: str | None = None,
    digest: str | None = None,
) -> TsaClient:
    """Make the client that the options describe.

    Args:
        urls: ``--tsa``, tried in turn.
        user: ``--tsa-user``; asks for the password.
        password_from: where the password comes from; None: a prompt.
        policy: ``--tsa-policy``.
        digest: ``--tsa-digest``.

    Raises:
        UsageError: an address or a digest is wrong, or there is no address.
        PasswordError: the password cannot be had.
    """
    from medcab.commands._console import read_password, tr
    from medcab.signing.longterm.tsa import TsaClient

    password = None
    if user is not None:
        prompt = tr()(N_("Password of {user} at the time-stamping authority: "), user=user)
        password = read_password(password_from or "prompt", prompt)
    client = TsaClient(urls, user, password, policy, digest or "sha256")
    _ = client.algorithm
    return client


def finisher(
    level: str, client: TsaClient, trust: list[str], *, online: bool
) -> Callable[[bytes, int, Content | None], bytes]:
    """What ``medcab sign --level`` does to each new signature.

    Raises:
        UsageError: there is no such level.
    """
    from medcab.signing.longterm.extend import Extender, Level, stamp_signature

    wanted = Level.named(level)

    def finish(data: bytes, index: int, content: Content | None) -> bytes:
        made = stamp_signature(data, client, (index,))
        if wanted is Level.T:
            return made
        extender = Extender(verifier_maker(trust, [], [], [], online=online), client)
        return extender.extend(made, wanted, content).data

    return finish


def pdf_finisher(
    level: str, client: TsaClient, trust: list[str], *, online: bool
) -> Callable[[bytes], bytes] | None:
    """What ``medcab sign --pades --level`` does to each signed PDF; None: nothing more.

    Raises:
        UsageError: there is no such level.
    """
    from medcab.signing.longterm.extend import Extender, Level

    wanted = Level.named(level)
    if wanted is Level.T:
        return None  # the signature is made with its time-stamp inside
    extender = Extender(verifier_maker(trust, [], [], [], online=online), client)
    return lambda data: extender.extend(data, wanted).data


def verifier_maker(
    trust: list[str], cert: list[str], crl: list[str], ocsp: list[str], *, online: bool
) -> Any:
    """A function that makes a verifier as of now from what the options name."""
    from medcab.commands._trust import load_trust, read_certificates, read_data
    from medcab.signing.fetch import Fetcher
    from medcab.signing.verify import Verifier

    anchors = load_trust(trust)
    certificates = [each.dump() for each in read_certificates(cert)]
    crls, ocsps = read_data(crl), read_data(ocsp)

    fetch = Fetcher() if online else None  # one a run: what many signatures need is fetched once

    def make() -> Any:
        return Verifier(anchors, certificates=certificates, crls=crls, ocsps=ocsps, fetch=fetch)

    return make
