"""How rules look at a form: one person at a time, dates as dates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta, timezone
from typing import Any, Final

from medcab.model import Form
from medcab.rules import Hit, PackageContext
from medcab.validators.ids._base import InvalidIdentifier

__all__ = ["PERPETUAL", "View", "issue_hit", "problem_args", "today", "views", "where"]

# Licences have had no expiry date since 2011; that is how forms say it.
PERPETUAL: Final = frozenset({"бессрочно", "бессрочная", "бессрочный", "без срока"})
_ROW = re.compile(r"(employees\.[0-9]+)\.")
# Dates of documents are dates of Moscow, whatever the clock of the machine shows.
_MOSCOW: Final = timezone(timedelta(hours=3))


@dataclass(frozen=True, slots=True)
class View:
    """The fields of one person (a row of employees), or of the whole form.

    Attributes:
        form: the whole form.
        prefix: ``employees.2.`` for a row, empty for the form itself.
    """

    form: Form
    prefix: str = ""

    def get(self, name: str) -> str | None:
        """Text of a field of this person, else of the form; None when blank."""
        return self.form.get(self.prefix + name) or self.form.get(name)

    def field(self, name: str) -> str:
        """Dotted name of the field where the value stands, or should stand."""
        own = self.prefix + name
        return own if own in self.form.values or name not in self.form.values else name

    def date(self, name: str) -> date | None:
        """The date in a field; None when it is blank or no date (another rule says so)."""
        from medcab.validators.ids import date_ddmmyyyy

        text = self.get(name)
        if text is None:
            return None
        try:
            return date_ddmmyyyy.parse(text)
        except InvalidIdentifier:
            return None


def views(form: Form) -> tuple[View, ...]:
    """One view a row of employees; one of the whole form where there are no rows."""
    rows = dict.fromkeys(m[1] for n in form.values if (m := _ROW.match(n)))
    return tuple(View(form, f"{row}.") for row in rows) or (View(form),)


def today(ctx: PackageContext) -> date:
    """The day of the check (never the clock)."""
    return ctx.now.astimezone(_MOSCOW).date()


def problem_args(name: str, error: InvalidIdentifier) -> dict[str, Any]:
    """Arguments of a finding about one value; ``problem`` is the identifier's own sentence."""
    return {
        **error.arguments,
        "field": name.rpartition(".")[2],
        "code": error.code,
        "problem_template": error.template,
        "suggestions": [s.value for s in error.suggestions[:5]],
    }


def issue_hit(form: Form, field: str, issue: Any, **evidence: Any) -> Hit:
    """A finding made of an issue between fields (:mod:`medcab.validators.ids.cross`)."""
    return Hit(
        args={**issue.args, "code": issue.code, "problem_template": issue.template},
        field=field,
        path=form.path,
        severity=issue.severity,
        evidence=evidence,
    )


def where(form: Form, name: str) -> Mapping[str, str]:
    """Evidence that says in which cell or line the value stands."""
    value = form.values.get(name)
    return {"where": value.where} if value is not None and value.where else {}
