"""Why a revocation list does not count for a certificate, told in our own words."""

from __future__ import annotations

from typing import Final

from asn1crypto import crl, x509

from medcab.text import N_

__all__ = ["why_not"]

_KNOWN_EXTENSIONS: Final = frozenset(
    (
        "issuer_alt_name", "crl_number", "delta_crl_indicator", "issuing_distribution_point",
        "authority_key_identifier", "freshest_crl", "authority_information_access",
    )
)  # fmt: skip


def why_not(
    certificate: x509.Certificate, parsed: crl.CertificateList
) -> tuple[str, dict[str, str]] | None:
    """What keeps a list from counting for a certificate (RFC 5280, 6.3.3).

    Returns:
        template and values; None when it is nothing that the list itself shows.
    """
    unknown = parsed.critical_extensions - _KNOWN_EXTENSIONS
    if unknown:
        return (
            N_(
                "The revocation list has critical extensions that are not known here: {extensions}."
            ),
            {"extensions": ", ".join(sorted(unknown))},
        )
    scope = parsed.issuing_distribution_point_value
    if scope is None:
        return None
    if scope["only_contains_attribute_certs"].native:
        return N_("The revocation list is for attribute certificates only."), {}
    if scope["only_contains_user_certs"].native and certificate.ca:
        return N_("The revocation list is not for certificates of authorities."), {}
    if scope["only_contains_ca_certs"].native and not certificate.ca:
        return N_("The revocation list is for certificates of authorities only."), {}
    if scope["only_some_reasons"].native is not None:
        return N_("The revocation lists at hand do not cover every reason of revocation."), {}
    return None
