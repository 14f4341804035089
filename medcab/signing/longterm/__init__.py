"""Signatures that last: time-stamps, evidence, archive time-stamps, proofs of existence."""
