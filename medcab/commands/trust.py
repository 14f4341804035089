"""``medcab trust``: whom to trust, and why a chain does not end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from medcab.commands._console import _h, read_password, stderr, tr, write_result
from medcab.commands._options import At, Chain, Format, OutputFormat, PasswordFrom, Trust
from medcab.commands._trust import (
    load_trust,
    moment_of,
    read_certificates,
    read_data,
    user_store,
)
from medcab.errors import ExitCode
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.signing.trust import Anchor
    from medcab.signing.trust_explain import Explanation

__all__ = ["app"]

app = typer.Typer(help=_h("Manage trusted certificates."), no_args_is_help=True)

_SCHEMA: Final = "medcab.trust/1"
Store = Annotated[
    str | None,
    typer.Option("--store", help=_h("Folder of the trust store.")),
]


@app.command("add", help=_h("Trust these certificates from now on."))
def add(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help=_h("Certificate files."))],
    name: Annotated[str, typer.Option("--name", help=_h("What to call the certificate."))] = "",
    store: Store = None,
) -> None:
    """Entry point of ``trust add``."""
    certificates = read_certificates(files)
    for anchor in user_store(store).add(certificates, name):
        write_result(f"{anchor.fingerprint[:16]}  {anchor.label}\n", None)


@app.command("list", help=_h("List what is trusted."))
def show(
    store: Store = None,
    output_format: OutputFormat = Format.TEXT,
    accredited: Annotated[
        bool, typer.Option("--accredited", help=_h("Also every authority of the imported list."))
    ] = False,
) -> None:
    """Entry point of ``trust list``."""
    kept = user_store(store)
    everything = kept.load().anchors
    listed = [a for a in everything if a.accredited]
    shown = list(everything) if accredited else [a for a in everything if not a.accredited]
    if output_format is Format.JSON:
        body = {
            "schema": _SCHEMA,
            "folder": str(kept.folder),
            "accredited": len(listed),
            "anchors": [_anchor_json(a) for a in shown],
        }
        write_result(json.dumps(body, ensure_ascii=False, indent=2) + "\n", None)
        return
    lines = [_anchor_line(anchor) for anchor in shown]
    lines.append(
        tr()(
            N_("Added: {added}; from the list of accredited authorities: {listed}. {folder}"),
            added=len(everything) - len(listed),
            listed=len(listed),
            folder=str(kept.folder),
        )
    )
    write_result("\n".join(lines) + "\n", None)


def _anchor_line(anchor: Anchor) -> str:
    until = anchor.certificate.not_valid_after.strftime("%d.%m.%Y")
    return f"{anchor.fingerprint[:16]}  {until}  {anchor.label}"


def _anchor_json(anchor: Anchor) -> dict[str, Any]:
    return {
        "sha256": anchor.fingerprint,
        "label": anchor.label,
        "not_after": anchor.certificate.not_valid_after.isoformat(),
        "accredited": anchor.accredited,
        "periods": [
            [p.start.isoformat() if p.start else None, p.end.isoformat() if p.end else None]
            for p in anchor.periods
        ],
        **({"details": dict(anchor.details)} if anchor.details else {}),
    }


@app.command("remove", help=_h("Stop trusting a certificate, or the imported list."))
def remove(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help=_h("Name, or the beginning of the fingerprint.")),
    ] = None,
    accredited: Annotated[
        bool, typer.Option("--accredited", help=_h("The imported list of authorities."))
    ] = False,
    store: Store = None,
) -> None:
    """Entry point of ``trust remove``."""
    from medcab.errors import UsageError

    kept = user_store(store)
    if (name is None) != accredited:
        raise UsageError(
            N_("Say what to remove: a name, or --accredited."),
            hint=N_("medcab trust list shows names and fingerprints."),
        )
    if accredited:
        done = kept.forget_list()
        text = N_("The list was removed.") if done else N_("No list was imported.")
        write_result(tr()(text) + "\n", None)
        return
    for anchor in kept.remove(name or ""):
        write_result(tr()(N_("No longer trusted: {name}"), name=anchor.label) + "\n", None)


@app.command("import", help=_h("Import the list of accredited authorities (XML)."))
def import_list(
    file: Annotated[str, typer.Argument(metavar="FILE", help=_h("The list, an XML file."))],
    store: Store = None,
) -> None:
    """Entry point of ``trust import``."""
    from medcab.signing.tsl import read_tsl, refuse_changed
    from medcab.signing.xmldsig import XmlSignatureState

    translate = tr()
    tsl = read_tsl(read_data([file])[0], file)
    refuse_changed(tsl)
    count = user_store(store).import_list(tsl)
    active = sum(authority.status.active for authority in tsl.authorities)
    write_result(
        translate(
            N_(
                "List {version} of {date}: {authorities} authorities, {active} of them accredited "
                "now; {count} certificates."
            ),
            version=tsl.version or "?",
            date=tsl.issued.date().isoformat() if tsl.issued else "?",
            authorities=len(tsl.authorities),
            active=active,
            count=count,
        )
        + "\n",
        None,
    )
    signature = tsl.signature
    if signature.state is XmlSignatureState.VALID:
        from medcab.signing.certificates import format_name

        who = format_name(signature.certificate.subject) if signature.certificate else "?"
        stderr().print(
            translate(N_("The list was not changed since it was signed by: {name}"), name=who)
        )
    elif signature.state is XmlSignatureState.ABSENT:
        stderr().print(translate(N_("Warning: the list is not signed.")))
    else:
        stderr().print(
            translate(
                N_("Warning: the signature of the list could not be checked: {why}."),
                why=translate(signature.detail, why=signature.why),
            )
        )
    if tsl.skipped:
        stderr().print(
            translate(N_("Certificates that could not be read: {count}."), count=tsl.skipped)
        )


@app.command("explain", help=_h("Show the chain that was tried and the anchor that is missing."))
def explain(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help=_h("A signature or certificate file."))
    ],
    trust: Trust = None,
    chain: Chain = None,
    at: At = None,
    password_from: PasswordFrom = None,
    store: Store = None,
    output_format: OutputFormat = Format.TEXT,
) -> None:
    """Entry point of ``trust explain``."""
    from medcab.signing.trust_explain import explain as ask

    password = read_password(password_from) if password_from else None
    anchors = load_trust(trust or (), store=store)
    found = ask(
        read_data([file])[0],
        file,
        anchors,
        moment_of(at),
        others=read_certificates(chain or ()),
        password=password,
    )
    if output_format is Format.JSON:
        body = {
            "schema": "medcab.trust-explanation/1",
            "anchors": len(anchors),
            "signers": [_explanation_json(item) for item in found],
        }
        write_result(json.dumps(body, ensure_ascii=False, indent=2) + "\n", None)
    else:
        lines = [line for item in found for line in _explanation_lines(item, len(anchors))]
        write_result("\n".join(lines) + "\n", None)
    whole = all(item.result is not None and item.result.passed for item in found)
    raise typer.Exit(int(ExitCode.OK if whole else ExitCode.INDETERMINATE))


def _explanation_json(item: Explanation) -> dict[str, Any]:
    from medcab.signing.cert_check import result_json

    return {
        "signer": item.signer or None,
        "certificate_found": item.certificate is not None,
        **(result_json(item.result, tr()) if item.result is not None else {}),
    }


def _explanation_lines(item: Explanation, anchors: int) -> Iterator[str]:
    from medcab.signing.certificates import format_name

    translate = tr()
    result = item.result
    if result is None:
        yield translate(
            N_("The signature does not carry the certificate of its signer: {signer}"),
            signer=item.signer,
        )
        return
    for depth, certificate in enumerate(result.chain):
        until = certificate.not_valid_after.strftime("%d.%m.%Y")
        yield "  " * depth + f"{format_name(certificate.subject)} [{until}]"
    if result.anchor is not None:
        yield translate(
            N_("The chain ends at a trusted certificate: {name}"), name=result.anchor.label
        )
    else:
        yield translate(N_("Missing: {issuer}"), issuer=result.missing_issuer)
        if result.missing_key:
            yield translate(N_("Its key identifier: {key}"), key=result.missing_key)
        yield translate(N_("Trusted certificates at hand: {count}"), count=anchors)
    for check in result.checks:
        if check.open:
            yield translate(check.detail, **check.args)
