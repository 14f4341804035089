"""Getting issuers, CRLs and OCSP answers over HTTP, from the addresses inside certificates.

Nothing is fetched unless the user asked for it (``--online``). A stranger's certificate chooses
the addresses, so: only http and https, few redirects, sizes and times are limited, addresses of
the machine's own link are refused, and a source that fails is noted and harms nobody else. What
comes back is not trusted: it goes through the same checks as data from a file.
Sources: RFC 5280 4.2.1.13 and 4.2.2.1; RFC 6960 appendix A.
"""

from __future__ import annotations

import hashlib
import ipaddress
import socket
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as _field
from http.client import HTTPException
from pathlib import Path
from typing import Any, Final

from asn1crypto import x509

from medcab.errors import InputError
from medcab.files import write_whole
from medcab.signing.certificates import load_certificates
from medcab.signing.revocation import MAX_CRL, MAX_OCSP
from medcab.text import N_

__all__ = ["FetchProblem", "Fetcher", "crl_addresses", "issuer_addresses", "ocsp_addresses"]

_MAX_ADDRESSES: Final = 4
_MAX_ISSUER: Final = 1024 * 1024
_MAX_DEPTH: Final = 6
_BAD: Final = (ValueError, TypeError, LookupError, AttributeError)


@dataclass(frozen=True, slots=True)
class FetchProblem:
    """A source that gave nothing.

    Attributes:
        url: the address.
        detail: template of the reason; its holes from ``args``.
    """

    url: str
    detail: str
    args: Mapping[str, Any] = _field(default_factory=dict)


class _RefusedError(Exception):
    """The address is not one to go to."""


