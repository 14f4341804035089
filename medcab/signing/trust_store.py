"""The user's own trust store: a folder with certificates and, at most, one imported list.

``anchors/<sha256>.pem`` holds a certificate under its fingerprint, its label in the lines above
it; ``accredited.json`` holds the anchors of an imported list of accredited authorities.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from asn1crypto import x509

from medcab.errors import InputError, OutputError, UsageError
from medcab.files import write_whole
from medcab.signing.certificates import (
    format_name,
    load_certificate,
    name_key,
    raw,
    sha256_of,
    to_pem,
)
from medcab.signing.trust import LIST_NAME, Anchor, Period, TrustStore
from medcab.signing.tsl import Tsl
from medcab.text import N_

__all__ = ["UserStore", "anchors_from_json"]

_SCHEMA: Final = "medcab.trust/1"


@dataclass(frozen=True, slots=True)
class UserStore:
    """A trust store in a folder.

    Attributes:
        folder: where it is; made when something is added.
    """

    folder: Path

    @property
    def _anchors(self) -> Path:
        return self.folder / "anchors"

    def load(self) -> TrustStore:
        """Return what the store trusts; nothing when it does not exist.

        Raises:
            InputError: a file of the store cannot be read or is damaged.
        """
        anchors = list(self.added())
        listed = self.folder / LIST_NAME
        if listed.exists():
            anchors += anchors_from_json(_read(listed), str(listed))
        return TrustStore(anchors)

    def added(self) -> Iterable[Anchor]:
        """The anchors that were added one by one."""
        if not self._anchors.is_dir():
            return
        for path in sorted(self._anchors.glob("*.pem")):
            data = _read(path)
            certificate = load_certificate(data, str(path))
            if sha256_of(certificate) != path.stem:
                raise InputError(
                    N_("{path} holds another certificate than its name says."),
                    hint=N_("Remove the file and add the certificate again."),
                    path=str(path),
                )
            head = data.partition(b"-----BEGIN")[0].decode("utf-8", "replace").strip()
            yield Anchor(certificate, str(path), head or format_name(certificate.subject))

    def add(self, certificates: Sequence[x509.Certificate], label: str = "") -> tuple[Anchor, ...]:
        """Trust these certificates from now on.

        Raises:
            OutputError: the folder cannot be written.
        """
        made = []
        for certificate in certificates:
            name = " ".join(
                (label or format_name(certificate.subject)).replace("-----", "").split()
            )
            path = self._anchors / f"{sha256_of(certificate)}.pem"
            self._write(path, name.encode() + b"\n" + to_pem(certificate))
            made.append(Anchor(certificate, str(path), name))
        return tuple(made)

    def remove(self, name: str) -> tuple[Anchor, ...]:
        """Stop trusting the anchors that ``name`` means.

        Args:
            name: beginning of a fingerprint (8 digits or more), or a label, whole.

        Raises:
            UsageError: no anchor, or several different ones by fingerprint, are meant.
        """
        wanted = name.strip().replace(":", "").lower()
        anchors = list(self.added())
        by_print = [a for a in anchors if len(wanted) >= 8 and a.fingerprint.startswith(wanted)]
        chosen = by_print or [a for a in anchors if a.label.casefold() == name.strip().casefold()]
        if not chosen:
            raise UsageError(
                N_("The trust store holds no certificate {name}."),
                hint=N_("medcab trust list shows names and fingerprints."),
                name=name,
            )
        if len(by_print) > 1:
            raise UsageError(
                N_("{count} certificates of the trust store begin with {name}."),
                hint=N_("Give more digits of the fingerprint."),
                name=name,
                count=len(by_print),
            )
        for anchor in chosen:
            try:
                (self._anchors / f"{anchor.fingerprint}.pem").unlink()
            except OSError as error:
                raise _cannot_write(self.folder, error) from error
        return tuple(chosen)

    def import_list(self, tsl: Tsl) -> int:
        """Replace the list of accredited authorities; returns the number of its certificates."""
        anchors = [_to_json(anchor) for anchor in tsl.anchors()]
        document = {
            "schema": _SCHEMA,
            "source": tsl.source,
            "version": tsl.version,
            "issued": tsl.issued.isoformat() if tsl.issued else None,
            "signature": tsl.signature.state.value,
            "anchors": anchors,
        }
        text = json.dumps(document, ensure_ascii=False, indent=0)
        self._write(self.folder / LIST_NAME, text.encode())
        return len(anchors)

    def forget_list(self) -> bool:
        """Remove the imported list; False when there was none."""
        try:
            (self.folder / LIST_NAME).unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise _cannot_write(self.folder, error) from error
        return True

    def _write(self, path: Path, data: bytes) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, data)
        except OSError as error:
            raise _cannot_write(self.folder, error) from error


def _cannot_write(folder: Path, error: OSError) -> OutputError:
    return OutputError(
        N_("The trust store {path} cannot be written: {why}."),
        path=str(folder),
        why=error.strerror or str(error),
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            N_("The trusted certificates {path} cannot be read: {why}."),
            hint=N_("Check the path given to --trust."),
            path=str(path),
            why=error.strerror or str(error),
        ) from error


def _to_json(anchor: Anchor) -> dict[str, Any]:
    return {
        "certificate": base64.b64encode(raw(anchor.certificate)).decode(),
        "label": anchor.label,
        "subject": name_key(anchor.certificate.subject),
        "periods": [
            [p.start.isoformat() if p.start else None, p.end.isoformat() if p.end else None]
            for p in anchor.periods
        ],
        "details": dict(anchor.details),
    }


def anchors_from_json(data: bytes, source: str) -> list[Anchor]:
    """Read anchors that :meth:`UserStore.import_list` wrote.

    Raises:
        InputError: the file is not one of these, or is damaged.
    """
    try:
        document = json.loads(data)
        if document["schema"] != _SCHEMA:
            raise ValueError("schema")
        return [_from_json(item, source) for item in document["anchors"]]
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error) as error:
        raise InputError(
            N_("{path} is not a list of trusted certificates, or is damaged."),
            hint=N_("Import the list again: medcab trust import FILE"),
            path=source,
        ) from error


def _from_json(item: dict[str, Any], source: str) -> Anchor:
    # Read in full when the list was imported; parsing thousands again would cost a second a run.
    certificate = x509.Certificate.load(
        base64.b64decode(item["certificate"], validate=True), strict=True
    )
    periods = tuple(
        Period(
            datetime.fromisoformat(start) if start else None,
            datetime.fromisoformat(end) if end else None,
        )
        for start, end in item["periods"]
    )
    details = {str(k): str(v) for k, v in item["details"].items()}
    return Anchor(
        certificate, source, str(item["label"]), periods, True, details, str(item["subject"])
    )
