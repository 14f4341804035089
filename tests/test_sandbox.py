"""Workers that may be killed."""

from __future__ import annotations

import math
import operator
import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from medcab.errors import InputError
from medcab.sandbox import Call, Died, Done, Limits, OutOfMemory, Raised, Sandbox, TimedOut
from tests.sandbox_functions import (
    big_answer,
    child_pid,
    crash_hard,
    print_and_return,
    raise_foreign,
    raise_foreign_os_error,
    raise_input_error,
    raise_unpicklable,
    say,
    sleep_forever,
    sys_has,
    take_memory,
    unpicklable,
)

LINUX = sys.platform == "linux"


@pytest.fixture
def sandbox():
    with Sandbox(1, Limits(seconds=1.0, memory=1 << 30, result=1 << 20)) as made:
        yield made


def test_returns_what_the_function_returns(sandbox):
    assert sandbox.run(math.sqrt, (16.0,)) == Done(4.0)


def test_workers_are_reused(sandbox):
    first, second = sandbox.run(child_pid), sandbox.run(child_pid)
    assert first == second
    assert first.value != os.getpid()


def test_error_comes_back_with_its_class_and_arguments(sandbox):
    outcome = sandbox.run(raise_input_error, ("паспорт.pdf",))
    assert isinstance(outcome, Raised)
    assert isinstance(outcome.error, InputError)
    assert outcome.error.arguments == {"path": "паспорт.pdf"}
    assert "raise_input_error" in outcome.trace


@pytest.mark.parametrize("function", [unpicklable, raise_unpicklable])
def test_what_cannot_be_pickled_is_told_and_the_worker_lives(sandbox, function):
    before = sandbox.run(child_pid)
    outcome = sandbox.run(function)
    assert isinstance(outcome, Raised)
    assert sandbox.run(child_pid) == before


def test_time_limit_ends_the_call_and_replaces_the_worker(sandbox):
    before = sandbox.run(child_pid)
    started = time.monotonic()
    assert sandbox.run(sleep_forever) == TimedOut(1.0)
    assert time.monotonic() - started < 4
    after = sandbox.run(child_pid)
    assert isinstance(after, Done)
    assert after != before


@pytest.mark.skipif(not LINUX, reason="the kernel bounds memory on Linux only")
def test_memory_limit(sandbox):
    assert sandbox.run(take_memory, (2 << 30,)) == OutOfMemory(1 << 30)
    assert sandbox.run(math.sqrt, (4.0,)) == Done(2.0)


def test_memory_is_watched_where_the_kernel_does_not(monkeypatch):
    monkeypatch.setattr("medcab._child._KERNEL_BOUNDS_MEMORY", False)
    limits = Limits(seconds=20, memory=100 << 20)
    # The worker itself still has the kernel's limit on Linux: give it none by asking for more.
    with Sandbox(1, Limits(seconds=20, memory=8 << 30)) as made:
        made.run(child_pid)
        made.limits = limits
        assert made.run(take_memory, (400 << 20,)) == OutOfMemory(100 << 20)


def test_death_is_told_and_survived(sandbox):
    assert sandbox.run(os._exit, (7,)) == Died(7)
    outcome = sandbox.run(crash_hard)
    assert isinstance(outcome, Died)
    assert outcome.code not in (0, None)
    assert sandbox.run(operator.add, (1, 2)) == Done(3)


def test_answer_that_is_too_large(sandbox):
    outcome = sandbox.run(big_answer, (2 << 20,))
    assert isinstance(outcome, Raised)
    assert isinstance(outcome.error, OverflowError)


def test_printing_does_not_break_the_conversation(sandbox):
    assert sandbox.run(print_and_return, ("x" * 100_000,)) == Done(100_000)


@pytest.mark.parametrize("jobs", [0, 1, 3])
def test_imap_answers_everything(jobs):
    with Sandbox(jobs, Limits(seconds=5)) as made:
        answers = dict(made.imap(math.sqrt, ((float(n),) for n in range(-1, 20))))
    assert sorted(answers) == list(range(21))
    assert isinstance(answers[0], Raised)
    assert all(answers[n] == Done(math.sqrt(n - 1)) for n in range(1, 21))


def test_imap_goes_on_after_a_death():
    with Sandbox(2, Limits(seconds=5)) as made:
        answers = dict(made.imap(os._exit, [(3,)] * 4))
    assert list(answers.values()) == [Died(3)] * 4


