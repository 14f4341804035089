"""Streebog: the examples of RFC 6986, agreement of the backends, refusal of wrong ones."""

from __future__ import annotations

import random
import threading
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medcab.errors import LimitError, SigningError
from medcab.signing.gost import streebog
from medcab.signing.gost._streebog_py import State

USABLE = [backend.name for backend in streebog.backends() if backend.usable]

# RFC 6986, section 10; messages and digests are printed there with the last byte first.
M1 = bytes.fromhex(
    "323130393837363534333231303938373635343332313039383736353433323130393837363534333231"
    "303938373635343332313039383736353433323130"
)[::-1]
M2 = bytes.fromhex(
    "fbe2e5f0eee3c820fbeafaebef20fffbf0e1e0f0f520e0ed20e8ece0ebe5f0f2f120fff0eeec20f120faf2fee5e2"
    "202ce8f6f3ede220e8e6eee1e8f0f2d1202ce8f0f2e5e220e5d1"
)[::-1]
RFC = [
    (512, M1, "486f64c1917879417fef082b3381a4e211c324f074654c38823a7b76f830ad00fa1fbae42b1285c0352f227524bc9ab16254288dd6863dccd5b9f54a1ad0541b"),
    (256, M1, "00557be5e584fd52a449b16b0251d05d27f94ab76cbaa6da890b59d8ef1e159d"),
    (512, M2, "28fbc9bada033b1460642bdcddb90c3fb3e56c497ccd0f62b8a2ad4935e85f037613966de4ee00531ae60f3b5a47f8dae06915d5f2f194996fcabf2622e6881e"),
    (256, M2, "508f7e553c06501d749a66fc28c6cac0b005746d97537fa85d9e40904efed29d"),
]  # fmt: skip


@pytest.mark.parametrize("backend", USABLE)
@pytest.mark.parametrize(("bits", "message", "printed"), RFC)
def test_rfc_6986_examples(backend, bits, message, printed):
    digest = streebog.new(bits, message, backend=backend).digest()
    assert digest == bytes.fromhex(printed)[::-1]


@pytest.mark.parametrize("backend", USABLE)
@pytest.mark.parametrize("bits", [256, 512])
def test_behaves_as_hashlib(backend, bits):
    state = streebog.new(bits, backend=backend)
    assert (state.digest_size, state.block_size, state.name) == (bits // 8, 64, f"streebog{bits}")
    state.update(bytearray(b"medical "))
    twin = state.copy()
    state.update(memoryview(b"cabinet"))
    assert state.digest() == state.digest()
    assert state.hexdigest() == streebog.new(bits, b"medical cabinet").hexdigest()
    assert twin.hexdigest() == streebog.new(bits, b"medical ").hexdigest()


@pytest.mark.parametrize("backend", USABLE)
def test_carry_of_the_sum_reaches_every_word(backend):
    # All ones, then one more: the checksum modulo 2^512 must wrap.
    data = b"\xff" * 64 + b"\x01" + bytes(63) + b"\xff" * 128 + b"\x01"
    assert streebog.new(512, data, backend=backend).digest() == _reference(512, data)


def _reference(bits, data):
    state = State(bits)
    state.update(data)
    return state.digest()


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=600), st.lists(st.integers(0, 600), max_size=6), st.sampled_from([256, 512])
)
def test_backends_agree_however_the_data_is_split(data, cuts, bits):
    expected = _reference(bits, data)
    edges = [0, *sorted(min(c, len(data)) for c in cuts), len(data)]
    for name in USABLE:
        state = streebog.new(bits, backend=name)
        for start, end in pairwise(edges):
            state.update(memoryview(data)[start:end])
        assert state.digest() == expected, name


@pytest.mark.slow
@pytest.mark.skipif(len(USABLE) < 3, reason="needs the C extension and libgcrypt")
def test_native_backends_agree_on_ten_thousand_random_inputs_of_random_split():
    rng = random.Random(20260601)
    for _ in range(10_000):
        bits = rng.choice((256, 512))
        data = rng.randbytes(rng.randrange(0, 700))
        states = [streebog.new(bits, backend=name) for name in ("c", "libgcrypt")]
        at = 0
        while at < len(data):
            step = rng.randrange(1, 200)
            for state in states:
                state.update(data[at : at + step])
            at += step
        assert states[0].digest() == states[1].digest()
        if rng.random() < 0.01:
            assert states[0].digest() == _reference(bits, data)


@pytest.mark.parametrize("backend", USABLE)
def test_hmac_examples_of_rfc_7836(backend):
    key = bytes(range(32))
    message = bytes.fromhex("0126bdb87800af214341456563780100")
    assert streebog.hmac(256, key, message, backend=backend).hex() == (
        "a1aa5f7de402d7b3d323f2991c8d4534013137010a83754fd0af6d7cd4922ed9"
    )
    assert streebog.hmac(512, key, message, backend=backend).hex() == (
        "a59bab22ecae19c65fbde6e5f4e9f5d8549d31f037f9df9b905500e171923a77"
        "3d5f1530f2ed7e964cb2eedc29e9ad2f3afe93b2814f79f5000ffc0366c251e6"
    )
    assert streebog.hmac(256, b"k" * 100, message, backend=backend) == streebog.hmac(
        256, streebog.new(256, b"k" * 100).digest(), message
    )


