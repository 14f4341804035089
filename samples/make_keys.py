"""Make ``samples/keys``: a small demo certification authority, keys, lists. All people are invented.

Run ``python samples/make_keys.py [FOLDER]``. Keys are new each time; everything else is fixed.
The password of every key file is ``medcab-demo``. NEVER use these keys for anything real.
"""

from __future__ import annotations

import base64
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID

PASSWORD = b"medcab-demo"
CRL_ADDRESS = "http://ca.medcab.example/issuing.crl"
KC1, KC2 = "1.2.643.100.113.1", "1.2.643.100.113.2"


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def snils(nine: str) -> str:
    total = sum(int(d) * w for d, w in zip(nine, range(9, 0, -1), strict=True))
    return f"{nine}{total % 101 % 100:02d}"


def inn_person(ten: str) -> str:
    weights = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
    eleven = ten + str(sum(int(d) * w for d, w in zip(ten, weights, strict=True)) % 11 % 10)
    total = sum(int(d) * w for d, w in zip(eleven, (3, *weights), strict=True))
    return eleven + str(total % 11 % 10)


def inn_legal(nine: str) -> str:
    total = sum(int(d) * w for d, w in zip(nine, (2, 4, 10, 3, 5, 9, 4, 6, 8), strict=True))
    return nine + str(total % 11 % 10)


def ogrn(twelve: str) -> str:
    return twelve + str(int(twelve) % 11 % 10)


CLINIC = {
    "o": "ООО «Поликлиника на Учебной»",
    "ogrn": ogrn("102770013219"),
    "le": inn_legal("770123456"),
}


@dataclass
class Person:
    surname: str
    given: str
    title: str
    snils: str
    inn: str

    @property
    def name(self) -> x509.Name:
        def attribute(oid: Any, value: str, kind: Any = None) -> x509.NameAttribute:
            return x509.NameAttribute(oid, value, kind)

        numeric = _ASN1Type.NumericString
        return x509.Name(
            [
                attribute(NameOID.COMMON_NAME, f"{self.surname} {self.given}"),
                attribute(NameOID.SURNAME, self.surname),
                attribute(NameOID.GIVEN_NAME, self.given),
                attribute(NameOID.COUNTRY_NAME, "RU"),
                attribute(NameOID.STATE_OR_PROVINCE_NAME, "77 г. Москва"),
                attribute(NameOID.LOCALITY_NAME, "г. Москва"),
                attribute(NameOID.ORGANIZATION_NAME, CLINIC["o"]),
                attribute(NameOID.TITLE, self.title),
                attribute(x509.ObjectIdentifier("1.2.643.100.1"), CLINIC["ogrn"], numeric),
                attribute(x509.ObjectIdentifier("1.2.643.100.4"), CLINIC["le"], numeric),
                attribute(x509.ObjectIdentifier("1.2.643.100.3"), self.snils, numeric),
                attribute(x509.ObjectIdentifier("1.2.643.3.131.1.1"), self.inn, numeric),
            ]
        )


IVANOVA = Person(
    "Иванова", "Анна Петровна", "врач-терапевт", snils("112233445"), inn_person("7701234567")
)
PETROV = Person(
    "Петров", "Илья Сергеевич", "врач-хирург", snils("123456789"), inn_person("7702345678")
)
SIDOROV = Person(
    "Сидоров", "Олег Игоревич", "главный врач", snils("234567890"), inn_person("7703456789")
)
ORLOVA = Person(
    "Орлова", "Мария Львовна", "медицинская сестра", snils("345678901"), inn_person("7704567890")
)


def authority_name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "RU"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "АО «Демонстрационный центр»"),
            x509.NameAttribute(
                x509.ObjectIdentifier("1.2.643.100.1"),
                ogrn("102770099999"),
                _ASN1Type.NumericString,
            ),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


@dataclass
class Pair:
    key: Any
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)


