"""The sample, read whole by `sync` beside the running service, and what /metrics then states."""

from engine import ROOT
from engine.container import Containers
from engine.lens import documents, register

SAMPLE = ROOT / "tests/sample/sdlc-studio"
SYNC = ("python3", "-m", "sdlc_lens", "sync")


def test_sync_beside_the_service(containers: Containers) -> None:
    files = {str(file.relative_to(SAMPLE)) for file in SAMPLE.rglob("*.md")}
    files -= {name for name in files if name.endswith("_index.md")}
    lens = containers.serve(f"--volume={SAMPLE}:/data/projects/sample:ro")
    slug = register(lens, "Sample", "/data/projects/sample")
    register(lens, "Tide", "/data/projects/sample")
    one = lens.execute(*SYNC, slug)
    assert (one.returncode, one.stderr) == (0, "")
    assert one.stdout.startswith(f"sample: synced: {len(files)} added")
    both = lens.execute(*SYNC, "--all")
    assert both.returncode == 0
    said = [line.partition(",")[0] for line in both.stdout.splitlines()]
    assert said == ["sample: synced: 0 added", f"tide: synced: {len(files)} added"]
    listed = documents(lens, slug)
    assert {entry["path"] for entry in listed} == files
    kinds = {entry["type"] for entry in listed}
    assert {"prd", "trd", "epic", "story", "plan", "test-spec", "bug"} <= kinds
    metrics = lens.ask("GET", "/metrics").text.splitlines()
    assert 'sdlc_lens_syncs_total{outcome="synced",project="sample"} 2.0' in metrics
    assert 'sdlc_lens_documents{project="tide",type="prd"} 1.0' in metrics
