"""CAdES with GOST keys: what OpenSSL's engine made is judged rightly, what we make it accepts."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asn1crypto import cms, core, tsp, x509

from medcab.errors import PasswordError, SigningError
from medcab.signing.content import MemoryContent
from medcab.signing.gost import streebog
from medcab.signing.gost.keys import KEY_KINDS, GostPrivateKey
from medcab.signing.keys import load_p12, load_pem
from medcab.signing.policy import ValidationPolicy
from medcab.signing.results import CheckOutcome, Indication
from medcab.signing.sign import Signer, SignOptions
from medcab.signing.tlv import encode, encode_oid
from medcab.signing.trust import TrustStore
from medcab.signing.verify import Verifier

VECTORS = Path(os.environ.get("MEDCAB_VECTORS", Path(__file__).parents[3] / "shared" / "vectors"))
ENGINE = VECTORS / "gost" / "openssl-engine"
pytestmark = pytest.mark.skipif(not ENGINE.is_dir(), reason=f"no GOST vectors at {ENGINE}")
LENIENT = ValidationPolicy(lenient=True, revocation="none")
LISTED = ValidationPolicy(revocation="require")


def trust(*names):
    return TrustStore.load([str(ENGINE / name) for name in names])


def judge(data, policy=LENIENT, content=b"", anchors=("root.crt",), **options):
    verifier = Verifier(trust(*anchors), policy, **options)
    return verifier.verify_bytes(data, MemoryContent(content) if content else None)


def passed(result, check):
    return [c.outcome for c in result.checks if c.id == check] == [CheckOutcome.PASSED]


def document():
    return (ENGINE / "doc.txt").read_bytes()


def lists():
    return [(ENGINE / name).read_bytes() for name in ("root.crl", "subca.crl")]


def inside(name):
    return b"" if name.endswith(".p7m") else document()


@pytest.mark.parametrize(
    "name",
    ["cades_512.p7s", "cades_bes_attached.p7m", "cades_bes_detached.p7s"],
)
def test_cades_of_openssl_passes_the_strict_policy_with_crls(name):
    when = datetime.fromtimestamp(_updated(), UTC)
    report = judge((ENGINE / name).read_bytes(), LISTED, inside(name), crls=lists(), at=when)
    [result] = report.signatures
    assert result.indication is Indication.TOTAL_PASSED, result.checks
    assert result.level.value == "CAdES-B-B"


def _updated():
    from asn1crypto import crl, pem

    data = (ENGINE / "subca.crl").read_bytes()
    parsed = crl.CertificateList.load(pem.unarmor(data)[2] if pem.detect(data) else data)
    return parsed["tbs_cert_list"]["this_update"].native.timestamp() + 60


def test_ocsp_of_a_delegated_responder_counts_as_revocation_data():
    from asn1crypto import ocsp

    answer = (ENGINE / "ocsp.resp").read_bytes()
    basic = ocsp.OCSPResponse.load(answer).basic_ocsp_response
    made = basic["tbs_response_data"]["responses"][0]["this_update"].native
    data = (ENGINE / "cades_bes_detached.p7s").read_bytes()
    options = {
        "crls": [(ENGINE / "root.crl").read_bytes()],
        "certificates": [certificate_der("ocsp")],
        "at": max(made, datetime.fromtimestamp(_updated(), UTC)),
    }
    [result] = judge(data, LISTED, document(), ocsps=[answer], **options).signatures
    assert result.indication is Indication.TOTAL_PASSED, [c for c in result.checks if c.open]
    value = basic["signature"].native
    broken = answer.replace(value, value[:-1] + bytes([value[-1] ^ 1]))
    assert broken != answer
    for ocsps in ([], [broken]):
        [result] = judge(data, LISTED, document(), ocsps=ocsps, **options).signatures
        assert result.indication is Indication.INDETERMINATE


def certificate_der(name):
    from asn1crypto import pem

    return pem.unarmor((ENGINE / f"{name}.crt").read_bytes())[2]


PLAIN = ["cms_attached.p7m", "cms_ber_indef.p7m", "cms_detached.p7s", "cms_noattr.p7s",
         "cms_ski.p7s"]  # fmt: skip


@pytest.mark.parametrize("name", PLAIN)
def test_plain_cms_of_openssl_passes_leniently_and_fails_strictly(name):
    data = (ENGINE / name).read_bytes()
    [result] = judge(data, LENIENT, inside(name)).signatures
    assert result.indication is Indication.TOTAL_PASSED, result.checks
    [result] = judge(data, ValidationPolicy(revocation="none"), inside(name)).signatures
    assert result.indication is Indication.TOTAL_FAILED
    assert passed(result, "signature-value")


def test_two_signers_are_judged_each_by_itself():
    first, second = judge((ENGINE / "cades_two_signers.p7m").read_bytes()).signatures
    assert first.indication is Indication.TOTAL_PASSED
    # The second key is the one of the time-stamping service: right mathematics, wrong purpose.
    assert second.indication is Indication.INDETERMINATE
    assert passed(second, "signature-value")


@pytest.mark.parametrize("path", sorted(ENGINE.glob("ss_*.p7m")), ids=lambda p: p.stem)
def test_sixteen_parameter_sets(path):
    data = path.read_bytes()
    anchors = (path.with_suffix(".crt").name,)
    [result] = judge(data, anchors=anchors).signatures
    assert passed(result, "signature-value")
    assert passed(result, "message-digest-value")
    withdrawn = [c for c in result.checks if c.open and "2001" in repr(c)]
    assert bool(withdrawn) == ("2001" in path.name)
    content = cms.ContentInfo.load(data)
    octets = content["content"]["encap_content_info"]["content"]
    changed = data.replace(octets.native, octets.native[:-1] + b"?")
    assert changed != data
    [result] = judge(changed, anchors=anchors).signatures
    assert result.indication is Indication.TOTAL_FAILED


@pytest.mark.parametrize("name", ["cades_512.p7s", "cades_bes_detached.p7s", *PLAIN])
def test_any_damage_to_the_signature_value_fails(name):
    data = (ENGINE / name).read_bytes()
    value = judge_value(data)
    for at in (0, len(value) // 2 - 1, len(value) // 2, len(value) - 1):
        broken = bytearray(value)
        broken[at] ^= 0x10
        changed = data.replace(value, bytes(broken))
        [result] = judge(changed, LENIENT, inside(name)).signatures
        assert result.indication is Indication.TOTAL_FAILED, at


def judge_value(data):
    return cms.ContentInfo.load(data)["content"]["signer_infos"][0]["signature"].native


def test_another_document_fails():
    data = (ENGINE / "cades_bes_detached.p7s").read_bytes()
    [result] = judge(data, content=document() + b" ").signatures
    assert result.indication is Indication.TOTAL_FAILED


def test_an_unknown_root_is_not_passed():
    data = (ENGINE / "cades_bes_attached.p7m").read_bytes()
    [result] = judge(data, anchors=("ss_gost2012_256_A.crt",)).signatures
    assert result.indication is Indication.INDETERMINATE


def key(name):
    pem = (ENGINE / f"{name}.crt").read_bytes() + (ENGINE / "chain.pem").read_bytes()
    return load_pem((ENGINE / f"{name}.key").read_bytes(), pem)


@pytest.fixture(scope="module")
def openssl(tmp_path_factory):
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    if subprocess.run(["openssl", "engine", "gost"], capture_output=True, check=False).returncode:
        pytest.skip("OpenSSL has no GOST engine (libengine-gost-openssl)")
    folder = tmp_path_factory.mktemp("openssl")
    config = folder / "openssl.cnf"
    config.write_text(
        "openssl_conf = c\n[c]\nengines = e\n[e]\ngost = g\n[g]\nengine_id = gost\n"
        "default_algorithms = ALL\n"
    )

    def verify(signature, content=None):
        (folder / "sig").write_bytes(signature)
        (folder / "doc").write_bytes(content or b"")
        command = [
            "openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER",
            "-in", str(folder / "sig"), "-CAfile", str(ENGINE / "chain.pem"), "-purpose", "any",
            *(["-content", str(folder / "doc")] if content is not None else []),
        ]  # fmt: skip
        return subprocess.run(
            command, capture_output=True, check=False,
            env={**os.environ, "OPENSSL_CONF": str(config)},
        )  # fmt: skip

    return verify


@pytest.mark.peer
@pytest.mark.parametrize("name", ["leaf256", "leaf512"])
@pytest.mark.parametrize("attached", [False, True])
def test_openssl_accepts_what_we_sign(openssl, name, attached):
    signer = Signer(key(name), SignOptions(attached=attached))
    made = signer.sign_content(MemoryContent(document()))
    done = openssl(made, None if attached else document())
    assert done.returncode == 0, done.stderr.decode()
    if not attached:
        assert openssl(made, document() + b"!").returncode != 0


@pytest.mark.parametrize("name", ["leaf256", "leaf512"])
@pytest.mark.parametrize("attached", [False, True])
def test_what_we_sign_passes_our_own_strict_verification(name, attached):
    made = Signer(key(name), SignOptions(attached=attached)).sign_content(MemoryContent(document()))
    report = judge(made, ValidationPolicy(revocation="none"), b"" if attached else document())
    [result] = report.signatures
    assert result.indication is Indication.TOTAL_PASSED, result.checks
    info = cms.ContentInfo.load(made)["content"]["signer_infos"][0]
    bits = name[-3:]
    assert info["digest_algorithm"]["algorithm"].native == f"streebog{bits}"
    assert isinstance(info["digest_algorithm"]["parameters"], core.Void)
    assert info["signature_algorithm"]["algorithm"].native == f"gost2012_{bits}"
    attributes = {a["type"].dotted: a["values"] for a in info["signed_attrs"]}
    assert {"1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4", "1.2.840.113549.1.9.5"} < set(
        attributes
    )
    [value] = attributes["1.2.840.113549.1.9.16.2.47"]
    ess = tsp.SigningCertificateV2.load(value.dump())
    [named] = ess["certs"]
    assert named["hash_algorithm"]["algorithm"].native == f"streebog{bits}"
    certificate = key(name).certificate.dump()
    assert named["cert_hash"].native == streebog.new(int(bits), certificate).digest()


@pytest.mark.peer
def test_a_container_signs(openssl):
    data = (ENGINE / "pfx512_gost89.pfx").read_bytes()
    made = Signer(load_p12(data, "Пароль")).sign_content(MemoryContent(document()))
    assert openssl(made, document()).returncode == 0


def test_parallel_and_counter_signatures():
    first = Signer(key("leaf256"))
    second = Signer(key("leaf512"))
    made = first.sign_content(MemoryContent(document()))
    both = second.add_to(made, MemoryContent(document()))
    results = judge(both, ValidationPolicy(revocation="none"), document()).signatures
    assert [r.indication for r in results] == [Indication.TOTAL_PASSED] * 2
    confirmed = second.counter_sign(made, 0)
    [result] = judge(confirmed, ValidationPolicy(revocation="none"), document()).signatures
    assert result.indication is Indication.TOTAL_PASSED
    [counter] = result.counter_signatures
    assert counter.indication is Indication.TOTAL_PASSED


def test_a_gost_key_signs_with_its_own_digest_only():
    with pytest.raises(SigningError, match="own digest"):
        Signer(key("leaf256"), SignOptions(digest="sha256"))
    with pytest.raises(SigningError, match="own digest"):
        Signer(key("leaf256"), SignOptions(pss=True))


def test_a_key_of_2001_does_not_sign():
    with pytest.raises(SigningError, match="withdrawn"):
        Signer(
            load_pem(
                (ENGINE / "ss_gost2001_A.key").read_bytes(),
                (ENGINE / "ss_gost2001_A.crt").read_bytes(),
            ),
            SignOptions(force=True),
        )


def _with_certificates_only_in_certificate_values(data):
    """As CryptoPro writes CAdES-X Long: the chain lies in an unsigned attribute."""
    content = cms.ContentInfo.load(data)
    signed = content["content"]
    body = b"".join(c.chosen.dump() for c in signed["certificates"])
    signed["certificates"] = None
    certificate_values = encode(0x30, body)
    attribute = encode(
        0x30, encode_oid("1.2.840.113549.1.9.16.2.23") + encode(0x31, certificate_values)
    )
    info = signed["signer_infos"][0]
    info["unsigned_attrs"] = cms.CMSAttributes.load(encode(0x31, attribute))
    return content.dump(force=True)


def test_certificates_only_in_the_unsigned_values_are_found():
    made = Signer(key("leaf256")).sign_content(MemoryContent(document()))
    moved = _with_certificates_only_in_certificate_values(made)
    assert moved != made
    [result] = judge(moved, ValidationPolicy(revocation="none"), document()).signatures
    assert result.indication is Indication.TOTAL_PASSED, result.checks


@pytest.mark.parametrize(
    "path",
    sorted(ENGINE.glob("*.pfx")) + sorted((ENGINE.parent / "rfc9548").glob("*.pfx")),
    ids=lambda p: p.stem,
)
def test_every_container_signs_through_the_common_door(path):
    password = {"pfx512_gost89": "Пароль", "rfc9548_A2": "Пароль для PFX"}.get(path.stem, "12345")
    opened = load_p12(path.read_bytes(), password)
    assert opened.algorithm in ("gost2012_256", "gost2012_512")
    signer = Signer(opened, SignOptions(attached=True, force=True))
    made = signer.sign_content(MemoryContent(document()))
    [result] = judge(made).signatures
    assert passed(result, "signature-value")
    with pytest.raises(PasswordError):
        load_p12(path.read_bytes(), password + "!")


def _pdf_with_room(size=16_000):
    """A one-page PDF with an empty signature field value, written by hand."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [4 0 R] /SigFlags 3 >> >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Annots [4 0 R] >>",
        (
            b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Signature1) /V 5 0 R /P 3 0 R"
            b" /Rect [0 0 0 0] /F 132 >>"
        ),
        b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached"
        b" /ByteRange [0 ########## ########## ##########] /Contents <"
        + b"0" * size
        + b"> /M (D:20260701120000Z) >>",
    ]
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + table
    out += b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start
    first = out.index(b"/Contents <") + len(b"/Contents ")
    last = out.index(b">", first) + 1
    for value in (first, last, len(out) - last):
        out = out.replace(b"##########", b"%-10d" % value, 1)
    return out, first, last


