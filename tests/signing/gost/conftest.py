"""Writers of key containers, made from the descriptions and not from the reader.

The block cipher, its modes, the wrapping and the DER are written here once more, in the plainest
way, so that a mistake in the reader does not cancel itself out.
"""

from __future__ import annotations

import hashlib
import hmac
from types import SimpleNamespace

import pytest

from medcab.signing.gost import gost94, streebog
from medcab.signing.gost.keys import KEY_KINDS, GostPrivateKey

BOX_A = [
    [9, 6, 3, 2, 8, 11, 1, 7, 10, 4, 14, 15, 12, 0, 13, 5],
    [3, 7, 14, 9, 8, 10, 15, 0, 5, 2, 6, 12, 11, 4, 13, 1],
    [14, 4, 6, 2, 11, 3, 13, 8, 12, 15, 5, 10, 0, 7, 1, 9],
    [14, 7, 10, 12, 13, 1, 3, 9, 0, 2, 11, 4, 15, 8, 5, 6],
    [11, 5, 1, 9, 8, 13, 15, 0, 14, 4, 2, 3, 12, 7, 10, 6],
    [3, 10, 13, 12, 1, 2, 0, 11, 7, 5, 9, 4, 8, 15, 14, 6],
    [1, 13, 2, 9, 7, 10, 6, 0, 8, 12, 4, 5, 15, 3, 11, 14],
    [11, 10, 15, 5, 0, 12, 14, 8, 6, 2, 3, 9, 1, 7, 13, 4],
]
# BLOBHEADER: private key blob of version 0x20, the algorithm, «MAG1», bits of the key.
HEADERS = {
    "1.2.643.2.2.19": bytes.fromhex("07200000 24aa0000 4d414731 20000000"),
    "1.2.643.7.1.1.1.1": bytes.fromhex("07200000 46aa0000 4d414731 20000000"),
    "1.2.643.7.1.1.1.2": bytes.fromhex("07200000 42aa0000 4d414731 40000000"),
}
# The blob names the key agreement that goes with the key, not the key itself.
AGREEMENT = {
    "1.2.643.2.2.19": "1.2.643.2.2.98",
    "1.2.643.7.1.1.1.1": "1.2.643.7.1.1.6.1",
    "1.2.643.7.1.1.1.2": "1.2.643.7.1.1.6.2",
}
DATA, ENCRYPTED = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.6"


def tlv(tag, *parts):
    body = b"".join(parts)
    if len(body) < 128:
        return bytes([tag, len(body)]) + body
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + body


def oid(dotted):
    first, second, *rest = map(int, dotted.split("."))
    out = bytes([40 * first + second])
    for arc in rest:
        piece = [arc & 127]
        while arc := arc >> 7:
            piece.append(arc & 127 | 128)
        out += bytes(reversed(piece))
    return tlv(6, out)


