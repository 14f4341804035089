"""Seals: signature, time-stamp and chain together; whoever rewrites the journal is found out."""

import sqlite3
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from medcab.errors import InputError, MedcabError
from medcab.journal import Entry, Journal
from medcab.journal.seal import check_seals, make_seal

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
import pki_server

NOW = datetime.now(UTC).replace(microsecond=0)
YEAR = timedelta(days=365)


def entry(n):
    return Entry(
        at=NOW, user="petrova", host="kadry-1", command="check", version="0.1.0", profile="scan",
        verdict="passed", inputs=[{"name": f"{n}.pdf", "sha256": "00" * 32}],
    )  # fmt: skip


class World:
    """Root, signer and time-stampers; the server speaks on loopback."""

    def __init__(self, server):
        self.server = server
        make, span = pki_server.certify, {"start": NOW - YEAR, "end": NOW + 9 * YEAR}
        self.root = make("Корень", purpose="authority", **span)
        self.signer = make("Ведущая журнал Петрова", self.root, **span)
        self.stamp_root = make("Корень меток", purpose="authority", **span)
        stamper = make("Метки", self.stamp_root, purpose="time-stamping", **span)
        server.tsas["good"] = pki_server.Tsa(stamper, [self.stamp_root])
        server.tsas["wrong"] = pki_server.Tsa(stamper, [self.stamp_root], fault="imprint")
        other = make("Не для меток", self.stamp_root, **span)
        server.tsas["unfit"] = pki_server.Tsa(other, [self.stamp_root])

    @property
    def key(self):
        from asn1crypto import x509

        from medcab.signing.keys import SoftwareKey

        return SoftwareKey(self.signer.key, x509.Certificate.load(self.signer.der), [])

    def url(self, name="good"):
        return f"{self.server.address}/tsa/{name}"

    def tsa(self, name="good"):
        from medcab.signing.longterm.tsa import TsaClient

        return TsaClient([self.url(name)], retries=0)

    def verifier(self, *roots):
        from asn1crypto import x509

        from medcab.signing.trust import TrustStore
        from medcab.signing.verify import Verifier

        anchors = [x509.Certificate.load(root.der) for root in roots]
        return Verifier(TrustStore.from_certificates(anchors))


@pytest.fixture(scope="module")
def world():
    with pki_server.Server() as server:
        yield World(server)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "j.db"
    with Journal(path) as journal:
        for n in range(5):
            journal.append(entry(n))
    return path


def seal_of(path, world, tsa=None):
    with Journal(path, create=False) as journal:
        return make_seal(journal, world.key, tsa)


def checked(path, *roots, world, files=()):
    with Journal(path, create=False) as journal:
        return check_seals(journal, [str(f) for f in files], world.verifier(*roots))


def test_a_seal_without_a_time_stamp_claims_its_moment(path, world):
    number, _ = seal_of(path, world)
    assert number == 5
    (one,) = checked(path, world.root, world=world).seals
    assert (one.number, one.verdict, one.level) == (5, "passed", "CAdES-B-B")
    assert one.signer == "Ведущая журнал Петрова"
    assert one.proved_at is None
    assert abs(one.claimed_at - datetime.now(UTC)) < timedelta(minutes=2)
    assert one.problems == ()


def test_a_seal_with_a_time_stamp_proves_its_moment(path, world):
    seal_of(path, world, world.tsa())
    (one,) = checked(path, world.root, world.stamp_root, world=world).seals
    assert (one.verdict, one.level) == ("passed", "CAdES-B-T")
    assert abs(one.proved_at - datetime.now(UTC)) < timedelta(minutes=2)


def test_without_trust_for_the_authority_the_seal_is_undetermined_and_says_so(path, world):
    seal_of(path, world, world.tsa())
    (one,) = checked(path, world.root, world=world).seals
    assert one.verdict == "indeterminate"
    assert one.level == "CAdES-B-B"
    assert one.proved_at is None
    assert one.problems[0][0] == "The time-stamp does not count."
    assert len(one.problems) >= 2
    (one,) = checked(path, world=world).seals
    assert one.verdict == "indeterminate"


