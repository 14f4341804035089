"""GOST: the Russian national algorithms that qualified signatures use.

Streebog, GOST R 34.10-2012 (34.10-2001 for reading), the ciphers that key containers need, and
the glue to certificates, CMS and PKCS#12. Written here because no library that ``pip`` can
install everywhere has them. What each module follows is said in its docstring; docs/gost.md
tells what is accepted and what the limits are.
"""
