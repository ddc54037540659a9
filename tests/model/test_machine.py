from __future__ import annotations

from pathlib import Path

from fmnist_governance.model.machine import energy_counter, processor


def zone(folder: Path, name: str, kind: str, energy: str) -> None:
    (folder / name).mkdir()
    (folder / name / "name").write_text(f"{kind}\n")
    (folder / name / "energy_uj").write_text(f"{energy}\n")


def test_the_packages_of_the_processor_are_added_and_their_parts_are_not(tmp_path: Path) -> None:
    zone(tmp_path, "intel-rapl:0", "package-0", "1500000")
    zone(tmp_path, "intel-rapl:1", "package-1", "500000")
    zone(tmp_path, "intel-rapl:0:0", "core", "9000000")
    zone(tmp_path, "intel-rapl:2", "psys", "9000000")

    counter = energy_counter(tmp_path)

    assert counter is not None
    assert counter() == 2.0


def test_without_a_counter_that_can_be_read_there_is_none(tmp_path: Path) -> None:
    assert energy_counter(tmp_path) is None
    zone(tmp_path, "intel-rapl:0", "package-0", "")

    assert energy_counter(tmp_path) is None
    assert energy_counter(tmp_path / "nowhere") is None


def test_a_processor_has_a_name() -> None:
    assert processor()
