"""GOST material of other programs: every file of the vectors, read by us."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asn1crypto import cms, crl, ocsp, pem, x509
from cryptography.exceptions import InvalidSignature

from medcab.errors import PasswordError
from medcab.signing.algorithms import digest_algorithm
from medcab.signing.gost import streebog
from medcab.signing.gost.algorithms import verify_signature
from medcab.signing.gost.keys import load_private_key, load_public_key
from medcab.signing.gost.pfx import is_gost_pfx, load_encrypted_key, load_gost_pfx

VECTORS = Path(os.environ.get("MEDCAB_VECTORS", Path(__file__).parents[3] / "shared" / "vectors"))
GOST = VECTORS / "gost"
ENGINE = GOST / "openssl-engine"
pytestmark = pytest.mark.skipif(not GOST.is_dir(), reason=f"the GOST vectors are not at {GOST}")


def der(path):
    data = path.read_bytes()
    return pem.unarmor(data)[2] if pem.detect(data) else data


def certificate(path):
    return x509.Certificate.load(der(path), strict=True)


def issued(child, parent):
    return verify_signature(
        parent.public_key,
        child["signature_algorithm"]["algorithm"].dotted,
        "",
        child["signature_value"].native,
        child["tbs_certificate"].dump(),
    )


def paths(folder, *patterns):
    return sorted(path for pattern in patterns for path in (GOST / folder).glob(pattern))


def digests():
    source = GOST / "streebog" / "dgst.result"
    lines = source.read_text().splitlines() if source.exists() else []
    for line in lines:
        name, digest = line.strip().split(")= ")
        kind, file = name.split("(")
        yield int(kind[-3:]), file, digest


@pytest.mark.parametrize(("bits", "file", "digest"), list(digests()))
@pytest.mark.parametrize("backend", [b.name for b in streebog.backends()])
def test_streebog(bits, file, digest, backend):
    path = GOST / "streebog" / file
    if not path.exists():
        pytest.skip(f"{file} is not among the vectors")
    if not next(b for b in streebog.backends() if b.name == backend).usable:
        pytest.skip(f"the backend {backend} is not here")
    assert streebog.new(bits, path.read_bytes(), backend=backend).hexdigest() == digest


@pytest.mark.parametrize("path", paths("openssl-engine", "ss_*.crt"), ids=lambda p: p.stem)
def test_sixteen_parameter_sets(path):
    itself = certificate(path)
    assert issued(itself, itself)
    key = load_private_key(der(path.with_suffix(".key")))
    assert key.matches(itself)
    broken = bytearray(der(path))
    broken[-1] ^= 1
    assert not issued(x509.Certificate.load(bytes(broken)), itself)


def test_there_are_sixteen():
    assert len(paths("openssl-engine", "ss_*.crt")) == 16


@pytest.mark.parametrize(
    ("child", "parent"),
    [
        ("root", "root"), ("subca", "root"), ("leaf256", "subca"), ("leaf512", "root"),
        ("ocsp", "subca"),
    ],
)  # fmt: skip
def test_chain(child, parent):
    assert issued(certificate(ENGINE / f"{child}.crt"), certificate(ENGINE / f"{parent}.crt"))


def test_strangers_did_not_issue():
    leaf, root = certificate(ENGINE / "leaf256.crt"), certificate(ENGINE / "root.crt")
    assert not issued(leaf, root)
    assert not issued(leaf, leaf)


@pytest.mark.parametrize(("name", "issuer"), [("root", "root"), ("subca", "subca")])
def test_crl(name, issuer):
    revoked = crl.CertificateList.load(der(ENGINE / f"{name}.crl"), strict=True)
    assert verify_signature(
        certificate(ENGINE / f"{issuer}.crt").public_key,
        revoked["signature_algorithm"]["algorithm"].dotted,
        "",
        revoked["signature"].native,
        revoked["tbs_cert_list"].dump(),
    )


def test_ocsp_answer_of_a_delegated_responder():
    from medcab.signing.gost.certvalidator import GostSignatureValidator, responder_is_authorised

    basic = ocsp.OCSPResponse.load((ENGINE / "ocsp.resp").read_bytes()).basic_ocsp_response
    responder = certificate(ENGINE / "ocsp.crt")
    arguments = (
        basic["signature"].native,
        basic["tbs_response_data"].dump(),
        responder.public_key,
        basic["signature_algorithm"],
    )
    GostSignatureValidator().validate_signature(*arguments)
    with pytest.raises(InvalidSignature):
        GostSignatureValidator().validate_signature(
            arguments[0], arguments[1] + b"\0", *arguments[2:]
        )
    subca, root = certificate(ENGINE / "subca.crt"), certificate(ENGINE / "root.crt")
    now = datetime(2030, 1, 1, tzinfo=UTC)
    assert responder_is_authorised(responder, subca, now)
    assert not responder_is_authorised(responder, root, now)
    assert not responder_is_authorised(responder, subca, datetime(1999, 1, 1, tzinfo=UTC))
    assert not responder_is_authorised(certificate(ENGINE / "leaf256.crt"), subca, now)


def test_path_validation_with_crls_in_pyhanko_certvalidator():
    from pyhanko_certvalidator import CertificateValidator, ValidationContext

    from medcab.signing.gost.certvalidator import GostSignatureValidator

    lists = [crl.CertificateList.load(der(ENGINE / f"{name}.crl")) for name in ("root", "subca")]
    moment = lists[1]["tbs_cert_list"]["this_update"].native

    def validate(leaf, roots):
        context = ValidationContext(
            trust_roots=roots,
            crls=lists,
            revocation_mode="require",
            signature_validator=GostSignatureValidator(),
            moment=moment,
        )
        validator = CertificateValidator(
            leaf, [certificate(ENGINE / "subca.crt")], validation_context=context
        )
        return asyncio.run(validator.async_validate_path())

    root = certificate(ENGINE / "root.crt")
    leaf = certificate(ENGINE / "leaf256.crt")
    assert len(list(validate(leaf, [root]))) == 3
    from pyhanko_certvalidator.errors import PathBuildingError, PathValidationError

    with pytest.raises((PathBuildingError, PathValidationError)):
        validate(leaf, [certificate(ENGINE / "ss_gost2012_256_A.crt")])
    broken = bytearray(der(ENGINE / "leaf256.crt"))
    broken[-1] ^= 1
    with pytest.raises((PathBuildingError, PathValidationError)):
        validate(x509.Certificate.load(bytes(broken)), [root])


def signers(path):
    content = cms.ContentInfo.load(der(path))["content"]
    certificates = {
        c.chosen["tbs_certificate"]["serial_number"].native: c.chosen
        for c in content["certificates"]
    }
    for info in content["signer_infos"]:
        yield content, certificates, info


@pytest.mark.parametrize("path", paths("tc26-cms", "signed_*.pem"), ids=lambda p: p.stem)
def test_signed_examples_of_r_1323565_1_025(path):
    for content, certificates, info in signers(path):
        signer = certificates[info["sid"].chosen["serial_number"].native]
        message = content["encap_content_info"]["content"].native
        digest_oid = info["digest_algorithm"]["algorithm"].dotted
        if info["signed_attrs"].native:
            signed = info["signed_attrs"].untag().dump()
            [digest] = [
                a["values"][0].native
                for a in info["signed_attrs"]
                if a["type"].native == "message_digest"
            ]
            assert digest == digest_algorithm(digest_oid).digest(message)
        else:
            signed = message
        arguments = (info["signature_algorithm"]["algorithm"].dotted, digest_oid)
        signature = info["signature"].native
        assert verify_signature(signer.public_key, *arguments, signature, signed)
        assert not verify_signature(signer.public_key, *arguments, signature, signed + b"\0")


@pytest.mark.parametrize("path", paths("tc26-cms", "hashed_*.pem"), ids=lambda p: p.stem)
def test_digested_examples_of_r_1323565_1_025(path):
    content = cms.ContentInfo.load(der(path))["content"]
    algorithm = digest_algorithm(content["digest_algorithm"]["algorithm"].dotted)
    message = content["encap_content_info"]["content"].contents
    assert algorithm.digest(message) == content["digest"].native


@pytest.mark.parametrize("name", ["sender256", "sender512", "root256"])
def test_certificates_of_r_1323565_1_025(name):
    folder = GOST / "tc26-cms"
    assert issued(
        certificate(folder / f"{name}_cert.pem"), certificate(folder / "root256_cert.pem")
    )


CONTAINERS = {"pfx512_gost89.pfx": "Пароль", "rfc9548_A2.pfx": "Пароль для PFX"}


@pytest.mark.parametrize(
    "path", paths("openssl-engine", "*.pfx") + paths("rfc9548", "*.pfx"), ids=lambda p: p.stem
)
def test_containers(path):
    password = CONTAINERS.get(path.name, "12345")
    [entry] = load_gost_pfx(path.read_bytes(), password)
    assert entry.key.matches(entry.certificate)
    public = load_public_key(entry.certificate.public_key)
    digest = digest_algorithm(public.digest_oid).digest(b"x")
    assert public.check(digest, entry.key.sign_digest(digest))
    assert entry.name in ("Ivanov", "Petrov", "p12FriendlyName")
    assert is_gost_pfx(path.read_bytes()) == ("aes" not in path.name)
    for wrong in ("", password + "1", password.lower() + " "):
        with pytest.raises(PasswordError):
            load_gost_pfx(path.read_bytes(), wrong)


def test_containers_carry_the_chain():
    [entry] = load_gost_pfx((ENGINE / "pfx_gost89_mac12_512.pfx").read_bytes(), "12345")
    assert [c.dump() for c in entry.chain] == [
        der(ENGINE / "subca.crt"),
        der(ENGINE / "root.crt"),
    ]


def cryptopro_exports():
    return paths("cryptopro", "*.pfx")


def test_containers_exported_by_cryptopro_csp():
    # Published by CryptoPro with the tests of its fork of .NET (SignedXml); the password is empty.
    if not cryptopro_exports():
        pytest.skip(f"no containers in {GOST / 'cryptopro'}")
    for path in cryptopro_exports():
        [entry] = load_gost_pfx(path.read_bytes(), "")
        assert entry.key.matches(entry.certificate), path.name
        with pytest.raises(PasswordError):
            load_gost_pfx(path.read_bytes(), "1")


def test_encrypted_pkcs8():
    key = load_encrypted_key(der(ENGINE / "leaf256_gost89.p8"), "12345")
    assert key.matches(certificate(ENGINE / "leaf256.crt"))
    with pytest.raises(PasswordError):
        load_encrypted_key(der(ENGINE / "leaf256_gost89.p8"), "1234")


def test_time_stamp_answer():
    from asn1crypto import tsp

    answer = tsp.TimeStampResp.load((ENGINE / "resp.tsr").read_bytes())
    token = answer["time_stamp_token"]["content"]
    content = token["encap_content_info"]["content"]
    stamped = content.parsed["message_imprint"]
    algorithm = digest_algorithm(stamped["hash_algorithm"]["algorithm"].dotted)
    document = (ENGINE / "doc.txt").read_bytes()
    assert stamped["hashed_message"].native == algorithm.digest(document)
    [info] = token["signer_infos"]
    serial = info["sid"].chosen["serial_number"].native
    [signer] = [
        c.chosen
        for c in token["certificates"]
        if c.chosen["tbs_certificate"]["serial_number"].native == serial
    ]
    digest_oid = info["digest_algorithm"]["algorithm"].dotted
    arguments = (
        signer.public_key,
        info["signature_algorithm"]["algorithm"].dotted,
        digest_oid,
        info["signature"].native,
    )
    signed = info["signed_attrs"].untag().dump()
    assert verify_signature(*arguments, signed)
    assert not verify_signature(*arguments, signed[:-1])
    [digest] = [
        a["values"][0].native for a in info["signed_attrs"] if a["type"].native == "message_digest"
    ]
    assert digest == digest_algorithm(digest_oid).digest(content.contents)
