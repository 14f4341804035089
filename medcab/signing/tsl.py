"""The Russian list of accredited certification authorities (TSL of e-trust.gosuslugi.ru).

XML without namespace: authorities, their complexes of hardware and software, the keys of each,
the certificates of each key, the history of accreditation. Source: ФЗ № 63-ФЗ, art. 16; the
element tree as published with the list (scheme.xsd).
"""

from __future__ import annotations

import base64
import binascii
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from asn1crypto import x509

from medcab.errors import InputError, LimitError
from medcab.signing.certificates import load_certificate
from medcab.signing.trust import Anchor, Period
from medcab.signing.xmldsig import XmlSignature, XmlSignatureState, check_xml_signature
from medcab.text import N_

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

__all__ = [
    "Accreditation",
    "AuthorityKey",
    "Complex",
    "ListedAuthority",
    "Tsl",
    "read_tsl",
    "refuse_changed",
]

_MAX_BYTES: Final = 96 * 1024 * 1024
_MAX_CERTIFICATES: Final = 50_000
_ROOT: Final = "АккредитованныеУдостоверяющиеЦентры"


@dataclass(frozen=True, slots=True)
class Accreditation:
    """A status and the moment since when it holds."""

    status: str
    since: datetime | None

    @property
    def active(self) -> bool:
        """The authority is accredited («Действует»)."""
        return self.status.strip().casefold().startswith("действ")


@dataclass(frozen=True, slots=True)
class AuthorityKey:
    """A key of a complex: its identifier, where its CRLs are, its certificates."""

    identifier: str
    crl_addresses: tuple[str, ...]
    certificates: tuple[x509.Certificate, ...]


@dataclass(frozen=True, slots=True)
class Complex:
    """A hardware and software complex of an authority («программно-аппаратный комплекс»)."""

    alias: str
    tools_class: str
    tools: str
    keys: tuple[AuthorityKey, ...]


@dataclass(frozen=True, slots=True)
class ListedAuthority:
    """An authority of the list.

    Attributes:
        name, short_name, inn, ogrn, number: as listed; ``number`` is the registry number.
        status: the present status of accreditation.
        history: earlier statuses.
        complexes: with their keys.
        successor: ОГРН of the authority that took over its duties, if any.
    """

    name: str
    short_name: str
    inn: str
    ogrn: str
    number: str
    status: Accreditation
    history: tuple[Accreditation, ...]
    complexes: tuple[Complex, ...]
    successor: str = ""

    def periods(self) -> tuple[Period, ...]:
        """The times in which the authority was accredited, as the statuses tell them.

        An authority whose only known status is a past one was accredited until then; without any
        usable status the list says nothing, and the authority counts as not accredited.
        """
        events = sorted(
            {(s.since, s.active) for s in (*self.history, self.status) if s.since is not None},
            key=lambda event: (event[0], event[1]),
        )
        if not events:
            never = datetime(1970, 1, 1, tzinfo=UTC)
            return () if self.status.active else (Period(never, never),)
        found: list[Period] = []
        start: datetime | None = None
        running = not events[0][1]
        for since, active in events:
            if active and not running:
                start, running = since, True
            elif not active and running:
                found.append(Period(start, since))
                running = False
        if running:
            found.append(Period(start, None))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Tsl:
    """The list.

    Attributes:
        version: number of the list.
        issued: when it was made.
        authorities: all of them, accredited or not any more.
        signature: what the check of the list's own signature says.
        source: file it came from.
        skipped: certificates that could not be read.
    """

    version: str
    issued: datetime | None
    authorities: tuple[ListedAuthority, ...]
    signature: XmlSignature
    source: str
    skipped: int = 0

    def anchors(self) -> Iterator[Anchor]:
        """Every certificate of every key, with the times of accreditation."""
        for authority in self.authorities:
            periods = authority.periods()
            for part in authority.complexes:
                details = {
                    "ogrn": authority.ogrn,
                    "inn": authority.inn,
                    "number": authority.number,
                    "complex": part.alias,
                    "tools_class": part.tools_class,
                    "status": authority.status.status,
                }
                for key in part.keys:
                    for certificate in key.certificates:
                        yield Anchor(
                            certificate, self.source, authority.name, periods, True, details
                        )


