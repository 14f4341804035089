"""Validation policies: what a check is worth, and what cannot be switched off."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from world import DATA, NOW, YEAR

from medcab.errors import ConfigError
from medcab.signing.content import MemoryContent
from medcab.signing.longterm.extend import stamp_signature
from medcab.signing.longterm.policy_file import read_policy
from medcab.signing.policy import STRICT

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


def test_a_broken_time_stamp_may_be_a_warning(world):
    made = bytearray(stamp_signature(world.sign(), world.tsa()))
    made[-3] ^= 1
    made = bytes(made)
    assert judge(world, made, STRICT).indication == "TOTAL-FAILED"
    mild = read_policy(HEAD + '[checks]\ntime-stamp = "warn"\n', STRICT)
    result = judge(world, made, mild)
    assert result.indication == "TOTAL-PASSED"
    assert any(c.id == "time-stamp" and c.outcome == "warning" for c in result.checks)
    # It proves nothing all the same.
    assert judge(world, made, mild, NOW + YEAR).indication == "INDETERMINATE"


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
