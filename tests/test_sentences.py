"""What is added to a rule's own sentence: likely values, and titles of profiles."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from medcab.formats.sentences import headline, message_of
from medcab.model import Finding, Form, FormValue, Location, Outcome, Report, Severity
from medcab.text import translator

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
RU, EN = translator("ru"), translator("en")


def snils(*suggestions: str, outcome: Outcome = Outcome.VIOLATED) -> Finding:
    args = {
        "field": "snils",
        "problem_template": "The check digits are wrong.",
        "suggestions": list(suggestions),
    }
    where = Location("form.yaml", field="snils")
    reason = "Why." if outcome is Outcome.UNDETERMINED else None
    return Finding("FLD001", Severity.ERROR, args, where, outcome=outcome, reason=reason)


def test_likely_values_are_shown_and_called_no_more_than_possible():
    assert message_of(snils("112-233-445 95"), RU).endswith(" Возможно: 112-233-445 95.")
    assert message_of(snils("112-233-445 95"), EN).endswith(" Possibly: 112-233-445 95.")
    assert message_of(snils("1", "2", "3", "4"), RU).endswith(" Возможно: 1, 2, 3.")


def test_where_nothing_is_likely_nothing_is_proposed():
    assert "Возможно" not in message_of(snils(), RU)
    assert "Возможно" not in message_of(snils("1", outcome=Outcome.UNDETERMINED), RU)


def test_a_hostile_proposal_stays_text():
    said = message_of(snils("\x1b[31m{field}\u202e"), RU)
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert "{field}" in said


@pytest.mark.parametrize("name", ["text", "html"])
def test_writers_show_the_proposal(name):
    import io

    from medcab import formats

    writer = formats.get(name)
    report = Report("support", NOW, "p", (), (snils("112-233-445 95"),), {"FLD001": 1})
    stream = io.BytesIO() if writer.binary else io.StringIO()
    writer.write(report, RU, stream)
    text = stream.getvalue()
    shown = text.decode() if isinstance(text, bytes) else text
    assert "Возможно: 112-233-445 95." in " ".join(shown.split())


def test_the_headline_names_the_profile_in_words():
    report = Report("egisz-organization+real-2026", NOW, "p", (), ())
    title = "«ЕГИСЗ: регистрация медицинской организации» (egisz-organization+real-2026)"
    assert headline(report, RU) == f"Успешно: пакет отвечает требованиям профиля {title}."
    assert "“EGISZ: registration of a medical organisation”" in headline(report, EN)
    own = Report("our-clinic", NOW, "p", (), ())
    assert headline(own, RU) == "Успешно: пакет отвечает требованиям профиля our-clinic."


def test_a_form_that_was_not_judged_has_no_verdicts():
    from medcab.formats.parts import fields

    form = Form("form.yaml", {"snils": FormValue("1")})
    judged = Report("support", NOW, "p", (), (), {"FLD001": 1, "FIL001": 0}, form=form)
    assert [row.key for row in fields(judged, RU)] == ["snils"]
    left_alone = Report("scan", NOW, "p", (), (), {"FIL001": 0}, form=form)
    assert fields(left_alone, RU) == ()


def test_what_is_not_known_to_be_wrong_is_not_to_be_put_right():
    from medcab.formats.view import view
    from medcab.model import Document
    from medcab.sources import BytesSource

    document = Document("a.pdf", BytesSource(b""), "a.pdf", 1)
    where = Location("a.pdf")
    unknown = [
        Finding(rule, Severity.ERROR, {"file": "a.pdf"}, where, {}, Outcome.UNDETERMINED, "Why.")
        for rule in ("PDF017", "NAM001")
    ]
    (group,) = view(Report("scan", NOW, "p", (document,), tuple(unknown)), RU).groups
    helps = {one.rule: one.help for one in group.items}
    assert helps["PDF017"] == ""
    assert "Переименуйте файл" in helps["NAM001"]


def test_the_form_is_told_in_the_order_of_its_fields():
    from medcab.formats.view import view

    form = Form("form.yaml", {"phone": FormValue("1"), "inn": FormValue("1")})
    found = [
        Finding("FLD001", Severity.ERROR, {"field": n}, Location("form.yaml", field=n))
        for n in ("inn", "phone", "snils")
    ]
    (group,) = view(Report("support", NOW, "p", (), tuple(found), form=form), RU).groups
    assert [i.finding.location.field for i in group.items] == ["snils", "phone", "inn"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"{", "файл обрывается"),
        (b"", "файл обрывается"),
        (b"nonsense", "внутри не JSON"),
        (b"\xff\xfe\x00", "внутри не JSON"),
        (b"[]", "неожиданное содержимое"),
        (b'{"schema":"medcab.report/1"}', "неожиданное содержимое в месте tool"),
        (b'{"schema":"medcab.report/1","documents":5}', "$.documents"),
        (b'{"schema":"medcab.report/9"}', "от другой версии"),
        (b'{"schema":5}', "от другой версии"),
    ],
)
def test_why_a_file_is_no_stored_report(data, said):
    from medcab.errors import InputError
    from medcab.formats.convert import load

    with pytest.raises(InputError) as caught:
        load(data, "b.json")
    text = RU(caught.value.template, **caught.value.arguments)
    assert said in text
    assert "{" not in text
