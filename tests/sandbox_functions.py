"""What the tests of the sandbox call in workers."""

import os
import threading
import time

from medcab.errors import InputError


def child_pid():
    return os.getpid()


def sys_has(module):
    import sys

    return module in sys.modules


def sleep_forever():
    time.sleep(3600)


def take_memory(size):
    block = bytearray(size)
    block[::4096] = b"x" * len(block[::4096])
    time.sleep(5)
    return len(block)


def crash_hard():
    os.abort()


def big_answer(size):
    return b"x" * size


def unpicklable():
    return threading.Lock()


class _NeedsTwo(Exception):
    def __init__(self, one, two):
        super().__init__(one)


def raise_unpicklable():
    raise _NeedsTwo(1, 2)


def raise_input_error(path):
    raise InputError("The file {path} is broken.", path=path)


def print_and_return(text):
    print(text)
    os.write(1, text.encode())
    return len(text)


def say(frame):
    """Write ``frame`` where the answers go, as a broken or captured worker could."""
    import stat

    for descriptor in range(3, 64):
        try:
            if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
                os.write(descriptor, len(frame).to_bytes(8, "big") + frame)
        except OSError:
            continue
    time.sleep(3600)


class _Foreign(Exception):
    pass


def raise_foreign():
    raise _Foreign("of a library")


def raise_foreign_os_error():
    raise __import__("shutil").SameFileError("x")