@pytest.mark.parametrize("name", ["leaf256", "leaf512"])
def test_gost_signature_inside_a_pdf(name):
    from medcab.signing.pades import verify_pdf

    pdf, first, last = _pdf_with_room()
    made = Signer(key(name)).sign_bytes(pdf[:first] + pdf[last:])
    signed = pdf[: first + 1] + made.hex().encode() + pdf[first + 1 + 2 * len(made) :]
    verifier = Verifier(
        trust("root.crt", "subca.crt"), ValidationPolicy(lenient=True, revocation="none")
    )
    [result] = verify_pdf(verifier, signed, "x.pdf").signatures
    assert passed(result, "signature-value")
    assert passed(result, "message-digest-value")
    assert result.indication is Indication.TOTAL_PASSED, [c for c in result.checks if c.open]
    changed = signed.replace(b"595 842", b"842 595")
    [result] = verify_pdf(verifier, changed, "x.pdf").signatures
    assert result.indication is Indication.TOTAL_FAILED


@pytest.mark.peer
@pytest.mark.parametrize("name", ["leaf256", "leaf512"])
def test_openssl_accepts_what_we_sign_inside_a_pdf(openssl, name):
    from medcab.signing.pades import sign_pdf, verify_pdf
    from medcab.signing.pades.reading import read_pdf

    signed = sign_pdf(Signer(key(name), SignOptions(force=True)), _page(), field="Подпись")
    file = read_pdf(signed)
    (place,) = file.fields
    assert place.field == "Подпись"
    used = cms.ContentInfo.load(place.contents).dump()
    covered = file.content(place).whole()
    assert openssl(used, covered).returncode == 0
    assert openssl(used, covered + b" ").returncode != 0
    verifier = Verifier(trust("root.crt", "subca.crt"), ValidationPolicy(revocation="none"))
    [result] = verify_pdf(verifier, signed, "x.pdf").signatures
    assert result.indication is Indication.TOTAL_PASSED, [c for c in result.checks if c.open]
    assert result.level.value == "PAdES-B-B"


