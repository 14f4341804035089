"""Revocation: what counts, what does not, and who must never be believed."""

from __future__ import annotations

import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pki
import pytest
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509
from cryptography import x509 as cx
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import AuthorityInformationAccessOID
from pki import NOW, YEAR

from medcab.errors import UsageError
from medcab.signing.fetch import Fetcher, crl_addresses, issuer_addresses, ocsp_addresses
from medcab.signing.paths import PathCache, validate_path
from medcab.signing.results import Indication, SubIndication
from medcab.signing.revocation import (
    RevocationData,
    RevocationMode,
    RevocationPolicy,
    RevocationState,
)
from medcab.signing.trust import TrustStore

REQUIRE = RevocationPolicy(RevocationMode.REQUIRE)
PREFER = RevocationPolicy()


class Small:
    """Root, authority, person: a fresh set for tests that revoke things."""

    def __init__(self):
        self.root = pki.make("Корень отзыва", ca=True, start=NOW - 5 * YEAR, end=NOW + 5 * YEAR)
        self.ca = pki.make(
            "УЦ отзыва", self.root, ca=True, start=NOW - 4 * YEAR, end=NOW + 4 * YEAR
        )
        self.leaf = pki.make("Лист", self.ca)
        self.trust = TrustStore.from_certificates([self.root.asn1])

    def ask(self, *, crls=(), ocsps=(), policy=REQUIRE, moment=NOW, others=(), leaf=None, **more):
        return validate_path(
            (leaf or self.leaf).asn1,
            others=[
                self.ca.asn1,
                *(o if isinstance(o, x509.Certificate) else o.asn1 for o in others),
            ],
            trust=self.trust,
            moment=moment,
            revocation=policy,
            crls=crls,
            ocsps=ocsps,
            **more,
        )


@pytest.fixture
def small():
    return Small()


def reason(result):
    return [c.detail for c in result.checks if c.id.startswith("revocation")]


def test_lists_of_both_authorities_settle_it(small):
    result = small.ask(crls=[small.ca.crl(), small.root.crl()])
    assert result.status is Indication.TOTAL_PASSED
    assert [s.state for s in result.statuses] == [RevocationState.GOOD] * 2
    assert result.revocation.status == "good"
    assert result.revocation.source == "crl"
    assert result.revocation.produced_at == NOW - timedelta(hours=1)


def test_pem_lists_are_read_too(small):
    import base64

    pem = (
        b"-----BEGIN X509 CRL-----\n"
        + base64.encodebytes(small.ca.crl())
        + b"-----END X509 CRL-----\n"
    )
    assert small.ask(crls=[pem, small.root.crl()]).passed


def test_a_revoked_certificate(small):
    small.ca.revoked[small.leaf.cert.serial_number] = NOW - timedelta(days=3)
    result = small.ask(crls=[small.ca.crl(), small.root.crl()])
    assert result.sub_indication is SubIndication.REVOKED_NO_POE
    assert result.revocation.status == "revoked"
    assert result.revocation.revoked_at == NOW - timedelta(days=3)
    assert result.revocation.reason == "key_compromise"
    for policy in (PREFER, REQUIRE):
        assert not small.ask(crls=[small.ca.crl()], policy=policy).passed


def test_a_revoked_authority(small):
    small.root.revoked[small.ca.cert.serial_number] = NOW - timedelta(days=3)
    result = small.ask(crls=[small.ca.crl(), small.root.crl()])
    assert result.sub_indication is SubIndication.REVOKED_CA_NO_POE


def test_require_and_prefer_without_data(small):
    result = small.ask()
    assert result.sub_indication is SubIndication.TRY_LATER
    result = small.ask(policy=PREFER)
    assert result.passed
    assert result.revocation.status == "unknown"
    assert "no revocation data" in result.revocation.detail
    half = small.ask(crls=[small.ca.crl()])
    assert half.sub_indication is SubIndication.TRY_LATER


def test_none_does_not_look(small):
    small.ca.revoked[small.leaf.cert.serial_number] = NOW - timedelta(days=3)
    none = RevocationPolicy(RevocationMode.NONE)
    result = small.ask(crls=[small.ca.crl()], policy=none)
    assert result.passed
    assert result.revocation.status == "not-checked"


def test_policies_have_names():
    assert RevocationPolicy.named(" Require ").mode is RevocationMode.REQUIRE
    with pytest.raises(UsageError):
        RevocationPolicy.named("sometimes")