def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def authority(
    common: str, serial: int, dates: tuple[str, str], issuer: Pair | None, depth: int
) -> Pair:
    key = rsa_key()
    name = authority_name(common)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer.certificate.subject if issuer else name)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(day(dates[0]))
        .not_valid_after(day(dates[1]))
        .add_extension(x509.BasicConstraints(ca=True, path_length=depth), critical=True)
        .add_extension(usage(authority=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    signer = issuer.key if issuer else key
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
    )
    return Pair(key, builder.sign(signer, hashes.SHA256()))


def usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def holder(person: Person, key: Any, serial: int, dates: tuple[str, str], issuer: Pair) -> Pair:
    tools = core.SequenceOf(spec=core.UTF8String)
    for text in (
        "Демонстрационный криптопровайдер",
        "Демонстрационный удостоверяющий центр",
        "Заключение № ДЕМО/0-0001 от 01.01.2024",
        "Заключение № ДЕМО/0-0002 от 01.01.2024",
    ):
        tools.append(core.UTF8String(text))
    unknown = x509.UnrecognizedExtension
    identifier = x509.ObjectIdentifier
    builder = (
        x509.CertificateBuilder()
        .subject_name(person.name)
        .issuer_name(issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(day(dates[0]))
        .not_valid_after(day(dates[1]))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage(authority=False), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()),
            critical=False,
        )
        .add_extension(
            x509.CertificatePolicies(
                [x509.PolicyInformation(identifier(oid), None) for oid in (KC1, KC2)]
            ),
            critical=False,
        )
        .add_extension(
            x509.CRLDistributionPoints(
                [
                    x509.DistributionPoint(
                        [x509.UniformResourceIdentifier(CRL_ADDRESS)], None, None, None
                    )
                ]
            ),
            critical=False,
        )
        .add_extension(
            unknown(
                identifier("1.2.643.100.111"),
                core.UTF8String("Демонстрационный криптопровайдер").dump(),
            ),
            critical=False,
        )
        .add_extension(unknown(identifier("1.2.643.100.112"), tools.dump()), critical=False)
        .add_extension(
            unknown(identifier("1.2.643.100.114"), core.Integer(0).dump()), critical=False
        )
    )
    return Pair(key, builder.sign(issuer.key, hashes.SHA256()))


def crl(issuer: Pair, revoked: dict[int, str]) -> bytes:
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(day("2025-01-01"))
        .next_update(day("2045-01-01"))
        .add_extension(x509.CRLNumber(1), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()),
            critical=False,
        )
    )
    for serial, when in revoked.items():
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder()
            .serial_number(serial)
            .revocation_date(day(when))
            .add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), critical=False)
            .build()
        )
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def p12(pair: Pair, chain: list[Pair], name: str) -> bytes:
    protection = (
        serialization.PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(20_000)
        .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(hashes.SHA256())
        .build(PASSWORD)
    )
    return pkcs12.serialize_key_and_certificates(
        name.encode(), pair.key, pair.certificate, [c.certificate for c in chain], protection
    )


