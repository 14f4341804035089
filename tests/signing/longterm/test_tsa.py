"""The client of time-stamping authorities: answers that count and answers that do not."""

from __future__ import annotations

import hashlib

import pytest

from medcab.errors import UsageError
from medcab.signing.longterm.timestamps import TimeStampError
from medcab.signing.longterm.tsa import TsaClient

IMPRINT = hashlib.sha256(b"x").digest()


def test_token_answers_the_question(world):
    token = world.tsa("short", policy="1.2.3.4").stamp(IMPRINT)
    assert token.info.imprint == IMPRINT
    assert token.info.policy == "1.2.3.4"
    assert token.info.moment == world.server.clock
    assert token.info.accuracy.total_seconds() == 1


@pytest.mark.parametrize("fault", ["imprint", "nonce", "signature", "refuse"])
def test_wrong_answers_are_refused(world, fault):
    world.server.tsas["short"].fault = fault
    with pytest.raises(TimeStampError):
        world.tsa("short").stamp(IMPRINT)


def test_next_address_helps_and_the_first_is_told(world):
    world.server.tsas["short"].fault = "refuse"
    client = world.tsa("short", "long")
    assert client.stamp(IMPRINT).info.imprint == IMPRINT
    (problem,) = client.problems
    assert problem.url.endswith("/tsa/short")


def test_passing_failures_are_tried_again(world):
    world.server.failing = 2
    assert world.tsa("short", retries=2).stamp(IMPRINT)
    world.server.failing = 3
    with pytest.raises(TimeStampError, match="503"):
        world.tsa("short", retries=2).stamp(IMPRINT)
    world.server.failing = 0
    with pytest.raises(TimeStampError, match="404"):
        world.tsa("nowhere").stamp(IMPRINT)


def test_basic_authentication(world):
    world.server.password = "anna:s:1"
    try:
        assert world.tsa("short", user="anna", password="s:1").stamp(IMPRINT)
        with pytest.raises(TimeStampError, match="password"):
            world.tsa("short", user="anna", password="no").stamp(IMPRINT)
    finally:
        world.server.password = None


def test_dead_address(world):
    client = TsaClient(["http://127.0.0.1:9/tsa"], retries=0, timeout=2)
    with pytest.raises(TimeStampError, match="no connection"):
        client.stamp(IMPRINT)


@pytest.mark.parametrize(
    "url", ["ftp://x/", "file:///etc/passwd", "http://user:pw@host/", "nonsense", "http:///"]
)
def test_addresses_that_are_none(url):
    with pytest.raises(UsageError) as caught:
        TsaClient([url])
    assert "pw" not in str(caught.value)


def test_password_does_not_travel_unprotected():
    with pytest.raises(UsageError, match="unprotected"):
        TsaClient(["http://tsa.example/"], "anna", "secret")
    TsaClient(["https://tsa.example/"], "anna", "secret")
    with pytest.raises(UsageError):
        TsaClient([])
