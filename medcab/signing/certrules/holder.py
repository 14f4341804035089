"""CRT rules about whose certificate it is and whether the file can be used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from medcab.model import Severity
from medcab.rules import DocumentContext, Hit, Scope, Unknown, rule
from medcab.signing.certrules.common import (
    certificates_of,
    filled,
    readable,
)
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.model import Form


@rule(
    "CRT007",
    "certificate-holder-differs",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The certificate says {field} {certificate}, the form says {form}."),
    since="0.1.0",
)
def certificate_holder_differs(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The holder of the certificate is not the one in the form.

    What it checks:
        Full name, ИНН, СНИЛС, ОГРН and the organisation's ИНН of the certificate against the
        form, where both have them.
    Why it matters:
        The registry refuses documents whose metadata and certificate differ.
    How to fix:
        Use the certificate of the person in the form, or correct the form.
    Source:
        docs/requirements.md C07; refusal VALUE_MISMATCH_METADATA_AND_CERTIFICATE.
    """
    form = ctx.package.form
    if form is None:
        return
    for facts in readable(ctx):
        info = facts.info
        assert info is not None
        pairs = {
            "fio": (info.holder.fio, _form_fio(form)),
            "inn": (info.holder.inn, form.get("inn")),
            "snils": (info.holder.snils, form.get("snils")),
            "org_inn": (info.holder.inn_legal, form.get("org_inn")),
            "ogrn": (info.holder.ogrn, form.get("ogrn")),
            "ogrnip": (info.holder.ogrnip, form.get("ogrnip")),
        }
        for field, (ours, theirs) in pairs.items():
            if ours and theirs and _plain(field, ours) != _plain(field, theirs):
                args = {"field": field, "certificate": ours, "form": theirs}
                yield Hit(args=args, field=field)


@rule(
    "CRT010",
    "certificate-without-key",
    scope=Scope.DOCUMENT,
    severity=Severity.WARNING,
    message=N_("{path} holds a certificate without a private key: it cannot sign."),
    since="0.1.0",
    params={"required": False},
)
def certificate_without_key(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """Another kind of file than was asked for: a certificate where a key container is needed.

    What it checks:
        Where a PKCS#12 container (.pfx, .p12) is needed, that the file is one and holds a
        private key. Off unless the parameter «required» is true.
    Why it matters:
        The portal answers «загружен иной тип» when a .cer is uploaded in place of a .pfx.
    How to fix:
        Export the certificate with its private key as .pfx; «medcab cert convert» makes one from
        PEM files. Never send a private key to anyone.
    Source:
        docs/requirements.md C10, K8, K9.
    """
    if not ctx.params.get("required"):
        return
    for facts in readable(ctx):
        if not facts.has_key or facts.container != "pkcs12":
            yield Hit(args={"path": facts.path})


@rule(
    "CRT014",
    "certificate-unreadable",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The file is damaged, or there is no certificate in it."),
    since="0.1.0",
)
def certificate_unreadable(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """A certificate file that cannot be opened.

    What it checks:
        The file opens, with its password where it has one, and holds a certificate.
    Why it matters:
        The portal answers «Ошибка подписи» to a damaged file; what cannot be opened here cannot
        be judged.
    How to fix:
        Copy the file again from its source and repeat; check the password and the keyboard
        layout.
    Source:
        docs/requirements.md C14.
    """
    for facts in certificates_of(ctx):
        if facts.info is not None:
            continue
        if facts.damaged:
            yield Hit(evidence={"detail": filled(facts.problem, facts.args)})
        else:
            yield Unknown(facts.problem, facts.args)


def _form_fio(form: Form) -> str | None:
    parts = [form.get(name) for name in ("surname", "name", "patronymic")]
    return form.get("fio") or " ".join(part for part in parts if part) or None


def _plain(field: str, text: str) -> str:
    if field == "fio":
        return " ".join(text.casefold().replace("ё", "е").split())
    return "".join(c for c in text if c in "0123456789")