def integer(value):
    return tlv(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def half(key, n1, n2, order):
    words = [int.from_bytes(key[4 * i : 4 * i + 4], "little") for i in range(8)]
    for i in order:
        x = (n1 + words[i]) % 2**32
        y = sum(BOX_A[k][x >> 4 * k & 15] << 4 * k for k in range(8))
        n1, n2 = n2 ^ (y << 11 | y >> 21) % 2**32, n1
    return n1, n2


def block(key, data):
    n1, n2 = int.from_bytes(data[:4], "little"), int.from_bytes(data[4:], "little")
    n1, n2 = half(key, n1, n2, [*range(8)] * 3 + [*range(7, -1, -1)])
    return n2.to_bytes(4, "little") + n1.to_bytes(4, "little")


def ecb(key, data):
    return b"".join(block(key, data[i : i + 8]) for i in range(0, len(data), 8))


def cfb(key, iv, data):
    assert len(data) <= 1024, "no meshing here"
    out = b""
    for i in range(0, len(data), 8):
        iv = bytes(a ^ b for a, b in zip(block(key, iv), data[i : i + 8], strict=False))
        out += iv
    return out


def imit(key, iv, data):
    state = iv
    data += bytes(-len(data) % 8)
    for i in range(0, len(data), 8):
        mixed = bytes(a ^ b for a, b in zip(state, data[i : i + 8], strict=True))
        n1, n2 = int.from_bytes(mixed[:4], "little"), int.from_bytes(mixed[4:], "little")
        n1, n2 = half(key, n1, n2, [*range(8)] * 2)
        state = n1.to_bytes(4, "little") + n2.to_bytes(4, "little")
    return state[:4]


def diversified(key, ukm):
    for i in range(8):
        sums = [0, 0]
        for j in range(8):
            sums[ukm[i] >> j & 1] += int.from_bytes(key[4 * j : 4 * j + 4], "little")
        iv = b"".join((sums[bit] % 2**32).to_bytes(4, "little") for bit in (1, 0))
        key = cfb(key, iv, key)
    return key


def password_key(password, salt, rounds):
    key = password.encode("utf-16-le")
    for i in range(1, rounds + 1):
        key = gost94.new(key + salt + i.to_bytes(2, "big")).digest()
    return key


def sha1_mac(password, salt, rounds, data):
    """RFC 7292, appendix B, for the one case of 20 bytes."""
    bmp = password.encode("utf-16-be") + b"\0\0"
    fill = lambda s: (s * 64)[: -(-len(s) // 64) * 64]  # noqa: E731
    digest = b"\x03" * 64 + fill(salt) + fill(bmp)
    for _ in range(rounds):
        digest = hashlib.sha1(digest).digest()
    return hmac.new(digest, data, "sha1").digest()


def content_info(inner):
    return tlv(0x30, oid(DATA), tlv(0xA0, tlv(4, inner)))


def cert_bag(certificate, local_id=b""):
    attributes = (
        tlv(0x31, tlv(0x30, oid("1.2.840.113549.1.9.21"), tlv(0x31, tlv(4, local_id))))
        if local_id
        else b""
    )
    value = tlv(0x30, oid("1.2.840.113549.1.9.22.1"), tlv(0xA0, tlv(4, certificate)))
    return tlv(0x30, oid("1.2.840.113549.1.12.10.1.3"), tlv(0xA0, value), attributes)


def shrouded_bag(algorithm, data, name=""):
    attributes = (
        tlv(0x31, tlv(0x30, oid("1.2.840.113549.1.9.20"),
                      tlv(0x31, tlv(0x1E, name.encode("utf-16-be")))))
        if name
        else b""
    )  # fmt: skip
    value = tlv(0x30, algorithm, tlv(4, data))
    return tlv(0x30, oid("1.2.840.113549.1.12.10.1.2"), tlv(0xA0, value), attributes)


def pfx(safes, password, *, salt=b"saltsalt", rounds=2000):
    content = tlv(0x30, *safes)
    mac = sha1_mac(password, salt, rounds, content)
    algorithm = tlv(0x30, oid("1.3.14.3.2.26"), tlv(5))
    mac_data = tlv(0x30, tlv(0x30, algorithm, tlv(4, mac)), tlv(4, salt), integer(rounds))
    return tlv(0x30, integer(3), content_info(content), mac_data)


def cryptopro_key_bag(
    key, number, password, *, rounds=2000, salt=b"0123456789abcdef", ukm=b"UKM8byte", damage=0,
    mac_damage=0, code_damage=0,
):  # fmt: skip
    size = key.curve.size
    raw = (number ^ damage).to_bytes(size, "little")
    secret = password_key(password, salt, rounds)
    if key.kind.oid == "1.2.643.2.2.19":
        kek = diversified(secret, ukm)
    else:
        seed = b"\x01" + bytes.fromhex("26BDB878") + b"\x00" + ukm + b"\x01\x00"
        kek = hmac.new(secret, seed, lambda data=b"": streebog.new(256, data)).digest()
    mac = bytearray(imit(kek, ukm, raw))
    mac[0] ^= mac_damage
    digest = {"1.2.643.2.2.19": "1.2.643.2.2.30.1"}.get(key.kind.oid, key.kind.digest_oid)
    agreement = oid(AGREEMENT[key.kind.oid]) + tlv(0x30, oid(key.curve_oid), oid(digest))
    parameters = tlv(0xA0, tlv(3, b"\x05\xa0"), tlv(0xA0, agreement))
    value = tlv(0x30, tlv(4, ukm), tlv(0x30, tlv(4, ecb(kek, raw)), tlv(4, bytes(mac))), parameters)
    code = bytearray(imit(kek, bytes(8), value))
    code[3] ^= code_damage
    blob = tlv(0x30, value, tlv(4, bytes(code)))
    algorithm = tlv(0x30, oid(key.kind.oid), tlv(5))
    info = tlv(0x30, integer(0), algorithm, tlv(4, HEADERS[key.kind.oid] + blob))
    scheme = tlv(0x30, oid("1.2.840.113549.1.12.1.80"), tlv(0x30, tlv(4, salt), integer(rounds)))
    return shrouded_bag(scheme, cfb(secret, salt[:8], info), "le-1f2e3d")


def triple_des(password, salt, rounds, data):
    """pbeWithSHAAnd3-KeyTripleDES-CBC; 24 bytes of key take two rounds of the derivation."""
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
    from cryptography.hazmat.primitives.ciphers import Cipher, modes

    bmp = password.encode("utf-16-be") + b"\0\0"
    fill = lambda s: (s * 64)[: -(-len(s) // 64) * 64]  # noqa: E731

    def derive(use, size):
        state, out = fill(salt) + fill(bmp), b""
        while len(out) < size:
            a = bytes([use]) * 64 + state
            for _ in range(rounds):
                a = hashlib.sha1(a).digest()
            out += a
            b = int.from_bytes((a * 4)[:64], "big") + 1
            state = b"".join(
                ((int.from_bytes(state[i : i + 64], "big") + b) % 2**512).to_bytes(64, "big")
                for i in range(0, len(state), 64)
            )
        return out[:size]

    pad = 8 - len(data) % 8
    cipher = Cipher(TripleDES(derive(1, 24)), modes.CBC(derive(2, 8))).encryptor()
    return cipher.update(data + bytes([pad]) * pad) + cipher.finalize()


def cryptopro_pfx(key, number, password, certificates, **options):
    """What CryptoPro CSP exports: the key shrouded its own way, certificates under 3DES."""
    bag = cryptopro_key_bag(key, number, password, **options)
    safes = [content_info(tlv(0x30, bag))]
    if certificates:
        plain = tlv(0x30, *(cert_bag(c, b"\1\0\0\0") for c in certificates))
        salt = b"3des salt"
        algorithm = tlv(
            0x30, oid("1.2.840.113549.1.12.1.3"), tlv(0x30, tlv(4, salt), integer(2000))
        )
        sealed = tlv(0x80, triple_des(password, salt, 2000, plain))
        encrypted = tlv(0x30, integer(0), tlv(0x30, oid(DATA), algorithm, sealed))
        safes.append(tlv(0x30, oid(ENCRYPTED), tlv(0xA0, encrypted)))
    return pfx(safes, password, salt=b"twenty bytes of salt")


def certificate_of(key, signer=None, subject="Клиника"):
    """A certificate of ``key`` signed by ``signer``, good enough to be matched."""
    signer = signer or key
    digest_oid = KEY_KINDS["1.2.643.7.1.1.1.1"].digest_oid
    algorithm = tlv(0x30, oid("1.2.643.7.1.1.3.2"))
    name = tlv(0x30, tlv(0x31, tlv(0x30, oid("2.5.4.3"), tlv(12, subject.encode()))))
    body = tlv(
        0x30,
        tlv(0xA0, integer(2)),
        integer(4242),
        algorithm,
        name,
        tlv(0x30, tlv(23, b"200101000000Z"), tlv(23, b"491231235959Z")),
        name,
        key.public_key().spki(),
    )
    assert digest_oid
    signature = signer.sign(body) if signer.kind.oid != "1.2.643.2.2.19" else bytes(64)
    return tlv(0x30, body, algorithm, tlv(3, b"\0" + signature))


@pytest.fixture(scope="session")
def writer():
    return SimpleNamespace(
        **{
            function.__name__: function
            for function in (
                tlv, oid, integer, content_info, cert_bag, shrouded_bag, pfx, cryptopro_key_bag,
                cryptopro_pfx, certificate_of, sha1_mac, diversified, ecb, cfb, imit,
            )
        }
    )  # fmt: skip


@pytest.fixture(scope="session")
def make_key():
    def make(kind="1.2.643.7.1.1.1.1", curve="1.2.643.7.1.2.1.1.1", number=0xC0FFEE1234567890):
        return GostPrivateKey(KEY_KINDS[kind], curve, number)

    return make
