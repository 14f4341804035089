"""Every writer, whole, against a stored result that was read by a person."""

import pytest

from medcab.formats import Options, names, render

MACHINE = ("json", "jsonl", "csv", "sarif", "junit", "github", "gitlab")


@pytest.mark.parametrize("name", MACHINE)
def test_machine_formats(report, ru, snapshot, name):
    data = render(report, name, ru)
    assert isinstance(data, bytes)
    data.decode("utf-8")
    snapshot(f"{name}.txt", data)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("text", Options()),
        ("text-verbose", Options(verbose=True)),
        ("text-quiet", Options(quiet=True)),
        ("text-60", Options(width=60)),
        ("text-120", Options(width=120)),
        ("text-color", Options(color=True)),
        ("text-ascii", Options(unicode=False)),
    ],
)
def test_text(report, ru, snapshot, name, options):
    snapshot(f"{name}.txt", render(report, "text", ru, options))


def test_text_in_english(report, en, snapshot):
    snapshot("text-en.txt", render(report, "text", en))


def test_text_of_a_good_package(good, ru, snapshot):
    snapshot("text-good.txt", render(good, "text", ru, Options(verbose=True)))


def test_the_snapshots_cover_every_text_format():
    assert set(names()) - {"html", "pdf", "xlsx"} == {"text", *MACHINE}
