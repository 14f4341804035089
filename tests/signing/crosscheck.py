"""Other programs that make and verify CMS signatures, for cross-checks."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

OPENSSL = shutil.which("openssl")


def openssl_sign(entity, data: Path, out: Path, *extra: str) -> None:
    """Sign with ``openssl cms -sign -cades``."""
    folder = out.parent
    (folder / "key.pem").write_bytes(entity.key_pem)
    (folder / "cert.pem").write_bytes(entity.pem)
    (folder / "chain.pem").write_bytes(b"".join(e.pem for e in entity.chain))
    command = [OPENSSL, "cms", "-sign", "-binary", "-in", str(data), "-signer", str(folder / "cert.pem"),
               "-inkey", str(folder / "key.pem"), "-certfile", str(folder / "chain.pem"),
               "-outform", "DER", "-out", str(out), *extra]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)


def openssl_verify(root, signature: Path, data: Path | None, *extra: str) -> bool:
    """Verify with ``openssl cms -verify -cades``."""
    anchor = signature.parent / "root.pem"
    anchor.write_bytes(root.pem)
    command = [OPENSSL, "cms", "-verify", "-binary", "-CAfile", str(anchor), "-inform", "DER",
               "-in", str(signature), "-purpose", "any", "-out", str(signature.parent / "out.bin"), *extra]  # fmt: skip
    if data is not None:
        command += ["-content", str(data)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
