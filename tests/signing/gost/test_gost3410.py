"""GOST R 34.10: the examples of RFC 7091 and RFC 5832, and everything a forger would try."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medcab.errors import SigningError
from medcab.signing.gost import ec, gost3410
from medcab.signing.gost.curves import CURVES, OIDS, curve_by_oid, oid_name

ALL = sorted(CURVES)
EDWARDS = [name for name in ALL if CURVES[name].cofactor == 4]


def key_of(curve, seed=12345678901234567890):
    d = seed % curve.q
    return d, gost3410.public_point(curve, d)


def test_rfc_7091_example_1_and_rfc_5832():
    curve = CURVES["256-test"]
    d = 0x7A929ADE789BB9BE10ED359DD39A72C11B60961F49397EEE1D19CE9891EC3B28
    point = gost3410.public_point(curve, d)
    assert point == (
        0x7F2B49E270DB6D90D8595BEC458B50C58585BA1D4E9B788F6689DBD8E56FD80B,
        0x26F1B489D6701DD185C8413A977B3CBBAF64D1C593D26627DFFB101A87FF77DA,
    )
    e = 0x2DFBC1B372D89A1188C09C52E0EEC61FCE52032AB1022E8E67ECE6672B043EE5
    r = 0x41AA28D2F1AB148280CD9ED56FEDA41974053554A42767B83AD043FD39DC0493
    s = 0x1456C64BA4642A1653C235A98A60249BCD6D3F746B631DF928014F6C5BF9C40
    assert gost3410.verify(curve, point, e.to_bytes(32, "little"), r, s)


def test_rfc_7091_example_2():
    curve = CURVES["512-test"]
    d = 0xBA6048AADAE241BA40936D47756D7C93091A0E8514669700EE7508E508B102072E8123B2200A0563322DAD2827E2714A2636B7BFD18AADFC62967821FA18DD4
    point = gost3410.public_point(curve, d)
    assert point == (
        0x115DC5BC96760C7B48598D8AB9E740D4C4A85A65BE33C1815B5C320C854621DD5A515856D13314AF69BC5B924C8B4DDFF75C45415C1D9DD9DD33612CD530EFE1,
        0x37C7C90CD40B0F5621DC3AC1B751CFA0E2634FA0503B3D52639F5D7FB72AFD61EA199441D943FFE7F0C70A2759A3CDB84C114E1F9339FDF27F35ECA93677BEEC,
    )
    e = 0x3754F3CFACC9E0615C4F4A7C4D8DAB531B09B6F9C170C533A71D147035B0C5917184EE536593F4414339976C647C5D5A407ADEDB1D560C4FC6777D2972075B8C
    r = 0x2F86FA60A081091A23DD795E1E3C689EE512A3C82EE0DCC2643C78EEA8FCACD35492558486B20F1C9EC197C90699850260C93BCBCD9C5C3317E19344E173AE36
    s = 0x1081B394696FFE8E6585E7A9362D26B6325F56778AADBC081C0BFBE933D52FF5823CE288E8C4F362526080DF7F70CE406A6EEB1F56919CB92A9853BDE73E5B4A
    assert gost3410.verify(curve, point, e.to_bytes(64, "little"), r, s)


@pytest.mark.parametrize("name", ALL)
def test_parameters_are_what_they_should_be(name):
    curve = CURVES[name]
    assert curve.contains(curve.x, curve.y)
    assert pow(2, curve.p - 1, curve.p) == 1
    assert pow(2, curve.q - 1, curve.q) == 1
    assert (4 * curve.a**3 + 27 * curve.b**2) % curve.p
    assert ec.arithmetic(curve).times(curve.q, (curve.x, curve.y)) is None
    # Hasse: the number of points is within 2 sqrt(p) of p + 1.
    assert (curve.cofactor * curve.q - curve.p - 1) ** 2 <= 4 * curve.p
    assert curve.cofactor == (4 if name in ("256-A", "512-C") else 1)


def test_aliases_of_parameter_sets():
    assert curve_by_oid("1.2.643.7.1.2.1.1.2") is curve_by_oid("1.2.643.2.2.35.1")
    assert curve_by_oid("1.2.643.2.2.36.0") is curve_by_oid("1.2.643.2.2.35.1")
    assert curve_by_oid("1.2.643.7.1.2.1.1.3") is curve_by_oid("1.2.643.2.2.35.2")
    assert curve_by_oid("1.2.643.7.1.2.1.1.4") is curve_by_oid("1.2.643.2.2.35.3")
    assert curve_by_oid("1.2.643.2.2.36.1") is curve_by_oid("1.2.643.2.2.35.3")
    assert {name for name, _ in OIDS.values()} == set(CURVES)
    assert oid_name("1.2.643.2.2.35.1") == "id-GostR3410-2001-CryptoPro-A-ParamSet"
    assert oid_name("1.2.3") == "1.2.3"
    with pytest.raises(SigningError, match=r"1\.2\.840\.10045\.3\.1\.7"):
        curve_by_oid("1.2.840.10045.3.1.7")


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("number", ["int", "mpz"])
def test_both_kinds_of_numbers_and_both_ways_give_the_same(name, number):
    kind = int if number == "int" else pytest.importorskip("gmpy2").mpz
    curve = CURVES[name]
    plain, other = ec.Arithmetic(curve, int), ec.Arithmetic(curve, kind)
    _, point = key_of(curve)
    scalars = [
        (1, 0),
        (0, 1),
        (1, 1),
        (curve.q - 1, 1),
        (7, curve.q - 2),
        (3**150 % curve.q, 5**90),
    ]
    for u, v in scalars:
        first = plain.times(u, (curve.x, curve.y)) if u else None
        for _ in range(6):  # the later ones use the table of the key
            total = other.combine(u, v % curve.q, point)
            again = other._affine([total])[0] if total[2] else None
            if v == 0:
                assert again == first
            if u == 0 and v == 1:
                assert again == point
    assert other.times_base(5) == plain.times(5, (curve.x, curve.y))
    assert other.times_base(0) is None


def test_sums_that_meet_infinity_and_doubling():
    curve = CURVES["256-A"]
    d, point = key_of(curve, 2)
    arithmetic = ec.Arithmetic(curve, int)
    for _ in range(6):
        # 2G - (2G) is infinity; 2G + (2G) is a doubling; G + G + ... collide on the way
        assert not arithmetic.combine(2, curve.q - 1, point)[2]
        double = arithmetic._affine([arithmetic.combine(2, 1, point)])[0]
        assert double == arithmetic.times(4, arithmetic.base)
    assert d == 2


def test_only_so_many_keys_are_remembered():
    curve = CURVES["256-B"]
    arithmetic = ec.Arithmetic(curve, int)
    for d in range(2, 2 + ec._KEYS_KEPT + 5):
        arithmetic.combine(1, 1, gost3410.public_point(curve, d))
    assert len(arithmetic._keys) == ec._KEYS_KEPT


def test_threads_may_share_the_tables():
    curve = CURVES["256-A"]
    arithmetic = ec.Arithmetic(curve, int)
    points = [gost3410.public_point(curve, d) for d in range(2, 80)]
    with ThreadPoolExecutor(4) as pool:
        sums = list(pool.map(lambda p: arithmetic.combine(1, 1, p), points * 3))
    expected = [arithmetic.combine(1, 1, p) for p in points] * 3
    assert [arithmetic._affine([a]) for a in sums] == [arithmetic._affine([b]) for b in expected]


@pytest.mark.parametrize("name", ALL)
def test_forgeries_are_refused(name):
    curve = CURVES[name]
    d, point = key_of(curve)
    digest = bytes(range(curve.size))
    r, s = gost3410.sign(curve, d, digest)
    q = curve.q
    assert gost3410.verify(curve, point, digest, r, s)
    wrong = [
        (0, s), (r, 0), (0, 0), (q, s), (r, q), (r + q, s), (r, s + q), (-r, s), (r, -s),
        (s, r), (q - r, s), (r, q - s), (1, 1), (q - 1, q - 1), (r ^ 1, s), (r, s ^ 1),
    ]  # fmt: skip
    for bad_r, bad_s in wrong:
        assert not gost3410.verify(curve, point, digest, bad_r, bad_s), (bad_r, bad_s)
    other = CURVES["512-A" if curve.bits == 256 else "256-A"]
    assert not gost3410.verify(curve, point, bytes(other.size), r, s)
    assert not gost3410.verify(curve, point, digest[:-1], r, s)
    assert not gost3410.verify(curve, point, digest + b"\0", r, s)
    assert not gost3410.verify(curve, gost3410.public_point(curve, d + 1), digest, r, s)
    assert not gost3410.verify(curve, (point[0], curve.p - point[1]), digest, r, s)


@pytest.mark.parametrize("name", ["256-A", "256-B", "512-A", "512-C"])
def test_a_digest_that_is_zero_modulo_q_counts_as_one(name):
    curve = CURVES[name]
    d, point = key_of(curve)
    zero, one = bytes(curve.size), (1).to_bytes(curve.size, "little")
    r, s = gost3410.sign(curve, d, zero)
    assert gost3410.verify(curve, point, zero, r, s)
    assert gost3410.verify(curve, point, one, r, s)
    if curve.q < 1 << curve.bits:
        assert gost3410.verify(curve, point, curve.q.to_bytes(curve.size, "little"), r, s)


@pytest.mark.parametrize("name", ALL)
def test_points_that_are_no_keys(name):
    curve = CURVES[name]
    _, point = key_of(curve)
    assert gost3410.check_point(curve, point)
    x, y = point
    for bad in [
        (0, 0), (x, y ^ 1), (x + curve.p, y), (x, y + curve.p), (x, -y), (-x, y), (1, 1),
    ]:  # fmt: skip
        assert not gost3410.check_point(curve, bad), bad


@pytest.mark.parametrize("name", EDWARDS)
def test_points_of_small_order_are_no_keys(name):
    curve = CURVES[name]
    p, a, b = curve.p, curve.a, curve.b
    # (0, y) or a point with y = 0 has order 2; find the roots of x^3 + ax + b by the cofactor:
    # q times any point that is not in the subgroup has order 2 or 4.
    arithmetic = ec.arithmetic(curve)
    found = set()
    for x in range(2, 60):
        square = (x**3 + a * x + b) % p
        y = pow(square, (p + 1) // 4, p)
        if y * y % p != square:
            continue
        small = arithmetic.times(curve.q, (x, y))
        if small is None:
            continue
        small = (int(small[0]), int(small[1]))
        assert curve.contains(*small)
        assert arithmetic.times(4, small) is None
        found.add(small)
        assert not gost3410.check_point(curve, small)
        assert not gost3410.check_point(curve, (x, y))
    assert found


def test_signatures_never_repeat_their_nonce_and_the_nonce_depends_on_everything():
    curve = CURVES["256-A"]
    digest = bytes(32)
    seen = {gost3410.sign(curve, 5, digest)[0] for _ in range(5)}
    assert len(seen) == 5
    fixed = gost3410.sign(curve, 5, digest, extra=b"x" * 32)
    assert fixed == gost3410.sign(curve, 5, digest, extra=b"x" * 32)
    changed = {
        gost3410.sign(curve, 5, digest, extra=b"y" * 32)[0],
        gost3410.sign(curve, 6, digest, extra=b"x" * 32)[0],
        gost3410.sign(curve, 5, b"\2" + digest[1:], extra=b"x" * 32)[0],
    }
    assert fixed[0] not in changed
    assert len(changed) == 3


@pytest.mark.parametrize("name", ["256-C", "512-test"])
def test_nonces_are_in_range_even_when_the_order_is_short(name):
    curve = CURVES[name]
    nonces = gost3410._Nonces(curve, 5, bytes(curve.size), b"")
    drawn = [nonces.next() for _ in range(50)]
    assert all(0 < k < curve.q for k in drawn)
    assert len(set(drawn)) == 50


def test_a_digest_of_another_size_is_not_signed():
    with pytest.raises(ValueError):
        gost3410.sign(CURVES["256-A"], 5, bytes(64))
    with pytest.raises(ValueError):
        gost3410.public_point(CURVES["256-A"], 0)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_sign_then_verify_and_any_flipped_bit_is_refused(data):
    curve = CURVES[data.draw(st.sampled_from(ALL))]
    d = data.draw(st.integers(1, curve.q - 1))
    digest = data.draw(st.binary(min_size=curve.size, max_size=curve.size))
    point = gost3410.public_point(curve, d)
    r, s = gost3410.sign(curve, d, digest)
    assert gost3410.verify(curve, point, digest, r, s)
    size = curve.size
    blob = bytearray(r.to_bytes(size, "big") + s.to_bytes(size, "big") + digest)
    bit = data.draw(st.integers(0, 8 * len(blob) - 1))
    blob[bit // 8] ^= 1 << bit % 8
    changed = bytes(blob)
    assert not gost3410.verify(
        curve,
        point,
        changed[2 * size :],
        int.from_bytes(changed[:size], "big"),
        int.from_bytes(changed[size : 2 * size], "big"),
    )
