"""CRT rules: each with what it must find, what it must leave alone, and what stays open."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from medcab.errors import PasswordError
from medcab.model import Form, FormValue, Outcome, Severity, Verdict
from medcab.signing.cert_check import check_certificate, plain_profile, verdict_of
from medcab.signing.cert_facts import Examination, examine, unopened
from medcab.signing.certificates import load_certificates
from medcab.signing.certrules.common import add_months
from medcab.signing.trust import TrustStore

KEYS = Path(__file__).parents[2] / "samples/keys"
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def how(*, trust="root.pem", crls=("issuing.crl", "root.crl"), now=NOW):
    return Examination(
        now,
        TrustStore.load([KEYS / trust]) if trust else TrustStore(),
        load_certificates((KEYS / "chain.p7b").read_bytes()),
        [(KEYS / name).read_bytes() for name in crls],
    )


def facts(name="ivanova.cer", password=None, **more):
    return examine((KEYS / name).read_bytes(), name, how(**more), password)[0]


def found(item, now=NOW, profile=None, **more):
    return {f.rule: f for f in check_certificate(item, profile or plain_profile(), now, **more)}


def changed(item, **fields):
    return replace(item, info=replace(item.info, **fields))


def with_parameters(**parameters):
    return replace(plain_profile(), parameters=parameters)


def form(**values):
    return Form("form.json", {k: FormValue(v) for k, v in values.items()})


def test_a_good_certificate():
    item = facts(trust="tsl.xml", crls=("issuing.crl",))
    findings = found(item)
    assert set(findings) == {"CRT009"}
    assert verdict_of(list(findings.values()), item) is Verdict.PASSED


def test_expired():
    item = facts("petrov_expired.cer")
    finding = found(item)["CRT001"]
    assert finding.args == {"holder": "Петров Илья Сергеевич", "date": date(2025, 3, 1)}
    assert finding.verdict is Verdict.FAILED
    assert "CRT002" not in found(item)
    assert "CRT001" not in found(item, now=datetime(2025, 2, 1, tzinfo=UTC))
    early = changed(facts(), key_not_after=NOW - timedelta(days=1))
    assert found(early)["CRT001"].args["date"] == date(2026, 11, 20)


@pytest.mark.parametrize(("days", "hit"), [(-1, True), (0, False), (1, False)])
def test_six_months_are_calendar_months(days, hit):
    item = changed(facts(), not_after=add_months(NOW, 6) + timedelta(days=days))
    assert ("CRT002" in found(item)) is hit


def test_remaining_or_total():
    item = facts("orlova_soon.cer")
    assert found(item)["CRT002"].args["months"] == 6
    assert "CRT002" not in found(item, profile=with_parameters(cert_months_of="total"))
    short = changed(item, not_before=NOW - timedelta(days=30))
    assert "CRT002" in found(short, profile=with_parameters(cert_months_of="total"))
    assert "CRT002" not in found(item, profile=with_parameters(cert_months=0))


def test_months_end_where_months_end():
    assert add_months(datetime(2026, 8, 31, tzinfo=UTC), 6) == datetime(2027, 2, 28, tzinfo=UTC)
    assert add_months(datetime(2023, 11, 30, tzinfo=UTC), 3) == datetime(2024, 2, 29, tzinfo=UTC)
    assert add_months(datetime(2026, 1, 15, tzinfo=UTC), 12) == datetime(2027, 1, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "bits", "oid", "allowed", "hit"),
    [
        ("rsa", 2048, "", ("rsa-2048",), False),
        ("rsa", 4096, "", ("rsa-2048",), False),
        ("rsa", 1024, "", ("rsa-2048", "ec-256"), True),
        ("ec", 256, "", ("rsa-2048", "ec-256"), False),
        ("ec", 224, "", ("ec-256",), True),
        ("rsa", 2048, "", ("gost",), True),
        ("gost", 256, "1.2.643.7.1.1.1.1", ("gost",), False),
        ("gost", 256, "1.2.643.2.2.19", ("gost",), True),
        ("other", 256, "1.3.101.112", ("rsa-2048", "ec-256", "gost"), True),
    ],
)
def test_algorithms(kind, bits, oid, allowed, hit):
    item = facts()
    item = changed(item, key=replace(item.info.key, kind=kind, bits=bits, oid=oid))
    assert ("CRT003" in found(item, profile=with_parameters(algorithms=allowed))) is hit


def test_marks_of_a_qualified_certificate():
    item = changed(facts(), protection_class="", signing_tool="")
    finding = found(item)["CRT004"]
    assert finding.severity is Severity.INFO
    assert finding.args["missing"] == "certificatePolicies, subjectSignTool"


def test_accreditation():
    assert found(facts())["CRT005"].outcome is Outcome.UNDETERMINED
    assert "CRT005" not in found(facts(trust="tsl.xml"))
    both = how(trust="tsl.xml")
    stranger = examine((KEYS / "root.pem").read_bytes(), "root.pem", both)[0]
    assert stranger.accredited is False
    assert found(stranger)["CRT005"].outcome is Outcome.VIOLATED
    before = datetime(2024, 1, 15, tzinfo=UTC)
    early = facts(trust="tsl.xml", now=before)
    assert found(early, now=before)["CRT005"].outcome is Outcome.VIOLATED


def test_revocation():
    item = facts("sidorov_revoked.cer")
    finding = found(item)["CRT006"]
    assert finding.args["date"] == date(2026, 5, 20)
    assert finding.verdict is Verdict.FAILED
    open_ = found(facts("sidorov_revoked.cer", crls=()))["CRT006"]
    assert open_.outcome is Outcome.UNDETERMINED
    assert open_.verdict is Verdict.INDETERMINATE
    assert found(facts(trust=None))["CRT006"].outcome is Outcome.UNDETERMINED
    before = datetime(2026, 5, 1, tzinfo=UTC)
    assert "CRT006" not in found(facts("sidorov_revoked.cer", now=before), now=before)


def test_the_holder_and_the_form():
    item = facts()
    good = form(
        fio="ИВАНОВА  Анна Петровна",
        snils="112-233-445 95",
        inn="770123456703",
        ogrn="1027700132195",
    )
    assert "CRT007" not in found(item, form=good)
    assert "CRT007" not in found(
        item, form=form(surname="Иванова", name="Анна", patronymic="Петровна")
    )
    assert "CRT007" not in found(item, form=form(phone="123"))
    findings = [
        f for f in check_certificate(item, plain_profile(), NOW, form=form(fio="Иванова Анна", snils="1", org_inn="2"))
        if f.rule == "CRT007"
    ]  # fmt: skip
    assert {f.location.field for f in findings} == {"fio", "snils", "org_inn"}
    assert findings[0].args["certificate"]


def test_a_chain_that_does_not_hold():
    item = facts(trust=None)
    assert found(item)["CRT008"].outcome is Outcome.UNDETERMINED
    assert verdict_of([], item) is Verdict.INDETERMINATE
    without = Examination(NOW, TrustStore.load([KEYS / "root.pem"]))
    lost = examine((KEYS / "ivanova.cer").read_bytes(), "x", without)[0]
    finding = found(lost)["CRT008"]
    assert finding.outcome is Outcome.UNDETERMINED
    assert "issuer" in finding.args


def test_the_key_container():
    needed = {"CRT010": {"required": True}}
    assert "CRT010" not in found(facts())
    assert found(facts(), params=needed)["CRT010"].args == {"path": "ivanova.cer"}
    assert "CRT010" not in found(facts("ivanova.p12", "medcab-demo"), params=needed)


def test_not_yet_valid_and_ending_soon():
    early = datetime(2024, 12, 1, tzinfo=UTC)
    finding = found(facts(now=early), now=early)["CRT011"]
    assert finding.args["date"] == date(2025, 1, 15)
    soon = found(facts("orlova_soon.cer"))["CRT012"]
    assert soon.args["days"] == 19
    assert soon.severity is Severity.WARNING
    assert "CRT012" not in found(facts("orlova_soon.cer"), params={"CRT012": {"warn_days": 5}})
    assert "CRT012" not in found(facts())


def test_files_that_cannot_be_opened():
    damaged = examine(b"rubbish", "x.cer", how())[0]
    finding = found(damaged)["CRT014"]
    assert finding.outcome is Outcome.VIOLATED
    assert "x.cer" in finding.evidence["detail"]
    closed = examine((KEYS / "ivanova.p12").read_bytes(), "x.p12", how())[0]
    assert found(closed)["CRT014"].outcome is Outcome.UNDETERMINED
    wrong = examine((KEYS / "ivanova.p12").read_bytes(), "x.p12", how(), "wrong-pass")[0]
    assert found(wrong)["CRT014"].outcome is Outcome.UNDETERMINED
    assert "wrong-pass" not in repr(wrong)
    assert unopened("x", PasswordError("y")).info is None


def test_uses():
    assert (
        found(changed(facts(), key_usage=("key_encipherment",)))["CRT015"].args["usage"]
        == "key_encipherment"
    )
    assert "CRT015" not in found(changed(facts(), key_usage=None))
    assert found(changed(facts(), is_ca=True))["CRT015"].args["usage"] == "CA"


@pytest.mark.parametrize(
    ("purposes", "refused"),
    [
        ((), False), (("server_auth",), True), (("time_stamping", "ocsp_signing"), True),
        (("server_auth", "email_protection"), False), (("client_auth",), False),
        (("1.2.643.2.2.34.6",), False), (("1.2.3",), False),
    ],
)  # fmt: skip
def test_extended_uses(purposes, refused):
    hit = found(changed(facts(), extended_key_usage=purposes)).get("CRT015")
    assert (hit is not None) == refused
    if hit is not None:
        assert hit.args["usage"] == ", ".join(purposes)


def test_every_rule_has_its_page():
    import medcab.signing.cert_rules  # noqa: F401
    from medcab.rules import HEADINGS, _registry

    ids = [key for key in _registry if key.startswith("CRT")]
    assert sorted(ids) == [f"CRT{n:03}" for n in range(1, 16) if n != 13]
    for key in ids:
        assert all(_registry[key].sections()[heading] for heading in HEADINGS)
