"""NAM rules: what file names say, and whether portals and computers can carry them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from medcab.model import Document, Severity
from medcab.rules import DocumentContext, Hit, PackageContext, Scope, Unknown, rule
from medcab.text import N_
from medcab.validators.doctype import LOOKALIKES, recognise, split_extension
from medcab.validators.doctype_data import FILE_WORDS

__all__ = ["person_of", "suggested_name"]

_FORBIDDEN: Final = '<>:"/\\|?*'
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[1-9¹²³]|lpt[1-9¹²³])\Z", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_CYRILLIC = re.compile(r"[Ѐ-ӿ]")
_LATIN = re.compile(r"[A-Za-z]")
_FRMR = re.compile(
    r"[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)? [А-ЯЁ]\. ?(?:[А-ЯЁ]\.)? ?\S.* на [1-9][0-9]{0,3} ?л\.?\Z"
)
_PERSON = re.compile(r"[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)*")
_MAX_NAME: Final = 255


def person_of(name: str) -> str | None:
    """The person that a file name seems to name («Иванов Иван_Диплом.pdf» -> «Иванов Иван»).

    Only names with «_», or with initials after the surname, name a person for certain.
    """
    stem, _ = split_extension(unicodedata.normalize("NFC", name))
    head, line, tail = stem.rpartition("_")
    if line:
        for part in (head, tail):
            text = " ".join(part.replace("_", " ").split())
            if recognise(part).type is None and _PERSON.match(text):
                return text
        return None
    found = re.match(r"([А-ЯЁ][а-яё-]+) [А-ЯЁ]\. ?(?:[А-ЯЁ]\.)?", stem)
    return found[0].strip() if found else None


def suggested_name(document: Document, fio: str | None, extension: str | None = None) -> str | None:
    """A name by the scheme «ФИО_ТипДокумента.расширение»; None when something is unknown."""
    word = FILE_WORDS.get(document.type or "")
    person = fio or person_of(document.name)
    suffix = extension or split_extension(document.name)[1].lower()
    if not (word and person and suffix):
        return None
    return f"{person}_{word}.{suffix}"


@rule(
    "NAM001",
    "document-type-unknown",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The type of the document is unknown."),
    since="0.1.0",
)
def document_type_unknown(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """What the document is cannot be told from its name.

    What it checks:
        That the manifest, the option --type or the name of the file says what the document is.
        Two types in one name, or a word that fits several («справка», «сертификат»), are not
        enough: the type is never guessed.

    Why it matters:
        The portal asks for the type of every file. Without it nobody can say whether the package
        is complete.

    How to fix:
        Rename the file, for example «Иванов Иван Иванович_Диплом.pdf», or write its type into
        medcab.yaml, or give it on the command line: --type FILE=TYPE.

    Source:
        docs/requirements.md, F13.
    """
    if not ctx.profile.documents or ctx.document.type is not None:
        return
    near = [c.type for c in ctx.document.candidates]
    if near:
        yield Unknown(
            N_("The name “{file}” may mean: {nearest}. Say which."),
            args={"file": ctx.document.name, "nearest": near},
            evidence={"scores": {c.type: c.score for c in ctx.document.candidates}},
        )
    else:
        yield Unknown(
            N_("The name “{file}” does not say what the document is."),
            args={"file": ctx.document.name},
        )


@rule(
    "NAM002",
    "document-type-misspelt",
    scope=Scope.DOCUMENT,
    severity=Severity.INFO,
    message=N_("The name was understood as “{type}” in spite of a typing error."),
    since="0.1.0",
)
def document_type_misspelt(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The type of the document was understood from a word with a typing error.

    What it checks:
        Whether the word for the type in the name of the file is spelt as in the dictionary.

    Why it matters:
        medcab understood «Дилпом» as «Диплом»; a clerk or the portal may not.

    How to fix:
        Correct the name of the file. If the type was understood wrongly, name the right one in
        medcab.yaml.

    Source:
        docs/requirements.md, F11, F13.
    """
    if ctx.document.type_from == "name":
        found = recognise(ctx.document.name, ctx.profile)
        if found.type == ctx.document.type and not found.exact:
            yield Hit(args={"type": ctx.document.type})


