"""The way through: plan, copies, names, form and manifest, what is never done."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest
import yaml

from medcab import engine
from medcab.errors import OutputError, UsageError
from medcab.inputs import read_package
from medcab.profile import load
from medcab.repair import FixOptions
from medcab.repair.report import as_json, rows
from medcab.repair.run import plan_only
from medcab.text import translator
from samples.make import damage
from tests.repair.conftest import documents, jpeg, pdf, sheet, slip

SAMPLES = Path(__file__).parents[2] / "samples"


def digests(root: Path) -> dict[str, str]:
    return {
        p.relative_to(root).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in root.rglob("*")
        if p.is_file()
    }


GOOD = {
    "good-scan": "scan",
    "good-accreditation-primary": "accreditation-primary",
    "good-accreditation-periodic": "accreditation-periodic",
    "good-egisz-employee": "egisz-employee",
    "good-egisz-organization": "egisz-organization",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", GOOD)
def test_a_good_package_is_copied_byte_by_byte(repair, name):
    before = digests(SAMPLES / name)
    result, out = repair(SAMPLES / name, GOOD[name])
    after = digests(out)
    assert {k: v for k, v in after.items() if k != "medcab.yaml"} == {
        k: v for k, v in before.items() if k != "medcab.yaml"
    }
    assert digests(SAMPLES / name) == before
    assert result.after.verdict is result.plan.before.verdict


def test_originals_stay_untouched(folder, repair):
    root = folder({"a.pdf": damage.pdf_launch(pdf(slip())), "b.jpg": jpeg(slip())})
    before = digests(root)
    repair(root, "scan+strict")
    assert digests(root) == before


def test_a_plan_writes_nothing(folder, tmp_path):
    root = folder({"a.PDF": damage.pdf_launch(pdf(slip())), "b.pdf": b"", "c.pdf": pdf(slip())})
    result = plan_only(
        read_package([str(root)]), load("scan"), engine.CheckOptions(jobs=0), FixOptions()
    )
    shown = {r.before: r for r in rows(result)}
    assert [s.action.value for s in shown["a.PDF"].steps] == ["unscript", "rename"]
    assert shown["a.PDF"].after == "a.pdf"
    assert shown["c.pdf"].steps == ()
    assert {one.path for one in result.left if not one.kept} == {"b.pdf"}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in"]


def test_json_of_plan_and_result(folder, repair):
    root = folder({"a.pdf": damage.pdf_launch(pdf(slip())), "b.pdf": b""})
    result, _ = repair(root)
    made = json.loads(json.dumps(as_json(result, translator("en"))))
    assert made["schema"] == "medcab.fix/1"
    # What was left out is missing from the copies: they are not in order as a package.
    assert made["verdict"] == {"before": "failed", "after": "failed"}
    first = next(d for d in made["documents"] if d["before"]["path"] == "a.pdf")
    assert first["after"]["verdict"] == "passed"
    assert first["after"]["dpi"] == 300.0
    assert first["steps"][0]["rules"] == ["PDF006"]
    assert made["left"][0]["path"] == "b.pdf"
    assert made["left"][0]["written"] is False


class TestOutput:
    def test_never_into_the_input(self, folder, repair):
        root = folder({"a.pdf": pdf(slip())})
        for out in (root, root / "sub"):
            with pytest.raises(UsageError):
                repair(root, out=out)
        assert sorted(p.name for p in root.iterdir()) == ["a.pdf"]

    def test_files_named_one_by_one_may_have_the_output_beside_them(self, folder, tmp_path):
        from medcab.repair.run import fix

        root = folder({"a.pdf": pdf(slip()), "b.PDF": pdf(slip(), slip())})
        package = read_package([str(root / "a.pdf"), str(root / "b.PDF")])
        check, options = engine.CheckOptions(jobs=0), FixOptions()
        fix(package, load("scan"), root / "out", check, options, profile_name="scan")
        assert documents(root / "out") == ["a.pdf", "b.pdf"]
        with pytest.raises(UsageError):
            fix(package, load("scan"), root, check, options, profile_name="scan")

    def test_never_over_other_files_unless_forced(self, folder, repair, tmp_path):
        root = folder({"a.pdf": pdf(slip())})
        out = tmp_path / "out"
        out.mkdir()
        (out / "a.pdf").write_bytes(b"mine")
        (out / "other.txt").write_bytes(b"mine too")
        with pytest.raises(OutputError):
            repair(root)
        assert (out / "a.pdf").read_bytes() == b"mine"
        result, _ = repair(root, force=True)
        assert (out / "a.pdf").read_bytes() == pdf(slip())
        assert (out / "other.txt").read_bytes() == b"mine too"
        # What lies there is judged as well: the folder is not what passes.
        assert result.after.verdict.value == "failed"

    def test_a_file_in_place_of_the_folder(self, folder, repair, tmp_path):
        (tmp_path / "out").write_bytes(b"")
        with pytest.raises(OutputError):
            repair(folder({"a.pdf": pdf(slip())}))

    def test_nothing_is_left_when_the_work_breaks_off(self, folder, repair, tmp_path, monkeypatch):
        def stop(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("medcab.repair.run.copy", stop)
        with pytest.raises(KeyboardInterrupt):
            repair(folder({"a.pdf": pdf(slip())}))
        assert not (tmp_path / "out").exists()

    def test_a_full_disk_leaves_nothing(self, folder, repair, tmp_path, monkeypatch):
        def full(*_: object, **__: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("medcab.repair.run.move", full)
        with pytest.raises(OutputError, match="No space"):
            repair(folder({"a.pdf": pdf(slip())}))
        assert not (tmp_path / "out").exists()

    def test_what_a_killed_run_left_is_cleared_away(self, folder, repair, tmp_path):
        rest = tmp_path / "out" / ".medcab-fix" / "copies"
        rest.mkdir(parents=True)
        (rest / "half.pdf").write_bytes(b"half")
        (rest.parent / "lock").write_bytes(b"")
        _, out = repair(folder({"a.pdf": pdf(slip())}))
        assert sorted(p.name for p in out.iterdir()) == ["a.pdf", "medcab.yaml"]

    def test_a_folder_that_looks_empty_is_told_by_what_lies_in_it(self, folder, repair, tmp_path):
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / ".hidden").write_bytes(b"")
        with pytest.raises(OutputError, match=r"\.hidden"):
            repair(folder({"a.pdf": pdf(slip())}))
        assert [p.name for p in (tmp_path / "out").iterdir()] == [".hidden"]

    def test_two_repairs_never_write_to_one_folder(self, folder, repair, tmp_path):
        from medcab.repair.place import claimed

        root, out = folder({"a.pdf": pdf(slip())}), tmp_path / "out"
        with claimed(out, force=False) as stage:
            (stage / "a.pdf").write_bytes(b"first")
            for force in (False, True):
                with pytest.raises(OutputError, match="Another"):
                    repair(root, force=force)
            assert (stage / "a.pdf").read_bytes() == b"first"
            (stage / "a.pdf").rename(out / "a.pdf")
        with pytest.raises(OutputError, match="not empty"):
            repair(root)
        assert [p.name for p in out.iterdir()] == ["a.pdf"]

    def test_a_lock_of_a_run_that_just_ended_is_not_held(self, tmp_path, monkeypatch):
        """Opened before the other run removed it, locked after: it keeps nobody out."""
        from medcab.repair import place

        real, removed = place._locked, []

        def late(stream):
            if not removed:
                removed.append(True)
                (tmp_path / "out/.medcab-fix/lock").unlink()
            return real(stream)

        monkeypatch.setattr(place, "_locked", late)
        with place.claimed(tmp_path / "out", force=False):
            assert (tmp_path / "out/.medcab-fix/lock").exists()
        assert removed
        assert not (tmp_path / "out").exists()

    def test_a_disk_without_locks_is_written_to(self, tmp_path, monkeypatch):
        import errno

        fcntl = pytest.importorskip("fcntl")
        from medcab.repair.place import claimed

        def none(*_: object) -> None:
            raise OSError(errno.ENOLCK, "No locks available")

        monkeypatch.setattr(fcntl, "flock", none)
        with claimed(tmp_path / "out", force=False) as stage:
            assert stage.is_dir()

    def test_a_file_that_changes_meanwhile_is_not_written(self, folder, repair, monkeypatch):
        launch = damage.pdf_launch(pdf(slip()))
        root = folder({"a.pdf": pdf(slip()), "b.pdf": pdf(slip(), slip()), "launch.pdf": launch})
        real = engine.run
        calls = []

        def run(*args, **how):
            report = real(*args, **how)
            if not calls:
                (root / "a.pdf").write_bytes(b"another")
                (root / "launch.pdf").write_bytes(pdf(slip()))
            calls.append(1)
            return report

        monkeypatch.setattr("medcab.repair.run.engine.run", run)
        result, out = repair(root)
        assert documents(out) == ["b.pdf"]
        told = {one.path for one in result.left if "changed" in one.reason}
        assert told == {"a.pdf", "launch.pdf"}


class TestNames:
    def test_extension_by_content_and_in_lower_case(self, folder, repair):
        root = folder({"a.PDF": pdf(slip()), "b.pdf": jpeg(slip()), "c": pdf(slip(), slip())})
        _result, out = repair(root)
        assert documents(out) == ["a.pdf", "b.jpg", "c.pdf"]

    def test_two_that_would_get_one_name(self, folder, repair):
        root = folder({"a.pdf": pdf(slip()), "a.PDF": pdf(slip(), slip()), "a": pdf(slip())})
        _, out = repair(root)
        names = documents(out)
        assert len(names) == 3
        assert "a.pdf" in names
        assert (out / "a.pdf").read_bytes() == pdf(slip())

    def test_scheme_form_and_manifest(self, folder, repair):
        form = yaml.safe_dump({"fio": "Петрова Анна Ивановна"}, allow_unicode=True).encode()
        manifest = (
            "profile: accreditation-primary\nform: анкета сотрудника.yaml\ndocuments:\n"
            "  scan1.pdf: {type: diploma, issued: 01.02.2015}\n"
            "  lost.pdf: snils\n"
        ).encode()
        root = folder(
            {"scan1.pdf": pdf(slip()), "анкета сотрудника.yaml": form, "medcab.yaml": manifest}
        )
        _, out = repair(root, "accreditation-primary")
        made = yaml.safe_load((out / "medcab.yaml").read_text("utf-8"))
        new = "Петрова Анна Ивановна_Диплом.pdf"
        assert (out / new).read_bytes() == pdf(slip())
        assert made["documents"][new] == {"type": "diploma", "issued": "01.02.2015"}
        assert made["documents"]["lost.pdf"] == {"type": "snils"}
        assert (out / "анкета сотрудника.yaml").read_bytes() == form
        again = read_package([str(out)])
        assert again.form is not None
        assert again.documents[0].type == "diploma"

    def test_a_form_from_elsewhere_goes_along(self, folder, tmp_path):
        from medcab.inputs import PackageOptions
        from medcab.repair.run import fix

        root = folder({"a.pdf": pdf(slip())})
        form = tmp_path / "данные.json"
        form.write_text('{"fio": "Петрова Анна Ивановна"}', "utf-8")
        package = read_package(
            [str(root)], PackageOptions(form=str(form), types={"a.pdf": "snils"})
        )
        fix(
            package,
            load("scan"),
            tmp_path / "out",
            engine.CheckOptions(jobs=0),
            FixOptions(),
            profile_name="scan",
            form=str(form),
        )
        again = read_package([str(tmp_path / "out")])
        assert again.form.get("fio") == "Петрова Анна Ивановна"
        assert again.documents[0].type == "snils"
        assert again.manifest["profile"] == "scan"

    def test_names_are_made_safe(self, folder, repair):
        root = folder({"Ивaнов_Диплом.pdf": pdf(slip()), "с" * 125 + ".pdf": pdf(slip(), slip())})
        _, out = repair(root)
        assert "Иванов_Диплом.pdf" in documents(out)

    def test_subfolders_are_kept(self, folder, repair):
        _, out = repair(folder({"one/a.PDF": pdf(slip()), "two/a.pdf": pdf(slip(), slip())}))
        assert documents(out)[-2:] == ["one/a.pdf", "two/a.pdf"] or "one/a.pdf" in documents(out)

    def test_from_an_archive(self, tmp_path, repair):
        import zipfile

        archive = tmp_path / "p.zip"
        with zipfile.ZipFile(archive, "w") as z:
            z.writestr("p/a.PDF", pdf(slip()))
            z.writestr("p/b.pdf", damage.pdf_launch(pdf(slip(), slip())))
        result, out = repair(archive)
        assert {"p/a.pdf", "p/b.pdf"} <= set(documents(out))
        assert result.after.verdict.value == "passed"


class TestJoining:
    def test_pictures_of_one_document_in_page_order(self, folder, repair):
        files = {f"Петрова Анна Ивановна_Диплом {n}.jpg": jpeg(slip()) for n in (1, 2, 10)}
        result, out = repair(folder(files), "accreditation-primary")
        assert documents(out) == ["Петрова Анна Ивановна_Диплом.pdf"]
        order = [d.name for d in result.plan.tasks[0].documents]
        assert [n.split()[-1] for n in order] == ["1.jpg", "2.jpg", "10.jpg"]
        assert result.after.documents[0].facts.pages == 3

    def test_good_pictures_only_when_asked(self, folder, repair, tmp_path):
        root = folder({"scan1.jpg": jpeg(slip()), "scan2.jpg": jpeg(slip(), quality=70)})
        _, out = repair(root)
        assert documents(out) == ["scan1.jpg", "scan2.jpg"]
        _, out = repair(root, join=True, out=tmp_path / "joined")
        assert documents(out) == ["scan.pdf"]

    def test_different_people_and_types_stay_apart(self, folder, repair):
        files = {
            "Петрова Анна Ивановна_Диплом 1.jpg": jpeg(slip()),
            "Иванов Пётр Ильич_Диплом 2.jpg": jpeg(slip()),
            "Петрова Анна Ивановна_Паспорт.jpg": jpeg(slip()),
        }
        _, out = repair(folder(files), "accreditation-primary", join=True)
        assert len(documents(out)) == 3


def test_a_worker_that_dies_or_hangs_costs_only_its_document(folder, repair, monkeypatch):
    root = folder({"a.pdf": damage.pdf_launch(pdf(slip())), "b.pdf": pdf(slip())})
    result, out = repair(root, jobs=1, timeout=0.001)
    assert documents(out) == ["b.pdf"]
    assert "took longer" in result.left[0].reason


def test_the_limit_on_all_files_is_shared_by_their_sizes(folder, repair, tmp_path):
    from tests.repair.conftest import noisy

    profile = tmp_path / "total.toml"
    profile.write_text(
        'name = "total"\nversion = "1"\nextends = "scan"\n[title]\nru = "м"\nen = "s"\n'
        "[files]\nmax_total = 500000\n",
        "utf-8",
    )
    files = {
        "a.pdf": pdf(noisy(slip(), 12), quality=92),
        "b.jpg": jpeg(noisy(slip(), 12, 2), quality=92),
    }
    assert sum(map(len, files.values())) > 600_000
    result, out = repair(folder(files), str(profile))
    assert documents(out) == ["a.pdf", "b.pdf"]
    assert sum((out / n).stat().st_size for n in documents(out)) <= 500_000
    assert result.after.verdict.value == "passed"


class TestWhatIsLeftOut:
    def test_is_missed_by_a_check_of_the_copies_until_it_lies_there(self, folder, repair, tmp_path):
        coarse = jpeg(slip().resize((400, 280)), dpi=(100, 100))
        root = folder({"a.pdf": pdf(slip()), "sub/b.jpg": coarse, "sub/c.pdf": b""})
        result, out = repair(root)
        assert documents(out) == ["a.pdf"]

        def missed(place):
            package = read_package([str(place)])
            report = engine.run(package, load("scan"), engine.CheckOptions(jobs=0))
            return report.verdict.value, {
                f.location.path for f in report.findings if f.rule == "INP004"
            }

        assert missed(out) == ("failed", {"sub/b.jpg", "sub/c.pdf"})
        assert result.after.verdict.value == "failed"
        assert [one.path for one in result.left].count("sub/c.pdf") == 1
        (out / "sub").mkdir()
        (out / "sub/b.jpg").write_bytes(jpeg(slip()))
        assert missed(out) == ("failed", {"sub/c.pdf"})
        (root / "sub/c.pdf").write_bytes(pdf(slip(), slip()))
        (root / "sub/b.jpg").write_bytes(jpeg(slip()))
        again, _ = repair(root, out=tmp_path / "again")
        assert again.after.verdict.value == "passed"
        assert missed(tmp_path / "again") == ("passed", set())

    @pytest.mark.skipif(os.name == "nt", reason="the names are one name there")
    def test_is_missed_although_another_file_got_its_name(self, folder, repair):
        root = folder({"a.PDF": pdf(slip()), "a.pdf": b""})
        if len(list(root.iterdir())) < 2:
            pytest.skip("this file system does not tell the names apart")
        result, out = repair(root)
        assert documents(out) == ["a.pdf"] or documents(out) == ["a 2.pdf"]
        assert "INP004" in {f.rule for f in result.after.findings}

    def test_is_known_by_its_type_when_it_comes(self, folder, repair):
        root = folder({"Петрова Анна Ивановна_Диплом.pdf": pdf(slip()), "scan1.pdf": b""})
        (root / "medcab.yaml").write_text("documents: {scan1.pdf: snils}", "utf-8")
        _, out = repair(root, "accreditation-primary")
        assert read_package([str(out)]).manifest["documents"]["scan1.pdf"] == {"type": "snils"}

    def test_is_never_a_document_that_complied(self, folder, repair, monkeypatch):
        """A warning that cannot be repaired stays, and so does the file."""
        monkeypatch.setattr("medcab.repair.scans.straightened", lambda *_: None)
        page = sheet().rotate(2.5, expand=False, fillcolor=sheet().getpixel((2, 2)))
        files = {"a.pdf": pdf(page), "b.jpg": jpeg(page), "c.pdf": damage.pdf_launch(pdf(page))}
        result, out = repair(folder(files))
        assert documents(out) == ["a.pdf", "b.jpg", "c.pdf"]
        assert (out / "a.pdf").read_bytes() == files["a.pdf"]
        assert (out / "b.jpg").read_bytes() == files["b.jpg"]
        assert all(one.kept for one in result.left)
        assert {one.path for one in result.left if "cutting off" in one.reason} == {
            "a.pdf",
            "b.jpg",
        }
        third = next(w for w in result.written if w.paths == ("c.pdf",))
        assert ["cut off" in note.template for note in third.notes] == [True]
        assert result.after.verdict.value == "passed"
