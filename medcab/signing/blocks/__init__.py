"""Building blocks of signature validation, named as in ETSI EN 319 102-1, clause 5.2."""