@rule(
    "NAM003",
    "name-scheme",
    scope=Scope.DOCUMENT,
    severity=Severity.INFO,
    message=N_("The name does not follow “{scheme}”: {problem}"),
    since="0.1.0",
    fixable=True,
)
def name_scheme(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The name of the file does not follow the scheme of the portal.

    What it checks:
        The scheme that the profile names: «ФИО_ТипДокумента.расширение» (divided at the last
        «_»), or for FRMR «Фамилия И.О. документ на N л.», where the first scheme is taken too.

    Why it matters:
        Some portals refuse files named otherwise, others show the clerk only the name.

    How to fix:
        Rename the file as the scheme says; medcab fix proposes names.

    Source:
        docs/requirements.md, F11, K13.
    """
    if not ctx.profile.documents:
        return
    problem = _scheme_problem(ctx)
    if problem is None:
        return
    frmr = ctx.profile.files.naming == "frmr"
    fio = ctx.package.form.get("fio") if ctx.package.form is not None else None
    yield Hit(
        args={
            "scheme": "Фамилия И.О. документ на N л.pdf" if frmr else "ФИО_ТипДокумента.расширение",
            "problem_template": problem,
            "file": ctx.document.name,
        },
        evidence={"suggested": suggested_name(ctx.document, fio)},
    )


def _scheme_problem(ctx: DocumentContext) -> str | None:
    stem, _ = split_extension(unicodedata.normalize("NFC", ctx.document.name))
    if ctx.profile.files.naming == "frmr" and _FRMR.match(stem):
        return None
    person, line, word = stem.rpartition("_")
    if not line:
        return N_("there is no “_” between the person and the document.")
    if not any(c.isalpha() for c in person):
        return N_("there is no person before “_”.")
    if recognise(person).type is not None and recognise(word).type is None:
        return N_("the document stands before the person; the order is the other way round.")
    if not any(c.isalpha() for c in word):
        return N_("there is no type of document after “_”.")
    return None


@rule(
    "NAM004",
    "name-decomposed",
    scope=Scope.DOCUMENT,
    severity=Severity.WARNING,
    message=N_("The letter “{letter}” in the name is written as two characters (macOS)."),
    since="0.1.0",
    fixable=True,
)
def name_decomposed(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """Letters of the name are written as two characters, as macOS does.

    What it checks:
        That the name of the file is in the Unicode form NFC: «й» and «ё» are one character each.

    Why it matters:
        The portal shows such names with broken letters, and does not find the file by its name.

    How to fix:
        Rename the file on Windows by typing the name anew, or run: medcab fix.

    Source:
        docs/requirements.md, F17; Unicode Standard Annex #15.
    """
    name = ctx.document.name
    composed = unicodedata.normalize("NFC", name)
    if composed != name:
        at = next(i for i, (a, b) in enumerate(zip(name, composed, strict=False)) if a != b)
        yield Hit(args={"letter": composed[at], "position": at + 1})


@rule(
    "NAM005",
    "name-person-differs",
    scope=Scope.DOCUMENT,
    severity=Severity.WARNING,
    message=N_("The file is named after “{person}”, the form is about “{fio}”."),
    since="0.1.0",
)
def name_person_differs(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The person in the name of the file is not the person of the form.

    What it checks:
        The surname before «_» in the name of the file against the full name in the form; «ё» and
        «е» count as one letter. Transliterated names are not compared, nor are files named after
        the organisation of the form.

    Why it matters:
        Most often this is a document of another employee in the wrong folder.

    How to fix:
        Check whose document it is. Rename the file if only the name is wrong.

    Source:
        docs/requirements.md, P03, P23, F11.
    """
    form = ctx.package.form
    if form is None:
        return
    people = [form.get(n) for n in ("fio", "head_name", "applicant")]
    surname = form.get("surname")
    fio = next((p for p in people if p), None) or surname
    person = person_of(ctx.document.name)
    organisation = form.get("org_name")
    # Papers of an organisation are named after it, or after whoever brings them.
    if not fio or not person or (organisation and not (form.get("fio") or surname)):
        return
    mine = _plain(person).split()
    if mine[0] in re.findall(r"\w+", _plain(organisation or "")):
        return
    names = {_plain(p).split()[0] for p in (*people, surname) if p and p.split()}
    if mine[0] not in names:
        yield Hit(args={"person": person, "fio": fio}, field="fio")


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).translate(LOOKALIKES).casefold().replace("ё", "е")


