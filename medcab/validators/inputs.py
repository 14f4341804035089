"""INP rules: what stood in the way while the package was read."""

from __future__ import annotations

from collections.abc import Iterator

from medcab.model import Severity
from medcab.rules import Hit, PackageContext, Scope, Unknown, rule
from medcab.text import N_

__all__: list[str] = []


@rule(
    "INP001",
    "input-unreadable",
    scope=Scope.PACKAGE,
    severity=Severity.ERROR,
    message=N_("The file or folder cannot be read."),
    since="0.1.0",
)
def input_unreadable(ctx: PackageContext) -> Iterator[Hit | Unknown]:
    """A file or folder of the package cannot be read.

    What it checks:
        Every file and every folder below the one that was given can be opened, and the form and
        the manifest are what their names say.

    Why it matters:
        What was not read was not checked. The package cannot be called good while a part of it
        is unknown.

    How to fix:
        Close the file in other programs, check that you may read it, copy it to a local disk
        and run the check again. A form or manifest that is no such file: save it anew in the
        format that its extension names.

    Source:
        docs/requirements.md, L03: a message names the place that is wrong.
    """
    for problem in ctx.package.problems:
        if problem.kind == "unreadable":
            yield Unknown(
                N_("The system answered: {answer}."),
                path=problem.path,
                args={"answer": problem.reason},
            )
        elif problem.kind in ("form", "manifest"):
            yield Unknown(problem.reason, path=problem.path, args=dict(problem.args))


@rule(
    "INP002",
    "input-not-a-file",
    scope=Scope.PACKAGE,
    severity=Severity.WARNING,
    message=N_("This is a link or a device, not a file: it was not checked."),
    since="0.1.0",
)
def input_not_a_file(ctx: PackageContext) -> Iterator[Hit | Unknown]:
    """A link to a folder, a device or a socket lies in the package.

    What it checks:
        All entries of the package are ordinary files and folders.

    Why it matters:
        A link can lead out of the package or in a circle, so it is not followed; what it points
        to was not checked.

    How to fix:
        Put the file itself into the folder instead of a link to it.

    Source:
        Manners of the command line: inputs.
    """
    for problem in ctx.package.problems:
        if problem.kind == "special":
            yield Hit(path=problem.path)


@rule(
    "INP003",
    "signature-without-document",
    scope=Scope.PACKAGE,
    severity=Severity.WARNING,
    message=N_("The signature has no document: {expected} is not in the package."),
    since="0.1.0",
)
def signature_without_document(ctx: PackageContext) -> Iterator[Hit | Unknown]:
    """A signature file lies alone, without the document that it signs.

    What it checks:
        Each signature file (.sig, .p7s, .sgn) has its document beside it: for «X.pdf.sig» that
        is «X.pdf».

    Why it matters:
        A detached signature proves nothing without its document, and the portal cannot match it.

    How to fix:
        Put the signed document beside the signature, under the name without the last extension,
        or remove the signature.

    Source:
        docs/requirements.md, C08; ETSI EN 319 122-1 (detached signatures).
    """
    for signature in ctx.package.signatures:
        if signature.target is None and not signature.path.lower().endswith(".p7m"):
            yield Hit(path=signature.path, args={"expected": signature.path.rpartition(".")[0]})


@rule(
    "INP004",
    "manifest-names-missing-file",
    scope=Scope.PACKAGE,
    severity=Severity.ERROR,
    message=N_("The manifest describes this file, but it is not in the package."),
    since="0.1.0",
)
def manifest_names_missing_file(ctx: PackageContext) -> Iterator[Hit | Unknown]:
    """The manifest describes a file that is not there.

    What it checks:
        Every file that the manifest (medcab.yaml) names lies in the package.

    Why it matters:
        The file was forgotten, or its name was changed: then the document is sent under a wrong
        type, or not at all.

    How to fix:
        Put the file into the package, or correct its name in the manifest. Names are compared
        exactly, with capital letters and spaces.

    Source:
        docs/requirements.md, F13, D03.
    """
    for problem in ctx.package.problems:
        if problem.kind == "missing":
            yield Hit(path=problem.path)
