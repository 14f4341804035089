"""Asking time-stamping authorities (RFC 3161 3.4): several addresses, retries, limits.

What comes back counts only when it is an answer to this very question: the same digest, the same
nonce, the policy that was asked for, and a signature that fits the certificate in the token.
Whether the authority is trusted is told when the signature is verified.
"""

from __future__ import annotations

import base64
import ipaddress
import secrets
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as _field
from http.client import HTTPException
from typing import Any, Final

from medcab.errors import UsageError
from medcab.signing.algorithms import DigestAlgorithm, digest_by_name
from medcab.signing.longterm.timestamps import TimeStampError, Token, make_request, parse_response
from medcab.text import N_

__all__ = ["TsaClient", "TsaProblem"]

_LIMIT: Final = 1 << 20
_ROOM: Final = 8192
_AGAIN: Final = frozenset((408, 425, 429, 500, 502, 503, 504))


@dataclass(frozen=True, slots=True)
class TsaProblem:
    """An address that gave no token.

    Attributes:
        url: the address.
        detail: template of the reason; its holes from ``args``.
    """

    url: str
    detail: str
    args: Mapping[str, Any] = _field(default_factory=dict)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None  # a password must not follow to another place


@dataclass(slots=True)
class TsaClient:
    """Gets time-stamp tokens; safe to use from several threads.

    Attributes:
        urls: addresses, tried in turn until one gives a token.
        user, password: for basic authentication; both or neither.
        policy: OID of the policy under which tokens are wanted.
        digest: name of the digest for the imprint.
        timeout: seconds for a connection, and for each pause of the server.
        total: seconds for one address altogether.
        retries: how often an address is asked again after a passing failure.
        pause: seconds before the first repetition; doubled each time.
        problems: what went wrong on the way, also where another address helped.
        largest: bytes of the largest token so far.
    """

    urls: Sequence[str]
    user: str | None = None
    password: str | None = None
    policy: str | None = None
    digest: str = "sha256"
    timeout: float = 10.0
    total: float = 30.0
    retries: int = 2
    pause: float = 0.5
    problems: list[TsaProblem] = _field(default_factory=list)
    largest: int = 0

    def __post_init__(self) -> None:
        for url in self.urls:
            _check_url(url, secret=self.password is not None)
        if not self.urls:
            raise UsageError(
                N_("No time-stamping authority was named."),
                hint=N_("Name it with --tsa URL (several are tried in turn)."),
            )

    @property
    def algorithm(self) -> DigestAlgorithm:
        """Digest of the imprint."""
        return digest_by_name(self.digest)

    @property
    def room(self) -> int:
        """Bytes that the next token will probably fit into."""
        return self.largest + self.largest // 4 if self.largest else _ROOM

    def stamp(self, imprint: bytes) -> Token:
        """Get a token over ``imprint``, a digest made with :attr:`algorithm`.

        Raises:
            TimeStampError: no address gave one; the message names each and its reason.
        """
        reasons = []
        for url in self.urls:
            try:
                token = self._ask(url, imprint)
                self.largest = max(self.largest, len(token.raw))
                return token
            except TimeStampError as error:
                self.problems.append(TsaProblem(url, error.template, error.arguments))
                reasons.append(f"{_shown(url)}: {error}")
        raise TimeStampError(
            N_("No time-stamp could be had: {reasons}"),
            hint=N_("Check the addresses, the network and the name and password."),
            reasons="; ".join(reasons),
        )

    def _ask(self, url: str, imprint: bytes) -> Token:
        nonce = secrets.randbits(63) | 1 << 62
        algorithm = self.algorithm
        request = make_request(algorithm.oid, imprint, nonce=nonce, policy=self.policy)
        token = parse_response(self._post(url, request))
        info = token.info
        if info.imprint != imprint or info.digest_oid != algorithm.oid:
            raise TimeStampError(N_("The token is over something else than what was sent."))
        if info.nonce != nonce:
            raise TimeStampError(N_("The token answers another question (nonce)."))
        if self.policy is not None and info.policy != self.policy:
            raise TimeStampError(
                N_("The token was made under the policy {found}, not {wanted}."),
                found=info.policy, wanted=self.policy,
            )  # fmt: skip
        _demand_signed(token)
        return token

    def _post(self, url: str, body: bytes) -> bytes:
        deadline = time.monotonic() + self.total
        pause = self.pause
        for attempt in range(self.retries + 1):
            try:
                return self._once(url, body, deadline)
            except _PassingError as error:
                if attempt == self.retries or time.monotonic() + pause > deadline:
                    raise TimeStampError(error.template, **error.args_) from error
            time.sleep(pause)
            pause *= 2
        raise AssertionError("unreachable")

    def _once(self, url: str, body: bytes, deadline: float) -> bytes:
        headers = {
            "User-Agent": "medcab",
            "Content-Type": "application/timestamp-query",
            "Accept": "application/timestamp-reply",
        }
        if self.user is not None and self.password is not None:
            pair = base64.b64encode(f"{self.user}:{self.password}".encode()).decode("ascii")
            headers["Authorization"] = f"Basic {pair}"
        request = urllib.request.Request(url, data=body, headers=headers)  # noqa: S310 - checked
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects())
        try:
            with opener.open(request, timeout=self.timeout) as answer:
                return _read(answer, deadline)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == 401:
                raise TimeStampError(
                    N_("The authority does not accept the name and password.")
                ) from error
            if error.code in _AGAIN:
                raise _PassingError(
                    N_("the server answered with code {code}"), code=error.code
                ) from error
            raise TimeStampError(
                N_("the server answered with code {code}"), code=error.code
            ) from error
        except (OSError, HTTPException) as error:
            reason = getattr(error, "reason", error)
            raise _PassingError(
                N_("no connection: {why}"), why=str(reason) or type(reason).__name__
            ) from error


class _PassingError(Exception):
    """A failure that may be gone a moment later."""

    def __init__(self, template: str, **args: Any) -> None:
        super().__init__(template)
        self.template, self.args_ = template, args


def _read(answer: Any, deadline: float) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while piece := answer.read1(65_536):
        pieces.append(piece)
        size += len(piece)
        if size > _LIMIT:
            raise TimeStampError(N_("the answer is larger than {limit} bytes"), limit=_LIMIT)
        if time.monotonic() > deadline:
            raise TimeStampError(N_("the answer took too long"))
    return b"".join(pieces)


def _check_url(url: str, *, secret: bool) -> None:
    parts = urllib.parse.urlsplit(url)
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise UsageError(
            N_("{url} is no address of a time-stamping authority."),
            hint=N_("For example: http://tsa.example/tsp; the password goes into --password-from."),
            url=_shown(url),
        )
    if secret and parts.scheme.lower() == "http" and not _is_loopback(parts.hostname):
        raise UsageError(
            N_("The password would travel to {url} unprotected."),
            hint=N_("Use an https address."),
            url=_shown(url),
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _shown(url: str) -> str:
    """The address without anything that may be a secret."""
    parts = urllib.parse.urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urllib.parse.urlunsplit((parts.scheme, host, parts.path, "", ""))


def _demand_signed(token: Token) -> None:
    """The token's own signature must be right; without its certificate nobody can say so."""
    from medcab.signing.blocks.records import RecordCache
    from medcab.signing.longterm.stamps import check_token

    cache = RecordCache(64, 4)
    bag = cache.bag(token.signed.certificates_der, token.signed.certificates)
    journal, _ = check_token(token, bag)
    for check in journal.checks:
        if check.open:
            raise TimeStampError(
                N_("The token of the authority is wrong: {why}"), why=f"{check.id}: {check.detail}"
            )
