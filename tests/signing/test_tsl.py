"""The list of accredited authorities: its contents, its signature, hostile variants."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from pathlib import Path

import pki
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from hypothesis import given, settings
from hypothesis import strategies as st
from pki import NOW

from medcab.errors import InputError, LimitError, MedcabError
from medcab.signing.c14n import canonicalize
from medcab.signing.certificates import sha256_of
from medcab.signing.trust import TrustStore
from medcab.signing.tsl import Accreditation, ListedAuthority, read_tsl
from medcab.signing.xmldsig import XmlSignatureState

SAMPLE = Path(__file__).parents[2] / "samples/keys/tsl.xml"
DS = "http://www.w3.org/2000/09/xmldsig#"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
EXC = "http://www.w3.org/2001/10/xml-exc-c14n#"


def build(
    certificates=(), *, status="Действует", since="2024-01-01T00:00:00+03:00", history="", extra=""
):
    data = "".join(
        f"<ДанныеСертификата><Данные>{base64.b64encode(c).decode()}</Данные></ДанныеСертификата>"
        for c in certificates
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<АккредитованныеУдостоверяющиеЦентры xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xsi:noNamespaceSchemaLocation="scheme.xsd"><Версия>7</Версия><Дата>2026-11-01T10:00:00</Дата>'
        "<УдостоверяющийЦентр><Название>УЦ &quot;А&amp;Б&quot;</Название><ИНН>7700000000</ИНН>"
        "<ПрограммноАппаратныеКомплексы><ПрограммноАппаратныйКомплекс><Псевдоним>ПАК</Псевдоним>"
        "<КлассСредствЭП>КС2</КлассСредствЭП><КлючиУполномоченныхЛиц><Ключ>"
        "<ИдентификаторКлюча>AQID</ИдентификаторКлюча><АдресаСписковОтзыва><Адрес>http://a/b.crl</Адрес>"
        f"</АдресаСписковОтзыва><Сертификаты>{data}</Сертификаты></Ключ></КлючиУполномоченныхЛиц>"
        "</ПрограммноАппаратныйКомплекс></ПрограммноАппаратныеКомплексы>"
        f"<СтатусАккредитации><Статус>{status}</Статус><ДействуетС>{since}</ДействуетС></СтатусАккредитации>"
        f"<ИсторияСтатусовАккредитации>{history}</ИсторияСтатусовАккредитации></УдостоверяющийЦентр>{extra}"
        "</АккредитованныеУдостоверяющиеЦентры>"
    ).encode()


def sign(document, entity, *, method=EXC, algorithm=None, digest="sha256", twice=False, uri=""):
    """Sign as another program would: canonical forms come from lxml."""
    from lxml import etree

    root = etree.fromstring(document)
    exclusive = method == EXC
    body = etree.tostring(root, method="c14n", exclusive=exclusive, with_comments=False)
    hasher = hashes.Hash(hashes.SHA256())
    hasher.update(body)
    kind = "ecdsa" if isinstance(entity.key, ec.EllipticCurvePrivateKey) else "rsa"
    algorithm = algorithm or f"http://www.w3.org/2001/04/xmldsig-more#{kind}-sha256"
    text = (
        f'<ds:Signature xmlns:ds="{DS}"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{method}"/>'
        f'<ds:SignatureMethod Algorithm="{algorithm}"/><ds:Reference URI="{uri}"><ds:Transforms>'
        f'<ds:Transform Algorithm="{DS}enveloped-signature"/><ds:Transform Algorithm="{method}"/></ds:Transforms>'
        f'<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#{digest}"/>'
        f"<ds:DigestValue>{base64.b64encode(hasher.finalize()).decode()}</ds:DigestValue></ds:Reference>"
        "</ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo><ds:X509Data><ds:X509Certificate>"
        f"{base64.b64encode(entity.der).decode()}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>"
    )
    signature = etree.fromstring(text)
    root.append(signature)
    if twice:
        root.append(etree.fromstring(text))
    info = etree.tostring(signature[0], method="c14n", exclusive=exclusive, with_comments=False)
    if kind == "ecdsa":
        from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

        r, s = decode_dss_signature(entity.key.sign(info, ec.ECDSA(hashes.SHA256())))
        value = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    else:
        value = entity.key.sign(info, padding.PKCS1v15(), hashes.SHA256())
    signature[1].text = base64.b64encode(value).decode()
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def test_the_sample(authority):
    tsl = read_tsl(SAMPLE.read_bytes(), "tsl.xml")
    assert (tsl.version, len(tsl.authorities), tsl.skipped) == ("1", 1, 0)
    first = tsl.authorities[0]
    assert first.name == "АО «Демонстрационный центр»"
    assert first.status.active
    assert first.complexes[0].tools_class == "КС2"
    key = first.complexes[0].keys[0]
    assert key.identifier == key.certificates[0].key_identifier.hex()
    assert tsl.signature.state is XmlSignatureState.VALID
    anchors = TrustStore.load([SAMPLE]).anchors
    assert anchors[0].accredited
    assert anchors[0].details["ogrn"] == "1027700999996"


def test_contents(authority):
    tsl = read_tsl(build([authority.intermediate.der, authority.root.der, b"junk"]))
    assert tsl.authorities[0].name == 'УЦ "А&Б"'
    assert tsl.skipped == 1
    assert tsl.issued == datetime(2026, 11, 1, 10, tzinfo=UTC)
    assert tsl.authorities[0].complexes[0].keys[0].identifier == "010203"
    assert tsl.authorities[0].complexes[0].keys[0].crl_addresses == ("http://a/b.crl",)
    assert {a.fingerprint for a in tsl.anchors()} == {
        sha256_of(authority.intermediate.asn1), sha256_of(authority.root.asn1)
    }  # fmt: skip
    assert tsl.signature.state is XmlSignatureState.ABSENT


def day(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "history", "accredited", "not_accredited"),
    [
        (("Действует", "2024-01-01"), [], ["2024-01-01", "2030-01-01"], ["2023-12-31"]),
        (
            ("Прекращена", "2025-01-01"),
            [("Действует", "2020-01-01")],
            ["2020-01-01", "2024-12-31"],
            ["2019-12-31", "2025-01-01"],
        ),
        (("Прекращена", "2025-01-01"), [], ["2010-01-01"], ["2025-01-01", "2026-01-01"]),
        (
            ("Действует", "2025-06-01"),
            [("Действует", "2020-01-01"), ("Приостановлена", "2025-01-01")],
            ["2024-01-01", "2025-06-01"],
            ["2025-03-01"],
        ),
        (("Прекращена", None), [], [], ["2010-01-01", "2026-01-01"]),
        (("", None), [], [], ["2026-01-01"]),
        (("Действует", None), [], ["2010-01-01", "2026-01-01"], []),
    ],
)
def test_times_of_accreditation(status, history, accredited, not_accredited, authority):
    from medcab.signing.trust import Anchor

    def made(pair):
        return Accreditation(pair[0], day(pair[1]) if pair[1] else None)

    listed = ListedAuthority("", "", "", "", "", made(status), tuple(map(made, history)), ())
    anchor = Anchor(authority.root.asn1, periods=listed.periods())
    assert all(anchor.trusted_at(day(text)) for text in accredited)
    assert not any(anchor.trusted_at(day(text)) for text in not_accredited)


@pytest.mark.parametrize("method", [C14N, EXC])
@pytest.mark.parametrize("kind", ["rsa", "p256"])
def test_signatures_of_another_program_are_checked(authority, method, kind):
    document = sign(build([authority.root.der]), authority.leaf(kind), method=method)
    tsl = read_tsl(document)
    assert (tsl.signature.state, tsl.signature.detail) == (XmlSignatureState.VALID, "")
    assert sha256_of(tsl.signature.certificate) == sha256_of(authority.leaf(kind).asn1)


def test_a_changed_list_is_refused(authority, tmp_path):
    document = sign(build([authority.root.der]), authority.leaf("rsa"))
    changed = document.replace("КС2".encode(), "КС3".encode())
    assert changed != document
    tsl = read_tsl(changed)
    assert tsl.signature.state is XmlSignatureState.INVALID
    path = tmp_path / "tsl.xml"
    path.write_bytes(changed)
    with pytest.raises(InputError, match="signature"):
        TrustStore.load([path])


def test_a_certificate_that_did_not_sign(authority):
    document = sign(build(), authority.leaf("rsa"))
    swapped = document.replace(
        base64.b64encode(authority.leaf("rsa").der), base64.b64encode(authority.root.der)
    )
    assert read_tsl(swapped).signature.state is XmlSignatureState.INVALID


def test_things_added_under_the_signature_are_noticed(authority):
    document = sign(build([authority.root.der]), authority.leaf("rsa"))
    extra = "<УдостоверяющийЦентр><Название>Чужой</Название></УдостоверяющийЦентр>".encode()
    end = "</АккредитованныеУдостоверяющиеЦентры>".encode()
    assert read_tsl(document.replace(end, extra + end)).signature.state is XmlSignatureState.INVALID


@pytest.mark.parametrize(
    "case",
    [{"algorithm": "urn:unknown"}, {"digest": "sha999"}, {"uri": "#other"}, {"twice": True},
     {"algorithm": "http://www.w3.org/2000/09/xmldsig#rsa-sha1"}],
)  # fmt: skip
def test_what_is_not_supported_is_not_called_valid(authority, case):
    tsl = read_tsl(sign(build(), authority.leaf("rsa"), **case))
    assert tsl.signature.state is XmlSignatureState.UNSUPPORTED
    assert tsl.signature.detail


@pytest.mark.parametrize(
    "text",
    ["", "<", "<a/>", "{}", "<АккредитованныеУдостоверяющиеЦентры/>",
     '<!DOCTYPE a [<!ENTITY x "y">]><АккредитованныеУдостоверяющиеЦентры>&x;</АккредитованныеУдостоверяющиеЦентры>',
     "<?xml version='1.0' encoding='nonsense'?><a/>"],
)  # fmt: skip
def test_other_xml(text):
    with pytest.raises(InputError):
        read_tsl(text.encode(), "x.xml")


def test_a_bomb_is_refused():
    lines = ['<!ENTITY a0 "ha">'] + [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9)]
    with pytest.raises(InputError):
        read_tsl(f"<!DOCTYPE x [{''.join(lines)}]><x>&a8;</x>".encode())


def test_size_is_limited(monkeypatch):
    from medcab.signing import tsl

    monkeypatch.setattr(tsl, "_MAX_BYTES", 1000)
    with pytest.raises(LimitError):
        read_tsl(b" " * 2000)


CASES = [
    "<a/>",
    '<a b="2" a="1"/>',
    "<a>x &amp; y &lt; z &gt; &#13; \r\n</a>",
    '<a t="&quot;&amp;&lt;&#9;&#10;&#13;\'>"/>',
    "<a><!-- gone --><?pi data?><b/><![CDATA[<x>]]></a>",
    '<a xmlns="u:1"><b xmlns="u:1"/><c xmlns=""/><d xmlns="u:2"/></a>',
    '<a xmlns:p="u:p" xmlns:q="u:q"><q:b p:z="1" a="2" q:a="3"/></a>',
    '<x:a xmlns:x="u:x" xmlns:unused="u:n"><x:b xmlns:x="u:x"/></x:a>',
    '<a xml:lang="ru"><b xml:space="preserve"> </b></a>',
    "<?before x?><a/><?after y?>",
    "<ю я='é'>Ж</ю>",
]


@pytest.mark.parametrize("exclusive", [False, True])
@pytest.mark.parametrize("text", CASES)
def test_canonical_forms_agree_with_lxml(text, exclusive):
    from lxml import etree

    tree = etree.ElementTree(etree.fromstring(text.encode()))
    wanted = etree.tostring(tree, method="c14n", exclusive=exclusive, with_comments=False)
    assert canonicalize(text.encode(), exclusive=exclusive) == wanted


@pytest.mark.parametrize("exclusive", [False, True])
@pytest.mark.parametrize(("text", "number"), [(CASES[5], 2), (CASES[6], 1), (CASES[7], 1)])
def test_canonical_forms_of_one_element(text, number, exclusive):
    from lxml import etree

    element = list(etree.fromstring(text.encode()).iter())[number]
    wanted = etree.tostring(element, method="c14n", exclusive=exclusive, with_tail=False)
    assert canonicalize(text.encode(), exclusive=exclusive, only=number) == wanted


def test_an_element_inherits_xml_attributes_in_the_inclusive_form():
    """Canonical XML 1.0, 2.4: attributes of the xml namespace come down to the apex element."""
    text = b'<a xml:lang="ru"><b>x</b></a>'
    assert canonicalize(text, only=1) == b'<b xml:lang="ru">x</b>'
    assert canonicalize(text, only=1, exclusive=True) == b"<b>x</b>"


def test_xml_that_is_nested_too_deeply():
    with pytest.raises(InputError):
        canonicalize(b"<a>" * 5000 + b"</a>" * 5000)
    with pytest.raises(InputError):
        canonicalize(b"<!DOCTYPE a><a/>")


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_mutated_lists_give_only_our_errors_and_are_never_called_valid(data):
    good = SAMPLE.read_bytes()
    at = data.draw(st.integers(120, len(good) - 1))
    changed = good[:at] + bytes([data.draw(st.integers(0, 255))]) + good[at + 1 :]
    try:
        tsl = read_tsl(changed, "x.xml")
    except MedcabError:
        return
    if tsl.signature.state is XmlSignatureState.VALID:
        # Only what canonical form does not see may differ: the content must be the same.
        assert canonicalize(changed) == canonicalize(good) or b"Signature" in good[at - 3000 : at]
        assert [a.fingerprint for a in tsl.anchors()] == [
            a.fingerprint for a in read_tsl(good).anchors()
        ]
    assert NOW == pki.NOW
