"""The sample that an initiative brings itself: its files go into the inbox as they are, if partners are marked."""

import shutil
from pathlib import Path

import pytest

from pipelines.declarations import DeclarationError, load
from pipelines.sample import send

HERE = Path(__file__).parents[1] / "warehouse" / "initiative"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An initiative with one file of the synthetic partner `office`."""
    copy = tmp_path / "small"
    shutil.copytree(HERE, copy)
    (copy / "sample" / "office").mkdir(parents=True)
    (copy / "sample" / "office" / "measures.csv").write_bytes(b"a,b\r\n1,2\r\n")
    return copy


def test_files_are_copied_into_the_partner_s_inbox_and_left_alone_when_they_are_there(folder, tmp_path):
    sent = send(load(folder), tmp_path / "inbox")
    assert sent == [tmp_path / "inbox" / "office" / "measures.csv"]
    assert sent[0].read_bytes() == b"a,b\r\n1,2\r\n"
    before = sent[0].stat()
    assert send(load(folder), tmp_path / "inbox") == sent
    assert sent[0].stat() == before
    assert [file.name for file in sent[0].parent.iterdir()] == ["measures.csv"]


def test_a_partner_of_a_sample_must_be_marked_synthetic(folder, tmp_path):
    partners = folder / "partners.csv"
    partners.write_text(partners.read_text().replace("office,Office,en,third,true", "office,Office,en,third,false"))
    with pytest.raises(
        DeclarationError, match=r"sample/office: partners\.csv must have 'office' with is_synthetic true"
    ):
        send(load(folder), tmp_path / "inbox")
    assert not (tmp_path / "inbox").exists()


def test_an_initiative_without_a_sample_says_how_to_have_one(folder, tmp_path):
    shutil.rmtree(folder / "sample")
    with pytest.raises(DeclarationError, match="sample: the initiative has no sample; put one in sample/<partner>/"):
        send(load(folder), tmp_path / "inbox")


def test_a_sample_that_nobody_makes_is_told_with_those_that_are(folder, tmp_path):
    settings = folder / "initiative.yml"
    settings.write_text(f"{settings.read_text()}\nsample: weather\n")
    with pytest.raises(DeclarationError, match="sample: 'weather' is none of synthetic_partners"):
        send(load(folder), tmp_path / "inbox")
