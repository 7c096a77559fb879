"""One exchange with a git server: which commit a branch is at, and objects by their ids."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sdlc_lens.remote_errors import BranchNotFound, CorruptAnswer, RepositoryNotFound
from sdlc_lens.sources.git import packets
from sdlc_lens.sources.git.http import Answer, Client
from sdlc_lens.sources.git.objects import FORMATS, Objects
from sdlc_lens.sources.git.pack import unpack
from sdlc_lens.sources.git.packets import Mark
from sdlc_lens.sources.git.place import Place, Remote

_SERVICE = "git-upload-pack"
_DATA, _ERROR = 1, 3
"""The channels of a pack's packets; the other one reports progress."""

TREES = ["filter tree:0"], ["filter blob:none"]
"""Ways to ask for trees: alone, or with all trees below them. Some servers refuse the first way,
and JGit sends no trees for it.
"""


@dataclass(frozen=True)
class Tip:
    """The commit that a branch was at, the path that the repository has on its server, and what
    the server can do.
    """

    remote: Remote
    path: str
    commit_id: str
    object_format: str
    has_filters: bool


def find_tip(client: Client, place: Place) -> Tip:
    """The commit of the branch of PLACE, which may be a tag, or of the remote's default branch.

    Raises: BranchNotFound, GitError.
    """
    branch = place.branch
    capabilities = _capabilities(client)
    object_format = capabilities.get("object-format", "sha1")
    if object_format not in FORMATS:
        raise CorruptAnswer(
            f"the repository's object format {object_format!r} is not supported. Use a repository"
            f" with one of {', '.join(FORMATS)}"
        )
    names = ["HEAD"] if branch is None else [f"refs/heads/{branch}", f"refs/tags/{branch}"]
    arguments = ["peel", *(f"ref-prefix {name}" for name in names)]
    body = packets.request("ls-refs", [f"object-format={object_format}"], arguments)
    answer = _post(client, body)
    commits = dict(_refs(answer))
    answer.finish()
    for name in names:
        if name in commits:
            has_filters = "filter" in capabilities.get("fetch", "").split()
            return Tip(place.remote, client.path, commits[name], object_format, has_filters)
    if branch is None:
        raise BranchNotFound(
            "the repository is empty, or its default branch does not exist. Push a commit, or name"
            " another branch"
        )
    raise BranchNotFound(
        f"the repository has no branch or tag {branch!r}. Check the name: capitals matter"
    )


def fetch(
    client: Client, tip: Tip, wanted: Collection[str], objects: Objects, *options: str
) -> None:
    """Add the objects with the WANTED ids to OBJECTS, in one request.

    Raises: GitError.
    """
    arguments = ["ofs-delta", "no-progress", *options, *(f"want {name}" for name in wanted), "done"]
    answer = _post(
        client, packets.request("fetch", [f"object-format={tip.object_format}"], arguments)
    )
    _skip_to_pack(answer)
    unpack(_pack(answer), objects)
    answer.finish()


def fetch_missing(
    client: Client, tip: Tip, wanted: Collection[str], objects: Objects, *ways: Sequence[str]
) -> bool:
    """Fetch the WANTED objects that OBJECTS lacks; whether all are there in the end.

    Each of the WAYS is a list of options; the next one is tried for what is still missing.

    Raises: GitError.
    """
    for options in ways:
        if missing := [name for name in wanted if name not in objects]:
            with suppress(RepositoryNotFound):  # not the repository, only this way to ask for it
                fetch(client, tip, missing, objects, *options)
    return all(name in objects for name in wanted)


def _capabilities(client: Client) -> Mapping[str, str]:
    """What the server offers, by name."""
    answer = client.get(f"/info/refs?service={_SERVICE}")
    if answer.content_type != f"application/x-{_SERVICE}-advertisement":
        raise RepositoryNotFound(
            "this address is not the one of a repository: the server answers with a page."
            " Check the address"
        )
    lines = list(packets.read_lines(answer))
    if lines == [f"# service={_SERVICE}"]:
        lines = list(packets.read_lines(answer))
    if not lines or lines[0] != "version 2":
        raise RepositoryNotFound(
            "the server does not speak version 2 of git's protocol. It needs git 2.18 or newer"
        )
    answer.finish()
    return {name: value for name, _, value in (line.partition("=") for line in lines)}


def _post(client: Client, body: bytes) -> Answer:
    headers = {
        "Content-Type": f"application/x-{_SERVICE}-request",
        "Accept": f"application/x-{_SERVICE}-result",
    }
    return client.post(f"/{_SERVICE}", body, headers)


def _refs(answer: Answer) -> Iterator[tuple[str, str]]:
    """Each name and its commit; of a tag with a message, the commit that it names."""
    for line in packets.read_lines(answer):
        object_id, _, rest = line.partition(" ")
        name, *attributes = rest.split(" ")
        peeled = [found[7:] for found in attributes if found.startswith("peeled:")]
        yield name, (peeled or [object_id])[0]


def _skip_to_pack(answer: Answer) -> None:
    """Read up to the section with the pack."""
    while (packet := packets.read_packet(answer)) != b"packfile\n":
        if packet is Mark.FLUSH:
            raise CorruptAnswer("the server sent no objects. Sync again")


def _pack(answer: Answer) -> Iterator[bytes]:
    """The pack's bytes, as they arrive."""
    while (packet := packets.read_packet(answer)) is not Mark.FLUSH:
        if isinstance(packet, Mark) or not packet:
            raise CorruptAnswer("the server's answer is not in git's protocol. Sync again")
        if packet[0] == _DATA and len(packet) > 1:  # an empty one keeps the connection alive
            yield packet[1:]
        elif packet[0] == _ERROR:
            raise packets.refusal(packet[1:])
