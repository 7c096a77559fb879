"""The same commit gives the same image; and where it does not, the file is named."""

import sys
from pathlib import Path

from engine import ROOT, run, succeed

RELEASED = {
    "SOURCE_DATE_EPOCH": "1000000000",
    "SOURCE_VERSION": "1.2.3-4-g0123456789ab",
    "GIT_REF": "refs/heads/main",
}


def test_three_builds_of_the_commit_give_one_digest() -> None:
    output = succeed(str(ROOT / "scripts" / "reproduce"))
    digests = dict(line.split() for line in output.splitlines())
    assert set(digests) == {"warm", "cold", "elsewhere"}
    assert len(set(digests.values())) == 1
    print(f"index digest: {digests['warm']}")


def built(folder: Path, name: str, **variables: str) -> Path:
    """The OCI layout of a checkout, built without the tests."""
    archive = folder.parent / f"{name}.oci.tar"
    bake = 'docker buildx bake oci --set oci.contexts.test=docker-image://scratch >"$0"'
    settings = {"ALLOW_STANDIN": "1", **RELEASED, **variables}
    succeed("sh", "-c", bake, str(archive), folder=folder, variables=settings)
    return archive


def differences(one: Path, other: Path) -> list[str]:
    """In what two layouts differ."""
    program = ROOT / "scripts" / "build" / "compare_layouts.py"
    done = run(sys.executable, str(program), str(one), str(other))
    assert done.returncode == bool(done.stdout), done.stderr
    return done.stdout.splitlines()


def test_an_image_differs_in_what_is_its_own_alone(checkout: Path) -> None:
    first = built(checkout, "first")
    (checkout / "README.md").write_text("another")
    (checkout / "tests" / "unit" / "test_readme.py").unlink()
    assert differences(first, built(checkout, "readme")) == []
    assert differences(first, built(checkout, "tag", GIT_REF="", VERSION="1.2.4")) == []
    for name, value in {"SOURCE_DATE_EPOCH": "1000000001", "SOURCE_VERSION": "1.2.4"}.items():
        changed = differences(first, built(checkout, name, **{name: value}))
        assert "linux/amd64 configuration" in "\n".join(changed)
        assert [line for line in changed if " layer " in line] == []
    with (checkout / "backend" / "src" / "sdlc_lens" / "__main__.py").open("a") as file:
        file.write("# another line\n")
    layers = [line for line in differences(first, built(checkout, "source")) if " layer " in line]
    assert len({line.partition(" app/")[0] for line in layers}) == 2
    assert any(" app/sdlc_lens/__main__.py: " in line for line in layers)