def test_a_list_of_a_stranger_under_the_authoritys_name_is_not_believed(small):
    stranger = pki.make("УЦ отзыва", pki.make("Корень отзыва", ca=True), ca=True)
    result = small.ask(crls=[stranger.crl(), small.root.crl()], others=[stranger])
    assert result.sub_indication is SubIndication.TRY_LATER
    stranger.revoked[small.leaf.cert.serial_number] = NOW - timedelta(days=1)
    result = small.ask(crls=[stranger.crl(), small.ca.crl(), small.root.crl()], others=[stranger])
    assert result.passed


def test_a_list_signed_by_a_customer_of_the_authority_is_not_believed(small):
    """The customer has the authority's name, and a certificate without key usage."""
    customer = pki.make("УЦ отзыва", small.ca, usage=None)
    result = small.ask(crls=[customer.crl(), small.root.crl()], others=[customer])
    assert result.sub_indication is SubIndication.TRY_LATER


def test_a_changed_list_with_a_genuine_signature_value_is_not_believed(small):
    small.ca.revoked[small.leaf.cert.serial_number] = NOW - timedelta(days=3)
    genuine = small.ca.crl()
    from asn1crypto import crl

    forged = crl.CertificateList.load(genuine)
    forged["tbs_cert_list"]["revoked_certificates"] = crl.RevokedCertificates([])
    forged = crl.CertificateList.load(forged.dump(force=True))
    assert forged.signature == crl.CertificateList.load(genuine).signature
    for order in ([genuine, forged.dump()], [forged.dump(), genuine]):
        assert (
            small.ask(crls=[*order, small.root.crl()]).sub_indication
            is SubIndication.REVOKED_NO_POE
        )
    alone = small.ask(crls=[forged.dump(), small.root.crl()])
    assert alone.sub_indication is SubIndication.TRY_LATER


def test_a_maker_of_lists_with_a_key_of_its_own(small):
    maker = pki.make("УЦ отзыва", small.root, usage="crl_sign")
    crls = [small.ca.crl(signer=maker), small.root.crl()]
    assert small.ask(crls=crls, others=[maker]).passed
    assert not small.ask(crls=crls).passed
    small.root.revoked[maker.cert.serial_number] = NOW - timedelta(days=1)
    crls = [small.ca.crl(signer=maker), small.root.crl()]
    result = small.ask(crls=crls, others=[maker])
    assert result.sub_indication is SubIndication.TRY_LATER


def test_old_and_future_lists(small):
    old = small.ca.crl(at=NOW - timedelta(days=30))
    result = small.ask(crls=[old, small.root.crl()])
    assert result.sub_indication is SubIndication.TRY_LATER
    assert result.statuses[0].stale
    assert small.ask(crls=[old, small.root.crl()], policy=PREFER).passed
    future = small.ca.crl(at=NOW + timedelta(days=2))
    assert not small.ask(crls=[future, small.root.crl()]).passed
    later = RevocationPolicy(RevocationMode.REQUIRE, later=True)
    crls = [future, small.root.crl(at=NOW + timedelta(days=2))]
    assert small.ask(crls=crls, policy=later).passed


def test_a_later_list_says_nothing_about_certificates_that_had_expired_by_then(small):
    short = pki.make("Короткий", small.ca, end=NOW + timedelta(days=1))
    later = RevocationPolicy(RevocationMode.REQUIRE, later=True)
    at = NOW + timedelta(days=30)
    result = small.ask(leaf=short, crls=[small.ca.crl(at=at), small.root.crl(at=at)], policy=later)
    assert result.sub_indication is SubIndication.TRY_LATER


def test_revoked_after_the_moment_is_good_at_the_moment(small):
    small.ca.revoked[small.leaf.cert.serial_number] = NOW + timedelta(days=1)
    later = RevocationPolicy(RevocationMode.REQUIRE, later=True)
    at = NOW + timedelta(days=2)
    crls = [small.ca.crl(at=at), small.root.crl(at=at)]
    assert small.ask(crls=crls, policy=later).passed
    assert not small.ask(crls=crls, policy=later, moment=NOW + timedelta(days=1, hours=2)).passed


def test_an_out_of_date_list_still_knows_who_was_revoked(small):
    small.ca.revoked[small.leaf.cert.serial_number] = NOW - timedelta(days=60)
    old = small.ca.crl(at=NOW - timedelta(days=30))
    assert small.ask(crls=[old], policy=PREFER).sub_indication is SubIndication.REVOKED_NO_POE


