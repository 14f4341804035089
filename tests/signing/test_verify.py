"""Verification: every way to be fooled that we know of, and what must be answered."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pki
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medcab.model import Verdict
from medcab.signing import joining, making
from medcab.signing.attributes import Oid
from medcab.signing.cms import DATA, parse_signed_data
from medcab.signing.content import MemoryContent
from medcab.signing.sign import Signer, SignOptions
from medcab.signing.template import SignerTemplate, signed_data
from medcab.signing.tlv import encode, encode_oid, read

DOC = b"document"
AT = pki.NOW - timedelta(hours=1)
OPTIONS = SignOptions(force=True, signing_time=AT)


def sign(entity, data=DOC, **options):
    return Signer(
        entity.signing_key(), SignOptions(force=True, signing_time=AT, **options)
    ).sign_bytes(data)


def judge(authority, made, data=DOC, **options):
    return authority.verifier(**options).verify_bytes(
        made, None if data is None else MemoryContent(data)
    )


def only(report):
    (result,) = report.signatures
    return result


def open_ids(report):
    return {c.id for c in report.problems if c.open} | {
        c.id for r in report.signatures for c in r.checks if c.open
    }


class Forge:
    """Signs whatever signed attributes it is given: what a dishonest signer can do."""

    def __init__(self, entity):
        self.entity = entity
        self.template = SignerTemplate(entity.signing_key(), OPTIONS)

    def info(
        self,
        attributes,
        *,
        sort=True,
        digest_der=None,
        signature_der=None,
        sign_with="sha256",
        sid=None,
    ):
        body = b"".join(sorted(attributes) if sort else attributes)
        signed = encode(0x31, body)
        value = self.entity.signing_key().sign(signed, sign_with)
        head = self.template._head
        if digest_der or sid:
            issuer = self.template.record.issuer_der
            from medcab.signing.template import _serial_of

            sid = sid or encode(0x30, issuer + _serial_of(self.entity.der))
            version = 3 if sid[0] == 0x80 else 1
            head = encode(0x02, bytes((version,))) + sid + (digest_der or self.template.digest_der)
        return encode(
            0x30,
            head
            + b"\xa0"
            + signed[1:]
            + (signature_der or self.template.recipe.signature_der)
            + encode(0x04, value),
        )

    def usual(self, digest=None, *, ess=True, content_type=DATA, time=True):
        made = []
        if content_type:
            made.append(making.attribute(Oid.CONTENT_TYPE, encode_oid(content_type)))
        if digest is None:
            digest = hashlib.sha256(DOC).digest()
        if digest:
            made.append(making.attribute(Oid.MESSAGE_DIGEST, encode(0x04, digest)))
        if ess:
            made.append(
                making.signing_certificate_v2(self.template.record, "2.16.840.1.101.3.4.2.1")
            )
        if time:
            made.append(making.attribute(Oid.SIGNING_TIME, making.signing_time(AT)))
        return made

    def file(self, *infos, digests=(), certificates=None, content=None):
        return signed_data(
            infos,
            digests=digests or [self.template.digest_der],
            certificates=self.template.certificates if certificates is None else certificates,
            content=content,
        )


@pytest.fixture(scope="module")
def forge(authority):
    return Forge(authority.leaf("p256"))


def test_the_forge_can_be_honest(authority, forge):
    assert judge(authority, forge.file(forge.info(forge.usual()))).verdict is Verdict.PASSED


FORMS = {
    "no message digest": (lambda f: f.usual(b""), "message-digest-present"),
    "no content type": (lambda f: f.usual(content_type=None), "content-type-present"),
    "another content type": (lambda f: f.usual(content_type="1.2.3"), "content-type-matches"),
    "no ESS": (lambda f: f.usual(ess=False), "signing-certificate-attribute"),
    "two message digests": (
        lambda f: [*f.usual(), making.attribute(Oid.MESSAGE_DIGEST, encode(0x04, b"x" * 32))],
        "attributes-unique",
    ),
    "two values": (
        lambda f: [
            *f.usual(b""),
            making.attribute(
                Oid.MESSAGE_DIGEST,
                encode(0x04, b"x" * 32),
                encode(0x04, hashlib.sha256(DOC).digest()),
            ),
        ],
        "attributes-single-valued",
    ),
    "no value": (
        lambda f: [*f.usual(b""), encode(0x30, encode_oid(Oid.MESSAGE_DIGEST) + b"\x31\x00")],
        "attributes-single-valued",
    ),
    "malformed time": (
        lambda f: [
            *f.usual(time=False),
            making.attribute(Oid.SIGNING_TIME, encode(0x17, b"26112112000")),
        ],
        "signing-time-form",
    ),
    "digest of another length": (lambda f: f.usual(b"short"), "message-digest-value"),
    "algorithm protection names others": (
        lambda f: [
            *f.usual(),
            making.attribute(
                Oid.ALGORITHM_PROTECTION,
                encode(
                    0x30,
                    encode(0x30, encode_oid("1.2.840.113549.2.5"))
                    + encode(0xA1, encode_oid("1.2.840.10045.4.3.2")),
                ),
            ),
        ],
        "algorithm-protection",
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_defects_of_form(authority, forge, name):
    attributes, check = FORMS[name]
    report = judge(authority, forge.file(forge.info(attributes(forge))))
    assert report.verdict is Verdict.FAILED
    assert check in open_ids(report)


def test_unsorted_attributes(authority, forge):
    attributes = sorted(forge.usual(), reverse=True)
    report = judge(authority, forge.file(forge.info(attributes, sort=False)))
    assert open_ids(report) == {"signed-attributes-der"}
    assert (
        judge(authority, forge.file(forge.info(attributes, sort=False)), lenient=True).verdict
        is Verdict.PASSED
    )


def test_algorithms_that_do_not_fit_each_other(authority, forge):
    sha512 = encode(0x30, encode_oid("1.2.840.10045.4.3.4"))
    info = forge.info(forge.usual(), signature_der=sha512, sign_with="sha512")
    report = judge(authority, forge.file(info))
    assert open_ids(report) == {"algorithms-consistent"}
    assert report.verdict is Verdict.FAILED


def test_digest_that_the_file_does_not_declare(authority, forge):
    other = encode(0x30, encode_oid("2.16.840.1.101.3.4.2.3"))
    report = judge(authority, forge.file(forge.info(forge.usual()), digests=[other]))
    assert open_ids(report) == {"digest-algorithm-declared"}


def test_key_identifier_as_signer(authority, forge):
    identifier = forge.template.record.key_identifier
    info = forge.info(forge.usual(), sid=encode(0x80, identifier))
    assert judge(authority, forge.file(info)).verdict is Verdict.PASSED
    wrong = forge.info(forge.usual(), sid=encode(0x80, b"\0" * 20))
    assert (
        only(judge(authority, forge.file(wrong))).sub_indication == "NO_SIGNING_CERTIFICATE_FOUND"
    )


def test_certificate_of_the_same_key_swapped_in(authority, forge):
    """Same name, same serial, same key, another certificate: the signed hash tells them apart."""
    leaf = authority.leaf("p256")
    twin = pki.make(
        "Главный врач",
        authority.intermediate,
        key=leaf.key,
        serial=leaf.cert.serial_number,
        end=pki.NOW + 2 * pki.YEAR,
    )
    info = forge.info(forge.usual())
    for bag in ([twin.der], [twin.der, authority.intermediate.der]):
        report = judge(authority, forge.file(info, certificates=bag))
        assert report.verdict is Verdict.FAILED
        assert open_ids(report) == {"signing-certificate-reference"}
    both = forge.file(info, certificates=[twin.der, leaf.der, authority.intermediate.der])
    assert only(judge(authority, both)).signer.subject.endswith("Иванова p256")
    without = forge.file(forge.info(forge.usual(ess=False)), certificates=[twin.der, leaf.der])
    assert judge(authority, without, lenient=True).verdict is Verdict.INDETERMINATE


def test_certificate_may_be_given_beside(authority, forge):
    made = forge.file(forge.info(forge.usual()), certificates=[])
    assert only(judge(authority, made)).sub_indication == "NO_SIGNING_CERTIFICATE_FOUND"
    given = [authority.leaf("p256").der, authority.intermediate.der]
    assert judge(authority, made, certificates=given).verdict is Verdict.PASSED


def test_certificates_in_the_unsigned_attributes_are_found(authority, forge):
    """As CryptoPro writes CAdES-X Long: the bag is empty, certificate-values holds all."""
    made = forge.file(forge.info(forge.usual()), certificates=[])
    parsed = parse_signed_data(made)
    values = encode(0x30, authority.leaf("p256").der + authority.intermediate.der)
    changed = joining.add_unsigned(parsed.signers[0][1], Oid.CERTIFICATE_VALUES, values)
    report = judge(authority, joining.replace_signer(parsed, 0, changed))
    assert report.verdict is Verdict.PASSED


def test_signature_that_signs_an_empty_document_is_no_blank_cheque(authority):
    made = sign(authority.leaf("rsa"), b"")
    assert judge(authority, made, b"").verdict is Verdict.PASSED
    assert only(judge(authority, made, b"x")).sub_indication == "HASH_FAILURE"


def test_attached_document_that_is_not_the_file_beside_it(authority):
    made = sign(authority.leaf("rsa"), attached=True)
    assert judge(authority, made, None).verdict is Verdict.PASSED
    assert judge(authority, made, DOC).verdict is Verdict.PASSED
    report = judge(authority, made, b"another")
    assert report.verdict is Verdict.FAILED
    assert only(report).sub_indication == "HASH_FAILURE"


def test_missing_document_is_not_passed(authority):
    report = judge(authority, sign(authority.leaf("rsa")), None)
    assert (report.verdict, only(report).sub_indication) == (
        Verdict.INDETERMINATE,
        "SIGNED_DATA_NOT_FOUND",
    )


@pytest.mark.parametrize("junk", [b"\0", b"x" * 70])
def test_bytes_after_the_structure(authority, junk):
    made = sign(authority.leaf("rsa")) + junk
    assert open_ids(judge(authority, made)) == {"no-trailing-bytes"}
    assert only(judge(authority, made)).sub_indication == "FORMAT_FAILURE"
    assert judge(authority, made, lenient=True).verdict is Verdict.PASSED


def test_certificates_only_is_no_signature(authority):
    made = signed_data([], digests=[], certificates=[authority.leaf("rsa").der])
    report = judge(authority, made)
    assert report.verdict is Verdict.FAILED
    assert open_ids(report) == {"signers-present"}


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"text", b"%%", b"\x30", b"\x30\x80", b"M===", b"\x30\x82\xff\xff\x06"]
)
def test_what_is_no_signature_is_never_passed(authority, data):
    report = judge(authority, data)
    assert report.verdict is Verdict.FAILED
    assert not report.signatures


def test_expiry_revocation_trust_and_cryptography_are_told_apart(authority):
    leaf = authority.leaf("rsa")
    made = sign(leaf)
    crls = [authority.root.crl(), authority.intermediate.crl()]
    late = authority.verifier(at=pki.NOW + 2 * pki.YEAR).verify_bytes(made, MemoryContent(DOC))
    assert only(late).sub_indication == "OUT_OF_BOUNDS_NO_POE"
    authority.intermediate.revoked[leaf.cert.serial_number] = pki.NOW - timedelta(days=3)
    try:
        revoked = judge(authority, made, crls=[authority.root.crl(), authority.intermediate.crl()])
    finally:
        authority.intermediate.revoked.clear()
    assert only(revoked).sub_indication == "REVOKED_NO_POE"
    assert only(revoked).revocation.status == "revoked"
    assert only(judge(authority, made, crls=crls, revocation="require")).verdict is Verdict.PASSED
    assert only(judge(authority, made, revocation="require")).sub_indication == "TRY_LATER"
    from medcab.signing.trust import TrustStore
    from medcab.signing.verify import Verifier

    stranger = Verifier(TrustStore(), at=pki.NOW).verify_bytes(made, MemoryContent(DOC))
    assert only(stranger).sub_indication == "NO_CERTIFICATE_CHAIN_FOUND"
    broken = bytearray(made)
    broken[-1] ^= 1
    assert only(judge(authority, bytes(broken))).sub_indication == "SIG_CRYPTO_FAILURE"


def test_failure_outweighs_an_open_question(authority):
    made = sign(authority.leaf("rsa"))
    late = authority.verifier(at=pki.NOW + 2 * pki.YEAR).verify_bytes(
        made, MemoryContent(b"changed")
    )
    assert only(late).indication == "TOTAL-FAILED"
    assert only(late).sub_indication == "HASH_FAILURE"


def test_revocation_answers_of_a_stranger_change_nothing(authority):
    """A list made under the authority's name with another key is not the authority's list."""
    leaf = authority.leaf("rsa")
    fake = pki.make("Промежуточный", kind="p256", ca=True)
    fake.revoked[leaf.cert.serial_number] = pki.NOW - timedelta(days=1)
    report = judge(authority, sign(leaf), crls=[fake.crl()])
    assert report.verdict is Verdict.PASSED
    assert only(report).revocation.status == "unknown"
    good = pki.make("Промежуточный", kind="p256", ca=True)
    authority.intermediate.revoked[leaf.cert.serial_number] = pki.NOW - timedelta(days=1)
    try:
        real = authority.intermediate.crl()
    finally:
        authority.intermediate.revoked.clear()
    report = judge(authority, sign(leaf), crls=[good.crl(), real])
    assert only(report).sub_indication == "REVOKED_NO_POE"


def test_verdicts_of_one_file_never_leak_into_another(authority):
    """A file that brings a revocation list for its signer does not change the next file."""
    leaf = authority.leaf("rsa")
    made = sign(leaf)
    authority.intermediate.revoked[leaf.cert.serial_number] = pki.NOW - timedelta(days=1)
    try:
        crl = authority.intermediate.crl()
    finally:
        authority.intermediate.revoked.clear()
    parsed = parse_signed_data(made)
    data = parsed.data
    start = parsed.signer_spans[0][0]
    with_crl = data.replace(
        encode(0x31, data[slice(*parsed.signer_spans[0])]),
        encode(0xA1, crl) + encode(0x31, data[start:]),
    )
    # lengths of the outer layers change: build them anew
    body_start = read(data, 0, len(data))
    assert body_start
    from medcab.signing.cms import SIGNED_DATA

    held = b"".join(
        (
            b"\x02\x01\x01",
            parsed.digests_der,
            data[slice(*parsed.encapsulated_der)],
            encode(0xA0, parsed.certificates_der),
            encode(0xA1, crl),
            encode(0x31, data[slice(*parsed.signer_spans[0])]),
        )
    )
    with_crl = encode(0x30, encode_oid(SIGNED_DATA) + encode(0xA0, encode(0x30, held)))
    verifier = authority.verifier()
    for _ in range(2):
        assert only(verifier.verify_bytes(made, MemoryContent(DOC))).verdict is Verdict.PASSED
        revoked = only(verifier.verify_bytes(with_crl, MemoryContent(DOC)))
        assert revoked.sub_indication == "REVOKED_NO_POE"


def test_weak_key(authority):
    weak = pki.make("Слабый", authority.intermediate, kind="rsa1024")
    report = judge(authority, sign(weak))
    assert only(report).sub_indication == "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"
    assert "key-strength" in open_ids(report)


def test_purpose_of_the_certificate(authority):
    for options, check in (
        ({"usage": "key_encipherment"}, "key-usage"),
        ({"purposes": [pki.TIME_STAMPING]}, "extended-key-usage"),
    ):
        entity = pki.make("Не для подписи", authority.intermediate, **options)
        report = judge(authority, sign(entity))
        assert check in open_ids(report)
        assert report.verdict is Verdict.INDETERMINATE


def test_claimed_time_is_a_claim(authority):
    leaf = authority.leaf("rsa")
    before = SignOptions(force=True, signing_time=pki.NOW - 3 * pki.YEAR)
    made = Signer(leaf.signing_key(), before).sign_bytes(DOC)
    result = only(judge(authority, made))
    assert result.verdict is Verdict.PASSED
    assert any(c.id == "claimed-time" and c.outcome == "warning" for c in result.checks)
    assert [p.source for p in result.proofs] == ["current-time"]


def test_signer_of_another_key_kind(authority, forge):
    rsa = encode(0x30, encode_oid("1.2.840.113549.1.1.11") + b"\x05\x00")
    report = judge(authority, forge.file(forge.info(forge.usual(), signature_der=rsa)))
    assert "key-fits-algorithm" in open_ids(report)
    assert report.verdict is Verdict.FAILED


def test_unknown_algorithm_is_open(authority, forge):
    unknown = encode(0x30, encode_oid("1.2.3.4.5"))
    report = judge(authority, forge.file(forge.info(forge.usual(), signature_der=unknown)))
    assert report.verdict is Verdict.INDETERMINATE


def test_hundred_look_alike_intermediates_are_bounded(authority):
    import time

    leaf = authority.leaf("rsa")
    crowd = [pki.make("Промежуточный", kind="p256", ca=True).der for _ in range(100)]
    parsed = parse_signed_data(sign(leaf))
    made = joining.add_signers(parsed, [], certificates=crowd)
    started = time.monotonic()
    assert judge(authority, made).verdict is Verdict.PASSED
    assert time.monotonic() - started < 10


def test_signer_info_that_cannot_be_read_does_not_hide(authority):
    parsed = parse_signed_data(sign(authority.leaf("rsa")))
    made = joining.add_signers(parsed, [encode(0x30, b"\x02\x01\x01")])
    report = judge(authority, made)
    assert "signer-readable" in open_ids(report)
    assert report.verdict is Verdict.FAILED


@pytest.mark.parametrize("kind", ["rsa", "p256", "ed25519"])
def test_no_flipped_bit_of_a_signer_passes(authority, kind):
    """Each bit of the SignerInfo; its name of the certificate is free, but must lead to the same."""
    made = sign(authority.leaf(kind))
    info = parse_signed_data(made).signers[0][1]
    verifier = authority.verifier()
    start, sid = made.index(info.raw), made.index(info.sid_der)
    document = MemoryContent(DOC)
    for place in range(start, start + len(info.raw)):
        for bit in range(0, 8, 1 if kind == "p256" else 3):
            broken = bytearray(made)
            broken[place] ^= 1 << bit
            report = verifier.verify_bytes(bytes(broken), document)
            if report.verdict is Verdict.PASSED:
                assert sid <= place < sid + len(info.sid_der), (place - start, bit)
                assert (
                    only(report).signer
                    == authority.verifier().verify_bytes(made, document).signatures[0].signer
                )


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cut=st.integers(0, 3000), junk=st.binary(max_size=30), where=st.integers(0, 3000))
def test_mutilated_files_never_crash(authority, cut, junk, where):
    made = sign(authority.leaf("p256"))
    broken = made[: where % len(made)] + junk + made[(where + cut) % len(made) :]
    report = judge(authority, broken)
    if broken != made:
        assert (
            report.verdict is not Verdict.PASSED or judge(authority, made).verdict is Verdict.PASSED
        )
    for result in report.signatures:
        assert bool(result.open_checks) == (result.verdict is not Verdict.PASSED)


def test_json_says_what_the_acceptance_list_asks(authority):
    import json

    from medcab.signing.report import report_json
    from medcab.text import translator

    made = json.loads(report_json(judge(authority, sign(authority.leaf("rsa"))), translator("en")))
    assert made["schema"] == "medcab.signature/1"
    assert made["verdict"] == "passed"
    (signature,) = made["signatures"]
    wanted = {
        "indication",
        "sub_indication",
        "level",
        "signer",
        "claimed_signing_time",
        "chain",
        "revocation",
        "checks",
    }
    assert wanted <= set(signature)
    assert {"id", "outcome", "rule", "detail"} == set(signature["checks"][0])
    assert signature["revocation"]["policy"] == "prefer"
    assert len(signature["chain"]) == 3


def test_old_form_of_the_certificate_reference_is_told(authority, forge):
    """signing-certificate (v1) is SHA-1: accepted with a warning."""
    entry = encode(0x30, encode(0x04, hashlib.sha1(authority.leaf("p256").der).digest()))
    old = making.attribute(Oid.ESS_V1, encode(0x30, encode(0x30, entry)))
    report = judge(authority, forge.file(forge.info([*forge.usual(ess=False), old])))
    assert report.verdict is Verdict.PASSED
    assert any(c.id == "reference-digest" and c.outcome == "warning" for c in only(report).checks)


def test_signed_attributes_of_indefinite_length(authority, forge):
    """RFC 5652 5.3: they must be DER even where the rest is BER; the signature is over the DER."""
    from medcab.signing.signer_info import parse_signer_info

    info = forge.info(forge.usual())
    parsed = parse_signer_info(info)
    _, start, stop = read(parsed.signed_der, 0, len(parsed.signed_der))
    loose = b"\xa0\x80" + parsed.signed_der[start:stop] + b"\0\0"
    _, start, stop = read(info, 0, len(info))
    made = forge.file(encode(0x30, info[start:stop].replace(parsed.signed_der, loose)))
    report = judge(authority, made)
    assert open_ids(report) == {"signed-attributes-der"}
    assert report.encoding == "ber"
    assert judge(authority, made, lenient=True).verdict is Verdict.PASSED


def test_unsigned_attributes_of_indefinite_length(authority, forge):
    info = forge.info(forge.usual())
    _, start, stop = read(info, 0, len(info))
    extra = making.attribute("1.2.3.4", b"\x05\x00")
    made = forge.file(encode(0x30, info[start:stop] + b"\xa1\x80" + extra + b"\0\0"))
    assert judge(authority, made).verdict is Verdict.PASSED


def test_digests_that_are_no_longer_accepted(authority):
    """SHA-1: right by mathematics, open by its date; accepted for a moment when it was good."""
    leaf = authority.leaf("rsa")
    forge = Forge(leaf)
    sha1 = encode(0x30, encode_oid("1.3.14.3.2.26"))

    class Key:
        def sign(self, data, digest="sha256", *, pss=False):
            from cryptography.hazmat.primitives import hashes
            from cryptography.hazmat.primitives.asymmetric import padding

            return leaf.key.sign(data, padding.PKCS1v15(), hashes.SHA1())

    forge.entity = type("Entity", (), {"signing_key": lambda self: Key(), "der": leaf.der})()
    info = forge.info(
        forge.usual(hashlib.sha1(DOC).digest()),
        digest_der=sha1,
        signature_der=encode(0x30, encode_oid("1.2.840.113549.1.1.5") + b"\x05\x00"),
    )
    report = judge(authority, forge.file(info, digests=[sha1]))
    assert only(report).sub_indication == "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"
    assert open_ids(report) == {"digest-strength"}
    assert (
        judge(authority, forge.file(info, digests=[sha1]), sunsets=False).verdict is Verdict.PASSED
    )
