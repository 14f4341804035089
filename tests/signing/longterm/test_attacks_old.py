"""Attacks on old forms and through policies: what is right elsewhere proves nothing here."""

from __future__ import annotations

import random

from flips import leaves
from test_old_forms import add, complete, with_archive_v2
from world import DATA, LATER, NOW, YEAR, pki_server

from medcab.signing.checks import CHECKS
from medcab.signing.cms import parse_signed_data
from medcab.signing.content import MemoryContent
from medcab.signing.longterm.extend import stamp_signature
from medcab.signing.longterm.policy_file import read_policy
from medcab.signing.policy import STRICT
from medcab.signing.verify import Verifier


def parts(data):
    signer = parse_signed_data(data).signers[0][1]
    return [(a.oid, a.values[0]) for a in signer.unsigned_attributes]


def test_attributes_of_another_signature_prove_nothing(world):
    """Time-stamps, references and values are put into signatures that have expired by then."""
    donors = [
        complete(world, kind=kind) for kind in ("cades-c-time-stamp", "references-time-stamp")
    ]
    donors.append(with_archive_v2(world, complete(world, kind="cades-c-time-stamp")))
    found = [part for donor in donors for part in parts(donor)]
    names = sorted({name for name, _ in found})
    bases = [world.sign(), stamp_signature(world.sign(), world.tsa("short")),
             complete(world, kind="references-time-stamp")]  # fmt: skip
    chosen = random.Random(8)
    count = 0
    for base in bases:
        sets = [[part] for part in found]
        sets += [[(name, value)] for _, value in chosen.sample(found, 4) for name in names]
        sets += [chosen.sample(found, size) for size in (2, 3, 4) for _ in range(12)]
        for each in sets:
            data = base
            for name, value in each:
                data = add(data, name, value)
            assert world.verify(data, LATER).indication != "TOTAL-PASSED", [n for n, _ in each]
            count += 1
    assert count > 200
    print(f"{count} transplants, none passed")


def forgiving():
    """Everything ignored that can be."""
    lines = [f'{name} = "ignore"' for group in CHECKS.values() for name in group]
    text = 'schema = "medcab.validation-policy/1"\nlenient = true\nalgorithm-dates = false\n'
    return read_policy(text + "[checks]\n" + "\n".join(lines) + "\n", STRICT)


def judged(world, data, content=DATA, **more):
    verifier = Verifier(world.trust, forgiving(), at=NOW, **more)
    return verifier.verify_bytes(data, MemoryContent(content))


def test_the_most_forgiving_policy_forgives_no_forgery(world):
    made = stamp_signature(world.sign(), world.tsa("short"))
    assert judged(world, made).verdict == "passed"
    assert judged(world, made, DATA + b".").verdict != "passed"
    signer = parse_signed_data(made).signers[0][1]
    for part in (signer.signed_der, signer.signature_field, world.signer.der):
        begun = made.index(part)
        for start, stop in leaves(made, begun, begun + len(part)):
            changed = bytearray(made)
            changed[(start + stop) // 2] ^= 1
            assert judged(world, bytes(changed)).verdict != "passed", (start, stop)


def test_the_most_forgiving_policy_knows_its_authorities(world):
    stranger = pki_server.certify("Чужой", start=NOW - YEAR, end=NOW + YEAR)
    assert judged(world, world.sign(stranger)).verdict == "indeterminate"
    world.issuing.revoked[world.signer.certificate.serial_number] = NOW - YEAR / 12
    lists = [pki_server.make_crl(each, NOW) for each in (world.root, world.issuing)]
    report = judged(world, world.sign(), crls=lists)
    assert report.signatures[0].sub_indication == "REVOKED_NO_POE"


def test_one_file_changes_nothing_about_another(world):
    """What is remembered of lists and answers is not led astray by a list in the wrong place."""
    from medcab.signing.attributes import Oid
    from medcab.signing.tlv import encode

    made = world.extend(stamp_signature(world.sign(), world.tsa("short")), "B-LTA", "long")
    signed = parse_signed_data(made)
    genuine = [*signed.crls, *signed.ocsps]
    assert signed.crls
    odd = encode(0x30, encode(0xA0, encode(0x30, b"".join(signed.ocsps)))
                 + encode(0xA1, encode(0x30, b"".join(genuine))))  # fmt: skip
    verifier = world.verifier(LATER, revocation="prefer")
    poisoned = add(made, Oid.REVOCATION_VALUES, odd)
    verifier.verify_bytes(poisoned, MemoryContent(DATA))
    after = verifier.verify_bytes(made, MemoryContent(DATA)).signatures[0]
    fresh = world.verify(made, LATER)
    assert after.indication == fresh.indication == "TOTAL-PASSED"
    assert [c.id for c in after.checks] == [c.id for c in fresh.checks]
    assert [[(c.id, c.outcome) for c in s["checks"]] for s in after.timestamps] == [
        [(c.id, c.outcome) for c in s["checks"]] for s in fresh.timestamps
    ]
