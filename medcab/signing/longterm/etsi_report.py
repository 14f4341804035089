"""The validation report of ETSI TS 119 102-2 V1.4.1, made from ``medcab.signature/1``."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from xml.etree import ElementTree as ET

__all__ = ["etsi_report"]

_VR: Final = "http://uri.etsi.org/19102/v1.4.1#"
_DS: Final = "http://www.w3.org/2000/09/xmldsig#"
_XADES: Final = "http://uri.etsi.org/01903/v1.3.2#"
_SHA256: Final = "http://www.w3.org/2001/04/xmlenc#sha256"
_URN: Final = "urn:etsi:019102:"
_STAMPS: Final = {
    "signature-time-stamp": "SignatureTimeStamp",
    "content-time-stamp": "AllDataObjectsTimeStamp",
    "cades-c-time-stamp": "SigAndRefsTimeStamp",
    "references-time-stamp": "RefsOnlyTimeStamp",
    "document-time-stamp": "DocTimeStamp",
}


def etsi_report(reports: Iterable[Mapping[str, Any]]) -> bytes:
    """Make one XML report of the signatures of several files.

    Args:
        reports: the JSON forms of the reports. A file in which no signature could be read gets an
            entry of its own, so that nothing that was looked at is missing.

    Returns:
        XML in UTF-8.
    """
    for prefix, name in (("vr", _VR), ("ds", _DS), ("XAdES", _XADES)):
        ET.register_namespace(prefix, name)
    writer = _Writer()
    for report in reports:
        writer.file(report)
    made: bytes = ET.tostring(writer.finish(), encoding="utf-8", xml_declaration=True)
    return made + b"\n"


def _name(text: str) -> str:
    return f"{{{_VR}}}{text}"


def _clean(text: str) -> str:
    """Without the characters that XML does not allow."""
    return "".join(
        c if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c >= "\U00010000"
        else "\ufffd"
        for c in text
    )  # fmt: skip


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    made = ET.SubElement(parent, _name(name), {k: _clean(v) for k, v in attributes.items()})
    if text is not None:
        made.text = _clean(text)
    return made


class _Writer:
    """Builds the tree; certificates and time-stamps are listed once and referred to."""

    def __init__(self) -> None:
        self._root = ET.Element(_name("ValidationReport"))
        self._objects: list[ET.Element] = []
        self._known: dict[tuple[str, str], str] = {}
        self._count = 0

    def finish(self) -> ET.Element:
        """The whole report."""
        if self._objects:
            _add(self._root, "SignatureValidationObjects").extend(self._objects)
        return self._root

    def file(self, report: Mapping[str, Any]) -> None:
        """All signatures of one file, counter-signatures after their own."""
        signatures = _flat(report["signatures"])
        for signature in signatures:
            self._signature(report, signature)
        if not signatures:
            entry = _add(self._root, "SignatureValidationReport")
            self._identify(entry, report["path"])
            self._constraints(entry, report["checks"])
            verdict = {"failed": "TOTAL-FAILED", "passed": "TOTAL-PASSED"}
            main = verdict.get(report["verdict"], "INDETERMINATE")
            # A file without a readable signature never passes, whatever its verdict says.
            self._status(entry, main if main != "TOTAL-PASSED" else "INDETERMINATE", None)

    def _signature(self, report: Mapping[str, Any], signature: Mapping[str, Any]) -> None:
        entry = _add(self._root, "SignatureValidationReport")
        self._identify(entry, f"{report['path']}#{signature['index']}")
        self._constraints(entry, signature["checks"])
        times = _add(entry, "ValidationTimeInfo")
        _add(times, "ValidationTime", report["checked_at"])
        best = _add(times, "BestSignatureTime")
        proof = signature["proofs"][0] if signature["proofs"] else None
        _add(best, "POETime", proof["time"] if proof else report["checked_at"])
        _add(best, "TypeOfProof", _URN + "poetype:validation")
        self._attributes(entry, signature)
        if signature["signer"] is not None:
            about = _add(entry, "SignerInformation")
            certificate = self._certificate(signature["signer"])
            _add(about, "SignerCertificate", VOReference=certificate)
            _add(about, "Signer", signature["signer"]["subject"])
        process = _add(entry, "SignatureValidationProcess")
        kind = "LTA" if signature["timestamps"] else "Basic"
        _add(process, "SignatureValidationProcessID", _URN + f"validationprocess:{kind}")
        status = self._status(entry, signature["indication"], signature["sub_indication"])
        if signature["chain"]:
            data = _add(status, "AssociatedValidationReportData")
            chain = _add(data, "CertificateChain")
            first, *others = [self._certificate(each) for each in signature["chain"]]
            _add(chain, "SigningCertificate", VOReference=first)
            for each in others[:-1]:
                _add(chain, "IntermediateCertificate", VOReference=each)
            if others:
                _add(chain, "TrustAnchor" if _anchored(signature) else "IntermediateCertificate",
                     VOReference=others[-1])  # fmt: skip

    def _identify(self, entry: ET.Element, name: str) -> None:
        self._count += 1
        who = _add(entry, "SignatureIdentifier", id=f"S{self._count}")
        _add(who, "HashOnly", "false")
        _add(who, "DocHashOnly", "false")
        _add(who, "DAIdentifier", name)

    def _constraints(self, entry: ET.Element, checks: Sequence[Mapping[str, Any]]) -> None:
        if not checks:
            return
        all_of_them = _add(entry, "ValidationConstraintsEvaluationReport")
        for check in checks:
            one = _add(all_of_them, "ValidationConstraint")
            _add(one, "ValidationConstraintIdentifier", f"urn:medcab:check:{check['id']}")
            applied = check["outcome"] not in ("ignored", "warning")
            word = "applied" if applied else "disabled"
            _add(_add(one, "ConstraintStatus"), "Status", _URN + f"constraintStatus:{word}")
            if applied:
                main = {"passed": "passed", "failed": "failed"}.get(
                    check["outcome"], "indeterminate"
                )
                status = _add(one, "ValidationStatus")
                _add(status, "MainIndication", _URN + f"mainindication:{main}")
            if check["detail"]:
                _add(one, "Indications", check["detail"])

    def _attributes(self, entry: ET.Element, signature: Mapping[str, Any]) -> None:
        claimed, stamps = signature["claimed_signing_time"], signature["timestamps"]
        known = [s for s in stamps if s["time"] is not None]
        if claimed is None and not known:
            return
        attributes = _add(entry, "SignatureAttributes")
        if claimed is not None:
            _add(_add(attributes, "SigningTime", Signed="true"), "Time", claimed)
        for stamp in known:
            kind = _STAMPS.get(stamp["kind"], "ArchiveTimeStamp")
            made = _add(attributes, kind)
            _add(made, "AttributeObject", VOReference=self._stamp(stamp))
            _add(made, "TimeStampValue", stamp["time"])

    def _status(self, entry: ET.Element, main: str, sub: str | None) -> ET.Element:
        status = _add(entry, "SignatureValidationStatus")
        _add(status, "MainIndication", _URN + f"mainindication:{main.lower()}")
        if sub is not None:
            _add(status, "SubIndication", _URN + f"subindication:{sub}")
        return status

    def _certificate(self, certificate: Mapping[str, Any]) -> str:
        return self._object("certificate", certificate["fingerprint"])[0]

    def _stamp(self, stamp: Mapping[str, Any]) -> str:
        name, made = self._object("timestamp", stamp["fingerprint"])
        if made is not None:
            report = _add(made, "ValidationReport")
            self._constraints(report, stamp["checks"])
            if stamp["authority"] is not None:
                about = _add(report, "SignerInformation")
                certificate = self._certificate(stamp["authority"])
                _add(about, "SignerCertificate", VOReference=certificate)
                _add(about, "Signer", stamp["authority"]["subject"])
            self._status(report, stamp["indication"], stamp["sub_indication"])
        return name

    def _object(self, kind: str, fingerprint: str) -> tuple[str, ET.Element | None]:
        """Name of the object in the report; the element when it is new."""
        known = self._known.get((kind, fingerprint))
        if known is not None:
            return known, None
        name = self._known[kind, fingerprint] = f"V{len(self._known) + 1}"
        made = ET.Element(_name("ValidationObject"), {"id": name})
        self._objects.append(made)
        _add(made, "ObjectType", _URN + f"validationObject:{kind}")
        digest = _add(_add(made, "ValidationObjectRepresentation"), "DigestAlgAndValue")
        ET.SubElement(digest, f"{{{_DS}}}DigestMethod", {"Algorithm": _SHA256})
        value = ET.SubElement(digest, f"{{{_DS}}}DigestValue")
        value.text = base64.b64encode(bytes.fromhex(fingerprint)).decode("ascii")
        return name, made


def _anchored(signature: Mapping[str, Any]) -> bool:
    return any(
        check["id"] == "certificate-chain" and check["outcome"] == "passed"
        for check in signature["checks"]
    )


def _flat(signatures: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    for each in signatures:
        found += [each, *_flat(each["counter_signatures"])]
    return found
