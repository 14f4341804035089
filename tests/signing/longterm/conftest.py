"""The small world of :mod:`world` as fixtures."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from world import NOW, World, pki_server


@pytest.fixture(scope="module")
def server():
    with pki_server.Server() as running:
        yield running


@pytest.fixture
def world(shared_world):
    shared_world.server.clock = NOW
    shared_world.server.failing = 0
    for tsa in shared_world.server.tsas.values():
        tsa.fault = ""
    for authority in shared_world.server.authorities.values():
        authority.revoked.clear()
    return shared_world


@pytest.fixture(scope="module")
def shared_world(server):
    return World(server)