def read_tsl(data: bytes, source: str = "") -> Tsl:
    """Read a list of accredited authorities and check its signature.

    Args:
        data: the XML file.
        source: what to call it.

    Raises:
        InputError: it is not such a list.
        LimitError: it is too large.
    """
    import defusedxml
    from defusedxml.ElementTree import ParseError, fromstring

    if len(data) > _MAX_BYTES:
        raise LimitError(
            N_("{path} is too large for a list of authorities."), path=source, limit=_MAX_BYTES
        )
    try:
        root = fromstring(data, forbid_dtd=True)
    except (ParseError, defusedxml.DefusedXmlException, ValueError, LookupError) as error:
        raise InputError(
            N_("{path} is not well-formed XML, or has a document type declaration."),
            hint=N_("Download the list again from the portal e-trust.gosuslugi.ru."),
            path=source,
        ) from error
    if root.tag != _ROOT:
        raise InputError(
            N_("{path} is not the list of accredited certification authorities."),
            hint=N_("Its first element should be <АккредитованныеУдостоверяющиеЦентры>."),
            path=source,
        )
    reader = _Reader()
    authorities = tuple(reader.authority(e) for e in root.findall("УдостоверяющийЦентр"))
    if not authorities:
        raise InputError(N_("{path} lists no authority."), path=source)
    return Tsl(
        _text(root, "Версия"),
        _moment(_text(root, "Дата")),
        authorities,
        check_xml_signature(data, root),
        source,
        reader.skipped,
    )


def refuse_changed(tsl: Tsl) -> None:
    """Refuse a list whose own signature is wrong.

    Raises:
        InputError: it is. A missing signature, or one that cannot be checked here, is for the
            caller to tell.
    """
    if tsl.signature.state is XmlSignatureState.INVALID:
        raise InputError(
            N_("The signature of {path} is wrong: {why}. Nothing was taken from it."),
            hint=N_("Download the list again from the portal e-trust.gosuslugi.ru."),
            path=tsl.source,
            why=tsl.signature.detail,
        )


class _Reader:
    def __init__(self) -> None:
        self.skipped = 0
        self._count = 0

    def authority(self, element: Element) -> ListedAuthority:
        status = element.find("СтатусАккредитации")
        history = element.find("ИсторияСтатусовАккредитации")
        complexes = element.iterfind("ПрограммноАппаратныеКомплексы/ПрограммноАппаратныйКомплекс")
        return ListedAuthority(
            _text(element, "Название"),
            _text(element, "КраткоеНазвание"),
            _text(element, "ИНН"),
            _text(element, "ОГРН"),
            _text(element, "РеестровыйНомер"),
            _status(status),
            tuple(_status(item) for item in (history if history is not None else ())),
            tuple(self._complex(item) for item in complexes),
            _text(element, "ПолномочияПереданыУЦсОГРН"),
        )

    def _complex(self, element: Element) -> Complex:
        return Complex(
            _text(element, "Псевдоним"),
            _text(element, "КлассСредствЭП"),
            _text(element, "СредстваУЦ"),
            tuple(self._key(item) for item in element.iterfind("КлючиУполномоченныхЛиц/Ключ")),
        )

    def _key(self, element: Element) -> AuthorityKey:
        certificates = []
        for item in element.iterfind("Сертификаты/ДанныеСертификата"):
            self._count += 1
            if self._count > _MAX_CERTIFICATES:
                raise LimitError(
                    N_("The list holds more than {limit} certificates."), limit=_MAX_CERTIFICATES
                )
            try:
                certificates.append(load_certificate(_binary(_text(item, "Данные"))))
            except (InputError, binascii.Error, ValueError):
                self.skipped += 1
        identifier = _text(element, "ИдентификаторКлюча")
        with contextlib.suppress(binascii.Error, ValueError):
            identifier = _binary(identifier).hex()
        addresses = element.iterfind("АдресаСписковОтзыва/Адрес")
        return AuthorityKey(
            identifier, tuple((a.text or "").strip() for a in addresses), tuple(certificates)
        )


def _binary(text: str) -> bytes:
    return base64.b64decode("".join(text.split()), validate=True)


def _text(element: Element, name: str) -> str:
    return (element.findtext(name) or "").strip()


def _status(element: Element | None) -> Accreditation:
    if element is None:
        return Accreditation("", None)
    return Accreditation(_text(element, "Статус"), _moment(_text(element, "ДействуетС")))


def _moment(text: str) -> datetime | None:
    """RFC 3339; a time without zone is taken for UTC, since the list does not say."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)
