"""From paths to packages."""

import os
import unicodedata
import zipfile

import pytest

from medcab.errors import FormError, InputError, UsageError
from medcab.inputs import InputLimits, PackageOptions, read_package, split_file_list
from medcab.text import fill


def put(folder, **files):
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return str(folder)


def paths(package):
    return [d.path for d in package.documents]


def test_a_folder_is_read_in_name_order_without_clutter(tmp_path):
    files = {
        "б.pdf": "1", "а.pdf": "1", "sub/в.pdf": "1", "Thumbs.db": "1", ".DS_Store": "1",
        "~$report.docx": "1", "desktop.ini": "1", ".git/config": "1",
    }  # fmt: skip
    package = read_package([put(tmp_path, **files)])
    assert paths(package) == ["sub/в.pdf", "а.pdf", "б.pdf"]
    assert package.documents[1].source.read() == b"1"


def test_a_hidden_file_is_a_document_all_the_same(tmp_path):
    put(tmp_path, **{".hidden.pdf": "1", "._a.pdf": "1", ".a.pdf.x1.part": "1", "a.pdf": "1"})
    assert paths(read_package([str(tmp_path)])) == [".hidden.pdf", "a.pdf"]
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        archive.writestr(".hidden.pdf", b"1")
    assert paths(read_package([str(tmp_path / "p.zip")])) == [".hidden.pdf"]


def test_types_come_from_option_manifest_and_name(tmp_path):
    put(
        tmp_path,
        **{
            "scan1.pdf": "", "scan2.pdf": "", "Иванов_Диплом.pdf": "", "непонятно.pdf": "",
            "medcab.yaml": "documents:\n  scan1.pdf: паспорт\n",
        },
    )  # fmt: skip
    package = read_package([str(tmp_path)], PackageOptions(types={"scan2.pdf": "snils"}))
    found = {d.path: (d.type, d.type_from) for d in package.documents}
    assert found == {
        "scan1.pdf": ("passport", "manifest"),
        "scan2.pdf": ("snils", "option"),
        "Иванов_Диплом.pdf": ("diploma", "name"),
        "непонятно.pdf": (None, None),
    }


def test_a_name_from_macos_is_the_same_name(tmp_path):
    decomposed = unicodedata.normalize("NFD", "Йогансон_Диплом.pdf")
    put(tmp_path, **{decomposed: "", "medcab.yaml": "documents:\n  Йогансон_Диплом.pdf: snils\n"})
    (document,) = read_package([str(tmp_path)]).documents
    assert document.type == "snils"
    assert document.name == decomposed  # shown as stored: the rule about names must see it


def test_form_and_manifest_are_no_documents(tmp_path):
    put(tmp_path, **{"a.pdf": "", "form.json": '{"СНИЛС": "112-233-445 95"}'})
    package = read_package([str(tmp_path)])
    assert paths(package) == ["a.pdf"]
    assert package.form.get("snils") == "112-233-445 95"
    assert package.form.get("inn") is None


def test_a_form_from_elsewhere(tmp_path):
    put(tmp_path, **{"p/a.pdf": "", "f.json": '{"inn": "7707083893"}'})
    package = read_package([str(tmp_path / "p")], PackageOptions(form=str(tmp_path / "f.json")))
    assert package.form.get("inn") == "7707083893"


def test_a_form_deeper_down_is_a_document(tmp_path):
    put(tmp_path, **{"a.pdf": "", "sub/form.json": "{}"})
    assert read_package([str(tmp_path)]).form is None


@pytest.mark.parametrize(
    ("files", "error"),
    [
        ({"a.pdf": "", "form.json": "{}", "form.yaml": ""}, FormError),
        ({"a.pdf": "", "medcab.yaml": "", "medcab.toml": ""}, FormError),
    ],
)
def test_two_forms_or_manifests_are_an_error_that_names_them(tmp_path, files, error):
    with pytest.raises(error) as caught:
        read_package([put(tmp_path, **files)])
    assert all(name in str(caught.value) for name in files if name != "a.pdf")


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("form.json", "{broken", "form"),
        ("form.json", b"\x89PNG\r\n\x1a\n", "form"),
        ("form.yaml", "", "form"),
        ("medcab.json", b"%PDF-1.7\n", "manifest"),
        ("medcab.yaml", "documents:\n  a.pdf: чепуха\n", "manifest"),
    ],
)
def test_broken_settings_are_problems_that_name_the_file(tmp_path, name, content, kind):
    package = read_package([put(tmp_path, **{"a.pdf": "", name: content})])
    (problem,) = package.problems
    assert (problem.kind, problem.path) == (kind, name)
    assert name in fill(problem.reason, problem.args)
    assert paths(package) == ["a.pdf"]
    assert package.form is None


def test_a_form_that_the_manifest_names_in_vain_is_a_problem(tmp_path):
    package = read_package([put(tmp_path, **{"a.pdf": "", "medcab.yaml": "form: anketa.json\n"})])
    assert [(p.kind, p.path) for p in package.problems] == [("missing", "anketa.json")]


def test_a_huge_form_is_refused_before_it_is_read(tmp_path):
    put(tmp_path, **{"a.pdf": "", "form.json": b" " * 200})
    limits = InputLimits(settings_file=100)
    (problem,) = read_package([str(tmp_path)], PackageOptions(limits=limits)).problems
    assert "larger than" in problem.reason
    form = str(tmp_path / "form.json")
    with pytest.raises(InputError, match="larger than"):
        read_package([str(tmp_path)], PackageOptions(limits=limits, form=form))