def test_imap_reads_no_further_than_needed():
    taken = []

    def tasks():
        for n in range(1000):
            taken.append(n)
            yield (float(n),)

    with Sandbox(2, Limits(seconds=5)) as made:
        answers = made.imap(math.sqrt, tasks())
        next(answers)
        answers.close()
    assert len(taken) <= 4


def test_closing_early_does_not_wait_for_the_slow():
    started = time.monotonic()
    with Sandbox(2, Limits(seconds=60)) as made:
        answers = made.imap(time.sleep, [(0,), (30,), (30,), (30,)])
        next(answers)
        answers.close()
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("jobs", [0, 1, 2])
def test_work_may_bring_forth_work(jobs):
    """Halving until one is left: what to do next is known only from the answers."""
    waiting, seen = [64.0], []

    def ask():
        return Call(waiting[0], operator.truediv, (waiting.pop(0), 2)) if waiting else None

    with Sandbox(jobs, Limits(seconds=5)) as made:
        for answer in made.serve(ask):
            seen.append(answer.call.key)
            assert answer.seconds < 5
            if answer.outcome.value >= 1:
                waiting.append(answer.outcome.value)
    assert seen == [64, 32, 16, 8, 4, 2, 1]


def test_each_call_has_its_own_limit_and_takes_none_from_the_others():
    waiting = [
        Call("slow", time.sleep, (30,), Limits(seconds=0.3)),
        Call("quick", operator.add, (1, 2), Limits(seconds=20)),
        Call("small", big_answer, (4096,), Limits(seconds=20, result=100)),
    ]
    with Sandbox(2, Limits(seconds=20)) as made:
        found = {a.call.key: a for a in made.serve(lambda: waiting.pop(0) if waiting else None)}
    assert found["slow"].outcome == TimedOut(0.3)
    assert 0.3 <= found["slow"].seconds < 5
    assert found["quick"].outcome == Done(3)
    assert isinstance(found["small"].outcome, Raised)


def test_warmed_workers_are_those_that_work():
    with Sandbox(2, Limits(seconds=20)) as made:
        made.warm(["medcab.validators.signatures_table"])
        warmed = {worker.process.pid for worker in made._idle}
        made.warm()  # enough of them are there
        made.warm(most=1)
        assert len(made._idle) == len(warmed) == 2
        assert made.run(child_pid).value in warmed
        loaded = made.run(sys_has, ("medcab.validators.signatures_table",))
        assert loaded == Done(True)


def test_a_warmed_worker_that_cannot_import_is_a_death_and_not_an_error():
    with Sandbox(1, Limits(seconds=20)) as made:
        made.warm(["no_such_module_anywhere"])
        assert isinstance(made.run(child_pid), Died)
        assert isinstance(made.run(child_pid), Done)


def test_an_exception_in_the_block_kills_the_workers():
    with pytest.raises(ZeroDivisionError), Sandbox(1, Limits(seconds=60)) as made:
        pid = made.run(child_pid).value
        raise ZeroDivisionError
    import psutil

    assert not psutil.pid_exists(pid)


def test_in_process_runs_here():
    with Sandbox(0) as made:
        assert made.run(os.getpid) == Done(os.getpid())
        assert isinstance(made.run(math.sqrt, (-1.0,)), Raised)


@pytest.mark.parametrize("function", [lambda: 1, test_workers_are_reused.__call__])
def test_what_cannot_be_imported_is_refused(sandbox, function):
    with pytest.raises((ValueError, AttributeError)):
        sandbox.run(function)


SCRIPT = """
import math
from medcab.sandbox import Limits, Sandbox
print("main runs")
with Sandbox(1, Limits(seconds=10)) as sandbox:
    print(sandbox.run(math.sqrt, (9.0,)).value)
"""


