"""Lists what is installed in an image: an SBOM generator for BuildKit, in SPDX 2.3.

BuildKit shows it the image's files in BUILDKIT_SCAN_SOURCE, and takes what it writes to
BUILDKIT_SCAN_DESTINATION. It knows what pip and dpkg installed, nothing else. The same files and
SOURCE_DATE_EPOCH give the same bytes; without SOURCE_DATE_EPOCH the document is dated now.
"""

import json
import os
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.message import Message
from email.parser import HeaderParser
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

IN_TOTO, SPDX = "https://in-toto.io/Statement/v0.1", "https://spdx.dev/Document"
UNKNOWN = "NOASSERTION"
SPDX_LICENSES = "Apache-2.0 BSD-2-Clause BSD-3-Clause BSL-1.0 CC0-1.0 ISC MIT MPL-2.0 PSF-2.0 Zlib"
KNOWN = {name.casefold(): name for name in SPDX_LICENSES.split()}
KNOWN |= {"expat": "MIT", "mit license": "MIT", "isc license (iscl)": "ISC"}
KNOWN |= {"gpl": "GPL-1.0-or-later", "lgpl": "LGPL-2.0-or-later"}
GNU = re.compile(r"([AL]?GPL)-?(\d)(\.\d)?(?:\.0)?(\+|-or-later|-only)?", re.IGNORECASE)


def identifier(name: str) -> str:
    """SPDX's identifier for the name of a license; for one not known, a reference to that name."""
    if gnu := GNU.fullmatch(name):
        family, major, minor, later = gnu.groups()
        suffix = "or-later" if later in ("+", "-or-later") else "only"
        return f"{family.upper()}-{major}{minor or '.0'}-{suffix}"
    reference = re.sub("[^A-Za-z0-9.]+", "-", name.replace("+", "-or-later")).strip("-")
    return KNOWN.get(name.casefold(), f"LicenseRef-{reference}")


def expressions(names: str) -> list[str]:
    """What has to hold for names of licenses that are joined by "and" and "or"."""
    words = re.split(r"\s+(and|or)\s+", names.strip(), flags=re.IGNORECASE)
    spdx = [word.upper() if i % 2 else identifier(word) for i, word in enumerate(words)]
    return [f"({' '.join(spdx)})"] if "OR" in spdx else spdx[::2]


def together(licenses: Iterable[str]) -> str:
    """The expression for licenses that all hold, each for some of the files."""
    unique = sorted({one for names in licenses if names.strip() for one in expressions(names)})
    return " AND ".join(unique) or UNKNOWN


def python_license(metadata: Message) -> str:
    """What a Python package says of its license: as an expression, in a word, by classifiers."""
    if stated := metadata["License-Expression"]:
        return str(stated)
    word, classifiers = metadata.get("License", ""), metadata.get_all("Classifier", [])
    names = [line.rpartition("::")[2] for line in classifiers if line.startswith("License ::")]
    return together([word] if 0 < len(word) < 40 and word != "UNKNOWN" else names)


def package(purl: str, control: Message, declared: str, found_in: Path) -> dict[str, object]:
    """A package in the words of SPDX, under an identifier made of its purl."""
    reference = {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl"}
    return {
        "SPDXID": f"SPDXRef-{re.sub('[^A-Za-z0-9.]+', '-', purl)}",
        "name": control.get("Name", control["Package"]),
        "versionInfo": control["Version"],
        "sourceInfo": f"found in {found_in}",
        "downloadLocation": UNKNOWN,
        "filesAnalyzed": False,
        "licenseDeclared": declared,
        "externalRefs": [reference | {"referenceLocator": purl}],
    }


def paragraphs(path: Path) -> list[Message]:
    """The paragraphs of a control file; none where there is no such file."""
    text = path.read_text(errors="replace") if path.is_file() else ""
    return [HeaderParser().parsestr(part) for part in re.split(r"\n\s*\n", text) if part.strip()]


def python_packages(root: Path) -> Iterator[dict[str, object]]:
    """What pip and its kin have installed, wherever it lies."""
    for path in sorted(root.rglob("*.dist-info/METADATA")):
        metadata = next(iter(paragraphs(path)), Message())
        if "Name" not in metadata or "Version" not in metadata:
            continue
        name = re.sub("[-_.]+", "-", metadata["Name"]).lower()
        purl = f"pkg:pypi/{name}@{quote(metadata['Version'], safe=':')}"
        yield package(purl, metadata, python_license(metadata), path.parent.relative_to(root))


def debian_license(root: Path, name: str) -> str:
    """What the copyright file says of all of a package's files, where it is made to be read."""
    path = (root / "usr/share/doc" / name / "copyright").resolve()
    parts = paragraphs(path) if path.is_relative_to(root.resolve()) else []
    files = [part for part in parts if "Files" in part and "Format" in parts[0]]
    return together(part.get("License", "").partition("\n")[0] for part in files)


def debian_packages(root: Path) -> Iterator[dict[str, object]]:
    """What dpkg has installed; images without dpkg have a file for each package instead."""
    release = "".join(path.read_text() for path in root.glob("usr/lib/os-release"))
    system = {"ID": "debian", "VERSION_ID": ""}
    system |= re.findall(r'^(ID|VERSION_ID)="?([^"\n]*)', release, re.MULTILINE)
    distribution = "-".join(filter(None, system.values()))
    for path in [root / "var/lib/dpkg/status", *root.glob("var/lib/dpkg/status.d/*")]:
        for part in paragraphs(path):
            if "Package" in part and not part.get("Status", "").endswith("config-files"):
                name = f"{part['Package']}@{quote(part['Version'], safe=':')}"
                which = f"arch={part['Architecture']}&distro={distribution}"
                declared = debian_license(root, part["Package"])
                purl = f"pkg:deb/{system['ID']}/{name}?{which}"
                yield package(purl, part, declared, path.relative_to(root))


def document(root: Path) -> dict[str, object]:
    """The SPDX document about a folder with an image's files."""
    found = {str(one["SPDXID"]): one for one in (*python_packages(root), *debian_packages(root))}
    packages = [found[identity] for identity in sorted(found)]
    text = json.dumps(packages)
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    created = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    described = {"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES"}
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": root.name,
        "documentNamespace": f"urn:sha256:{sha256(text.encode()).hexdigest()}",
        "creationInfo": {"created": f"{created:%FT%TZ}", "creators": ["Tool: sdlc-lens-sbom"]},
        "hasExtractedLicensingInfos": [
            {"licenseId": name, "extractedText": "See the files of the packages that name it."}
            for name in sorted(set(re.findall(r"LicenseRef-[A-Za-z0-9.-]+", text)))
        ],
        "packages": packages,
        "relationships": [described | {"relatedSpdxElement": name} for name in sorted(found)],
    }


def main() -> None:
    """Write a statement about the image's files."""
    destination = Path(os.environ["BUILDKIT_SCAN_DESTINATION"])
    root = Path(os.environ["BUILDKIT_SCAN_SOURCE"])
    statement = {"_type": IN_TOTO, "predicateType": SPDX, "predicate": document(root)}
    (destination / f"{root.name}.spdx.json").write_text(json.dumps(statement, indent=2))


if __name__ == "__main__":
    main()