@pytest.mark.parametrize("name", ["wrong", "unfit"])
def test_a_false_time_stamp_never_passes(path, world, name):
    """A client may refuse the token at once; otherwise the seal must not pass."""
    try:
        seal_of(path, world, world.tsa(name))
    except MedcabError:
        with Journal(path, create=False) as journal:
            assert journal.seals() == []  # no half-made seal is left behind
        return
    (one,) = checked(path, world.root, world.stamp_root, world=world).seals
    assert one.verdict != "passed"


def test_a_seal_with_another_time_stamp_put_in_does_not_pass(path, world):
    """The token of another seal says nothing about this one."""
    from medcab.signing.algorithms import digest_by_name
    from medcab.signing.attributes import Oid
    from medcab.signing.cms import parse_signed_data
    from medcab.signing.longterm import building

    _, plain = seal_of(path, world)
    token = world.tsa().stamp(digest_by_name("sha256").digest(b"something else"))
    signed = parse_signed_data(plain)
    forged = building.add_stamp(signed, 0, Oid.SIGNATURE_TIME_STAMP, token.raw)
    with Journal(path) as journal:
        journal._db.execute("DELETE FROM seals")
        journal.add_seal(5, b"{}", forged)
    (one,) = checked(path, world.root, world.stamp_root, world=world).seals
    assert one.verdict != "passed"
    assert one.proved_at is None


def test_an_authority_that_is_away_leaves_the_journal_as_it_was(path, world):
    from medcab.signing.longterm.tsa import TsaClient

    away = TsaClient(["http://127.0.0.1:9/tsp"], retries=0)
    with pytest.raises(MedcabError, match=r"127\.0\.0\.1:9"):
        seal_of(path, world, away)
    with Journal(path) as journal:
        assert journal.seals() == []
        assert journal.verify().whole


def test_broken_and_empty_journals_are_not_sealed(path, tmp_path, world):
    Journal(tmp_path / "empty.db").close()
    with pytest.raises(MedcabError, match="empty"):
        seal_of(tmp_path / "empty.db", world)
    db = sqlite3.connect(path)
    db.execute("DROP TRIGGER records_are_not_changed")
    db.execute("UPDATE records SET content = x'7b7d' WHERE number = 2")
    db.commit()
    db.close()
    with pytest.raises(MedcabError, match="broken"):
        seal_of(path, world)


@pytest.mark.parametrize("stamped", [False, True])
def test_a_full_rewrite_after_the_seal_is_found(path, tmp_path, world, stamped):
    """New records, new hashes, whole chain: only what was sealed elsewhere contradicts it."""
    _, blob = seal_of(path, world, world.tsa() if stamped else None)
    kept = tmp_path / "kept.p7s"
    kept.write_bytes(blob)
    forged = tmp_path / "forged.db"
    with Journal(forged) as journal:
        for n in range(5):
            journal.append(entry(n + (n == 2)))  # one record says something else
        assert journal.verify().whole
    result = checked(forged, world.root, world.stamp_root, world=world, files=[kept])
    assert [(p.kind, p.number) for p in result.problems] == [("seal", 5)]
    # The seal moved into the forged file gives it away too.
    with Journal(forged) as journal:
        journal.add_seal(5, b"{}", blob)
    assert checked(forged, world.root, world.stamp_root, world=world).problems


def test_a_rewrite_that_claims_to_be_pruned_does_not_get_past_the_seal(path, tmp_path, world):
    """Whoever rewrites the file can say that what was sealed is pruned: then nothing is proven."""
    _, blob = seal_of(path, world)
    kept = tmp_path / "kept.p7s"
    kept.write_bytes(blob)
    forged = tmp_path / "forged.db"
    with Journal(forged) as journal:
        journal._db.execute("UPDATE state SET base_number = 9, head_number = 9")
        journal.append(replace(entry(9), command="journal prune"))
        assert journal.verify().whole
    (one,) = checked(forged, world.root, world=world, files=[kept]).seals
    assert one.verdict == "indeterminate"
    assert "removed" in one.problems[-1][0]


def test_a_seal_survives_appending_and_honest_pruning_after_it(path, world):
    seal_of(path, world, world.tsa())
    with Journal(path) as journal:
        for n in range(5):
            journal.append(entry(n))
        journal.prune(NOW + timedelta(days=1), entry(99))
    result = checked(path, world.root, world.stamp_root, world=world)
    assert not result.problems
    # Record 5 is gone, and it says so.
    assert [s.verdict for s in result.seals] == ["indeterminate"]