def test_ocsp_by_the_authority(small):
    answers = [small.ca.ocsp(small.leaf), small.root.ocsp(small.ca)]
    result = small.ask(ocsps=answers)
    assert result.passed
    assert result.revocation.source == "ocsp"
    small.ca.revoked[small.leaf.cert.serial_number] = NOW - timedelta(days=3)
    result = small.ask(ocsps=[small.ca.ocsp(small.leaf), small.root.ocsp(small.ca)])
    assert result.sub_indication is SubIndication.REVOKED_NO_POE


def test_a_list_beats_an_older_good_answer(small):
    answer = small.ca.ocsp(small.leaf)
    small.ca.revoked[small.leaf.cert.serial_number] = NOW - timedelta(minutes=2)
    result = small.ask(ocsps=[answer], crls=[small.ca.crl(), small.root.crl()])
    assert result.sub_indication is SubIndication.REVOKED_NO_POE


def test_ocsp_by_an_appointed_responder(small):
    responder = pki.make("Ответчик", small.ca, purposes=[pki.OCSP_SIGNING])
    answer = small.ca.ocsp(small.leaf, responder=responder)
    lists = [small.ca.crl(), small.root.crl()]
    assert small.ask(ocsps=[answer], crls=lists).statuses[0].source == "ocsp"
    # Without a word about the responder itself «require» does not believe it, «prefer» does.
    assert (
        small.ask(ocsps=[answer], crls=[small.root.crl()]).sub_indication is SubIndication.TRY_LATER
    )
    assert small.ask(ocsps=[answer], policy=PREFER).statuses[0].state is RevocationState.GOOD
    small.ca.revoked[responder.cert.serial_number] = NOW - timedelta(days=1)
    lists = [small.ca.crl(), small.root.crl()]
    result = small.ask(ocsps=[answer], crls=lists, policy=PREFER)
    assert result.statuses[0].source == "crl"


@pytest.mark.parametrize("case", ["no purpose", "another authority", "expired", "the leaf itself"])
def test_ocsp_by_somebody_else_is_not_believed(small, case):
    responder = {
        "no purpose": lambda: pki.make("Ответчик", small.ca),
        "another authority": lambda: pki.make(
            "Ответчик", pki.make("УЦ отзыва", ca=True), purposes=[pki.OCSP_SIGNING]
        ),
        "expired": lambda: pki.make(
            "Ответчик", small.ca, purposes=[pki.OCSP_SIGNING], end=NOW - timedelta(days=2)
        ),
        "the leaf itself": lambda: small.leaf,
    }[case]()
    answer = small.ca.ocsp(small.leaf, responder=responder)
    result = small.ask(ocsps=[answer, small.root.ocsp(small.ca)], others=[responder])
    assert result.sub_indication is SubIndication.TRY_LATER
    assert result.statuses[0].state is RevocationState.UNKNOWN


def test_ocsp_by_a_forger_who_copies_the_authoritys_serial_and_signature(small):
    """A responder certificate with issuer, serial and signature bits of the authority's own."""
    forger = pki.make("УЦ отзыва", small.root, ca=True)
    mask = x509.Certificate.load(small.ca.der)
    mask["tbs_certificate"]["subject_public_key_info"] = forger.asn1.public_key
    mask = x509.Certificate.load(mask.dump(force=True))
    assert mask.issuer_serial == small.ca.asn1.issuer_serial
    assert mask.signature == small.ca.asn1.signature
    answer = asn1_ocsp.OCSPResponse.load(small.ca.ocsp(small.leaf, responder=forger))
    basic = answer.basic_ocsp_response
    from cryptography.hazmat.primitives.asymmetric import ec

    body = asn1_ocsp.ResponseData.load(basic["tbs_response_data"].dump())
    body["responder_id"] = asn1_ocsp.ResponderId("by_name", small.ca.asn1.subject)
    body = asn1_ocsp.ResponseData.load(body.dump(force=True))
    forged = asn1_ocsp.BasicOCSPResponse(
        {
            "tbs_response_data": body,
            "signature_algorithm": basic["signature_algorithm"],
            "signature": forger.key.sign(body.dump(), ec.ECDSA(hashes.SHA256())),
            "certs": [mask],
        }
    )
    result = small.ask(ocsps=[forged.dump(), small.root.ocsp(small.ca)], others=[mask])
    assert result.sub_indication is SubIndication.TRY_LATER


