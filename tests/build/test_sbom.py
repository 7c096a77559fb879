"""The generator of package lists: what it finds in an image's files, and how it says it."""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from engine import ROOT, succeed

SOFTWARE = {
    "usr/lib/os-release": 'NAME="Debian GNU/Linux"\nVERSION_ID="13"\nID=debian\n',
    "var/lib/dpkg/status": """\
Package: libexpat1\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1:2.9.0+b1

Package: removed\nStatus: deinstall ok config-files\nArchitecture: all\nVersion: 1

Package: undocumented\nStatus: install ok unpacked\nArchitecture: all\nVersion: 2
""",
    "usr/share/doc/libexpat1/copyright": (
        "Format: 1.0\n\nFiles: *\nLicense: Expat\n Permission is granted.\n\n"
        "Files: m4/*\nLicense: GPL-2+ or BSD-3-clause\n\nFiles: debian/*\nLicense: GPL-2+\n\n"
        "License: Apache-2.0\n No files stand under it.\n"
    ),
    "app/libraries/Some_Thing-1.0.dist-info/METADATA": (
        "Metadata-Version: 2.4\nName: Some_Thing\nVersion: 1.0+local\n"
        "License-Expression: MIT AND PSF-2.0\n\nLicense: a word of the description\n"
    ),
}
EXPAT = "pkg:deb/debian/libexpat1@1:2.9.0%2Bb1?arch=amd64&distro=debian-13"
UNDOCUMENTED = "pkg:deb/debian/undocumented@2?arch=all&distro=debian-13"
LICENSES = {
    "License: BSD-3-Clause": "BSD-3-Clause",
    "License: LGPLv3": "LicenseRef-LGPLv3",
    "License: UNKNOWN": "NOASSERTION",
    "License: Permission is hereby granted, free of charge, to any person": "NOASSERTION",
    "Classifier: License :: OSI Approved :: MIT License\nClassifier: A :: B": "MIT",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An image's files, named as BuildKit names them."""
    return written(tmp_path / "core", SOFTWARE)


def written(root: Path, texts: dict[str, str]) -> Path:
    for name, text in texts.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def generated(root: Path, **variables: str) -> dict[str, bytes]:
    """What the generator writes, by file name."""
    (out := root.parent / "out").mkdir(exist_ok=True)
    protocol = {"BUILDKIT_SCAN_SOURCE": str(root), "BUILDKIT_SCAN_DESTINATION": str(out)}
    settings = {"SOURCE_DATE_EPOCH": "", **protocol, **variables}
    program = str(ROOT / "scripts" / "build" / "sbom.py")
    succeed(sys.executable, program, variables=settings)
    return {path.name: path.read_bytes() for path in out.iterdir()}


def document(root: Path) -> dict[str, Any]:
    statement = json.loads(generated(root)["core.spdx.json"])
    assert statement["predicateType"] == "https://spdx.dev/Document"
    return statement["predicate"]  # type: ignore[no-any-return]


def packages(root: Path) -> dict[str, list[str]]:
    """Name, version and license of each package that is found, by purl."""
    fields = ("name", "versionInfo", "licenseDeclared")
    return {
        package["externalRefs"][0]["referenceLocator"]: [package[field] for field in fields]
        for package in document(root)["packages"]
    }


def test_every_package_is_listed_with_version_license_and_purl(root: Path) -> None:
    declared = "(GPL-2.0-or-later OR BSD-3-Clause) AND GPL-2.0-or-later AND MIT"
    assert packages(root) == {
        EXPAT: ["libexpat1", "1:2.9.0+b1", declared],
        UNDOCUMENTED: ["undocumented", "2", "NOASSERTION"],
        "pkg:pypi/some-thing@1.0%2Blocal": ["Some_Thing", "1.0+local", "MIT AND PSF-2.0"],
    }


def test_a_license_is_read_from_words_where_no_expression_is_stated(root: Path) -> None:
    for number, metadata in enumerate(LICENSES):
        text = f"Name: only{number}\nVersion: 1\n{metadata}\n"
        written(root, {f"x/only{number}-1.dist-info/METADATA": text})
    found = packages(root)
    assert [found[f"pkg:pypi/only{i}@1"][2] for i in range(len(LICENSES))] == [*LICENSES.values()]
    (declared,) = document(root)["hasExtractedLicensingInfos"]
    assert declared["licenseId"] == "LicenseRef-LGPLv3"


def test_a_link_out_of_the_image_is_not_followed(root: Path) -> None:
    written(root.parent, {"outside": "Format: 1\n\nFiles: *\nLicense: MIT\n"})
    (folder := root / "usr/share/doc/undocumented").mkdir()
    (folder / "copyright").symlink_to(root.parent / "outside")
    assert packages(root)[UNDOCUMENTED][2] == "NOASSERTION"


def test_only_what_names_a_package_is_listed_also_without_dpkg(root: Path) -> None:
    known = packages(root)
    written(root, {"a/x-1.dist-info/METADATA": "", "b/y-1.dist-info/METADATA": "Name: y\n"})
    assert packages(root) == known
    stanza = "Package: tzdata\nArchitecture: all\nVersion: 3\n"
    folder = "var/lib/dpkg/status.d"
    written(root, {f"{folder}/tzdata": stanza, f"{folder}/x.md5sums": "0 x"})
    assert packages(root).keys() - known == {"pkg:deb/debian/tzdata@3?arch=all&distro=debian-13"}


def test_it_depends_on_the_files_and_the_time_of_the_sources_else_on_now(root: Path) -> None:
    again = written(root.parent / "again" / "core", dict(reversed(SOFTWARE.items())))
    one, other = (generated(files, SOURCE_DATE_EPOCH="86400") for files in (root, again))
    assert one == other
    assert b'"created": "1970-01-02T00:00:00Z"' in one["core.spdx.json"]
    created = datetime.fromisoformat(document(root)["creationInfo"]["created"])
    assert timedelta(0) <= datetime.now(UTC) - created < timedelta(minutes=1)
