"""Signatures in reports, from what the verifier really hands over."""

from dataclasses import replace
from datetime import UTC, datetime

from medcab.formats import render
from medcab.formats.parts import signatures
from medcab.model import Verdict
from medcab.signing.report import report_dict
from medcab.signing.results import (
    CertificateSummary,
    Check,
    CheckOutcome,
    Indication,
    ProofOfExistence,
    RevocationSummary,
    SignatureLevel,
    SignatureResult,
    SubIndication,
    VerificationReport,
    passed,
)


def day(number):
    return datetime(2026, 11, number, 12, tzinfo=UTC)


def certificate(name, **holder):
    return CertificateSummary(
        subject=f"CN={name}",
        issuer="CN=УЦ",
        serial="01AF",
        fingerprint="0" * 64,
        not_before=datetime(2026, 1, 1, tzinfo=UTC),
        not_after=datetime(2027, 4, 1, tzinfo=UTC),
        holder={"common_name": name, **holder},
    )


SIGNER = certificate("x", surname="Иванова", given_name="Анна Петровна")
COUNTER = SignatureResult(
    index="0.1",
    indication=Indication.TOTAL_FAILED,
    sub_indication=SubIndication.HASH_FAILURE,
    level=SignatureLevel.CMS,
    signer=None,
    claimed_signing_time=None,
    kind="counter-signature",
    checks=(
        Check(
            "message-digest-value",
            CheckOutcome.FAILED,
            detail="The digest is {found}.",
            args={"found": "{x:>999999999}"},
        ),
    ),
)
FIRST = SignatureResult(
    index="0",
    indication=Indication.TOTAL_PASSED,
    sub_indication=None,
    level=SignatureLevel.CADES_T,
    signer=SIGNER,
    claimed_signing_time=day(20),
    chain=(SIGNER, certificate("Головной УЦ")),
    algorithm="GOST R 34.10-2012 256",
    revocation=RevocationSummary("good", "prefer", "ocsp", produced_at=day(21)),
    checks=(passed("format"), Check("weak", CheckOutcome.WARNING, detail="Weak.")),
    counter_signatures=(COUNTER,),
    proofs=(ProofOfExistence(day(19), "signature-time-stamp"),),
)


def verification(*results, **more):
    return VerificationReport("d.pdf.sig", "d.pdf", day(22), results, **more)


def rows(report, tr, *results):
    stored = tuple(report_dict(r, tr) for r in results)
    return signatures(replace(report, signatures=stored), tr)


def test_signers_and_counter_signers(report, ru):
    first, counter = rows(report, ru, verification(FIRST))
    assert first.signer == "Иванова Анна Петровна"
    assert (first.verdict, counter.verdict) == (Verdict.PASSED, Verdict.FAILED)
    assert first.revocation == "не отозван"
    assert first.open_checks == ("Weak. (weak)",)
    assert [holder.name for holder in first.chain] == ["Иванова Анна Петровна", "Головной УЦ"]
    moments = [event.moment for event in first.events]
    assert moments == [
        "01.01.2026 00:00 UTC",
        "19.11.2026 12:00 UTC",
        "20.11.2026 12:00 UTC",
        "21.11.2026 12:00 UTC",
        "22.11.2026 12:00 UTC",
        "01.04.2027 00:00 UTC",
    ]
    # What was a sentence once is never a template again.
    assert counter.open_checks == ("The digest is {x:>999999999}. (message-digest-value)",)
    assert counter.signer == "не найден"


def test_a_file_without_signers_is_shown_and_never_passed(report, ru):
    problem = Check(
        "format", CheckOutcome.FAILED, detail="No CMS.", sub_indication=SubIndication.FORMAT_FAILURE
    )
    broken, nothing = rows(report, ru, verification(problems=(problem,)), verification())
    assert broken.verdict is Verdict.FAILED
    assert broken.open_checks == ("No CMS. (format)",)
    assert nothing.verdict is Verdict.INDETERMINATE


def test_strange_stored_values_do_no_harm(report, ru):
    strange = (
        {},
        {"signatures": 5},
        {"signatures": [3, {}]},
        {"verdict": "passed", "signatures": []},
        {
            "signatures": [
                {
                    "indication": "PASSED",
                    "signer": 1,
                    "chain": "x",
                    "revocation": [],
                    "proofs": [{"time": "soon"}],
                    "checks": {"a": 1},
                }
            ]
        },
    )
    made = signatures(replace(report, signatures=strange), ru)
    assert len(made) == 5
    assert {row.verdict for row in made} == {Verdict.INDETERMINATE}


def test_they_reach_every_report_for_people(report, ru):
    stored = (report_dict(verification(FIRST), ru),)
    signed = replace(report, signatures=stored)
    assert "Иванова Анна Петровна" in render(signed, "html", ru).decode()
    text = render(signed, "text", ru)
    assert "✓ Успешно: d.pdf.sig, Иванова Анна Петровна; Weak. (weak) [TOTAL-PASSED" in text
    assert b"medcab.signature/1" in render(signed, "json", ru)
    assert render(signed, "pdf", ru) != render(report, "pdf", ru)
