"""The pages say what the program does: commands exist, examples run, links lead somewhere."""

import itertools
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
import typer

from medcab.commands import _console
from medcab.commands._table import COMMANDS, _load

ROOT = Path(__file__).resolve().parent.parent
SKIPPED = {".venv", "build", "node_modules", ".pytest_cache"}
PAGES = sorted(
    path for path in ROOT.rglob("*.md") if not SKIPPED & set(path.relative_to(ROOT).parts)
)
FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"(?<!`)`(medcab [^`]+)`(?!`)")
LINK = re.compile(r"\]\(<?([^)>\s]+)>?\)")
ENDS = {"|", ">", "2>", ">>", "&&", "||", ";", "…", "..."}


def shown_commands(text: str) -> Iterator[str]:
    """Yield the command lines of a page, without the prompt."""
    for language, body in FENCE.findall(text):
        if language in ("python", "toml", "yaml", "json", "xml"):
            continue
        joined = re.sub(r"[ \t]*[\\^]\n\s*", " ", body)
        for line in joined.splitlines():
            found = re.match(r"^\s*(?:[$>]\s+)?(?:[A-Z_]+=\S+\s+)?(medcab(?:\.exe)? .*)", line)
            if found:
                yield found[1]
    prose = FENCE.sub("", text)
    for found in INLINE.findall(prose):
        yield " ".join(found.split())


def words(line: str) -> list[str]:
    """Return the arguments of the first command in ``line``."""
    lexer = shlex.shlex(line.replace("\\", "/"), posix=True, punctuation_chars="|>;&")
    lexer.whitespace_split = True
    lexer.commenters = "#"
    return list(itertools.takewhile(lambda word: word not in ENDS, lexer))[1:]


def complaint(arguments: list[str]) -> str | None:
    """Return what is wrong with the arguments of medcab, as far as it can be told unrun."""
    rest = _without_common(arguments)
    if not rest or rest[0] in ("--help", "--version", "-V"):
        return None
    if rest[0] not in COMMANDS:
        return f"no command {rest[0]}"
    command, given = _load(rest[0]), rest[1:]
    if hasattr(command, "commands"):
        if not given or given[0] == "--help":
            return None
        if given[0] not in command.commands:
            return f"no command {rest[0]} {given[0]}"
        command, given = command.commands[given[0]], given[1:]
    context = typer.Context(command, info_name=rest[0])
    try:
        command.make_parser(context).parse_args(given)
    except Exception as error:
        return str(error) or type(error).__name__
    return None


def _without_common(arguments: list[str]) -> list[str]:
    rest: list[str] = []
    iterator = iter(arguments)
    for word in iterator:
        if word in ("--lang", "--config"):
            next(iterator, None)
        elif word != "--isolated" and not word.startswith(("--lang=", "--config=")):
            rest.append(word)
    return rest


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_command_that_is_shown_exists(page):
    wrong = [
        f"{line}: {why}"
        for line in shown_commands(page.read_text("utf-8"))
        if (why := complaint(words(line)))
    ]
    assert not wrong, "\n".join(wrong)


def test_the_check_of_commands_sees_what_is_wrong():
    text = "```sh\n$ medcab check x --no-such\nmedcab nothing\n```\n`medcab cert fly a.cer`"
    complaints = [complaint(words(line)) for line in shown_commands(text)]
    assert len(complaints) == 3
    assert all(complaints)
    assert complaint(words("medcab check x -p scan --output json:a.json > a.txt")) is None


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_relative_links_lead_somewhere(page):
    targets = LINK.findall(FENCE.sub("", page.read_text("utf-8")))
    local = [t for t in targets if "://" not in t and not t.startswith(("#", "mailto:"))]
    missing = [t for t in local if not (page.parent / unquote(t).partition("#")[0]).exists()]
    assert not missing


@pytest.fixture
def samples(tmp_path, monkeypatch):
    """The folder in which the examples run: packages and keys under the names they use."""
    for name, source in (
        ("package", "broken-egisz-organization"),
        ("good", "good-egisz-organization"),
        ("keys", "keys"),
    ):
        shutil.copytree(ROOT / "samples" / source, tmp_path / name)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("page", ["README.md", "docs/library.md"])
@pytest.mark.usefixtures("samples")
def test_examples_run(page):
    blocks = [
        body for kind, body in FENCE.findall((ROOT / page).read_text("utf-8")) if kind == "python"
    ]
    assert blocks
    exec(compile("\n".join(blocks), page, "exec"), {"__name__": page})


def test_the_index_names_every_page():
    index = (ROOT / "docs" / "README.md").read_text("utf-8")
    pages = [p.name for p in (ROOT / "docs").glob("*.md") if p.name != "README.md"]
    folders = [p.name for p in (ROOT / "docs").iterdir() if p.is_dir() and any(p.rglob("*.md"))]
    assert [n for n in pages if f"({n})" not in index] == []
    assert [n for n in folders if f"({n}/" not in index] == []


GUIDE_RUNS = {
    "medcab profile list": ["profile", "list"],
    'medcab check "Соловьёва"': ["check", "package", "-p", "egisz-employee"],
    'medcab check "Соловьёва готово"': ["check", "good", "-p", "egisz-employee"],
    "medcab explain DPI001": ["explain", "DPI001"],
    'medcab id snils "112-233-454 95"': ["id", "snils", "112-233-454 95"],
    'medcab due "Ольшанская" ivanova.cer': ["due", "periodic"],
}


@pytest.mark.parametrize("shown", GUIDE_RUNS)
def test_the_guide_shows_what_the_program_says(shown, tmp_path):
    guide = (ROOT / "docs" / "guide.md").read_text("utf-8")
    block = guide.partition(f"$ {shown}\n")[2].partition("```")[0].partition("\n$ ")[0]
    for name, source in (
        ("package", "broken-egisz-employee"),
        ("good", "good-egisz-employee"),
        ("periodic", "good-accreditation-periodic"),
    ):
        shutil.copytree(ROOT / "samples" / source, tmp_path / name)
    arguments = GUIDE_RUNS[shown]
    moment = ["--at", "2026-11-23"] if arguments[0] in ("check", "due") else []
    done = subprocess.run(
        [sys.executable, "-m", "medcab", *arguments, *moment],
        cwd=tmp_path,
        env={**os.environ, "MEDCAB_LANG": "ru", "PYTHONUTF8": "1", "COLUMNS": "96"},
        check=False,
        capture_output=True,
        encoding="utf-8",
    )
    said = " ".join(done.stdout.split())
    lines = [" ".join(line.split()) for line in block.splitlines()]
    missing = [line for line in lines if line not in ("", "…") and line not in said]
    assert block.strip()
    assert not missing, done.stdout + done.stderr


@pytest.fixture(autouse=True)
def _english(monkeypatch):
    monkeypatch.setattr(_console._state, "language", "en")
