"""A report made by hand that holds everything a writer may meet, and the rules it speaks of."""

import gettext
import io
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from medcab import rules
from medcab.formats import sentences
from medcab.model import (
    Document,
    Finding,
    Form,
    FormValue,
    Location,
    Outcome,
    Report,
    Severity,
    TypeCandidate,
)
from medcab.rules import Hit, Scope, rule
from medcab.sources import BytesSource
from medcab.text import N_, Translator
from medcab.validators.facts import FileFacts

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
HOSTILE = "Ив\u202eанов\n=cmd|\x1b[31m<img src=x onerror=alert(1)>\udcff&\"'::error::%0A.pdf"

FAKE_RU = {
    "A page is scanned too coarsely.": "Страница отсканирована слишком грубо.",
    "The scan has {measured} dpi, at least {limit} are needed.": (
        "Разрешение скана {measured} dpi, нужно не менее {limit}."
    ),
    "Scan it again at 300 dpi.": "Отсканируйте страницу заново с разрешением 300 dpi.",
    "A file is too large.": "Файл слишком большой.",
    "The file is too large.": "Файл слишком большой.",
    "Scan in grey or with stronger compression.": "Сканируйте в оттенках серого или сожмите файл.",
    "A required document is missing.": "Нет обязательного документа.",
    "There is no document of type {type}.": "Нет документа: {type}.",
    "Add the document to the folder.": "Добавьте документ в папку.",
    "A value is wrong.": "Значение неверно.",
    "The value {value} is wrong: {reason}.": "Значение {value} неверно: {reason}.",
    "Copy it from the certificate.": "Перепишите номер со свидетельства.",
    "check digit": "не сходится контрольная сумма",
    "The file is encrypted.": "Файл зашифрован.",
    "diploma": "диплом",
    "medical licence": "лицензия на медицинскую деятельность",
    "SNILS": "СНИЛС",
}
FAKE_PLURAL_RU = {
    ("{n} page is blank.", "{n} pages are blank."): (
        "{n} страница пустая.",
        "{n} страницы пустые.",
        "{n} страниц пустые.",
    )
}


def _fake(rule_id, name, title, message, fix, severity=Severity.ERROR, plural=None):
    def check(ctx) -> Iterator[Hit]:
        yield from ()

    check.__doc__ = (
        f"{title}\n\nWhat it checks:\n    Something about {name}.\n"
        f"Why it matters:\n    The portal rejects it.\nHow to fix:\n    {fix}\n"
        "Source:\n    docs/requirements.md F01.\n"
    )
    check.__qualname__ = f"fake_{rule_id}"
    rule(
        rule_id,
        name,
        scope=Scope.DOCUMENT,
        severity=severity,
        message=message,
        plural=plural,
        since="0.1.0",
    )(check)


@pytest.fixture(autouse=True)
def fake_rules(monkeypatch):
    """Only the rules of this file exist."""
    install_fake_rules(monkeypatch)


def install_fake_rules(monkeypatch):
    monkeypatch.setattr(rules, "RULE_MODULES", ())
    monkeypatch.setattr(rules, "_registry", {})
    monkeypatch.setattr(sentences, "_by_id", {})
    _fake(
        "DPI901",
        "page-coarse",
        "A page is scanned too coarsely.",
        "The scan has {measured} dpi, at least {limit} are needed.",
        "Scan it again at 300 dpi.",
    )
    _fake(
        "LIM901",
        "file-large",
        "A file is too large.",
        "The file is too large.",
        "Scan in grey or with stronger compression.",
    )
    _fake(
        "PKG901",
        "document-missing",
        "A required document is missing.",
        "There is no document of type {type}.",
        "Add the document to the folder.",
    )
    _fake(
        "FLD901",
        "field-wrong",
        "A value is wrong.",
        "The value {value} is wrong: {reason}.",
        "Copy it from the certificate.",
    )
    _fake(
        "SCN901",
        "page-blank",
        "A page is blank.",
        "{n} page is blank.",
        "Take the blank pages out.",
        Severity.WARNING,
        plural="{n} pages are blank.",
    )
    _fake("FIL901", "file-fine", "Something that never fails.", "Never.", "Nothing to do.")
    _fake(
        "NAM901",
        "name-latin",
        "A Latin letter in a Russian name.",
        "Odd letter.",
        "Rename the file.",
        Severity.INFO,
    )


