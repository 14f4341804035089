"""PKG rules: the documents of a package against the list of its profile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from medcab.model import Severity
from medcab.rules import DocumentContext, Hit, PackageContext, Scope, Unknown, rule
from medcab.text import N_
from medcab.validators.formrules.choices import reader

if TYPE_CHECKING:
    from medcab.profile import Requirement

__all__: list[str] = []


@rule(
    "PKG001",
    "document-missing",
    scope=Scope.PACKAGE,
    severity=Severity.ERROR,
    message=N_("A required document is missing: {types}."),
    since="0.1.0",
)
def document_missing(ctx: PackageContext) -> Iterator[Hit | Unknown]:
    """A required document is not in the package.

    What it checks:
        For every required document of the profile, that the package holds a file of this type;
        where several types will do, one of them. A document that is needed under a condition is
        asked for when the form says that the condition holds; when the form does not tell, the
        answer is open.

    Why it matters:
        The portal rejects an application that lacks any of the required documents.

    How to fix:
        Put the document into the package. If it is there under an unclear name, rename the file
        («Иванов Иван Иванович_Диплом.pdf») or name its type in medcab.yaml. If the question is
        about a condition, fill in the field that the message names.

    Source:
        docs/requirements.md, D01-D27 (the row stands in the argument “source”), D03, K4.
    """
    yield from _absent(ctx, Severity.ERROR)


@rule(
    "PKG002",
    "document-advised-missing",
    scope=Scope.PACKAGE,
    severity=Severity.WARNING,
    message=N_("A document that may be asked for is missing: {types}."),
    since="0.1.0",
)
def document_advised_missing(ctx: PackageContext) -> Iterator[Hit | Unknown]:
    """A document that the sources disagree about is not in the package.

    What it checks:
        The documents of the profile with the level “warning”: one source demands them, another
        does not.

    Why it matters:
        The package may be accepted without the document, but a clerk who reads the stricter text
        will ask for it.

    How to fix:
        Add the document if you have it.

    Source:
        docs/requirements.md, D11, D16, D23 and D24 (K3).
    """
    yield from _absent(ctx, Severity.WARNING)


@rule(
    "PKG003",
    "document-optional-missing",
    scope=Scope.PACKAGE,
    severity=Severity.INFO,
    message=N_("If you have it, add the document: {types}."),
    since="0.1.0",
)
def document_optional_missing(ctx: PackageContext) -> Iterator[Hit | Unknown]:
    """A document that is asked for “if there is one” is not in the package.

    What it checks:
        The documents of the profile with the level “info”.

    Why it matters:
        The package is complete without it; with it the application says more.

    How to fix:
        Nothing has to be done. Add the document if you have it.

    Source:
        docs/requirements.md, D17, D20, D21, D25.
    """
    yield from _absent(ctx, Severity.INFO)


def _absent(ctx: PackageContext, level: Severity) -> Iterator[Hit | Unknown]:
    documents = ctx.package.documents
    if not documents:
        return
    found = [d.type for d in documents]
    untyped = sum(t is None for t in found)
    form = ctx.form
    missing: list[tuple[Requirement, int]] = []
    for requirement in ctx.profile.documents:
        count = sum(t in requirement.types for t in found)
        if requirement.level is not level or count >= requirement.min:
            continue
        if requirement.when is not None:
            decision = requirement.when.decide(
                reader(form.get) if form is not None else lambda _: None, ctx.profile.parameters
            )
            if decision.value is None:
                yield Unknown(
                    N_(
                        "Whether “{types}” is needed depends on the form, "
                        "which does not tell: {fields}."
                    ),
                    args={**_args(requirement), "fields": list(decision.missing)},
                    field=decision.missing[0] if decision.missing else None,
                    path=form.path if form is not None else None,
                )
                continue
            if decision.value is False:
                continue
        missing.append((requirement, count))
    # A file of unknown type may be any of the missing ones, but only one of them.
    open_question = 0 < len(missing) <= untyped
    for requirement, count in missing:
        if open_question:
            yield Unknown(
                N_("“{types}” was not found, but the type of some files is unknown: {untyped}."),
                args={**_args(requirement), "untyped": untyped},
            )
        else:
            yield Hit(
                args=_args(requirement),
                evidence={"measured": count, "limit": requirement.min},
            )


def _args(requirement: Requirement) -> dict[str, Any]:
    return {
        "types": list(requirement.types),
        "source": requirement.source.removeprefix("docs/requirements.md "),
        "requirement": requirement.id,
    }


@rule(
    "PKG004",
    "document-unexpected",
    scope=Scope.DOCUMENT,
    severity=Severity.INFO,
    message=N_("The profile does not ask for this document: {type}."),
    since="0.1.0",
)
def document_unexpected(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """A document that the profile does not ask for lies in the package.

    What it checks:
        That the type of every document stands in the profile's list.

    Why it matters:
        It does no harm to the check, but a document too many is personal data too many, and adds
        to the size of the package.

    How to fix:
        Remove the file if it came here by mistake; if its type was understood wrongly, name the
        right one in medcab.yaml.

    Source:
        docs/requirements.md, documents and K2 (the sets are not joined).
    """
    known = {t for r in ctx.profile.documents for t in r.types}
    if known and ctx.document.type is not None and ctx.document.type not in known:
        yield Hit(args={"type": ctx.document.type})


@rule(
    "PKG005",
    "document-duplicate",
    scope=Scope.PACKAGE,
    severity=Severity.WARNING,
    message=N_("There is one document of the type “{types}” too many: {names}."),
    plural=N_("There are {n} documents of the type “{types}” too many: {names}."),
    since="0.1.0",
)
def document_duplicate(ctx: PackageContext) -> Iterator[Hit | Unknown]:
    """A document that a person has once is in the package several times.

    What it checks:
        The number of documents of types such as the passport and the SNILS of one person.

    Why it matters:
        The portal has one place for this document. Usually one of the files is an older scan, or
        belongs to another person.

    How to fix:
        Leave one file. If the pages were scanned separately, join them: medcab fix.

    Source:
        docs/requirements.md, D01, D26 (full set of pages of one document).
    """
    for requirement in ctx.profile.documents:
        same = [d for d in ctx.package.documents if d.type in requirement.types]
        if requirement.max is not None and len(same) > requirement.max:
            yield Hit(
                args={
                    **_args(requirement),
                    "n": len(same) - requirement.max,
                    "names": ", ".join(d.path for d in same),
                },
                path=same[-1].path,
                member=same[-1].member,
                evidence={"measured": len(same), "limit": requirement.max},
            )


@rule(
    "PKG006",
    "package-empty",
    scope=Scope.PACKAGE,
    severity=Severity.ERROR,
    message=N_("The package holds no documents."),
    since="0.1.0",
)
def package_empty(ctx: PackageContext) -> Iterator[Hit | Unknown]:
    """There is nothing to check in the package.

    What it checks:
        That at least one document is in the folder or archive.

    Why it matters:
        An empty package must not be taken for a good one. Usually the wrong folder was given.

    How to fix:
        Check the path. An empty package to fill in is made by: medcab new PROFILE DIR.

    Source:
        docs/requirements.md, D03.
    """
    if not ctx.package.documents:
        yield Unknown(N_("There are no documents in the package: there is nothing to check."))


@rule(
    "PKG008",
    "document-expired",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The document was valid until {expires}."),
    since="0.1.0",
)
def document_expired(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The manifest says that the document is no longer valid.

    What it checks:
        The date “expires” of the document in medcab.yaml against the day of the check. A SNILS
        does not expire: its date is passed over.

    Why it matters:
        A licence, certificate or reference that has run out stops the application.

    How to fix:
        Get a new document, or correct the date in medcab.yaml.

    Source:
        docs/requirements.md, F14, D25; K14.
    """
    text = ctx.document.meta.get("expires")
    if not text or ctx.document.type == "snils":
        return
    from medcab.validators.ids import date_ddmmyyyy
    from medcab.validators.ids._base import InvalidIdentifier

    try:
        expires = date_ddmmyyyy.parse(str(text))
    except InvalidIdentifier as error:
        yield Unknown(
            N_("The date “{date}” in the manifest cannot be read: {problem}"),
            args={**_problem(error), "date": str(text)},
        )
        return
    if expires < ctx.now.date():
        yield Hit(args={"expires": str(text)})


