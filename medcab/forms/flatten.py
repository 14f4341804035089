"""From the tree of a form to the flat mapping of canonical names to values."""

from __future__ import annotations

from typing import Final

from medcab.forms.aliases import EXTRA_FIELDS, canonical, plain, section
from medcab.forms.trees import Node, twice
from medcab.model import Form, FormValue
from medcab.vocabulary import FIELDS

__all__ = ["flatten"]

# Inside a section a short name means the field of that section.
_WITHIN: Final = {
    "org": {
        "name": "org_name", "наименование": "org_name", "название": "org_name", "inn": "org_inn",
        "инн": "org_inn", "kind": "org_kind", "type": "org_type", "тип": "org_type",
        "address": "legal_address", "адрес": "legal_address", "oid": "frmo_oid",
    },
    "employer": {
        "name": "org_name", "наименование": "org_name", "название": "org_name", "inn": "org_inn",
        "инн": "org_inn", "address": "workplace_address", "адрес": "workplace_address",
    },
    "license": {
        "number": "license_number", "номер": "license_number", "issued": "license_issued",
        "датавыдачи": "license_issued", "expires": "license_expires",
        "срокдействия": "license_expires", "действуетдо": "license_expires",
    },
    "diploma": {
        "number": "diploma_number", "номер": "diploma_number", "date": "diploma_date",
        "issued": "diploma_date", "датавыдачи": "diploma_date", "серияиномер": "diploma_number",
    },
    "certificate": {
        "number": "certificate_number", "номер": "certificate_number",
        "issued": "certificate_issued", "датавыдачи": "certificate_issued",
        "expires": "certificate_expires", "срокдействия": "certificate_expires",
        "issuer": "certificate_issuer", "издатель": "certificate_issuer",
        "type": "certificate_type", "тип": "certificate_type",
    },
    "passport": {
        "series": "passport_series", "серия": "passport_series", "number": "passport_number",
        "номер": "passport_number", "issued": "passport_issued", "датавыдачи": "passport_issued",
        "dept": "passport_dept", "кодподразделения": "passport_dept",
    },
    "head": {
        "fio": "head_name", "фио": "head_name", "name": "head_name", "position": "head_position",
        "должность": "head_position", "orderdate": "head_order_date",
        "датаприказа": "head_order_date",
    },
    "accreditation": {
        "type": "accreditation_type", "тип": "accreditation_type", "end": "accreditation_end",
        "record": "accreditation_record",
    },
    "experience": {"years": "experience", "лет": "experience", "стаж": "experience"},
}  # fmt: skip
# Sections whose own copies of a person's data are compared with the others.
_KEPT: Final = frozenset({"employer", "education", "experience", "contacts"})


def flatten(tree: Node, path: str) -> Form:
    """Make a form of a tree.

    Fields of «Образование», «Стаж», «Контактные данные» are found both by their own name and by
    that of the section (``education.fio``); rows of employees are ``employees.1.fio``.

    Raises:
        FormError: two names mean the same field and hold different values.
    """
    values: dict[str, FormValue] = {}
    unknown: list[str] = []
    _walk(tree, path, "", "", values, unknown)
    _join_passport(values)
    _lift(values)
    return Form(path, values, tuple(unknown))


def _walk(
    node: Node,
    path: str,
    inside: str,
    prefix: str,
    values: dict[str, FormValue],
    unknown: list[str],
) -> None:
    assert isinstance(node.value, dict)
    for key, child in node.value.items():
        if isinstance(child.value, str):
            name = _WITHIN.get(inside, {}).get(plain(key)) or _dotted(key) or canonical(key)
            if name is None:
                unknown.append(f"{prefix}{key}")
                continue
            _put(values, f"{prefix}{name}", child, path, key)
            continue
        part = section(key)
        if part is None:
            unknown.append(f"{prefix}{key}")
        elif isinstance(child.value, dict):
            inner = f"{prefix}{part}." if part in _KEPT else prefix
            _walk(child, path, part, inner, values, unknown)
        else:
            for index, item in enumerate(child.value, 1):
                if isinstance(item.value, dict):
                    row = f"{prefix}{part or 'rows'}.{index}."
                    _walk(item, path, "", row, values, unknown)
                else:
                    unknown.append(f"{prefix}{key}.{index}")


def _dotted(key: str) -> str | None:
    """``employer.ogrn`` written flat is taken as it stands when its last part is a field."""
    if "." not in key or key.rstrip(".") != key:
        return None
    *parts, last = (p.strip() for p in key.split("."))
    name = canonical(last)
    return ".".join([*parts, name]) if name and all(section(p) for p in parts) else None


def _put(values: dict[str, FormValue], name: str, node: Node, path: str, key: str) -> None:
    known = values.get(name)
    text = str(node.value)
    if known is not None and known.text != text:
        twice(path, key, ", ".join(w for w in (known.where, node.where) if w))
    values[name] = FormValue(text, node.where)


def _join_passport(values: dict[str, FormValue]) -> None:
    for name in [n for n in values if n.rpartition(".")[2] == "passport_series"]:
        prefix = name.removesuffix("passport_series")
        number = values.get(prefix + "passport_number")
        if number is not None and prefix + "passport" not in values:
            series = values[name]
            text = f"{series.text} {number.text}" if series.text.strip() else number.text
            values[prefix + "passport"] = FormValue(text, number.where)


def _lift(values: dict[str, FormValue]) -> None:
    for name in list(values):
        part, _, last = name.rpartition(".")
        known = last in FIELDS or last in EXTRA_FIELDS
        if known and part in _KEPT and last not in values:
            values[last] = values[name]