@rule(
    "NAM006",
    "name-mixed-alphabets",
    scope=Scope.DOCUMENT,
    severity=Severity.WARNING,
    message=N_("The word “{word}” holds the Latin letter “{letter}” at position {position}."),
    since="0.1.0",
    fixable=True,
)
def name_mixed_alphabets(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """A Russian word of the name holds a Latin letter.

    What it checks:
        Every word of the name that mixes Cyrillic and Latin letters.

    Why it matters:
        «Ивaнов» with a Latin «a» looks right and is another name: search and comparison fail.

    How to fix:
        Type the word anew with the Russian keyboard, or run: medcab fix.

    Source:
        docs/requirements.md, P39, F11.
    """
    stem, _ = split_extension(ctx.document.name)
    for found in _WORD.finditer(stem):
        word = found[0]
        latin = _LATIN.search(word)
        if latin and _CYRILLIC.search(word):
            yield Hit(
                args={
                    "word": word,
                    "letter": latin[0],
                    "position": latin.start() + 1,
                    "expected": latin[0].translate(LOOKALIKES),
                }
            )
            return


@rule(
    "NAM007",
    "name-forbidden",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The name cannot be used everywhere: {problem}"),
    since="0.1.0",
    fixable=True,
)
def name_forbidden(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The name holds characters, or is a word, that Windows does not allow.

    What it checks:
        The characters < > : " / \\ | ? *, control characters and invisible ones, a dot or blank at
        the end, and the reserved words CON, PRN, AUX, NUL, COM1-COM9, LPT1-LPT9.

    Why it matters:
        Such a file cannot be stored or opened on a Windows computer, and portals refuse it.

    How to fix:
        Rename the file without these characters, or run: medcab fix.

    Source:
        docs/requirements.md, F11, F17; Naming Files, Paths, and Namespaces (Windows).
    """
    name = ctx.document.name
    for at, char in enumerate(name, 1):
        if char in _FORBIDDEN:
            yield Hit(
                args={
                    "problem_template": N_("“{char}” at position {position} is not allowed."),
                    "char": char,
                    "position": at,
                }
            )
            return
        if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"):
            yield Hit(
                args={
                    "problem_template": N_("an invisible character stands at position {position}."),
                    "char": f"U+{ord(char):04X}",
                    "position": at,
                }
            )
            return
    if name != name.rstrip(". "):
        yield Hit(args={"problem_template": N_("it ends with a dot or a blank.")})
    elif name != name.lstrip(" "):
        yield Hit(args={"problem_template": N_("it begins with a blank.")})
    elif _RESERVED.match(name.partition(".")[0].rstrip(" ")):
        yield Hit(
            args={
                "problem_template": N_("“{word}” is a reserved word of Windows."),
                "word": name.partition(".")[0],
            }
        )


@rule(
    "NAM008",
    "name-too-long",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The name takes {length} {unit}, at most {limit} are possible."),
    since="0.1.0",
    fixable=True,
)
def name_too_long(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The name of the file is too long.

    What it checks:
        At most 255 UTF-16 units (Windows, macOS) and 255 bytes of UTF-8 (Linux: about 127
        Russian letters).

    Why it matters:
        The file cannot be copied to every disk; the portal's server refuses it or cuts its name.

    How to fix:
        Shorten the name.

    Source:
        docs/requirements.md, F11; NAME_MAX of Linux file systems, maximum component length of NTFS.
    """
    name = unicodedata.normalize("NFC", ctx.document.name)
    for length, unit in (
        (len(name.encode("utf-16-le", "surrogatepass")) // 2, N_("characters")),
        (len(name.encode("utf-8", "surrogatepass")), N_("bytes")),
    ):
        if length > _MAX_NAME:
            yield Hit(
                args={"length": length, "unit": unit, "limit": _MAX_NAME},
                evidence={"measured": length, "limit": _MAX_NAME, "unit": unit},
            )
            return


@rule(
    "NAM009",
    "names-collide",
    scope=Scope.PACKAGE,
    severity=Severity.WARNING,
    message=N_("On Windows the name is the same as “{other_path}”."),
    since="0.1.0",
)
def names_collide(ctx: PackageContext) -> Iterator[Hit | Unknown]:
    """Two names differ only in letter case or in the way letters are composed.

    What it checks:
        All paths of the package, in NFC and without regard to letter case.

    Why it matters:
        Windows and macOS keep only one of the two files: the other is lost in copying.

    How to fix:
        Rename one of the files.

    Source:
        docs/requirements.md, F17.
    """
    seen: dict[str, str] = {}
    for document in ctx.package.documents:
        key = unicodedata.normalize("NFC", document.path).casefold()
        if key in seen:
            yield Hit(args={"other_path": seen[key]}, path=document.path, member=document.member)
        else:
            seen[key] = document.path
