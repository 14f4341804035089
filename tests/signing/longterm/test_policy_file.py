"""Validation policies: what a check is worth, and what cannot be switched off."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from asn1crypto import x509
from world import DATA, NOW, YEAR, pki_server

from medcab.errors import ConfigError
from medcab.signing.attributes import Oid
from medcab.signing.checks import CHECKS
from medcab.signing.cms import parse_signed_data
from medcab.signing.content import MemoryContent
from medcab.signing.keys import SoftwareKey
from medcab.signing.longterm.building import add_stamp
from medcab.signing.longterm.extend import stamp_signature
from medcab.signing.longterm.policy_file import read_policy
from medcab.signing.policy import STRICT
from medcab.signing.sign import Signer, SignOptions

HEAD = 'schema = "medcab.validation-policy/1"\n'


def judge(world, data, policy, at=NOW):
    from medcab.signing.verify import Verifier

    verifier = Verifier(world.trust, policy, at=at)
    return verifier.verify_bytes(data, MemoryContent(DATA)).signatures[0]


def test_everything_is_read():
    made = read_policy(
        HEAD + 'revocation = "require"\nlenient = true\nalgorithm-dates = true\n'
        '[algorithms]\n"SHA-1" = 2030-01-01\n"RSA-2048" = "no end"\n'
        '[checks]\ntime-stamp = "warn"\nclaimed-time = "fail"\n',
        STRICT,
    )
    assert made.revocation == "require"
    assert made.lenient
    assert made.overrides == {"SHA-1": date(2030, 1, 1), "RSA-2048": None}
    assert made.levels == (("claimed-time", "fail"), ("time-stamp", "warn"))
    assert made.key != STRICT.key
    assert read_policy(HEAD, STRICT) == STRICT


@pytest.mark.parametrize("level", ["warn", "ignore"])
@pytest.mark.parametrize("how", ["changed", "copied"])
def test_no_policy_forgives_a_broken_time_stamp(world, how, level):
    made = bytearray(stamp_signature(world.sign(), world.tsa()))
    if how == "changed":
        made[-3] ^= 1
    else:
        other = world.sign(signing_time=NOW - timedelta(days=3))
        ((_, stamped),) = parse_signed_data(stamp_signature(other, world.tsa())).signers
        token = stamped.unsigned(Oid.SIGNATURE_TIME_STAMP)[0].values[0]
        signed = parse_signed_data(world.sign())
        made = add_stamp(signed, 0, Oid.SIGNATURE_TIME_STAMP, token)
    mild = read_policy(HEAD + f'[checks]\ntime-stamp = "{level}"\n', STRICT)
    for policy in (STRICT, mild):
        assert judge(world, bytes(made), policy).indication == "TOTAL-FAILED"


@pytest.mark.parametrize("level", ["warn", "ignore"])
def test_what_is_not_confirmed_may_be_forgiven_but_proves_nothing(world, level):
    made = stamp_signature(world.sign(), world.tsa("foreign"))
    mild = read_policy(HEAD + f'[checks]\ntime-stamp = "{level}"\n', STRICT)
    assert judge(world, made, mild).indication == "TOTAL-PASSED"
    assert judge(world, made, mild, NOW + YEAR).indication == "INDETERMINATE"


def test_no_policy_makes_a_proof_of_a_time_to_come(world):
    moment = world.server.clock
    try:
        world.server.clock = NOW + timedelta(days=60)
        made = stamp_signature(world.sign(), world.tsa())
    finally:
        world.server.clock = moment
    mild = read_policy(HEAD + '[checks]\ngen-time = "ignore"\ntime-stamp = "ignore"\n', STRICT)
    (stamp,) = judge(world, made, mild).timestamps
    assert (stamp["indication"], stamp["sub_indication"]) == ("INDETERMINATE", "NO_POE")
    with pytest.raises(ConfigError, match="nothing is proven"):
        read_policy(HEAD + '[checks]\ngen-time-reached = "ignore"\n', STRICT)


def test_no_policy_makes_an_authority_of_a_person(world):
    """RFC 5280 6.1.4 k to n: basicConstraints, path length, keyCertSign."""
    evil = pki_server.certify("Злодей", world.signer, start=NOW - YEAR / 4, end=NOW + YEAR / 4)
    chain = [x509.Certificate.load(e.der) for e in (world.signer, world.issuing)]
    key = SoftwareKey(evil.key, x509.Certificate.load(evil.der), chain)
    made = Signer(key, SignOptions(force=True, signing_time=NOW)).sign_bytes(DATA)
    names = [name for group in CHECKS.values() for name in group]
    mild = read_policy(HEAD + "[checks]\n" + "".join(f'{n} = "ignore"\n' for n in names), STRICT)
    for policy in (STRICT, mild):
        result = judge(world, made, policy)
        assert result.sub_indication == "CHAIN_CONSTRAINTS_FAILURE"
        assert "chain-authorities" in [c.id for c in result.checks if c.open]


def test_a_warning_may_be_made_to_count(world):
    made = stamp_signature(world.sign(), world.tsa("foreign"))
    assert judge(world, made, STRICT).indication == "TOTAL-PASSED"
    hard = read_policy(HEAD + '[checks]\ntime-stamp = "fail"\n', STRICT)
    result = judge(world, made, hard)
    assert (result.indication, result.sub_indication) == ("INDETERMINATE", "GENERIC")


def test_dates_of_algorithms(world):
    made = world.sign()
    never = read_policy(HEAD + '[algorithms]\n"RSA-2048" = 2026-01-01\n', STRICT)
    assert judge(world, made, never).sub_indication == "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"
    assert judge(world, made, STRICT).indication == "TOTAL-PASSED"
    assert datetime.now(UTC)


@pytest.mark.parametrize(
    "text",
    [
        "", "x", 'schema = "other"\n', HEAD + "unknown = 1\n", HEAD + 'revocation = "maybe"\n',
        HEAD + "lenient = 1\n", HEAD + '[algorithms]\n"SHA-1" = 5\n',
        HEAD + '[checks]\ntime-stamp = "perhaps"\n', HEAD + "checks = 1\n",
        HEAD + '[algorithms]\n"SHA-1" = 2026-01-01T00:00:00Z\n',
    ],
)  # fmt: skip
def test_wrong_files_are_refused(text):
    with pytest.raises(ConfigError, match="wrong"):
        read_policy(text, STRICT, "p.toml")


@pytest.mark.parametrize("name", ["signature-value", "message-digest-value", "certificate-chain"])
@pytest.mark.parametrize("level", ["warn", "ignore"])
def test_the_core_cannot_be_switched_off(name, level):
    with pytest.raises(ConfigError, match="nothing is proven"):
        read_policy(HEAD + f'[checks]\n{name} = "{level}"\n', STRICT)