def _page():
    from io import BytesIO

    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _name(text):
    common = encode(0x30, encode_oid("2.5.4.3") + encode(12, text.encode()))
    return encode(0x30, encode(0x31, common))


def _certificate(subject, private, issuer, signer, usage):
    extensions = [encode_oid("2.5.29.15") + b"\x01\x01\xff" + encode(4, usage)]
    if subject == issuer:
        basic = encode(0x30, b"\x01\x01\xff")
        extensions.append(encode_oid("2.5.29.19") + b"\x01\x01\xff" + encode(4, basic))
    algorithm = encode(0x30, encode_oid(private.kind.signature_oid))
    validity = encode(0x30, encode(23, b"200101000000Z") + encode(23, b"491231235959Z"))
    body = encode(
        0x30,
        encode(0xA0, b"\x02\x01\x02") + b"\x02\x01\x07" + algorithm + _name(issuer) + validity
        + _name(subject) + private.public_key().spki()
        + encode(0xA3, encode(0x30, b"".join(encode(0x30, e) for e in extensions))),
    )  # fmt: skip
    der = encode(0x30, body + algorithm + encode(3, b"\0" + signer.sign(body)))
    return x509.Certificate.load(der)


def test_authorities_that_repeat_their_name_with_another_key():
    kind = KEY_KINDS["1.2.643.7.1.1.1.1"]
    old, new, person = (GostPrivateKey(kind, "1.2.643.7.1.2.1.1.1", d) for d in (11, 12, 13))
    roots = [_certificate("УЦ", k, "УЦ", k, b"\x03\x02\x01\x06") for k in (old, new)]
    leaf = _certificate("Клиника", person, "УЦ", new, b"\x03\x02\x06\xc0")
    made = Signer(person.as_signing_key(leaf)).sign_bytes(b"text")

    def indication(*anchors):
        verifier = Verifier(
            TrustStore.from_certificates(anchors), ValidationPolicy(revocation="none")
        )
        [result] = verifier.verify_bytes(made, MemoryContent(b"text")).signatures
        return result.indication

    assert indication(*roots) is Indication.TOTAL_PASSED
    assert indication(*roots[::-1]) is Indication.TOTAL_PASSED
    assert indication(roots[1]) is Indication.TOTAL_PASSED
    assert indication(roots[0]) is Indication.INDETERMINATE
