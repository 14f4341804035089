"""``medcab sign``: detached, attached, parallel and counter-signatures; PDF signatures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from medcab.commands._console import _h, progress, stderr, stdout, tr
from medcab.commands._options import (
    SECRET,
    KeyName,
    Online,
    PasswordFrom,
    Trust,
    Tsa,
    TsaPolicy,
    TsaUser,
)
from medcab.errors import ExitCode, MedcabError, UsageError
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.signing.longterm.tsa import TsaClient
    from medcab.signing.sign import Signer, SignOptions

__all__ = ["command"]


def command(
    paths: Annotated[list[str], typer.Argument(help=_h("Files to sign."))],
    p12: Annotated[str | None, typer.Option("--p12", help=_h("PKCS#12 file with the key."))] = None,
    key: Annotated[str | None, typer.Option("--key", help=_h("Private key (PEM)."))] = None,
    cert: Annotated[
        str | None, typer.Option("--cert", help=_h("Certificate of the private key (PEM)."))
    ] = None,
    pkcs11: Annotated[
        str | None,
        typer.Option("--pkcs11", metavar="LIBRARY", help=_h("PKCS#11 library of the token.")),
    ] = None,
    token: Annotated[
        str | None, typer.Option("--token", help=_h("Label of the token, if there are several."))
    ] = None,
    password_from: PasswordFrom = None,
    key_name: KeyName = None,
    attached: Annotated[
        bool, typer.Option("--attached", help=_h("Put the document inside the signature."))
    ] = False,
    encoding: Annotated[str, typer.Option("--encoding", help="der | pem | base64")] = "der",
    digest: Annotated[str | None, typer.Option("--digest", help="sha256 | sha384 | sha512")] = None,
    pss: Annotated[bool, typer.Option("--pss", help=_h("RSASSA-PSS padding (RSA keys)."))] = False,
    add: Annotated[
        bool, typer.Option("--add", help=_h("Add a parallel signature to the existing file."))
    ] = False,
    counter: Annotated[
        int | None,
        typer.Option("--counter", min=0, help=_h("Counter-sign signature number N (from 0).")),
    ] = None,
    pades: Annotated[bool, typer.Option("--pades", help=_h("Sign a PDF inside (PAdES)."))] = False,
    content: Annotated[
        str | None, typer.Option("--content", "-c", help=_h("The signed document (with --add)."))
    ] = None,
    commitment: Annotated[
        str | None, typer.Option("--commitment", help=_h("proof-of-approval …, or an OID."))
    ] = None,
    location: Annotated[
        str | None,
        typer.Option("--location", help=_h("COUNTRY, COUNTRY/CITY or COUNTRY/CITY/ADDRESS")),
    ] = None,
    role: Annotated[
        list[str] | None, typer.Option("--role", help=_h("Claimed role (repeatable)."))
    ] = None,
    mime_type: Annotated[
        str | None, typer.Option("--mime-type", help=_h("MIME type of the document."))
    ] = None,
    policy: Annotated[
        str | None, typer.Option("--policy", help=_h("OID=FILE of the signature policy (EPES)."))
    ] = None,
    policy_uri: Annotated[
        str | None, typer.Option("--policy-uri", help=_h("Address of the policy document."))
    ] = None,
    no_chain: Annotated[
        bool, typer.Option("--no-chain", help=_h("Put in the signer's certificate only."))
    ] = False,
    output: Annotated[
        str | None, typer.Option("--output", "-o", help=_h("File, or folder for several."))
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help=_h("Replace a signature that is there."))
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help=_h("Sign with an expired or unsuitable certificate."))
    ] = False,
    level: Annotated[str | None, typer.Option("--level", help="B-B | B-T | B-LT | B-LTA")] = None,
    tsa: Tsa = None,
    tsa_user: TsaUser = None,
    tsa_password_from: Annotated[
        str | None, typer.Option("--tsa-password-from", help=SECRET)
    ] = None,
    tsa_policy: TsaPolicy = None,
    trust: Trust = None,
    online: Online = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help=_h("Only errors."))] = False,
) -> None:
    """Entry point of the command."""
    from medcab.commands._signing import load_key
    from medcab.signing.codec import ENCODINGS
    from medcab.signing.sign import Signer, SignOptions

    if encoding not in ENCODINGS:
        raise UsageError(
            N_("There is no encoding {name}."), hint=", ".join(ENCODINGS), name=encoding
        )
    if sum((add, counter is not None, pades, attached)) > 1:
        raise UsageError(N_("--attached, --add, --counter and --pades exclude one another."))
    options = SignOptions(
        attached=attached,
        encoding=encoding,
        digest=digest,
        pss=pss,
        with_chain=not no_chain,
        commitment=commitment,
        location=_location(location),
        roles=tuple(role or ()),
        mime_type=mime_type,
        policy=_policy(policy, policy_uri),
        force=force,
    )
    finish = finish_pdf = client = None
    if level is not None and level.strip().upper() != "B-B":
        if counter is not None:
            raise UsageError(N_("--level does not go with --counter."))
        from medcab.commands._tsa import finisher, make_client, pdf_finisher

        client = make_client(
            tsa or [], user=tsa_user, password_from=tsa_password_from, policy=tsa_policy
        )
        if pades:
            finish_pdf = pdf_finisher(level, client, trust or [], online=online)
        else:
            finish = finisher(level, client, trust or [], online=online)
    elif tsa:
        raise UsageError(N_("--tsa goes with --level B-T, B-LT or B-LTA."))
    opened = load_key(p12, key, cert, password_from, key_name, pkcs11=pkcs11, token=token)
    signer = Signer(opened, options, finish)
    target = Path(output) if output else None
    if add or counter is not None:
        _join(signer, [Path(p) for p in paths], target, content, counter, options)
        return
    if pades:
        _pades(
            signer, [Path(p) for p in paths], target, client, finish_pdf,
            overwrite=overwrite, quiet=quiet,
        )  # fmt: skip
        return
    _sign_all(signer, [Path(p) for p in paths], target, overwrite=overwrite, quiet=quiet)


def _location(text: str | None) -> Any:
    if text is None:
        return None
    from medcab.signing.making import Location

    country, _, rest = text.partition("/")
    city, _, address = rest.partition("/")
    return Location(country, city, (address,) if address else ())


def _policy(text: str | None, uri: str | None) -> Any:
    if text is None:
        return None
    import hashlib

    from medcab.commands._trust import read_data
    from medcab.signing.making import NamedPolicy
    from medcab.signing.tlv import encode_oid

    oid, _, path = text.partition("=")
    try:
        encode_oid(oid)
    except ValueError:
        path = ""
    if not path:
        raise UsageError(N_("--policy wants OID=FILE, not {item}."), item=text)
    return NamedPolicy(oid, hashlib.sha256(read_data([path])[0]).digest(), uri=uri or "")


def _join(
    signer: Signer,
    paths: list[Path],
    target: Path | None,
    content: str | None,
    counter: int | None,
    options: SignOptions,
) -> None:
    """``--add`` and ``--counter``: the argument is the signature file, or the signed document."""
    from medcab.commands._trust import read_data
    from medcab.signing.codec import decode, encode
    from medcab.signing.content import StreamContent
    from medcab.signing.discovery import content_for
    from medcab.signing.sign import signature_name, write_signature
    from medcab.sources import FileSource

    if len(paths) != 1:
        raise UsageError(N_("--add and --counter take one file at a time."))
    place = paths[0]
    beside = signature_name(place)
    if beside.exists():
        content = content or str(place)
        place = beside
    existing = read_data([str(place)], largest=None)[0]
    document = content or content_for(str(place))
    if counter is not None:
        made = signer.counter_sign(existing, counter)
    else:
        stream = StreamContent(FileSource(document), document) if document else None
        made = signer.add_to(existing, stream)
    encoding = decode(existing).encoding if options.encoding == "der" else options.encoding
    write_signature(target or place, encode(made, encoding))
    stdout().print(str(target or place), highlight=False, markup=False, soft_wrap=True)


def _sign_all(
    signer: Signer, paths: list[Path], target: Path | None, *, overwrite: bool, quiet: bool
) -> None:
    folder = target if target is not None and (target.is_dir() or len(paths) > 1) else None
    if folder is not None and not folder.is_dir():
        raise UsageError(N_("{path} is not a folder."), path=str(folder))
    if target is not None and folder is None:
        written = signer.sign_file(paths[0], target, overwrite=overwrite)
        if not quiet:
            stdout().print(str(written), highlight=False, markup=False, soft_wrap=True)
        return
    failed: list[MedcabError] = []
    out, err = stdout(), stderr()
    with progress(len(paths), tr()(N_("Signing")), quiet=quiet) as advance:
        for outcome in signer.sign_files(paths, folder=folder, overwrite=overwrite):
            advance(1)
            if outcome.error is not None:
                failed.append(outcome.error)
                text = tr()(outcome.error.template, **outcome.error.arguments)
                err.print(f"{outcome.path}: {text}", highlight=False, markup=False)
                if outcome.error.hint:
                    hint = tr()(outcome.error.hint, **outcome.error.arguments)
                    err.print(f"    {hint}", highlight=False, markup=False)
            elif not quiet:
                out.print(str(outcome.output), highlight=False, markup=False, soft_wrap=True)
    if failed:
        raise typer.Exit(max(error.exit_code for error in failed))
    raise typer.Exit(ExitCode.OK)


def _pades(
    signer: Signer,
    paths: list[Path],
    target: Path | None,
    tsa: TsaClient | None,
    finish: Callable[[bytes], bytes] | None,
    *,
    overwrite: bool,
    quiet: bool,
) -> None:
    from medcab.signing.pades import sign_pdf_file

    if target is not None and len(paths) > 1 and not target.is_dir():
        raise UsageError(N_("{path} is not a folder."), path=str(target))
    for path in paths:
        name = path.with_name(path.stem + ".signed" + path.suffix)
        place = target / name.name if target is not None and target.is_dir() else target or name
        written = sign_pdf_file(signer, path, place, overwrite=overwrite, tsa=tsa, finish=finish)
        if not quiet:
            stdout().print(str(written), highlight=False, markup=False, soft_wrap=True)