class _Redirects(urllib.request.HTTPRedirectHandler):
    max_redirections = 3
    max_repeats = 2

    def redirect_request(
        self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> Any:
        _check_address(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _check_address(url: str) -> None:
    parts = urllib.parse.urlsplit(url)
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname or len(url) > 2_000:
        raise _RefusedError
    if parts.username is not None or parts.password is not None:
        raise _RefusedError
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 80, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return  # the request itself will tell, or a proxy will resolve the name
    for entry in found:
        address = ipaddress.ip_address(str(entry[4][0]).partition("%")[0])
        # Link-local addresses serve the machine's own metadata in clouds, never lists.
        if address.is_link_local or address.is_multicast or address.is_unspecified:
            raise _RefusedError


@dataclass(slots=True)
class Fetcher:
    """Gets data over HTTP and remembers them for the run.

    Attributes:
        timeout: seconds for a connection, and for each pause of the server.
        total: seconds for one address altogether.
        proxies: scheme to proxy; None: no proxy.
        cache_dir: folder where CRLs are kept between runs; None: nowhere.
        max_age: seconds for which a kept CRL is used without asking again.
        problems: what gave nothing, and why.
    """

    timeout: float = 10.0
    total: float = 60.0
    proxies: Mapping[str, str] | None = None
    cache_dir: Path | None = None
    max_age: float = 3600.0
    problems: list[FetchProblem] = _field(default_factory=list)
    _known: dict[str, bytes | None] = _field(default_factory=dict)

    def crls_for(self, certificate: x509.Certificate) -> Iterator[bytes]:
        """Yield the CRLs of the distribution points of ``certificate`` that could be had."""
        for url in crl_addresses(certificate):
            data = self._kept(url)
            if data is None:
                data = self._get(url, MAX_CRL)
                if data is not None:
                    self._keep(url, data)
            if data is not None:
                yield data
                return  # the addresses of a certificate are mirrors of each other

    def ocsp_for(self, certificate: x509.Certificate, issuer: x509.Certificate) -> bytes | None:
        """Ask the responders named in ``certificate``; None when none answers."""
        from medcab.signing.ocsp import make_request

        request = make_request(certificate, issuer)
        for url in ocsp_addresses(certificate):
            data = self._get(url, MAX_OCSP, request)
            if data is not None:
                return data
        return None

    def issuers(self, chain: Sequence[x509.Certificate]) -> tuple[x509.Certificate, ...]:
        """Get the missing issuers above the last certificate of ``chain``, step by step."""
        found: list[x509.Certificate] = []
        current = chain[-1] if chain else None
        for _ in range(_MAX_DEPTH):
            if current is None or current.subject == current.issuer:
                break
            above = self._issuer_of(current)
            found += above
            current = next((c for c in above if c.subject == current.issuer), None)
        return tuple(found)

    def _issuer_of(self, certificate: x509.Certificate) -> list[x509.Certificate]:
        for url in issuer_addresses(certificate):
            data = self._get(url, _MAX_ISSUER)
            if data is None:
                continue
            try:
                return list(load_certificates(data, url))[:20]
            except InputError:
                self._note(url, N_("the answer is not a certificate"))
        return []

    def _get(self, url: str, limit: int, body: bytes | None = None) -> bytes | None:
        key = url if body is None else f"{url} {hashlib.sha256(body).hexdigest()}"
        if key not in self._known:
            self._known[key] = self._download(url, limit, body)
        return self._known[key]

    def _download(self, url: str, limit: int, body: bytes | None) -> bytes | None:
        headers = {"User-Agent": "medcab", "Accept": "*/*"}
        if body is not None:
            headers["Content-Type"] = "application/ocsp-request"
        deadline = time.monotonic() + self.total
        try:
            _check_address(url)
            request = urllib.request.Request(url, data=body, headers=headers)  # noqa: S310 - checked
            with self._opener().open(request, timeout=self.timeout) as answer:
                return self._read(answer, url, limit, deadline)
        except _RefusedError:
            self._note(url, N_("the address is not one to fetch from"))
        except urllib.error.HTTPError as error:
            error.close()
            self._note(url, N_("the server answered with code {code}"), code=error.code)
        except (OSError, HTTPException, ValueError) as error:
            reason = getattr(error, "reason", error)
            self._note(url, N_("no connection: {why}"), why=str(reason) or type(reason).__name__)
        return None

    def _opener(self) -> urllib.request.OpenerDirector:
        opener = urllib.request.OpenerDirector()
        for handler in (
            urllib.request.ProxyHandler(dict(self.proxies or {})),
            urllib.request.HTTPHandler(),
            urllib.request.HTTPSHandler(),
            _Redirects(),
            urllib.request.HTTPDefaultErrorHandler(),
            urllib.request.HTTPErrorProcessor(),
        ):
            opener.add_handler(handler)
        return opener

    def _read(self, answer: Any, url: str, limit: int, deadline: float) -> bytes | None:
        pieces: list[bytes] = []
        size = 0
        while piece := answer.read1(65_536):
            pieces.append(piece)
            size += len(piece)
            if size > limit:
                self._note(url, N_("the answer is larger than {limit} bytes"), limit=limit)
                return None
            if time.monotonic() > deadline:
                self._note(url, N_("the answer took longer than {limit} seconds"), limit=self.total)
                return None
        return b"".join(pieces) or None

    def _note(self, url: str, detail: str, **args: Any) -> None:
        self.problems.append(FetchProblem(url, detail, args))

    def _place(self, url: str) -> Path | None:
        if self.cache_dir is None:
            return None
        return self.cache_dir / (hashlib.sha256(url.encode()).hexdigest() + ".crl")

    def _kept(self, url: str) -> bytes | None:
        place = self._place(url)
        if place is None:
            return None
        try:
            age = time.time() - place.stat().st_mtime
            return place.read_bytes() if 0 <= age <= self.max_age else None
        except OSError:
            return None

    def _keep(self, url: str, data: bytes) -> None:
        place = self._place(url)
        if place is None:
            return
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            write_whole(place, data)
        except Exception as error:  # noqa: BLE001 - a cache that cannot be written is no failure
            self._note(url, N_("the list could not be kept: {why}"), why=str(error))


def crl_addresses(certificate: x509.Certificate) -> tuple[str, ...]:
    """HTTP addresses of the CRL distribution points (RFC 5280 4.2.1.13)."""
    found: list[str] = []
    try:
        for point in certificate.crl_distribution_points:
            name = point["distribution_point"]
            if name.name == "full_name":
                found += [_address(n) for n in name.chosen if n.name == _URI]
    except _BAD:
        return ()
    return _http(found)


def ocsp_addresses(certificate: x509.Certificate) -> tuple[str, ...]:
    """HTTP addresses of OCSP responders (RFC 5280 4.2.2.1)."""
    return _from_aia(certificate, "ocsp")


def issuer_addresses(certificate: x509.Certificate) -> tuple[str, ...]:
    """HTTP addresses of the issuer's certificate (RFC 5280 4.2.2.1)."""
    return _from_aia(certificate, "ca_issuers")


_URI: Final = "uniform_resource_identifier"


def _from_aia(certificate: x509.Certificate, method: str) -> tuple[str, ...]:
    try:
        entries = certificate.authority_information_access_value or ()
        found = [
            _address(entry["access_location"])
            for entry in entries
            if entry["access_method"].native == method and entry["access_location"].name == _URI
        ]
    except _BAD:
        return ()
    return _http(found)


def _address(name: x509.GeneralName) -> str:
    """The address as it stands; asn1crypto's own reading loses the brackets of IPv6."""
    return bytes(name.chosen.contents).decode("ascii", "replace")


def _http(urls: Sequence[str]) -> tuple[str, ...]:
    kept = [url for url in urls if url.lower().startswith(("http://", "https://"))]
    return tuple(dict.fromkeys(kept))[:_MAX_ADDRESSES]
