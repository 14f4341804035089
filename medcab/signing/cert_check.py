"""Asking the CRT rules about certificate files, outside of a package; JSON of the answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from medcab import rules as _rules
from medcab.errors import MedcabError
from medcab.model import Document, Finding, Form, Location, Outcome, Package, Severity, Verdict
from medcab.profile_types import FilePolicy, Profile, RuleSetting
from medcab.rules import DocumentContext, Hit, Rule, Scope, Unknown
from medcab.signing.cert_facts import CertificateFacts
from medcab.signing.cert_info import CertificateInfo
from medcab.signing.cert_rules import META_KEY
from medcab.signing.paths import PathResult
from medcab.sources import BytesSource
from medcab.text import Translator

__all__ = ["SCHEMA", "certificate_json", "check_certificate", "plain_profile", "result_json"]

SCHEMA: Final = "medcab.certificate/1"


def plain_profile() -> Profile:
    """A profile with the defaults of the rules.

    Accreditation is a warning: whoever names the trusted certificates on the command line has
    decided whom to trust.
    """
    rules = {"CRT005": RuleSetting("warning")}
    return Profile(
        "certificates", {}, None, "1", (), FilePolicy(), (), (), rules, {}, (), "off", "none"
    )


def check_certificate(
    facts: CertificateFacts,
    profile: Profile,
    now: datetime,
    *,
    form: Form | None = None,
    params: dict[str, dict[str, Any]] | None = None,
) -> tuple[Finding, ...]:
    """Ask the rules about one certificate.

    Args:
        facts: what is known about it.
        profile: levels and parameters.
        now: the moment of the check.
        form: to compare the holder with.
        params: parameters by rule id that win over the profile's.

    Returns:
        findings, gravest first.
    """
    no_facts: Any = None  # these rules look at the certificate only
    document = Document(facts.path, BytesSource(b""), facts.path, 0, meta={META_KEY: (facts,)})
    package = Package(facts.path, (document,), form)
    found: list[Finding] = []
    for rule in _certificate_rules():
        level = profile.level(rule)
        if level is None:
            continue
        values = {**profile.params(rule), **(params or {}).get(rule.id, {})}
        context = DocumentContext(package, profile, values, now, document, no_facts)
        found += _ask(rule, level, context, facts.path)
    return tuple(sorted(found, key=lambda f: (f.severity.rank, f.rule)))


def _certificate_rules() -> tuple[Rule, ...]:
    # The modules of the CRT rules register themselves when this module is imported.
    return tuple(
        rule
        for rule in _rules.all_rules()
        if rule.id.startswith("CRT") and rule.scope is Scope.DOCUMENT
    )


def _ask(rule: Rule, level: Severity, context: DocumentContext, path: str) -> Iterator[Finding]:
    try:
        for answer in rule.check(context):
            yield _finding(rule, level, answer, path)
    except MedcabError as error:
        yield _finding(rule, level, Unknown(error.template, error.arguments), path)


def _finding(rule: Rule, level: Severity, answer: Hit | Unknown, path: str) -> Finding:
    return Finding(
        rule.id,
        level,
        answer.args,
        Location(path, field=answer.field),
        answer.evidence,
        Outcome.VIOLATED if isinstance(answer, Hit) else Outcome.UNDETERMINED,
        answer.reason if isinstance(answer, Unknown) else None,
    )


def certificate_json(info: CertificateInfo) -> dict[str, Any]:
    """What a certificate says, as JSON."""
    return {
        "subject": info.subject,
        "issuer": info.issuer,
        "holder": {"fio": info.holder.fio, **info.holder.fields()},
        "serial": info.serial,
        "sha256": info.fingerprint,
        "sha1": info.thumbprint,
        "not_before": info.not_before.isoformat(),
        "not_after": info.not_after.isoformat(),
        "key_not_after": info.key_not_after.isoformat() if info.key_not_after else None,
        "key": {"name": info.key.name, "oid": info.key.oid, "bits": info.key.bits},
        "signature_algorithm": info.signature_algorithm,
        "is_ca": info.is_ca,
        "self_signed": info.self_signed,
        "key_usage": list(info.key_usage) if info.key_usage is not None else None,
        "extended_key_usage": list(info.extended_key_usage),
        "policies": list(info.policies),
        "protection_class": info.protection_class or None,
        "signing_tool": info.signing_tool or None,
        "issuer_tools": list(info.issuer_tools),
        "identification": info.identification,
        "subject_key": info.subject_key or None,
        "authority_key": info.authority_key or None,
        "crl": list(info.crl_addresses),
        "ocsp": list(info.ocsp_addresses),
        "issuers": list(info.issuer_addresses),
        "unreadable_extensions": list(info.problems),
    }


def result_json(result: PathResult, tr: Translator) -> dict[str, Any]:
    """A verdict about a chain, as JSON; sentences in the language of ``tr``."""
    from medcab.signing.certificates import format_name, sha256_of

    revocation = result.revocation
    return {
        "indication": result.status.value.removeprefix("TOTAL-"),
        "sub_indication": result.sub_indication.value if result.sub_indication else None,
        "chain": [
            {"subject": format_name(c.subject), "sha256": sha256_of(c)} for c in result.chain
        ],
        "anchor": result.anchor.label if result.anchor else None,
        "missing_issuer": result.missing_issuer or None,
        "missing_key": result.missing_key or None,
        "revocation": {
            "status": revocation.status,
            "policy": revocation.policy,
            "source": revocation.source,
            "revoked_at": revocation.revoked_at.isoformat() if revocation.revoked_at else None,
            "reason": revocation.reason,
            "produced_at": revocation.produced_at.isoformat() if revocation.produced_at else None,
            "next_update": revocation.next_update.isoformat() if revocation.next_update else None,
            "detail": tr(revocation.detail, **revocation.args) if revocation.detail else None,
        },
        "checks": [
            {
                "id": check.id,
                "outcome": check.outcome.value,
                "rule": check.rule,
                "detail": tr(check.detail, **check.args) if check.detail else None,
            }
            for check in result.checks
        ],
    }


def verdict_of(findings: Sequence[Finding], facts: CertificateFacts) -> Verdict:
    """Verdict on one certificate: what could not be judged stays open."""
    from medcab.model import worst

    verdict = worst(f.verdict for f in findings)
    if verdict is Verdict.PASSED and facts.path_result is None:
        return Verdict.INDETERMINATE
    if verdict is Verdict.PASSED and facts.path_result is not None and not facts.path_result.passed:
        return Verdict.INDETERMINATE
    return verdict