def tsl(issuing: Pair) -> bytes:
    """A list of accredited authorities with one authority, signed with the issuing key."""
    from medcab.signing.c14n import canonicalize

    certificate = base64.b64encode(issuing.der).decode()
    key = x509.SubjectKeyIdentifier.from_public_key(issuing.key.public_key()).digest
    body = f"""<?xml version="1.0" encoding="utf-8"?>
<АккредитованныеУдостоверяющиеЦентры xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="scheme.xsd">
<Версия>1</Версия><Дата>2026-11-01T00:00:00+03:00</Дата>
<УдостоверяющийЦентр>
<Название>АО «Демонстрационный центр»</Название><ЭлектроннаяПочта>ca@medcab.example</ЭлектроннаяПочта>
<КраткоеНазвание>Демоцентр</КраткоеНазвание><АдресСИнформациейПоУЦ>http://ca.medcab.example</АдресСИнформациейПоУЦ>
<ПрограммноАппаратныеКомплексы><ПрограммноАппаратныйКомплекс>
<Псевдоним>Демо-1</Псевдоним><КлассСредствЭП>КС2</КлассСредствЭП><СредстваУЦ>Демонстрационный удостоверяющий центр</СредстваУЦ>
<КлючиУполномоченныхЛиц><Ключ><ИдентификаторКлюча>{base64.b64encode(key).decode()}</ИдентификаторКлюча>
<АдресаСписковОтзыва><Адрес>{CRL_ADDRESS}</Адрес></АдресаСписковОтзыва>
<Сертификаты><ДанныеСертификата><КомуВыдан>Демонстрационный издающий УЦ</КомуВыдан><Данные>{certificate}</Данные></ДанныеСертификата></Сертификаты>
</Ключ></КлючиУполномоченныхЛиц></ПрограммноАппаратныйКомплекс></ПрограммноАппаратныеКомплексы>
<ИНН>{inn_legal("770999999")}</ИНН><ОГРН>{ogrn("102770099999")}</ОГРН><РеестровыйНомер>1</РеестровыйНомер>
<СтатусАккредитации><Статус>Действует</Статус><ДействуетС>2024-02-01T00:00:00+03:00</ДействуетС></СтатусАккредитации>
<ИсторияСтатусовАккредитации/>
</УдостоверяющийЦентр>
</АккредитованныеУдостоверяющиеЦентры>
""".replace("\r", "")
    digest = hashes.Hash(hashes.SHA256())
    digest.update(canonicalize(body.encode()))
    ds = "http://www.w3.org/2000/09/xmldsig#"
    info = (
        "<ds:SignedInfo>"
        '<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>'
        '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>'
        '<ds:Reference URI=""><ds:Transforms>'
        f'<ds:Transform Algorithm="{ds}enveloped-signature"/></ds:Transforms>'
        '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
        f"<ds:DigestValue>{base64.b64encode(digest.finalize()).decode()}</ds:DigestValue>"
        "</ds:Reference></ds:SignedInfo>"
    )
    wrapped = f'<ds:Signature xmlns:ds="{ds}">{info}'
    signed = canonicalize((wrapped + "</ds:Signature>").encode(), exclusive=True, only=1)
    value = issuing.key.sign(signed, padding.PKCS1v15(), hashes.SHA256())
    signature = (
        f"{wrapped}<ds:SignatureValue>{base64.b64encode(value).decode()}</ds:SignatureValue>"
        f"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate>"
        "</ds:X509Data></ds:KeyInfo></ds:Signature>"
    )
    end = "</АккредитованныеУдостоверяющиеЦентры>"
    return body.replace(end, signature + end).encode()


def make(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    root = authority("Демонстрационный корневой УЦ", 1, ("2024-01-01", "2054-01-01"), None, 1)
    issuing = authority("Демонстрационный издающий УЦ", 2, ("2024-02-01", "2050-01-01"), root, 0)
    ivanova = holder(IVANOVA, rsa_key(), 0x1001, ("2025-01-15", "2045-01-15"), issuing)
    ivanova_ec = holder(
        IVANOVA,
        ec.generate_private_key(ec.SECP256R1()),
        0x1002,
        ("2025-01-15", "2045-01-15"),
        issuing,
    )
    petrov = holder(PETROV, rsa_key(), 0x1003, ("2024-03-01", "2025-03-01"), issuing)
    sidorov = holder(SIDOROV, rsa_key(), 0x1004, ("2025-01-15", "2045-01-15"), issuing)
    orlova = holder(ORLOVA, rsa_key(), 0x1005, ("2025-12-10", "2026-12-10"), issuing)
    chain = [issuing, root]
    files = {
        "root.pem": root.pem,
        "issuing.pem": issuing.pem,
        "chain.p7b": pkcs7.serialize_certificates(
            [issuing.certificate, root.certificate], serialization.Encoding.DER
        ),
        "ivanova.p12": p12(ivanova, chain, "Иванова А. П."),
        "ivanova.cer": ivanova.der,
        "ivanova_ec.p12": p12(ivanova_ec, chain, "Иванова А. П. (EC)"),
        "petrov_expired.p12": p12(petrov, chain, "Петров И. С."),
        "petrov_expired.cer": petrov.der,
        "sidorov_revoked.p12": p12(sidorov, chain, "Сидоров О. И."),
        "sidorov_revoked.cer": sidorov.der,
        "orlova_soon.cer": orlova.der,
        "issuing.crl": crl(issuing, {0x1004: "2026-05-20"}),
        "root.crl": crl(root, {}),
        "tsl.xml": tsl(issuing),
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "keys")