@pytest.mark.parametrize("backend", USABLE)
def test_pbkdf2_examples_of_rfc_7836(backend):
    # Appendix B: P = «password», S = «salt», c = 1 and 2.
    assert streebog.pbkdf2(512, b"password", b"salt", 1, 64, backend=backend).hex() == (
        "64770af7f748c3b1c9ac831dbcfd85c26111b30a8a657ddc3056b80ca73e040d"
        "2854fd36811f6d825cc4ab66ec0a68a490a9e5cf5156b3a2b7eecddbf9a16b47"
    )
    assert streebog.pbkdf2(512, b"password", b"salt", 2, 64, backend=backend).hex() == (
        "5a585bafdfbb6e8830d6d68aa3b43ac00d2e4aebce01c9b31c2caed56f0236d4"
        "d34b2b8fbd2c4e89d54d46f50e47d45bbac301571743119e8d3c42ba66d348de"
    )
    assert streebog.pbkdf2(256, b"p", b"s", 7, 75, backend=backend) == streebog.pbkdf2(
        256, b"p", b"s", 7, 75, backend="python"
    )
    assert streebog.pbkdf2(512, b"", b"", 3, 10, backend=backend) == streebog.pbkdf2(
        512, b"", b"", 3, 10, backend="python"
    )


def test_too_many_iterations_are_refused_and_the_cap_is_named():
    cap = streebog.MAX_ROUNDS[False]
    with pytest.raises(LimitError) as caught:
        streebog.pbkdf2(512, b"p", b"s", cap + 1, 32, backend="python")
    assert caught.value.arguments == {"rounds": cap + 1, "limit": cap}
    assert str(cap) in str(caught.value)


@pytest.mark.parametrize("bits", [0, 255, 257, -256])
def test_other_sizes_are_refused(bits):
    with pytest.raises(ValueError):
        streebog.new(bits)


class _WrongOnWholeBlocks(State):
    """The mistake of a published wheel: no padding block when the length is a multiple of 64."""

    def update(self, data):
        self.length = getattr(self, "length", 0) + len(data)
        super().update(data)

    def digest(self):
        digest = super().digest()
        whole = getattr(self, "length", 0) and self.length % 64 == 0
        return digest[::-1] if whole else digest


class _WrongAfterCopy(State):
    def copy(self):
        return self


@pytest.mark.parametrize("factory", [_WrongOnWholeBlocks, _WrongAfterCopy])
def test_a_wrong_backend_fails_the_self_test(factory):
    assert streebog.self_test(factory).startswith("wrong ")
    assert streebog.self_test(State) == ""


def test_a_wrong_backend_is_refused(monkeypatch):
    monkeypatch.setattr(
        streebog, "_factory", lambda name: State if name == "python" else _WrongOnWholeBlocks
    )
    for cached in (streebog._load, streebog._chosen):
        cached.cache_clear()
    try:
        assert [b.usable for b in streebog.backends()] == [False, False, True]
        assert "wrong" in streebog.backends()[0].reason
        assert streebog.active().name == "python"
        with pytest.raises(SigningError, match="libgcrypt"):
            streebog.new(256, backend="libgcrypt")
    finally:
        for cached in (streebog._load, streebog._chosen):
            cached.cache_clear()


def test_large_files_are_slow_without_compiled_code(monkeypatch):
    monkeypatch.setattr(streebog, "active", lambda: streebog.Backend("python", "", False, True))
    assert streebog.is_slow_for(1 << 30)
    assert not streebog.is_slow_for(1 << 20)
    monkeypatch.setattr(streebog, "active", lambda: streebog.Backend("c", "", True, True))
    assert not streebog.is_slow_for(1 << 40)


def test_no_backend_at_all_is_an_error_with_a_hint(monkeypatch):
    monkeypatch.setattr(streebog, "_factory", lambda name: _WrongOnWholeBlocks)
    for cached in (streebog._load, streebog._chosen):
        cached.cache_clear()
    try:
        with pytest.raises(SigningError, match="self-test") as caught:
            streebog.new(256)
        assert "doctor" in caught.value.hint
    finally:
        for cached in (streebog._load, streebog._chosen):
            cached.cache_clear()


@pytest.mark.parametrize("backend", USABLE)
def test_unsuitable_data_is_a_type_error(backend):
    state = streebog.new(256, backend=backend)
    with pytest.raises((TypeError, BufferError)):
        state.update("text")


@pytest.mark.skipif("c" not in USABLE, reason="the C extension is not built")
def test_c_lets_other_threads_work_and_keeps_order():
    shared = streebog.new(256, backend="c")
    block = bytes(1 << 20)
    threads = [threading.Thread(target=lambda: shared.update(block)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert shared.digest() == streebog.new(256, block * 8, backend="c").digest()


@pytest.mark.skipif("c" not in USABLE, reason="the C extension is not built")
def test_c_refuses_what_it_cannot_do():
    from medcab.signing.gost import _streebog

    with pytest.raises(ValueError):
        _streebog.hmac(128, b"", b"")
    with pytest.raises(ValueError):
        _streebog.pbkdf2(256, b"", b"", 0, 32)
    with pytest.raises(TypeError):
        _streebog.Streebog()
    with pytest.raises(TypeError):
        _streebog.Streebog(bits=256)
