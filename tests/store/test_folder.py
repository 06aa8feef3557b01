"""Where an archive lies: a folder, or any address that fsspec knows."""

from pathlib import Path

import pytest

from store.folder import Folder


def test_new_folders_outlive_the_power(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is flushed: the folder that has each new folder, the file, and the folder that has the file."""
    flushed: list[str] = []
    monkeypatch.setattr("store.folder._flush", lambda path: flushed.append(path.split(".part-")[0]))

    assert Folder(str(tmp_path / "a")).put_new("p07/x.json", b"x")

    names = ["", "/a", "/a/p07/x.json", "/a/p07"]
    assert flushed == [f"{tmp_path}{each}" for each in names]


def test_an_unknown_kind_of_address_is_refused() -> None:
    """What no installed library knows is a ValueError that says so."""
    with pytest.raises(ValueError, match="nonsense"):
        Folder("nonsense://x")