def russian(extra=None, plurals=None) -> Translator:
    """Translator over formats.po and what the fake rules need, without the compiled catalogue."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with (ROOT / "medcab/locale/ru/formats.po").open("rb") as stream:
        catalogue = read_po(stream, locale="ru")
    for key, value in {**FAKE_RU, **(extra or {})}.items():
        catalogue.add(key, value)
    for key, values in {**FAKE_PLURAL_RU, **(plurals or {})}.items():
        catalogue.add(key, values)
    data = io.BytesIO()
    write_mo(data, catalogue)
    data.seek(0)
    made = Translator("ru")
    made._catalogue = gettext.GNUTranslations(data)
    return made


@pytest.fixture(scope="session")
def ru() -> Translator:
    return russian()


@pytest.fixture(scope="session")
def en() -> Translator:
    return Translator("en")


def document(path, size=1000, facts=None, **more) -> Document:
    return Document(
        path=path,
        source=BytesSource(b""),
        name=path.rsplit("/", 1)[-1],
        size=size,
        facts=facts,
        **more,
    )


def rich_report() -> Report:
    diploma, license_, odd = "Иванов_Диплом.pdf", "архив.zip/лицензия.jpg", HOSTILE
    return Report(
        profile="egisz-organization+real-2026",
        checked_at=datetime(2026, 11, 21, 22, 37, 5, tzinfo=UTC),
        root="C:/Документы/пакет",
        documents=(
            document(
                diploma,
                5_242_881,
                FileFacts(5_242_881, "pdf", pages=3, sha256="a" * 64),
                type="diploma",
                type_from="name",
            ),
            document(
                license_,
                412_000,
                FileFacts(412_000, "jpeg", pages=1, sha256="b" * 64),
                member="лицензия.jpg",
                type="medical_license",
                type_from="manifest",
            ),
            document(
                "снилс.png",
                90_112,
                FileFacts(90_112, "png", pages=1, sha256="c" * 64),
                type="snils",
                type_from="name",
            ),
            document(odd, 12, None, candidates=(TypeCandidate("diploma", 71.4),)),
        ),
        findings=(
            Finding("PKG901", Severity.ERROR, {"type": "charter"}),
            Finding(
                "PKG901",
                Severity.ERROR,
                {"type": "lease"},
                outcome=Outcome.UNDETERMINED,
                reason=N_("The form does not say whether the addresses differ."),
            ),
            Finding(
                "FLD901",
                Severity.ERROR,
                {"value": "=7707083892", "reason": "check digit"},
                Location("form.yaml", field="org_inn"),
            ),
            Finding(
                "DPI901",
                Severity.ERROR,
                {"measured": 212.5, "limit": 300},
                Location(diploma, page=2, box=(0.1, 0.2, 0.9, 0.8)),
                {"measured": 212.5, "limit": 300, "unit": "dpi"},
            ),
            Finding(
                "DPI901",
                Severity.ERROR,
                {"measured": 150, "limit": 300},
                Location(diploma, page=3),
                {"measured": 150, "limit": 300, "unit": "dpi"},
            ),
            Finding(
                "LIM901",
                Severity.ERROR,
                {},
                Location(diploma),
                {"measured": 5_242_881, "limit": 5_242_880, "unit": "B"},
            ),
            Finding("SCN901", Severity.WARNING, {"n": 2}, Location(diploma)),
            Finding("NAM901", Severity.INFO, {}, Location(license_, member="лицензия.jpg")),
            Finding(
                "DPI901",
                Severity.ERROR,
                {},
                Location(odd),
                outcome=Outcome.UNDETERMINED,
                reason=N_("The file is encrypted."),
            ),
            Finding("XXX999", Severity.INFO, {}, Location(odd)),
        ),
        checks={"DPI901": 4, "LIM901": 4, "FIL901": 4, "NAM901": 0, "PKG901": 1},
        ignored=(Finding("NAM901", Severity.INFO, {}, Location("снилс.png")),),
        form=Form(
            "form.yaml",
            {
                "org_inn": FormValue("=7707083892", "line 4"),
                "fio": FormValue("Иванов Иван", "line 5"),
            },
            ("цвет",),
        ),
    )


@pytest.fixture
def report() -> Report:
    return rich_report()


@pytest.fixture
def good() -> Report:
    whole = rich_report()
    return Report(
        profile="scan",
        checked_at=whole.checked_at,
        root="пакет",
        documents=whole.documents[:1],
        findings=(),
        checks={"FIL901": 1},
    )


@pytest.fixture
def snapshot():
    """Compare with a stored file; MEDCAB_SNAPSHOTS=write stores it anew."""

    def compare(name: str, data: str | bytes) -> None:
        content = data.encode() if isinstance(data, str) else data
        path = HERE / "snapshots" / name
        if os.environ.get("MEDCAB_SNAPSHOTS") == "write":
            path.write_bytes(content)
        assert content.decode() == path.read_bytes().decode()

    return compare
