"""What a chain breaks is told by name and in the reader's language; time forgiven forgives no more."""

from __future__ import annotations

from datetime import timedelta

import pki
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from pki import NOW, YEAR
from test_paths import ask

from medcab.signing.paths import PathOptions
from medcab.signing.trust import TrustStore
from medcab.text import translator

RULES = ("chain-constraints", "chain-algorithms", "chain-authorities")


def told(result):
    (check,) = [c for c in result.checks if c.open and c.id in RULES]
    return check, translator("ru")(check.detail, **check.args)


def with_extension(entity, issuer, extension, *, critical=True):
    """The same certificate with one extension more (instead of the one of its kind)."""
    old = entity.cert
    kept = [e for e in old.extensions if e.oid != extension.oid]
    kept.append(x509.Extension(extension.oid, critical, extension))
    builder = x509.CertificateBuilder(
        old.issuer, old.subject, old.public_key(), old.serial_number,
        old.not_valid_before_utc, old.not_valid_after_utc, kept,
    )  # fmt: skip
    return pki.Entity(entity.key, builder.sign(issuer.key, hashes.SHA256()))


def trust(root):
    return TrustStore.from_certificates([root.asn1])


def test_no_authority(authority):
    person = authority.leaf("p256")
    below = pki.make("Самозванец", person)
    check, russian = told(ask(below, [person, authority.intermediate], trust=authority.trust))
    assert check.detail.startswith("{name} is no authority")
    assert "не удостоверяющий центр" in russian


def test_path_length():
    root = pki.make("Корень длины", ca=True)
    one = pki.make("УЦ 1", root, ca=True, path_length=0)
    two = pki.make("УЦ 2", one, ca=True)
    check, _ = told(ask(pki.make("Лист", two), [one, two], trust=trust(root)))
    assert check.detail.startswith("The chain is longer")
    assert "УЦ 2" in check.args["name"]


def names(permitted=None, excluded=None):
    return x509.NameConstraints(permitted, excluded)


@pytest.mark.parametrize("side", ["permitted", "excluded"])
def test_name_constraints(side):
    root = pki.make("Корень имён", ca=True)
    leaf_name = pki.make("Лист", root).cert.subject
    other = x509.Name([x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "DE")])
    tree = [x509.DirectoryName(other if side == "permitted" else leaf_name)]
    middle = pki.make("УЦ имён", root, ca=True)
    middle = with_extension(middle, root, names(**{side: tree}))
    check, russian = told(ask(pki.make("Лист", middle), [middle], trust=trust(root)))
    assert check.detail.startswith("The certificate of {name} holds a name")
    assert "не вправе удостоверять" in russian


def test_unknown_critical_extension(authority):
    leaf = authority.leaf("p256")
    odd = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"), b"\x05\x00")
    leaf = with_extension(leaf, authority.intermediate, odd)
    check, _ = told(ask(leaf, [authority.intermediate], trust=authority.trust))
    assert check.args["extensions"] == "1.2.3.4.5"


def test_policies(authority):
    options = PathOptions(policies=frozenset({"1.2.3.4"}), explicit_policy=True)
    leaf = authority.leaf("p256")
    check, _ = told(ask(leaf, [authority.intermediate], trust=authority.trust, options=options))
    assert check.detail.startswith("A certificate policy is required")


def test_weak_authority():
    root = pki.make("Слабый", kind="rsa1024", ca=True)
    check, russian = told(ask(pki.make("Лист", root), trust=trust(root)))
    assert check.id == "chain-algorithms"
    assert "слишком слабая" in russian


def test_what_is_not_explained_keeps_its_words():
    """Constraints on a kind of name that the library cannot compare."""
    root = pki.make("Корень имён", ca=True)
    odd = [x509.RegisteredID(x509.ObjectIdentifier("1.2.3"))]
    middle = with_extension(pki.make("УЦ имён", root, ca=True), root, names(permitted=odd))
    leaf = pki.make("Лист", middle)
    leaf = with_extension(leaf, middle, x509.SubjectAlternativeName(odd), critical=False)
    result = ask(leaf, [middle], trust=trust(root))
    assert result.sub_indication == "CERTIFICATE_CHAIN_GENERAL_FAILURE"
    check, russian = told(result)
    assert check.args["why"]
    assert f"({check.args['why']})" in russian


def test_an_expired_chain_is_looked_at_all_the_same(authority):
    """Else a policy that forgives the time would forgive everything."""
    person = pki.make("Врач", authority.intermediate, end=NOW - timedelta(days=1))
    below = pki.make("Самозванец", person)
    result = ask(below, [person, authority.intermediate], trust=authority.trust)
    assert result.sub_indication == "OUT_OF_BOUNDS_NO_POE"
    check, _ = told(result)
    assert check.detail.startswith("{name} is no authority")
    right = pki.make("Врач", authority.intermediate, end=NOW - timedelta(days=1))
    result = ask(right, [authority.intermediate], trust=authority.trust)
    assert [c.id for c in result.checks if c.open] == ["validity-range"]
    assert any(c.id == "chain-constraints" for c in result.checks)


def test_certificates_that_were_never_valid_together():
    root = pki.make("Корень", ca=True, end=NOW + 3 * YEAR)
    middle = pki.make("УЦ", root, ca=True, end=NOW - YEAR / 2)
    leaf = pki.make("Лист", middle, start=NOW - YEAR / 3)
    result = ask(leaf, [middle], trust=trust(root))
    check, _ = told(result)
    assert check.detail.startswith("The certificates of the chain were never")
    assert result.sub_indication == "OUT_OF_BOUNDS_NO_POE"


def test_old_algorithms_are_not_excused_by_an_expired_certificate():
    root = pki.make("Слабый", kind="rsa1024", ca=True)
    leaf = pki.make("Лист", root, start=NOW - 9 * YEAR, end=NOW - 8 * YEAR)
    check, _ = told(ask(leaf, trust=trust(root)))
    assert check.id == "chain-algorithms"


def test_a_policy_that_forgives_the_time_forgives_nothing_else():
    from medcab.signing.content import MemoryContent
    from medcab.signing.keys import SoftwareKey
    from medcab.signing.longterm.policy_file import read_policy
    from medcab.signing.policy import STRICT
    from medcab.signing.sign import Signer, SignOptions
    from medcab.signing.verify import Verifier

    root = pki.make("Корень", ca=True)
    person = pki.make("Врач", root, usage="digital_signature")
    old = {"start": NOW - YEAR, "end": NOW - YEAR / 2}
    mild = read_policy(
        'schema = "medcab.validation-policy/1"\n[checks]\nvalidity-range = "warn"\n', STRICT
    )
    for issuer, verdict in ((root, "passed"), (person, "indeterminate")):
        holder = pki.make("Кто-то", issuer, **old)
        key = SoftwareKey(holder.key, holder.asn1, [issuer.asn1])
        made = Signer(key, SignOptions(force=True, signing_time=NOW)).sign_bytes(b"x")
        report = Verifier(trust(root), mild, at=NOW).verify_bytes(made, MemoryContent(b"x"))
        assert report.verdict == verdict, [c for s in report.signatures for c in s.checks if c.open]
