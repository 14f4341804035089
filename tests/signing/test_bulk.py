"""Many files: nothing false, nothing lost, whatever happens to a worker or to the run."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime

import pki
import pytest

from medcab.bulk import verification
from medcab.bulk.journal import Journal
from medcab.bulk.verification import BulkOptions, verify_many
from medcab.model import Verdict
from medcab.signing.discovery import Task, content_for, find_tasks
from medcab.signing.policy import ValidationPolicy
from medcab.signing.sign import Signer, SignOptions


@pytest.fixture(scope="module")
def tree(authority, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tree")
    signer = Signer(
        authority.leaf("p256").signing_key(), SignOptions(force=True, signing_time=pki.NOW)
    )
    for number in range(30):
        path = folder / f"{number % 3}" / f"Диплом {number}.pdf"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"%d" % number)
        signer.sign_file(path)
    (folder / "0" / "Диплом 3.pdf").write_bytes(b"changed")
    (folder / "1" / "мусор.pdf.sig").write_bytes(b"garbage")
    (folder / "1" / "мусор.pdf").write_bytes(b"x")
    (folder / "2" / "Диплом 5.pdf").unlink()
    (folder / "2" / "без подписи.pdf").write_bytes(b"x")
    return folder


def options(authority, **more):
    return BulkOptions(authority.trust, ValidationPolicy(), pki.NOW, **more)


def expected(tree):
    return {
        str(tree / "0" / "Диплом 3.pdf.sig"): Verdict.FAILED,
        str(tree / "1" / "мусор.pdf.sig"): Verdict.FAILED,
        str(tree / "2" / "Диплом 5.pdf.sig"): Verdict.INDETERMINATE,
    }


@pytest.mark.parametrize("jobs", [0, 1, 2])
def test_every_file_gets_its_own_answer(authority, tree, jobs):
    tasks = [t for t in find_tasks([str(tree)], recursive=True) if t.kind != "unsigned"]
    found = {r.path: r.verdict for r in verify_many(tasks, options(authority), jobs=jobs)}
    assert len(found) == 31
    assert {p: v for p, v in found.items() if v is not Verdict.PASSED} == expected(tree)


def test_pairs_and_orphans(tree):
    tasks = list(find_tasks([str(tree)], recursive=True))
    assert [t.path for t in tasks if t.kind == "unsigned"] == [str(tree / "2" / "без подписи.pdf")]
    orphan = str(tree / "2" / "Диплом 5.pdf.sig")
    assert [t.path for t in tasks if t.kind == "signature" and t.content is None] == [orphan]


@pytest.mark.parametrize(
    ("signature", "document"),
    [
        ("a.pdf.sig", "a.pdf"),
        ("a.sig", "a.pdf"),
        ("A.PDF.SIG", "a.pdf"),
        ("a.pdf.p7s.pem", "a.pdf"),
        ("b.sig", None),
        ("й.pdf.sig", "й.pdf"),
    ],
)
def test_document_is_found_by_name(tmp_path, signature, document):
    from medcab.signing import discovery

    (tmp_path / "a.pdf").touch()
    (tmp_path / "й.pdf").touch()
    (tmp_path / signature).touch()
    discovery._names.cache_clear()
    assert content_for(str(tmp_path / signature)) == (
        str(tmp_path / document) if document else None
    )


def test_a_document_leads_to_its_signature(tree):
    document = tree / "0" / "Диплом 0.pdf"
    (task,) = find_tasks([str(document)])
    assert (task.path, task.content) == (f"{document}.sig", str(document))


def test_two_candidates_are_no_answer(tmp_path):
    from medcab.signing import discovery

    for name in ("a.pdf", "a.docx", "a.sig"):
        (tmp_path / name).touch()
    discovery._names.cache_clear()
    assert content_for(str(tmp_path / "a.sig")) is None


def test_journal_goes_on_where_a_killed_run_stopped(authority, tree, tmp_path):
    tasks = [t for t in find_tasks([str(tree)], recursive=True) if t.kind != "unsigned"]
    path = tmp_path / "journal"
    chosen = options(authority)
    whole = {r.path: (r.verdict, r.line) for r in verify_many(tasks, chosen, jobs=0)}
    with Journal(path, chosen.fingerprint) as journal:
        run = verify_many(tasks, chosen, jobs=0, journal=journal)
        for _ in range(12):
            next(run)
        run.close()
    with path.open("ab") as stream:  # the crash tore the last line
        stream.write(b'{"key": "torn')
    with Journal(path, chosen.fingerprint) as journal:
        results = list(verify_many(tasks, chosen, jobs=0, journal=journal))
    assert sum(r.resumed for r in results) == 12
    assert {r.path: (r.verdict, r.line) for r in results} == whole
    with Journal(path, chosen.fingerprint) as journal:
        assert all(r.resumed for r in verify_many(tasks, chosen, jobs=0, journal=journal))


def test_journal_does_not_answer_for_changed_files_or_other_options(authority, tree, tmp_path):
    task = next(t for t in find_tasks([str(tree)], recursive=True) if t.kind == "signature")
    path = tmp_path / "journal"
    strict, lenient = (
        options(authority),
        BulkOptions(authority.trust, ValidationPolicy(lenient=True), pki.NOW),
    )
    with Journal(path, strict.fingerprint) as journal:
        assert not next(verify_many([task], strict, jobs=0, journal=journal)).resumed
    with Journal(path, lenient.fingerprint) as journal:
        assert not next(verify_many([task], lenient, jobs=0, journal=journal)).resumed
    os.utime(task.content, ns=(1, 1))
    with Journal(path, strict.fingerprint) as journal:
        assert not next(verify_many([task], strict, jobs=0, journal=journal)).resumed


def slow_or_dying(pickled, tasks):
    """Stands in for ``verify_shard`` in workers: some names never come back."""
    for path, _ in tasks:
        if "sleep" in path:
            time.sleep(60)
        if "die" in path:
            os._exit(9)
    return _honest(pickled, tasks)


_honest = verification.verify_shard


def test_a_file_that_kills_or_stops_its_worker_costs_one_answer(authority, tree, monkeypatch):
    monkeypatch.setattr(verification, "verify_shard", slow_or_dying)
    good = [t for t in find_tasks([str(tree / "1")], recursive=True) if t.kind == "signature"][:6]
    bad = [Task("/nowhere/sleep.sig"), Task("/nowhere/die.sig")]
    results = list(
        verify_many([*good[:3], *bad, *good[3:]], options(authority, seconds=2.0), jobs=2)
    )
    verdicts = {r.path: r.verdict for r in results}
    assert len(results) == 8
    assert verdicts["/nowhere/sleep.sig"] is verdicts["/nowhere/die.sig"] is Verdict.INDETERMINATE
    assert all(verdicts[t.path] in (Verdict.PASSED, Verdict.FAILED) for t in good)
    told = {r.path: r.reasons for r in results}
    assert "2 s" in told["/nowhere/sleep.sig"][0]
    assert "ended" in told["/nowhere/die.sig"][0]


def test_unreadable_signature_is_open(authority, tmp_path):
    (result,) = verify_many([Task(str(tmp_path / "none.sig"))], options(authority), jobs=0)
    assert result.verdict is Verdict.INDETERMINATE
    assert json.loads(result.line)["checks"][0]["id"] == "file-readable"
    (result,) = verify_many([Task(str(tmp_path))], options(authority), jobs=0)  # a folder
    assert result.verdict is Verdict.INDETERMINATE


def command(*arguments):
    import typer
    from typer.testing import CliRunner

    from medcab.commands.verify import command as verify

    app = typer.Typer()
    app.command()(verify)
    return CliRunner().invoke(app, [str(a) for a in arguments])


@pytest.fixture(scope="module")
def anchor(authority, tmp_path_factory):
    path = tmp_path_factory.mktemp("anchor") / "root.pem"
    path.write_bytes(authority.root.pem)
    return path


AT = ["--at", "2026-11-21T12:00:00Z"]


def test_command_streams_jsonl(tree, anchor):
    result = command("-r", tree, "--trust", anchor, *AT, "--format", "jsonl", "-j", 0)
    lines = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
    assert result.exit_code == 1
    assert len(lines) == 31
    assert {line["schema"] for line in lines} == {"medcab.signature/1"}


@pytest.mark.parametrize(
    ("name", "code"),
    [("0/Диплом 0.pdf.sig", 0), ("0/Диплом 3.pdf.sig", 1), ("2/Диплом 5.pdf.sig", 3)],
)
def test_exit_codes(tree, anchor, name, code):
    result = command(tree / name, "--trust", anchor, *AT, "-j", 0)
    assert result.exit_code == code, result.output
    assert result.stdout.strip()


def test_json_of_one_and_of_many(tree, anchor):
    one = json.loads(
        command(tree / "0/Диплом 0.pdf.sig", "--trust", anchor, *AT, "-f", "json", "-j", 0).stdout
    )
    assert (one["schema"], one["verdict"]) == ("medcab.signature/1", "passed")
    many = json.loads(
        command("-r", tree, "--trust", anchor, *AT, "-f", "json", "-j", 0, "-q").stdout
    )
    assert many["schema"] == "medcab.signatures/1"
    assert many["counts"] == {"passed": 28, "failed": 2, "indeterminate": 1}
    assert len(many["unsigned"]) == 1


def test_without_trust_nothing_passes(tree, tmp_path, monkeypatch):
    monkeypatch.setenv("MEDCAB_TRUST_STORE", str(tmp_path))
    result = command(tree / "0/Диплом 0.pdf.sig", *AT, "-j", 0)
    assert result.exit_code == 3


def test_folder_needs_r(tree, anchor):
    result = command(tree, "--trust", anchor)
    assert result.exit_code != 0
    assert "folder" in str(result.exception)


def test_interrupted_run_says_so(tree, anchor, monkeypatch):
    from medcab.commands import verify

    real = verify._results

    def stopped(*args):
        for number, result in enumerate(real(*args)):
            if number == 5:
                raise KeyboardInterrupt
            yield result

    monkeypatch.setattr(verify, "_results", stopped)
    result = command("-r", tree, "--trust", anchor, *AT, "-f", "json", "-j", 0)
    assert result.exit_code == 130
    made = json.loads(result.stdout[result.stdout.index("{") :].rsplit("}", 1)[0] + "}")
    assert (made["complete"], len(made["files"])) == (False, 5)


def test_command_signs_and_verifies(authority, anchor, tmp_path):
    import typer
    from typer.testing import CliRunner

    from medcab.commands.sign import command as sign

    leaf = authority.leaf("rsa")
    key, cert, document = tmp_path / "k.pem", tmp_path / "c.pem", tmp_path / "d.txt"
    key.write_bytes(leaf.key_pem)
    cert.write_bytes(leaf.pem + authority.intermediate.pem)
    document.write_bytes(b"document")
    app = typer.Typer()
    app.command()(sign)

    def run(*arguments):
        base = [str(document), "--key", str(key), "--cert", str(cert), "--force"]
        return CliRunner().invoke(app, [*base, *map(str, arguments)])

    for arguments in (("--encoding", "pem"), ("--add",), ("--counter", 0)):
        assert run(*arguments).exit_code == 0, arguments
    assert run().exit_code != 0  # it is there already
    made = tmp_path / "d.txt.sig"
    assert made.read_bytes().startswith(b"-----BEGIN CMS-----")
    now = datetime.now(UTC).isoformat()
    result = command(made, "--trust", anchor, "--at", now, "-f", "json", "-j", 0)
    answer = json.loads(result.stdout)
    assert answer["verdict"] == "passed"
    assert len(answer["signatures"]) == 2
    assert len(answer["signatures"][0]["counter_signatures"]) == 1


@pytest.mark.slow
def test_killed_run_goes_on(authority, tree, anchor, tmp_path):
    """kill -9 in the middle: the next run answers for every file, and as if nothing had been."""
    import subprocess
    import sys

    folder = tmp_path / "many"
    folder.mkdir()
    data, signature = (
        (tree / "0/Диплом 0.pdf").read_bytes(),
        (tree / "0/Диплом 0.pdf.sig").read_bytes(),
    )
    for number in range(1500):
        (folder / f"{number}.pdf").write_bytes(data)
        (folder / f"{number}.pdf.sig").write_bytes(signature)
    journal = tmp_path / "journal"
    code = (
        "import typer; from medcab.commands.verify import command\n"
        "app = typer.Typer(); app.command()(command); app()"
    )
    arguments = [
        "-r",
        str(folder),
        "--trust",
        str(anchor),
        "--journal",
        str(journal),
        "-f",
        "jsonl",
        "-j",
        "0",
    ]
    run = subprocess.Popen([sys.executable, "-c", code, *arguments, *AT], stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and (
            not journal.exists() or journal.stat().st_size < 100_000
        ):
            time.sleep(0.01)
    finally:
        run.kill()
        run.wait()
    before = journal.read_bytes().count(b"\n")
    assert before > 0
    result = command(*arguments, *AT)
    lines = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
    assert result.exit_code == 0
    assert len({line["path"] for line in lines}) == len(lines) == 1500
    assert {line["verdict"] for line in lines} == {"passed"}


def test_an_answer_is_about_the_file_that_was_read(tmp_path):
    """Exchanged while it is verified, or exchanged with its size and time kept: judged anew."""
    path = tmp_path / "a.sig"
    path.write_bytes(b"genuine")
    task = Task(str(path))
    with Journal(tmp_path / "j", "key") as journal:
        _, rest = journal.split(iter([task]))
        assert list(rest) == [task]
        path.write_bytes(b"another one")  # after the verifier read it
        journal.add(task.path, None, "passed", b"{}")
    with Journal(tmp_path / "j", "key") as journal:
        known, rest = journal.split(iter([task]))
        assert (known, list(rest)) == ([], [task])
        journal.add(task.path, None, "passed", b"{}")
    with Journal(tmp_path / "j", "key") as journal:
        assert len(journal.split(iter([task]))[0]) == 1
    kept = path.stat()
    path.write_bytes(b"forged :-(.")
    os.utime(path, ns=(kept.st_atime_ns, kept.st_mtime_ns))
    assert path.stat().st_size == kept.st_size
    with Journal(tmp_path / "j", "key") as journal:
        assert os.name == "nt" or journal.split(iter([task]))[0] == []