def test_ocsp_about_another_certificate_or_out_of_date(small):
    other = pki.make("Другой", small.ca)
    roots = small.root.ocsp(small.ca)
    assert not small.ask(ocsps=[small.ca.ocsp(other), roots]).passed
    old = small.ca.ocsp(small.leaf, at=NOW - timedelta(days=9))
    result = small.ask(ocsps=[old, roots])
    assert result.sub_indication is SubIndication.TRY_LATER
    assert result.statuses[0].stale
    future = small.ca.ocsp(small.leaf, at=NOW + timedelta(days=9))
    assert not small.ask(ocsps=[future, roots]).passed
    later = RevocationPolicy(RevocationMode.REQUIRE, later=True)
    both = [future, small.root.ocsp(small.ca, at=NOW + timedelta(days=9))]
    assert small.ask(ocsps=both, policy=later).passed


def test_changed_ocsp_answers_are_not_believed(small):
    answer = bytearray(small.ca.ocsp(small.leaf))
    answer[-1] ^= 1
    result = small.ask(ocsps=[bytes(answer), small.root.ocsp(small.ca)])
    assert result.sub_indication is SubIndication.TRY_LATER


@pytest.mark.parametrize(
    "junk", [b"", b"\x30", b"\x30\x03\x02\x01\x01", b"\x30\x80" * 3000, b"<html>"]
)
def test_garbage_in_place_of_data(small, junk):
    data = RevocationData.parse([junk], [junk])
    assert (data.crls, data.ocsps, data.refused) == ([], [], 2)
    result = small.ask(crls=[junk], ocsps=[junk], policy=PREFER)
    assert result.passed
    assert "None of the revocation data" in result.revocation.detail


def test_the_cache_sees_new_revocation_data(small):
    cache = PathCache()
    assert small.ask(crls=[small.ca.crl(), small.root.crl()], cache=cache).passed
    small.ca.revoked[small.leaf.cert.serial_number] = NOW - timedelta(days=3)
    assert not small.ask(crls=[small.ca.crl(), small.root.crl()], cache=cache).passed


