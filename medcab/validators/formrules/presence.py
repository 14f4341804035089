"""FRM rules about the form as a whole: is it there, are its fields there."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Final

from medcab.model import Severity
from medcab.rules import Hit, PackageContext, Scope, Unknown, rule
from medcab.text import N_
from medcab.validators.formrules.choices import reader
from medcab.validators.formrules.view import views
from medcab.vocabulary import FIELDS

__all__: list[str] = []

_MOST_NEAR: Final = 30


@rule(
    "FRM001",
    "form-missing",
    scope=Scope.PACKAGE,
    severity=Severity.ERROR,
    message=N_("There is no form in the package."),
    since="0.1.0",
    params={"absent": "undetermined"},
)
def form_missing(ctx: PackageContext) -> Iterator[Hit | Unknown]:
    """The profile asks for the data of a form, and there is no form.

    What it checks:
        That the package holds form.yaml, form.json, form.toml, form.xml, form.csv or form.xlsx
        («форма» and «анкета» will do), or that --form names one.

    Why it matters:
        Without it neither the data nor the conditions under which some documents are needed can
        be checked. By default this leaves the verdict open; the parameter absent = "error" makes
        it an error.

    How to fix:
        Fill in the form that «medcab new PROFILE DIR» makes and put it into the package.

    Source:
        docs/requirements.md, P22, P24-P27.
    """
    if ctx.form is not None or ctx.profile.form != "required" or not ctx.package.documents:
        return
    broken = {problem.kind for problem in ctx.package.problems}
    if "form" in broken:
        return  # there is one: INP001 tells why it could not be read
    if ctx.params.get("absent") == "error" and "manifest" not in broken:
        yield Hit()
    else:
        yield Unknown(N_("There is no form in the package, so its fields were not checked."))


@rule(
    "FRM002",
    "field-missing",
    scope=Scope.PACKAGE,
    severity=Severity.ERROR,
    message=N_("The field “{field}” is not filled in."),
    since="0.1.0",
)
def field_missing(ctx: PackageContext) -> Iterator[Hit | Unknown]:
    """A required field of the form is absent or blank.

    What it checks:
        Every required field of the profile; fields that are needed under a condition when the
        form says that the condition holds. In a form of several employees, every row.

    Why it matters:
        The portal does not take a form with blank required fields, and names the field vaguely.

    How to fix:
        Fill in the field. Names may be Russian: «СНИЛС», «Дата рождения».

    Source:
        docs/requirements.md, P22, P24-P29 and the row in the argument “source”.
    """
    form = ctx.form
    if form is None:
        return
    for view in views(form):
        for wanted in ctx.profile.fields:
            if not wanted.required or view.get(wanted.name) is not None:
                continue
            source = wanted.source.removeprefix("docs/requirements.md ")
            args = {"field": wanted.name, "source": source}
            field = view.field(wanted.name)
            if wanted.when is not None:
                decision = wanted.when.decide(reader(view.get), ctx.profile.parameters)
                if decision.value is False:
                    continue
                if decision.value is None:
                    if wanted.level is Severity.ERROR:
                        yield Unknown(
                            N_(
                                "Whether this field is needed depends on what the form does not "
                                "tell: {fields}."
                            ),
                            args={**args, "fields": list(decision.missing)},
                            field=field,
                            path=form.path,
                        )
                    continue
            yield Hit(args=args, field=field, path=form.path, severity=wanted.level)


@rule(
    "FRM003",
    "field-unknown",
    scope=Scope.PACKAGE,
    severity=Severity.INFO,
    message=N_("The field “{name}” is unknown and was not checked."),
    since="0.1.0",
)
def field_unknown(ctx: PackageContext) -> Iterator[Hit | Unknown]:
    """The form has a field that medcab does not know.

    What it checks:
        That every name in the form is a known field, in English («snils») or Russian («СНИЛС»).

    Why it matters:
        What stands in such a field was not checked. A misspelt name also makes a field that is
        needed look absent.

    How to fix:
        Correct the name. The names of the profile's fields: medcab profile show PROFILE.

    Source:
        docs/requirements.md, L03 (a message names the field).
    """
    if ctx.form is None:
        return
    from medcab.forms.aliases import ALIASES

    labels = {a.casefold(): n for n, names in ALIASES.items() for a in (n, *names)}
    labels.update({n: n for n in FIELDS})
    for name in ctx.form.unknown:
        near = difflib.get_close_matches(
            name.rpartition(".")[2].casefold(), labels, n=3, cutoff=0.6
        )
        yield Hit(
            args={"name": name, "fields": list(dict.fromkeys(labels[n] for n in near))},
            field=name,
            path=ctx.form.path,
        )
