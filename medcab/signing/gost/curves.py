"""Elliptic curves of GOST R 34.10-2012 and 34.10-2001: every parameter set, by OID.

Sources: RFC 7836 appendix A and RFC 9215 (tc26 sets, two of them twisted Edwards curves used in
the Weierstrass form, with cofactor 4), RFC 4357 section 11.4 (CryptoPro sets), RFC 7091 section 7
(test sets). 256-B, -C and -D are the CryptoPro sets A, B and C under new names; XchA and XchB
are A and C.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from medcab.errors import SigningError
from medcab.text import N_

__all__ = ["CURVES", "OIDS", "Curve", "curve_by_oid", "oid_name"]


@dataclass(frozen=True, slots=True)
class Curve:
    """y^2 = x^3 + ax + b over the field of p elements.

    Attributes:
        name: short name, as ``256-A``.
        bits: 256 or 512, the size of coordinates and scalars.
        cofactor: number of points divided by ``q``.
        p: modulus.
        a: coefficient.
        b: coefficient.
        q: order of the base point.
        x: of the base point.
        y: of the base point.
    """

    name: str
    bits: int
    cofactor: int
    p: int
    a: int
    b: int
    q: int
    x: int
    y: int

    @property
    def size(self) -> int:
        """Bytes of a coordinate or scalar."""
        return self.bits // 8

    def contains(self, x: int, y: int) -> bool:
        """Tell whether ``(x, y)`` is a point of the curve with both coordinates in range."""
        p = self.p
        return 0 <= x < p and 0 <= y < p and (y * y - (x * x + self.a) * x - self.b) % p == 0


def _define(
    name: str, bits: int, cofactor: int, *, p: int, a: int, b: int, q: int, x: int, y: int
) -> Curve:
    return Curve(name, bits, cofactor, p, a % p, b, q, x, y)


_ALL: Final = (
    _define(
        "256-A",
        256,
        4,
        p=0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFD97,
        a=0xC2173F1513981673AF4892C23035A27CE25E2013BF95AA33B22C656F277E7335,
        b=0x295F9BAE7428ED9CCC20E7C359A9D41A22FCCD9108E17BF7BA9337A6F8AE9513,
        q=0x400000000000000000000000000000000FD8CDDFC87B6635C115AF556C360C67,
        x=0x91E38443A5E82C0D880923425712B2BB658B9196932E02C78B2582FE742DAA28,
        y=0x32879423AB1A0375895786C4BB46E9565FDE0B5344766740AF268ADB32322E5C,
    ),
    _define(
        "256-B",
        256,
        1,
        p=0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFD97,
        a=-3,
        b=0xA6,
        q=0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF6C611070995AD10045841B09B761B893,
        x=0x1,
        y=0x8D91E471E0989CDA27DF505A453F2B7635294F2DDF23E3B122ACC99C9E9F1E14,
    ),
    _define(
        "256-C",
        256,
        1,
        p=0x8000000000000000000000000000000000000000000000000000000000000C99,
        a=-3,
        b=0x3E1AF419A269A5F866A7D3C25C3DF80AE979259373FF2B182F49D4CE7E1BBC8B,
        q=0x800000000000000000000000000000015F700CFFF1A624E5E497161BCC8A198F,
        x=0x1,
        y=0x3FA8124359F96680B83D1C3EB2C070E5C545C9858D03ECFB744BF8D717717EFC,
    ),
    _define(
        "256-D",
        256,
        1,
        p=0x9B9F605F5A858107AB1EC85E6B41C8AACF846E86789051D37998F7B9022D759B,
        a=-3,
        b=0x805A,
        q=0x9B9F605F5A858107AB1EC85E6B41C8AA582CA3511EDDFB74F02F3A6598980BB9,
        x=0x0,
        y=0x41ECE55743711A8C3CBF3783CD08C0EE4D4DC440D4641A8F366E550DFDB3BB67,
    ),
    _define(
        "512-A",
        512,
        1,
        p=int(
            "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
            "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFDC7",
            16,
        ),
        a=-3,
        b=int(
            "E8C2505DEDFC86DDC1BD0B2B6667F1DA34B82574761CB0E879BD081CFD0B6265"
            "EE3CB090F30D27614CB4574010DA90DD862EF9D4EBEE4761503190785A71C760",
            16,
        ),
        q=int(
            "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
            "27E69532F48D89116FF22B8D4E0560609B4B38ABFAD2B85DCACDB1411F10B275",
            16,
        ),
        x=0x3,
        y=int(
            "7503CFE87A836AE3A61B8816E25450E6CE5E1C93ACF1ABC1778064FDCBEFA921"
            "DF1626BE4FD036E93D75E6A50E3A41E98028FE5FC235F5B889A589CB5215F2A4",
            16,
        ),
    ),
    _define(
        "512-B",
        512,
        1,
        p=int(
            "8000000000000000000000000000000000000000000000000000000000000000"
            "000000000000000000000000000000000000000000000000000000000000006F",
            16,
        ),
        a=-3,
        b=int(
            "687D1B459DC841457E3E06CF6F5E2517B97C7D614AF138BCBF85DC806C4B289F"
            "3E965D2DB1416D217F8B276FAD1AB69C50F78BEE1FA3106EFB8CCBC7C5140116",
            16,
        ),
        q=int(
            "8000000000000000000000000000000000000000000000000000000000000001"
            "49A1EC142565A545ACFDB77BD9D40CFA8B996712101BEA0EC6346C54374F25BD",
            16,
        ),
        x=0x2,
        y=int(
            "1A8F7EDA389B094C2C071E3647A8940F3C123B697578C213BE6DD9E6C8EC7335"
            "DCB228FD1EDF4A39152CBCAAF8C0398828041055F94CEEEC7E21340780FE41BD",
            16,
        ),
    ),
    _define(
        "512-C",
        512,
        4,
        p=int(
            "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
            "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFDC7",
            16,
        ),
        a=int(
            "DC9203E514A721875485A529D2C722FB187BC8980EB866644DE41C68E1430645"
            "46E861C0E2C9EDD92ADE71F46FCF50FF2AD97F951FDA9F2A2EB6546F39689BD3",
            16,
        ),
        b=int(
            "B4C4EE28CEBC6C2C8AC12952CF37F16AC7EFB6A9F69F4B57FFDA2E4F0DE5ADE0"
            "38CBC2FFF719D2C18DE0284B8BFEF3B52B8CC7A5F5BF0A3C8D2319A5312557E1",
            16,
        ),
        q=int(
            "3FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
            "C98CDBA46506AB004C33A9FF5147502CC8EDA9E7A769A12694623CEF47F023ED",
            16,
        ),
        x=int(
            "E2E31EDFC23DE7BDEBE241CE593EF5DE2295B7A9CBAEF021D385F7074CEA043A"
            "A27272A7AE602BF2A7B9033DB9ED3610C6FB85487EAE97AAC5BC7928C1950148",
            16,
        ),
        y=int(
            "F5CE40D95B5EB899ABBCCFF5911CB8577939804D6527378B8C108C3D2090FF9B"
            "E18E2D33E3021ED2EF32D85822423B6304F726AA854BAE07D0396E9A9ADDC40F",
            16,
        ),
    ),
    _define(
        "256-test",
        256,
        1,
        p=(1 << 255) + 0x431,
        a=7,
        b=0x5FBFF498AA938CE739B8E022FBAFEF40563F6E6A3472FC2A514C0CE9DAE23B7E,
        q=0x8000000000000000000000000000000150FE8A1892976154C59CFC193ACCF5B3,
        x=2,
        y=0x8E2A8A0E65147D4BD6316030E16D19C85C97F0A9CA267122B96ABBCEA7E8FC8,
    ),
    _define(
        "512-test",
        512,
        1,
        p=int(
            "4531ACD1FE0023C7550D267B6B2FEE80922B14B2FFB90F04D4EB7C09B5D2D15D"
            "F1D852741AF4704A0458047E80E4546D35B8336FAC224DD81664BBF528BE6373",
            16,
        ),
        a=7,
        b=int(
            "1CFF0806A31116DA29D8CFA54E57EB748BC5F377E49400FDD788B649ECA1AC43"
            "61834013B2AD7322480A89CA58E0CF74BC9E540C2ADD6897FAD0A3084F302ADC",
            16,
        ),
        q=int(
            "4531ACD1FE0023C7550D267B6B2FEE80922B14B2FFB90F04D4EB7C09B5D2D15D"
            "A82F2D7ECB1DBAC719905C5EECC423F1D86E25EDBE23C595D644AAF187E6E6DF",
            16,
        ),
        x=int(
            "24D19CC64572EE30F396BF6EBBFD7A6C5213B3B3D7057CC825F91093A68CD762"
            "FD60611262CD838DC6B60AA7EEE804E28BC849977FAC33B4B530F1B120248A9A",
            16,
        ),
        y=int(
            "2BB312A43BD2CE6E0D020613C857ACDDCFBF061E91E5F2C3F32447C259F39B2C"
            "83AB156D77F1496BF7EB3351E1EE4E43DC1A18B91B24640B6DBB92CB1ADD371E",
            16,
        ),
    ),
)

CURVES: Final = {curve.name: curve for curve in _ALL}

# OID -> (name of the curve, name of the parameter set).
OIDS: Final = {
    "1.2.643.7.1.2.1.1.1": ("256-A", "id-tc26-gost-3410-2012-256-paramSetA"),
    "1.2.643.7.1.2.1.1.2": ("256-B", "id-tc26-gost-3410-2012-256-paramSetB"),
    "1.2.643.7.1.2.1.1.3": ("256-C", "id-tc26-gost-3410-2012-256-paramSetC"),
    "1.2.643.7.1.2.1.1.4": ("256-D", "id-tc26-gost-3410-2012-256-paramSetD"),
    "1.2.643.7.1.2.1.2.0": ("512-test", "id-tc26-gost-3410-2012-512-paramSetTest"),
    "1.2.643.7.1.2.1.2.1": ("512-A", "id-tc26-gost-3410-2012-512-paramSetA"),
    "1.2.643.7.1.2.1.2.2": ("512-B", "id-tc26-gost-3410-2012-512-paramSetB"),
    "1.2.643.7.1.2.1.2.3": ("512-C", "id-tc26-gost-3410-2012-512-paramSetC"),
    "1.2.643.2.2.35.0": ("256-test", "id-GostR3410-2001-TestParamSet"),
    "1.2.643.2.2.35.1": ("256-B", "id-GostR3410-2001-CryptoPro-A-ParamSet"),
    "1.2.643.2.2.35.2": ("256-C", "id-GostR3410-2001-CryptoPro-B-ParamSet"),
    "1.2.643.2.2.35.3": ("256-D", "id-GostR3410-2001-CryptoPro-C-ParamSet"),
    "1.2.643.2.2.36.0": ("256-B", "id-GostR3410-2001-CryptoPro-XchA-ParamSet"),
    "1.2.643.2.2.36.1": ("256-D", "id-GostR3410-2001-CryptoPro-XchB-ParamSet"),
}


def curve_by_oid(oid: str) -> Curve:
    """Return the curve of a parameter set; SigningError when it is not known."""
    try:
        return CURVES[OIDS[oid][0]]
    except KeyError:
        raise SigningError(
            N_("The parameter set {oid} is not one of GOST R 34.10-2012."), oid=oid
        ) from None


def oid_name(oid: str) -> str:
    """Return the name of a parameter set, or the OID itself when it is not known."""
    return OIDS[oid][1] if oid in OIDS else oid
