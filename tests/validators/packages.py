"""Small packages built by hand, and the findings of single rules about them."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime

from medcab import profile as profiles
from medcab.forms import read_form
from medcab.model import Document, Form, FormValue, Outcome, Package, Severity
from medcab.rules import DocumentContext, Hit, PackageContext, Scope, find_rule
from medcab.sources import BytesSource
from medcab.text import translator
from medcab.validators.doctype import recognise
from medcab.validators.facts import FileFacts

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
FORMATS = {"pdf": "pdf", "jpg": "jpeg", "jpeg": "jpeg", "png": "png"}


def document(name, document_type="", **rest):
    """A document whose type is told from the name unless it is given (None for unknown)."""
    found = recognise(name)
    kind = found.type if document_type == "" else document_type
    suffix = name.rpartition(".")[2].lower()
    return Document(
        path=name,
        source=BytesSource(b""),
        name=unicodedata.normalize("NFC", name) if rest.pop("nfc", False) else name,
        size=1000,
        type=kind,
        type_from="name" if kind else None,
        candidates=() if kind else found.candidates,
        facts=FileFacts(size=1000, format=FORMATS.get(suffix, "unknown"), pages=1),
        **rest,
    )


def form(data="", /, **values):
    """A form from values by canonical name, or from YAML text."""
    if data:
        return read_form(data.encode(), "form.yaml")
    return Form("form.yaml", {k.replace("__", "."): FormValue(v) for k, v in values.items()})


def package(*documents, form=None):
    made = tuple(document(d) if isinstance(d, str) else d for d in documents)
    return Package(root="p", documents=made, form=form)


def plain():
    """A profile that asks for nothing and leaves every rule at its own level."""
    return replace(profiles.load("scan"), name="plain", rules={})


def ask(rule_id, pack, profile=None, now=NOW, overlays=()):
    """Answers of one rule, as (level, answer) with the level that the profile gives it."""
    rule = find_rule(rule_id)
    loaded = profiles.load(profile, overlays) if isinstance(profile, str) else profile or plain()
    level = loaded.level(rule)
    if level is None:
        return []
    params = loaded.params(rule)
    contexts = (
        [PackageContext(pack, loaded, params, now)]
        if rule.scope is Scope.PACKAGE
        else [DocumentContext(pack, loaded, params, now, d, d.facts) for d in pack.documents]
    )
    return [(level, answer) for context in contexts for answer in rule.check(context)]


def hits(*arguments, **named):
    """Only the violations."""
    return [a for _, a in ask(*arguments, **named) if isinstance(a, Hit)]


def unknowns(*arguments, **named):
    """Only the checks that could not be made."""
    return [a for _, a in ask(*arguments, **named) if not isinstance(a, Hit)]


def severity(level, hit):
    """The severity that the engine makes of a hit."""
    return max(level, hit.severity or Severity.ERROR, key=lambda s: s.rank)


def says(rule_id, answer, language="ru"):
    """The sentence of an answer, as the reader sees it."""
    from medcab.formats.sentences import message_of
    from medcab.model import Finding, Location

    undetermined = not isinstance(answer, Hit)
    return message_of(
        Finding(
            rule_id,
            Severity.ERROR,
            answer.args,
            Location(answer.path, field=answer.field),
            outcome=Outcome.UNDETERMINED if undetermined else Outcome.VIOLATED,
            reason=answer.reason if undetermined else None,
        ),
        translator(language),
    )
