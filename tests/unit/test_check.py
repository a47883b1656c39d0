"""Every file of a run that is not what its record says is named, and set aside when that is wanted."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from bestofk.check import check

TABLE = Path("results/paper/tables/error_vs_k.parquet")
RECORD = TABLE.with_suffix(".record.json")


def files(folder: str = ".") -> dict[str, bytes]:
    return {path.as_posix(): path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()}


def flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def edit_record(path: Path, **changes) -> None:
    record = json.loads(path.read_text())
    path.write_text(json.dumps(record | changes))


DAMAGE = {
    "flipped byte": (lambda: flip_a_bit(TABLE), f"{TABLE} is truncated or altered"),
    "truncated file": (lambda: TABLE.write_bytes(TABLE.read_bytes()[:3]), f"{TABLE} is truncated or altered"),
    "emptied file": (lambda: TABLE.write_bytes(b""), f"{TABLE} is truncated or altered"),
    "missing output": (TABLE.unlink, f"{TABLE} is missing although {RECORD.name} names it"),
    "edited record": (lambda: edit_record(RECORD, seeds="7"), f"{RECORD} was altered: its recipe hash"),
    "unreadable record": (lambda: RECORD.write_text('{"rule": '), f"{RECORD} is not readable as JSON"),
    "record with nan": (lambda: RECORD.write_text('{"rule": NaN}'), f"{RECORD} is not readable as JSON"),
    "record that is none": (lambda: RECORD.write_text("[]"), f"{RECORD} is not a record"),
    "missing record": (RECORD.unlink, f"{TABLE} has no record"),
}


def test_finished_run_has_nothing_wrong(project):
    assert check("paper") == []
    assert check("smoke") == []


def test_absent_run_has_nothing_wrong(project):
    assert check("other") == []
    assert check("other", discard=True) == []


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_is_named_and_nothing_is_moved(project, kind):
    damage, sentence = DAMAGE[kind]
    damage()
    before = files()
    (found,) = check("paper")
    assert found.startswith(sentence)
    assert files() == before


@pytest.mark.parametrize("kind", DAMAGE)
def test_discard_moves_what_is_damaged_aside_and_nothing_else(project, kind):
    damage, sentence = DAMAGE[kind]
    before = files()
    damage()
    damaged = {path.as_posix(): path.read_bytes() for path in (TABLE, RECORD) if path.exists()}
    (found,) = check("paper", discard=True)
    assert found.startswith(sentence)
    names = ", ".join(name.removeprefix("results/paper/") for name in sorted(damaged))
    note = f" Moved aside to results/paper/discarded: {names}; the next run makes again what it needs."
    assert found.endswith(note)
    expected = {name: content for name, content in before.items() if name not in {str(TABLE), str(RECORD)}}
    aside = {name.replace("results/paper/", "results/paper/discarded/"): damaged[name] for name in damaged}
    assert files() == expected | aside
    assert check("paper") == []


def test_all_files_of_one_record_are_moved_together(project):
    flip_a_bit(Path("results/smoke/figures/error_vs_k.png"))
    (found,) = check("smoke", discard=True)
    named = ", ".join(f"figures/error_vs_k.{suffix}" for suffix in ("csv", "pdf", "png", "record.json"))
    assert f"Moved aside to results/smoke/discarded: {named}; " in found
    aside = {path.name for path in Path("results/smoke/discarded/figures").iterdir()}
    assert aside == {f"error_vs_k.{suffix}" for suffix in ("pdf", "png", "csv", "record.json")}


def test_missing_file_is_not_said_to_be_moved(project):
    Path("results/smoke/figures/error_vs_k.png").unlink()
    (found,) = check("smoke", discard=True)
    assert found.startswith("results/smoke/figures/error_vs_k.png is missing although error_vs_k.record.json")
    named = ", ".join(f"figures/error_vs_k.{suffix}" for suffix in ("csv", "pdf", "record.json"))
    assert f"Moved aside to results/smoke/discarded: {named}; " in found


def test_both_mismatches_of_one_record_say_what_was_moved(project):
    for suffix in ("png", "csv"):
        flip_a_bit(Path(f"results/smoke/figures/error_vs_k.{suffix}"))
    first, second = (sentence.partition(" Moved aside ")[2] for sentence in check("smoke", discard=True))
    assert first == second != ""


def test_mismatch_with_nothing_to_move_says_nothing_of_it(project):
    shutil.rmtree("results")
    flip_a_bit(Path("paper/paper.pdf"))
    assert check("paper", discard=True) == check("paper")


def test_discarding_twice_keeps_the_later_file(project):
    for content in ("first", "second"):
        project.make("collect", {TABLE.as_posix(): content})
        TABLE.write_text(f"{content}, damaged")
        check("paper", discard=True)
    assert Path("results/paper/discarded/tables", TABLE.name).read_text() == "second, damaged"


def test_what_has_no_record_by_nature_is_not_named(project):
    folder = Path("results/paper")
    for name in ("logs/a/b.log", "benchmarks/a.tsv", "discarded/x.csv", "discarded/x.record.json"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("")
    for name in ("report.html", "run.json", "verify.txt"):
        (folder / name).write_text("")
    assert check("paper") == []


@pytest.mark.parametrize("name", ["tables/extra.parquet", "figures/old.pdf", "notes.txt", "grid/.a.csv.123"])
def test_artifact_without_record_is_named(project, name):
    path = Path("results/paper", name)
    path.write_text("")
    assert check("paper") == [f"{path} has no record: nothing says how it was made."]
    check("paper", discard=True)
    assert not path.exists()
    assert Path("results/paper/discarded", name).exists()


def test_record_cannot_move_a_file_outside_its_run(project):
    outside = ["scripts/grid.py", "results/paper/../smoke/claims.json"]
    edit_record(RECORD, outputs=dict.fromkeys(outside, "0" * 64))
    assert len(check("paper", discard=True)) == 3
    assert all(Path(name).exists() for name in outside)
    assert not RECORD.exists()


@pytest.mark.parametrize("run", ["..", "../results/paper", "paper/tables", "", "Paper", "paper\n"])
def test_path_is_no_name_of_a_run(project, run):
    before = files()
    with pytest.raises(ValueError, match="is no name of a run"):
        check(run, discard=True)
    assert files() == before


PUBLISHED = ["figures/error_vs_k.pdf", "figures/error_vs_k.csv", "paper/paper.pdf", "figures/manifest.json"]


@pytest.mark.parametrize("name", PUBLISHED)
def test_edited_published_file_is_named_and_published_again(project, name):
    flip_a_bit(Path(name))
    before = files()
    sentence = f"{name} was altered: its bytes are not those that results/paper/published.json names."
    assert check("paper") == [sentence]
    (found,) = check("paper", discard=True)
    assert found.startswith(sentence)
    stamp = ["results/paper/published.json", "results/paper/published.record.json"]
    expected = {
        name.replace("paper/publ", "paper/discarded/publ") if name in stamp else name: content
        for name, content in before.items()
    }
    assert files() == expected


@pytest.mark.parametrize("name", PUBLISHED)
def test_missing_published_file_is_named(project, name):
    Path(name).unlink()
    assert check("paper") == [f"{name} is missing although results/paper/published.json names it."]


def test_smoke_run_does_not_look_at_what_is_published(project):
    Path("figures/error_vs_k.pdf").write_text("other picture")
    assert check("smoke") == []


def test_stray_figure_is_named_and_stays(project):
    stray = Path("figures/old.png")
    stray.write_text("")
    Path("figures/.gitkeep").write_text("")
    expected = ["figures/old.png was made by no figure; remove it or add its rule."]
    assert check("paper") == expected
    assert check("paper", discard=True) == expected
    assert stray.exists()
    assert Path("results/paper/published.json").exists()


@pytest.mark.parametrize(
    ("content", "sentence"), [("{", "is not readable as JSON"), ("[]", "does not list what was published")]
)
def test_unreadable_stamp_is_named_once_each_way_and_moved(project, content, sentence):
    Path("results/paper/published.json").write_text(content)
    altered, unreadable = check("paper", discard=True)
    assert "published.json is truncated or altered" in altered
    assert f"published.json {sentence}" in unreadable
    assert not Path("results/paper/published.json").exists()


class TestFreshClone:
    """Without results, what is published is compared with the manifest that is committed beside it."""

    @pytest.fixture(autouse=True)
    def clone(self, project):
        shutil.rmtree("results")

    def test_nothing_is_wrong(self):
        assert check("paper") == []
        assert check("paper", discard=True) == []

    @pytest.mark.parametrize("name", PUBLISHED[:3])
    def test_edited_published_file_is_named(self, name):
        flip_a_bit(Path(name))
        sentence = f"{name} was altered: its bytes are not those that figures/manifest.json names."
        assert check("paper") == [sentence]
        assert check("paper", discard=True) == [sentence]
        assert Path(name).exists()

    def test_missing_and_stray_files_are_named(self):
        Path("figures/error_vs_k.pdf").rename("figures/renamed.pdf")
        missing, stray = check("paper")
        assert missing == "figures/error_vs_k.pdf is missing although figures/manifest.json names it."
        assert stray.startswith("figures/renamed.pdf was made by no figure")

    def test_unreadable_manifest_is_named(self):
        Path("figures/manifest.json").write_text("{")
        (found,) = check("paper")
        assert found.startswith("figures/manifest.json is not readable as JSON")

    def test_nothing_published_is_nothing_wrong(self):
        shutil.rmtree("figures")
        assert check("paper") == []