def _problem(error: Any) -> Mapping[str, Any]:
    return {**error.arguments, "problem_template": error.template}


@rule(
    "PKG009",
    "format-not-preferred",
    scope=Scope.DOCUMENT,
    severity=Severity.WARNING,
    message=N_("The file is {format}; other sections of the rules take only {preferred}."),
    since="0.1.0",
    fixable=True,
    params={"preferred": ["pdf"]},
    default_on=False,
)
def format_not_preferred(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The format is accepted here, but other sections of the rules take only PDF.

    What it checks:
        In profiles that accept pictures as well: that the file is a PDF.

    Why it matters:
        The sources differ: one section takes PDF, JPEG and PNG, another PDF only. A PDF is right
        by both.

    How to fix:
        Turn the picture into a PDF: medcab fix. To make this an error, add “+strict” to the
        profile.

    Source:
        docs/requirements.md, F02, F03, F04, F05 (K1).
    """
    found = ctx.facts.format
    preferred = [str(p) for p in ctx.params["preferred"]]
    allowed = {"jpg" if f == "jpeg" else f for f in ctx.profile.formats_of(ctx.document.type)}
    same = {"jpeg": "jpg"}.get(found or "", found)
    if same in allowed and same not in preferred:
        yield Hit(args={"format": found, "preferred": ", ".join(preferred)})


@rule(
    "PKG011",
    "private-key-in-package",
    scope=Scope.DOCUMENT,
    severity=Severity.WARNING,
    message=N_("The file holds a private key: whoever has it and its password can sign for you."),
    since="0.1.0",
)
def private_key_in_package(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """A container with a private key (.pfx, .p12) lies in the package.

    What it checks:
        The content of every file, whatever its name is.

    Why it matters:
        One source asks to upload the .pfx together with its password. That gives the private key
        away; by law its owner has to keep it secret. A certificate (.cer) proves as much without
        the key.

    How to fix:
        Export the certificate alone: medcab cert convert. Upload the container only if the portal
        takes nothing else, and have the certificate reissued afterwards.

    Source:
        docs/requirements.md, F16, K8, K9; Federal law 63-FZ, article 10.
    """
    if ctx.facts.format == "pfx":
        yield Hit()