@pytest.mark.parametrize("way", ["-c", "stdin", "file"])
def test_main_module_needs_no_guard(way, tmp_path):
    command, given = [sys.executable, "-c", SCRIPT], None
    if way == "stdin":
        command, given = [sys.executable, "-"], SCRIPT
    elif way == "file":
        script = tmp_path / "no_guard.py"
        script.write_text(SCRIPT, encoding="utf-8")
        command = [sys.executable, str(script)]
    done = subprocess.run(
        command, input=given, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split("\n")[:2] == ["main runs", "3.0"]


def test_a_file_beside_the_documents_is_not_run(tmp_path):
    marker = tmp_path / "ran"
    (tmp_path / "pickle.py").write_text(f"open({str(marker)!r}, 'w')", encoding="utf-8")
    root = str(Path(__file__).resolve().parent.parent)
    code = (
        "import sys; sys.path[:] = [p for p in sys.path if p]; "
        f"sys.path.append({root!r})\n" + SCRIPT
    )
    subprocess.run([sys.executable, "-P", "-c", code], cwd=tmp_path, timeout=60, check=True)
    assert not marker.exists()


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT")
def test_ctrl_c_leaves_nothing_behind(tmp_path):
    script = tmp_path / "waits.py"
    script.write_text(
        "import sys\n"
        "from medcab.sandbox import Limits, Sandbox\n"
        "from tests.sandbox_functions import child_pid, sleep_forever\n"
        "with Sandbox(2, Limits(seconds=60)) as sandbox:\n"
        "    print(sandbox.run(child_pid).value, flush=True)\n"
        "    for _ in sandbox.imap(sleep_forever, [()] * 3):\n"
        "        pass\n",
        encoding="utf-8",
    )
    root = str(Path(__file__).resolve().parent.parent)
    process = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": root},
        start_new_session=True,
    )
    assert process.stdout is not None
    pid = int(process.stdout.readline())
    time.sleep(0.3)
    os.killpg(process.pid, signal.SIGINT)
    process.wait(timeout=15)
    process.stdout.close()
    assert process.returncode != 0
    import psutil

    for _ in range(50):
        if not psutil.pid_exists(pid):
            break
        time.sleep(0.1)
    assert not psutil.pid_exists(pid)


@pytest.mark.skipif(os.name != "posix", reason="sends SIGKILL")
@pytest.mark.slow
def test_a_worker_ends_when_its_parent_was_killed(tmp_path):
    script = tmp_path / "killed.py"
    script.write_text(
        "from medcab.sandbox import Limits, Sandbox\n"
        "from tests.sandbox_functions import child_pid, sleep_forever\n"
        "sandbox = Sandbox(1, Limits(seconds=1))\n"
        "print(sandbox.run(child_pid).value, flush=True)\n"
        "sandbox.run(sleep_forever)\n",
        encoding="utf-8",
    )
    root = str(Path(__file__).resolve().parent.parent)
    process = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": root},
    )
    assert process.stdout is not None
    pid = int(process.stdout.readline())
    process.kill()
    process.wait()
    process.stdout.close()
    import psutil

    for _ in range(100):
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return
        time.sleep(0.1)
    pytest.fail("the worker is still there")


class _Call:
    """Pickles to a call of ``function``."""

    def __init__(self, function, *args):
        self.call = (function, args)

    def __reduce__(self):
        return self.call


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="looks for pipes")
@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"no pickle",
        b"cno_such_module\nthing\n.",
        b"cmedcab.sandbox\nno_such_thing\n.",
        b"c\n.",
        b"I5\n.",
        pickle.dumps("passed"),
        pickle.dumps(Done),
        pickle.dumps({"value": 1}),
        b"\x80\x05" + b"]" * 200_000,
    ],
)
def test_an_answer_that_is_none_is_a_death(sandbox, frame):
    assert isinstance(sandbox.run(say, (frame,)), Died)
    assert sandbox.run(math.sqrt, (4.0,)) == Done(2.0)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="looks for pipes")
def test_a_captured_worker_cannot_make_the_parent_run_anything(sandbox, tmp_path):
    from medcab.files import write_whole

    target = tmp_path / "made"
    for call in (
        _Call(os.mkdir, str(target)),
        _Call(write_whole, target, b"x"),
        _Call(eval, f"__import__('os').mkdir({str(target)!r})"),
        _Call(subprocess.Popen, ["mkdir", str(target)]),
    ):
        assert isinstance(sandbox.run(say, (pickle.dumps(Done(call)),)), Died)
        assert not target.exists()


def test_errors_of_libraries_come_back_as_what_they_say(sandbox):
    outcome = sandbox.run(raise_foreign)
    assert isinstance(outcome, Raised)
    assert str(outcome.error) == "_Foreign: of a library"
    assert isinstance(sandbox.run(raise_foreign_os_error).error, OSError)