class Server:
    def __init__(self):
        self.pages: dict[str, tuple[int, bytes, dict[str, str]]] = {}
        self.asked: list[tuple[str, bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self):
                size = int(self.headers.get("Content-Length") or 0)
                outer.asked.append((self.path, self.rfile.read(size)))
                code, data, headers = outer.pages.get(self.path, (404, b"", {}))
                self.send_response(code)
                for key, value in headers.items():
                    self.send_header(key, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = _answer

            def log_message(self, *args):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        self.thread = threading.Thread(target=self.http.serve_forever, daemon=True)
        self.thread.start()

    def page(self, path, data, code=200, **headers):
        self.pages[path] = (code, data, headers)


@pytest.fixture
def server():
    made = Server()
    yield made
    made.http.shutdown()
    made.http.server_close()
    made.thread.join()


def with_addresses(issuer, url, *, ca=False, crl="/ca.crl", answers="/ocsp", above="/ca.cer"):
    key = pki.new_key("p256")
    aia = []
    method = AuthorityInformationAccessOID
    if answers:
        aia.append(cx.AccessDescription(method.OCSP, cx.UniformResourceIdentifier(url + answers)))
    if above:
        aia.append(
            cx.AccessDescription(method.CA_ISSUERS, cx.UniformResourceIdentifier(url + above))
        )
    builder = (
        cx.CertificateBuilder()
        .subject_name(pki.name("С адресами"))
        .issuer_name(issuer.cert.subject)
        .public_key(key.public_key())
        .serial_number(cx.random_serial_number())
        .not_valid_before(NOW - YEAR)
        .not_valid_after(NOW + YEAR)
        .add_extension(cx.BasicConstraints(ca, None), critical=True)
    )
    if aia:
        builder = builder.add_extension(cx.AuthorityInformationAccess(aia), critical=False)
    if crl:
        point = cx.DistributionPoint([cx.UniformResourceIdentifier(url + crl)], None, None, None)
        builder = builder.add_extension(cx.CRLDistributionPoints([point]), critical=False)
    return pki.Entity(key, builder.sign(issuer.key, hashes.SHA256()), issuer)


def test_addresses_of_a_certificate(small):
    leaf = with_addresses(small.ca, "http://ca.example").asn1
    assert crl_addresses(leaf) == ("http://ca.example/ca.crl",)
    assert ocsp_addresses(leaf) == ("http://ca.example/ocsp",)
    assert issuer_addresses(leaf) == ("http://ca.example/ca.cer",)
    assert crl_addresses(with_addresses(small.ca, "ldap://ca.example").asn1) == ()
    assert crl_addresses(with_addresses(small.ca, "file:///etc").asn1) == ()


def test_lists_answers_and_issuers_are_fetched(small, server):
    leaf = with_addresses(small.ca, server.url)
    server.page("/ca.cer", small.ca.der)
    server.page("/ca.crl", small.ca.crl())
    server.page("/ocsp", small.ca.ocsp(leaf))
    fetch = Fetcher(timeout=3)
    result = validate_path(
        leaf.asn1, trust=small.trust, moment=NOW, fetch=fetch,
        revocation=REQUIRE, crls=[small.root.crl()],
    )  # fmt: skip
    assert result.passed
    assert (result.revocation.source, result.statuses[0].origin) == ("ocsp", "fetched")
    posted = next(body for path, body in server.asked if path == "/ocsp")
    request = asn1_ocsp.OCSPRequest.load(posted)["tbs_request"]["request_list"][0]["req_cert"]
    assert request["serial_number"].native == leaf.cert.serial_number
    assert fetch.problems == []


def test_a_source_that_fails_harms_nobody(small, server, tmp_path):
    leaf = with_addresses(small.ca, server.url)
    server.page("/ocsp", b"busy", 503)
    server.page("/ca.crl", small.ca.crl())
    fetch = Fetcher(timeout=3, cache_dir=tmp_path)
    first = small.ask(leaf=leaf, crls=[small.root.crl()], fetch=fetch)
    assert first.passed
    assert first.revocation.source == "crl"
    assert [(p.url, p.args["code"]) for p in fetch.problems] == [(server.url + "/ocsp", 503)]
    assert len(list(tmp_path.iterdir())) == 1
    server.pages.clear()
    again = Fetcher(timeout=3, cache_dir=tmp_path)
    assert small.ask(leaf=leaf, crls=[small.root.crl()], fetch=again).passed
    expired = Fetcher(timeout=3, cache_dir=tmp_path, max_age=-1)
    assert not small.ask(leaf=leaf, crls=[small.root.crl()], fetch=expired).passed


def test_fetched_lies_are_not_believed(small, server):
    stranger = pki.make("УЦ отзыва", ca=True)
    leaf = with_addresses(small.ca, server.url)
    server.page("/ocsp", stranger.ocsp(leaf))
    server.page("/ca.crl", stranger.crl())
    result = small.ask(leaf=leaf, crls=[small.root.crl()], fetch=Fetcher(timeout=3))
    assert result.sub_indication is SubIndication.TRY_LATER


def test_fetched_issuers_are_not_trusted(small, server):
    stranger = pki.make("УЦ чужой", ca=True)
    leaf = with_addresses(stranger, server.url)
    server.page("/ca.cer", stranger.der)
    result = small.ask(leaf=leaf, fetch=Fetcher(timeout=3))
    assert result.sub_indication is SubIndication.NO_CERTIFICATE_CHAIN_FOUND


def test_limits_of_fetching(small, server, monkeypatch):
    from medcab.signing import fetch as module

    monkeypatch.setattr(module, "MAX_CRL", 1000)
    server.page("/big", b"x" * 5000)
    server.page("/away", b"", 302, Location="file:///etc/passwd")
    server.page("/loop", b"", 302, Location=server.url + "/loop")
    for path, word in (("/big", "larger"), ("/away", ""), ("/loop", "302"), ("/gone", "404")):
        fetch = Fetcher(timeout=3)
        leaf = with_addresses(small.ca, server.url, crl=path).asn1
        assert list(fetch.crls_for(leaf)) == []
        assert len(fetch.problems) == 1
        problem = fetch.problems[0]
        assert word in problem.detail or word in str(problem.args.get("code"))


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest",
        "http://[fe80::1]/x",
        "http://0.0.0.0/x",
        "http://u:p@localhost/x",
    ],
)
def test_addresses_of_the_machine_itself_are_refused(small, url):
    fetch = Fetcher(timeout=1)
    leaf = with_addresses(small.ca, url, crl="").asn1
    assert fetch.ocsp_for(leaf, small.ca.asn1) is None
    assert "not one to fetch from" in fetch.problems[0].detail


def test_a_silent_server_is_left_after_the_timeout(small):
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        fetch = Fetcher(timeout=0.3)
        leaf = with_addresses(small.ca, url).asn1
        assert list(fetch.crls_for(leaf)) == []
    assert "no connection" in fetch.problems[0].detail
    assert serialization is not None
