"""An empty package to fill in: a manifest and a form made from a profile."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from medcab.conditions_text import describe
from medcab.errors import OutputError, UsageError
from medcab.files import write_whole
from medcab.forms.aliases import ALIASES
from medcab.model import Severity
from medcab.text import N_, translator
from medcab.validators.doctype_data import FILE_WORDS
from medcab.vocabulary import DOCUMENT_TYPES, FIELDS

if TYPE_CHECKING:
    from medcab.profile import FieldRequirement, Profile, Requirement

__all__ = ["FORM_FORMATS", "lay_out"]

FORM_FORMATS: Final = ("yaml", "csv", "xlsx")


def lay_out(
    profile: Profile, folder: Path, *, form_format: str = "yaml", language: str = "ru"
) -> tuple[Path, ...]:
    """Make ``folder`` with ``medcab.yaml`` and a form to fill in.

    Args:
        profile: its documents and fields are listed.
        folder: must not exist, or be empty.
        form_format: ``yaml``, ``csv`` or ``xlsx``.
        language: of the comments.

    Returns:
        the files made.

    Raises:
        UsageError: the folder holds something, or the format is unknown. Nothing is written then.
        OutputError: the disk refuses.
    """
    if form_format not in FORM_FORMATS:
        raise UsageError(
            N_("A form cannot be made in the format {name}."),
            hint=N_("Formats: {known}."),
            name=form_format,
            known=", ".join(FORM_FORMATS),
        )
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError(
                N_("{path} exists and is not an empty folder."),
                hint=N_("Name a new folder: nothing is ever written over."),
                path=str(folder),
            )
        folder.mkdir(parents=True, exist_ok=True)
        made = []
        form_name = f"form.{form_format}" if profile.fields else None
        manifest = folder / "medcab.yaml"
        write_whole(manifest, _manifest(profile, form_name, language).encode())
        made.append(manifest)
        if form_name is not None:
            form = folder / form_name
            write_whole(form, _form(profile, form_format, language))
            made.append(form)
    except OSError as error:
        raise OutputError(
            N_("The folder {path} cannot be written: {reason}."),
            hint=N_("Choose another folder, or free some space."),
            path=str(folder),
            reason=error.strerror or str(error),
        ) from error
    return tuple(made)


def _manifest(profile: Profile, form: str | None, language: str) -> str:
    tr = translator(language)
    lines = [
        f"# {profile.titles.get(language, profile.name)}",
        f"# {tr(N_('Put the scans into this folder, then run: medcab check FOLDER'))}",
        f"profile: {profile.name}",
    ]
    if form:
        lines.append(f"form: {form}")
    lines += [
        "",
        f"# {tr(N_('Files named in the scheme below need no entry. For others, write the type:'))}",
        "#   scan001.pdf: diploma",
        "documents:",
    ]
    for requirement in profile.documents:
        for index, document_type in enumerate(requirement.types):
            lines += _document(profile, requirement, document_type, index, language)
    return "\n".join(lines) + "\n"


def _document(
    profile: Profile, requirement: Requirement, document_type: str, index: int, language: str
) -> list[str]:
    tr = translator(language)
    need = {
        Severity.ERROR: N_("required"),
        Severity.WARNING: N_("advised"),
        Severity.INFO: N_("if you have it"),
    }[requirement.level]
    remark = tr(N_("or instead")) if index else tr(need)
    if requirement.when is not None and not index:
        remark += ", " + tr(N_("if {condition}"), condition=describe(requirement.when, tr))
    title = tr(DOCUMENT_TYPES[document_type])
    suffix = profile.formats_of(document_type)[0]
    name = f"Иванов Иван Иванович_{FILE_WORDS[document_type]}.{suffix}"
    return [f"#   {title} ({remark})", f'#   "{name}": {document_type}']


def _label(name: str) -> str:
    return ALIASES[name][0] if name in ALIASES else name


_EXAMPLES: Final = {
    "date_ddmmyyyy": N_("DD.MM.YYYY"),
    "yes_no": N_("yes or no"),
    "phone": N_("10 digits, such as 9161234567"),
    "org_kind": N_("ЮЛ (legal entity) or ИП (sole trader)"),
    "address": N_("with the postcode"),
    "specialty_code": N_("the code, not the name"),
}


def _remark(field: FieldRequirement, language: str) -> str:
    from medcab.validators.formrules.choices import CHOICES

    tr = translator(language)
    parts = []
    if not field.required:
        parts.append(tr(N_("may be left blank")))
    elif field.when is not None:
        parts.append(tr(N_("if {condition}"), condition=describe(field.when, tr)))
    if field.kind in _EXAMPLES:
        parts.append(tr(_EXAMPLES[field.kind]))
    elif field.kind in CHOICES:
        parts.append(" / ".join(CHOICES[field.kind]))
    return "; ".join(parts)


def _form(profile: Profile, form_format: str, language: str) -> bytes:
    rows = [(_label(f.name), _remark(f, language), f.name) for f in profile.fields]
    tr = translator(language)
    if form_format == "xlsx":
        return _workbook(rows, language)
    if form_format == "csv":
        head = ";".join(tr(t) for t in (N_("Field"), N_("Value"), N_("Remark")))
        body = "\r\n".join(f"{label};;{remark.replace(';', ',')}" for label, remark, _ in rows)
        return f"{head}\r\n{body}\r\n".encode("utf-8-sig")
    lines = [f"# {profile.titles.get(language, profile.name)}"]
    lines.append(f"# {tr(N_('Write every value in quotes, as the document has it.'))}")
    for label, remark, name in rows:
        title = tr(FIELDS.get(name, name))
        lines.append(f"# {title}: {remark}" if remark else f"# {title}")
        lines.append(f'"{label}": ""')
    return ("\n".join(lines) + "\n").encode()


def _workbook(rows: list[tuple[str, str, str]], language: str) -> bytes:
    import io

    import xlsxwriter

    tr = translator(language)
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet(tr(N_("Form"))[:31])
    head = book.add_format({"bold": True, "bottom": 1})
    # Text cells keep leading zeros and long numbers as they are typed.
    text = book.add_format({"num_format": "@"})
    grey = book.add_format({"font_color": "#666666", "text_wrap": True})
    sheet.set_column(0, 0, 42)
    sheet.set_column(1, 1, 42, text)
    sheet.set_column(2, 2, 60)
    for column, title in enumerate((N_("Field"), N_("Value"), N_("Remark"))):
        sheet.write_string(0, column, tr(title), head)
    for index, (label, remark, _) in enumerate(rows, 1):
        sheet.write_string(index, 0, label)
        sheet.write_blank(index, 1, None, text)
        sheet.write_string(index, 2, remark, grey)
    sheet.freeze_panes(1, 0)
    book.close()
    return stream.getvalue()
