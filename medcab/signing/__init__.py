"""Signing and verifying: PKCS#12, CMS, CAdES, trust, revocation."""
