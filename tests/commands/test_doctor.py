"""``medcab doctor``: what it shows, as text and as JSON, in health and in illness."""

from __future__ import annotations

import json

import pytest
import typer

from medcab.commands import doctor
from medcab.errors import UsageError
from medcab.signing.gost import streebog


def test_json_names_the_backend(capsys):
    doctor.command("json")
    shown = json.loads(capsys.readouterr().out)
    assert shown["schema"] == "medcab.doctor/1"
    assert shown["streebog"]["active"] == streebog.active().name
    assert [b["name"] for b in shown["streebog"]["backends"]] == ["c", "libgcrypt", "python"]
    assert shown["libraries"]["asn1crypto"]
    assert {e["extra"] for e in shown["extras"]} >= {"fast", "pkcs11", "keyring"}


def test_text_says_what_is_in_use(capsys):
    doctor.command("text")
    assert f"Streebog: {streebog.active().name}" in capsys.readouterr().out.replace(
        "Стрибог", "Streebog"
    )


def test_a_missing_library_fails(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "_required", lambda: ["no-such-package"])
    with pytest.raises(typer.Exit) as caught:
        doctor.command("text")
    assert caught.value.exit_code == 1
    assert "no-such-package" in capsys.readouterr().out


def test_without_a_native_backend_it_says_what_that_means(monkeypatch, capsys):
    slow = streebog.Backend("python", "", False, True)
    absent = streebog.Backend("c", "", True, False, "No module named '_streebog'")
    monkeypatch.setattr(streebog, "active", lambda: slow)
    monkeypatch.setattr(streebog, "backends", lambda: (absent, slow))
    doctor.command("text")
    shown = capsys.readouterr().out
    assert "_streebog" in shown
    assert "1" in shown


def test_an_unknown_format_is_a_usage_error():
    with pytest.raises(UsageError):
        doctor.command("yaml")


@pytest.mark.parametrize(("native", "size", "warned"), [
    (False, 1 << 30, True), (False, 1 << 20, False), (True, 1 << 30, False),
])  # fmt: skip
def test_verify_warns_of_large_documents_only_where_hashing_is_slow(
    monkeypatch, capsys, native, size, warned
):
    from medcab.commands import verify
    from medcab.signing.discovery import Task

    backend = streebog.Backend("c" if native else "python", "", native, True)
    monkeypatch.setattr(streebog, "active", lambda: backend)
    verify._warn_if_slow([Task("x.sig", "x", size=size), Task("y.sig", "y", size=1)])
    assert ("1 M" in capsys.readouterr().err.replace("1 М", "1 M")) is warned
    verify._warn_if_slow([])
