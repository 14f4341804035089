"""The command line as a function, for tests that lay out a folder of their own."""

from __future__ import annotations

import sys

import pytest


@pytest.fixture
def medcab(place, capfd, monkeypatch):
    """Run the command line in the folder ``place``: (exit code, stdout, stderr)."""
    from medcab.__main__ import main

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.chdir(place)
        capfd.readouterr()
        monkeypatch.setattr(sys, "argv", ["medcab", "--lang", "en", *arguments])
        try:
            code = main()
        except SystemExit as left:
            code = left.code
        out, err = capfd.readouterr()
        return int(code or 0), out, err

    return call