@pytest.mark.parametrize("what", ["signature", "statement", "signer"])
def test_a_changed_seal_never_passes(path, world, what):
    _, blob = seal_of(path, world)
    at = {
        "signature": len(blob) - 1,
        "statement": blob.index(b'"hash"') + 10,
        "signer": blob.index("Петрова".encode()),
    }[what]
    changed = blob[:at] + bytes([blob[at] ^ 1]) + blob[at + 1 :]
    with Journal(path) as journal:
        journal._db.execute("DELETE FROM seals")
        journal.add_seal(5, b"{}", changed)
    result = checked(path, world.root, world=world)
    assert result.problems or [s.verdict for s in result.seals] != ["passed"]


def test_what_is_no_seal(path, tmp_path, world):
    (tmp_path / "x").write_bytes(b"nothing of the kind")
    with pytest.raises(InputError, match="not a seal"):
        checked(path, world=world, files=[tmp_path / "x"])
    with pytest.raises(InputError, match="cannot be read"):
        checked(path, world=world, files=[tmp_path / "absent"])
    with Journal(path) as journal:
        journal.add_seal(5, b"{}", b"rubbish")
    assert [p.kind for p in checked(path, world=world).problems] == ["unreadable-seal"]


def base_at(path, number, *, last, digest=None):
    """Remove everything and say that it was pruned up to ``number``."""
    with Journal(path) as journal:
        digest = digest or journal.hash_of(number)
        journal._db.execute("DROP TRIGGER records_are_not_removed")
        journal._db.execute("DELETE FROM records")
        journal._db.execute(
            "UPDATE state SET base_number = ?, base_hash = ?, head_number = ?, head_hash = ?",
            (number, digest, last, digest),
        )


def test_a_seal_over_a_removed_record_proves_nothing_even_where_its_hash_is_the_base(path, world):
    seal_of(path, world)
    base_at(path, 5, last=5)
    result = checked(path, world.root, world=world)
    assert [s.verdict for s in result.seals] == ["indeterminate"]
    assert not result.problems
    with Journal(path) as journal:
        # Nobody says who removed the records.
        assert [(p.kind, p.number) for p in journal.verify().problems] == [("pruned", 5)]


def test_a_base_that_is_not_what_was_sealed_is_a_problem(path, world):
    seal_of(path, world)
    base_at(path, 5, last=5, digest=bytes(31) + b"x")
    result = checked(path, world.root, world=world)
    assert [(p.kind, p.number) for p in result.problems] == [("seal", 5)]


_HASH = b"00" * 32


@pytest.mark.parametrize(
    "statement",
    [
        b'{"schema":"medcab.journal-seal/1","number":100000000000000000000,"hash":"%s"}' % _HASH,
        b'{"schema":"medcab.journal-seal/1","number":9223372036854775808,"hash":"%s"}' % _HASH,
        b'{"schema":"medcab.journal-seal/1","number":0,"hash":"%s"}' % _HASH,
        b'{"schema":"medcab.journal-seal/1","number":-5,"hash":"%s"}' % _HASH,
        b'{"schema":"medcab.journal-seal/1","number":1,"hash":"00"}',
        b'{"schema":"medcab.journal-seal/1","number":1,"hash":"\\ud800"}',
        b"[" * 200_000,
    ],
    ids=["huge", "2^63", "zero", "negative", "short", "surrogate", "nested"],
)
def test_an_impossible_seal_is_refused_and_is_no_crash(path, tmp_path, world, statement):
    from medcab.signing.sign import Signer, SignOptions

    blob = Signer(world.key, SignOptions(attached=True)).sign_bytes(statement)
    (tmp_path / "x.p7s").write_bytes(blob)
    with pytest.raises(InputError, match="not a seal"):
        checked(path, world.root, world=world, files=[tmp_path / "x.p7s"])
    with Journal(path) as journal:
        journal.add_seal(1, b"{}", blob)
    result = checked(path, world.root, world=world)
    assert [p.kind for p in result.problems] == ["unreadable-seal"]
    assert result.seals == ()
