"""The committed page: that it is what its source builds, and that it needs nothing from elsewhere."""

import gzip
import hashlib
import json
import re
from pathlib import Path

PLAYGROUND = Path(__file__).parents[2] / "bot" / "playground"
WEB = PLAYGROUND / "web"
STATIC = PLAYGROUND / "static"
SINGLE = ("build.mjs", "icon.svg", "index.html", "package-lock.json", "package.json", "tsconfig.json")
SIZE_LIMIT_BYTES = 350_000


def test_source_and_bundle_agree() -> None:
    """The hash that the build left is that of the source as it is now; the algorithm is told in build.mjs."""
    below = (path.relative_to(WEB).as_posix() for path in (WEB / "src").rglob("*") if path.is_file())
    digest = hashlib.sha256()

    for name in sorted([*SINGLE, *below]):
        digest.update(f"{name}\0".encode() + (WEB / name).read_bytes() + b"\0")

    assert (STATIC / "source.sha256").read_text().strip() == digest.hexdigest(), "run `make web` and commit"


def test_the_page_loads_only_its_own_files() -> None:
    """Every address in index.html is a file of the bundle, and there is no inline script."""
    page = (STATIC / "index.html").read_text()

    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    scripts = re.findall(r"<script[^>]*>(.*?)</script>", page, re.DOTALL)

    assert addresses
    assert all((STATIC / address.removeprefix("/static/")).is_file() for address in addresses)
    assert scripts == [""]


def test_the_bundle_is_small() -> None:
    """Everything the page loads stays below 350 kB compressed."""
    files = [path for path in STATIC.iterdir() if path.suffix in {".js", ".css", ".html", ".svg"}]

    size_bytes = sum(len(gzip.compress(path.read_bytes(), 9)) for path in files)

    assert 0 < size_bytes < SIZE_LIMIT_BYTES


def test_the_lock_names_hashes_and_no_address() -> None:
    """Each locked package has its integrity, none says where it was downloaded."""
    packages = json.loads((WEB / "package-lock.json").read_text())["packages"]
    locked = {name: package for name, package in packages.items() if name}

    assert all("integrity" in package for package in locked.values())
    assert not any("resolved" in package for package in locked.values())
