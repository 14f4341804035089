"""CRT rules by subject; import :mod:`medcab.signing.cert_rules` to have all of them."""