def test_a_file_that_the_manifest_names_in_vain_is_a_problem(tmp_path):
    put(tmp_path, **{"a.pdf": "", "medcab.yaml": "documents:\n  b.pdf: diploma\n"})
    package = read_package([str(tmp_path)])
    assert [(p.kind, p.path) for p in package.problems] == [("missing", "b.pdf")]


def test_a_type_for_no_file_is_a_usage_error(tmp_path):
    put(tmp_path, **{"a.pdf": ""})
    with pytest.raises(UsageError, match=r"b\.pdf"):
        read_package([str(tmp_path)], PackageOptions(types={"b.pdf": "diploma"}))
    with pytest.raises(UsageError):
        read_package([str(tmp_path)], PackageOptions(types={"a.pdf": "no-such-type"}))


def test_signatures_are_paired_with_their_documents(tmp_path):
    files = ["a.pdf", "a.pdf.sig", "b.pdf", "b.p7s", "orphan.pdf.sgn", "c.p7m"]
    put(tmp_path, **dict.fromkeys(files, "x"))
    package = read_package([str(tmp_path)])
    assert paths(package) == ["a.pdf", "b.pdf"]
    assert {s.path: s.target for s in package.signatures} == {
        "a.pdf.sig": "a.pdf",
        "b.p7s": "b.pdf",
        "orphan.pdf.sgn": None,
        "c.p7m": None,
    }


def test_a_zip_is_a_package(tmp_path):
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        archive.writestr("Иванов_Диплом.pdf", b"%PDF")
        archive.writestr("form.json", '{"inn": "7707083893"}')
        archive.writestr("__MACOSX/._a", b"")
    package = read_package([str(tmp_path / "p.zip")])
    assert paths(package) == ["Иванов_Диплом.pdf"]
    assert package.documents[0].member == "Иванов_Диплом.pdf"
    assert package.documents[0].source.read() == b"%PDF"
    assert package.form.get("inn") == "7707083893"


def test_several_paths_and_repeats(tmp_path):
    put(tmp_path, **{"a.pdf": "", "sub/b.pdf": ""})
    package = read_package(
        [str(tmp_path / "a.pdf"), str(tmp_path / "sub"), str(tmp_path / "a.pdf")]
    )
    assert [os.path.basename(p) for p in paths(package)] == ["a.pdf", "b.pdf"]


def test_standard_input(tmp_path):
    package = read_package(["-"], PackageOptions(stdin=b"%PDF", stdin_name="Диплом.pdf"))
    assert package.documents[0].source.read() == b"%PDF"
    assert package.documents[0].type == "diploma"
    with pytest.raises(UsageError, match="no name"):
        read_package(["-"], PackageOptions(stdin=b"%PDF"))


def test_missing_and_unreadable(tmp_path):
    with pytest.raises(InputError, match="There is no"):
        read_package([str(tmp_path / "no")])
    with pytest.raises(UsageError):
        read_package([])
    with pytest.raises(InputError):
        read_package(["a\0b"])


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs POSIX modes, not root")
def test_an_unreadable_folder_inside_is_a_problem_not_a_crash(tmp_path):
    put(tmp_path, **{"a.pdf": "", "secret/b.pdf": ""})
    (tmp_path / "secret").chmod(0)
    package = read_package([str(tmp_path)])
    (tmp_path / "secret").chmod(0o700)
    assert [(p.kind, p.path) for p in package.problems] == [("unreadable", "secret")]


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_links_to_folders_are_not_followed(tmp_path):
    put(tmp_path, **{"p/a.pdf": ""})
    (tmp_path / "p" / "loop").symlink_to(tmp_path / "p", target_is_directory=True)
    os.mkfifo(tmp_path / "p" / "pipe.pdf")
    package = read_package([str(tmp_path / "p")])
    assert paths(package) == ["a.pdf"]
    assert sorted((p.kind, p.path) for p in package.problems) == [
        ("special", "loop"),
        ("special", "pipe.pdf"),
    ]


def test_too_many_files_and_too_deep(tmp_path):
    put(tmp_path, **{f"{i}.pdf": "" for i in range(4)})
    with pytest.raises(InputError, match="more than 3"):
        read_package([str(tmp_path)], PackageOptions(limits=InputLimits(files=3)))
    put(tmp_path, **{"d/" * 5 + "x.pdf": ""})
    package = read_package([str(tmp_path)], PackageOptions(limits=InputLimits(depth=3)))
    assert [p.kind for p in package.problems] == ["unreadable"]


def test_ten_thousand_files(tmp_path):
    for i in range(10_000):
        (tmp_path / f"{i}.pdf").touch()
    assert len(read_package([str(tmp_path)]).documents) == 10_000


def test_lists_of_files():
    assert split_file_list("\ufeffа.pdf\r\n\r\nб в.pdf\n".encode()) == ["а.pdf", "б в.pdf"]
    assert split_file_list("а\nб.pdf\0в.pdf\0".encode(), zero=True) == ["а\nб.pdf", "в.pdf"]
    with pytest.raises(UsageError):
        split_file_list(b"\xff\xfe")
