"""What of names and numbers stays readable in the journal."""

import json
from datetime import UTC, datetime

import pytest

from medcab.journal.entry import from_report
from medcab.journal.mask import mask_name, mask_text, mask_values
from medcab.model import Document, Finding, Location, Report, Severity
from medcab.sources import BytesSource


@pytest.mark.parametrize(
    "text",
    ["112-233-445 95", "112-233-445_95", "112_233_445_95", "11223344595", "112.233.445.95"],
)
def test_four_digits_of_a_number_stay_however_it_is_divided(text):
    for masked in (mask_text(text), mask_name(f"скан_{text}.pdf")):
        assert sum(c.isdecimal() for c in masked) == 4
        assert masked.removesuffix(".pdf").replace("_", "").endswith("95")


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ("ivanov_ivan_snils.pdf", "i***_i***_s***.pdf"),
        ("ivanov.pdf, petrov.PDF", "i***.p***, p***.PDF"),
        ("C:\\ivanov\\scan", "C***:\\i***\\s***"),
        ("petrova@clinic.ru", "***@clinic.ru"),
        ("https://pki.example.ru/root.crl", "https://pki.example.ru/root.crl"),
        ("user password", "user password"),
        ("300.5 dpi", "300.5 dpi"),
    ],
)
def test_paths_among_the_arguments_are_masked_as_paths(value, masked):
    assert mask_values(value) == masked
    assert mask_values({"other": [value, {"deep": (value,)}]}) == {
        "other": [masked, {"deep": [masked]}]
    }


def test_names_of_the_package_are_paths_whatever_they_look_like():
    assert mask_values("ivanov", names={"ivanov"}) == "i***"
    assert mask_values("ivanov") == "ivanov"


def test_one_file_has_one_mask_in_a_record():
    names = ("ivanov_ivan_snils.pdf", "petrova_anna_112-233-445_95")
    documents = tuple(Document(n, BytesSource(b""), n, 0) for n in names)
    at = datetime(2026, 11, 21, tzinfo=UTC)
    twin = Finding("FIL011", Severity.WARNING, {"other": list(names)}, Location(names[1]))
    report = Report("scan", at, "root", documents, (twin,))
    entry = from_report(
        report, command="check", user="u", host="h", version="1", at=at, full=False
    ).plain()
    masks = [one["name"] for one in entry["inputs"]]
    assert masks == ["i***_i***_snils.pdf", "p***_a***_***-***-*45_95"]
    assert entry["findings"][0]["args"]["other"] == masks
    assert "ivanov" not in json.dumps(entry)
