"""Without faults the simulated disk answers every operation as the machine's own does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from actors.simulation.disk import VirtualDisk
from state.store.disk import Disk, RealDisk

#: "folder" and perhaps "inner" are folders; "a/c" is below what may be a file.
NAMES = ("a", "b", "folder", "folder/b", "inner", "a/c")
names = st.sampled_from(NAMES)
places = st.integers(0, 3)
sizes = st.integers(0, 12)
operation = st.one_of(
    st.tuples(st.sampled_from(["exists", "read_bytes", "flush_folder", "unlink"]), names),
    st.tuples(st.sampled_from(["create", "open"]), names),
    # Folders are not renamed, nor a file put in the place of its own: the store never asks for either.
    st.tuples(st.just("make_folder"), st.sampled_from(["folder", "inner", "a/c", "folder/b/c"])),
    st.tuples(st.just("replace"), st.sampled_from(["a", "b", "folder/b"]), names).filter(
        lambda drawn: drawn[1:] != ("folder/b", "folder")
    ),
    st.tuples(st.just("write"), places, st.binary(min_size=1, max_size=9)),
    st.tuples(st.just("truncate"), places, sizes),
    st.tuples(st.just("pread"), places, sizes, sizes),
    st.tuples(st.sampled_from(["size", "fsync", "lock", "close"]), places),
)


def answers(disk: Disk, root: Path, operations: Sequence[tuple[object, ...]]) -> list[object]:
    """What the disk gives for each operation, an errno where it refuses; descriptors by their places."""
    given: list[object] = []
    descriptors: list[int] = []
    for name, subject, *rest in operations:
        first: Any = root / str(subject)
        if isinstance(subject, int):
            if subject >= len(descriptors):
                continue
            first = descriptors[subject]
        others = [root / other if isinstance(other, str) else other for other in rest]
        try:
            answer = getattr(disk, str(name))(first, *others)
        except OSError as error:
            given.append((name, error.errno))
            continue
        if name in ("create", "open"):
            descriptors.append(answer)
            answer = "opened"
        elif name == "close":
            descriptors.remove(first)
        given.append((name, answer))
    for descriptor in descriptors:
        disk.close(descriptor)
    return given


@given(st.lists(operation, max_size=40))
def test_any_operations_are_answered_alike(operations: list[tuple[object, ...]]) -> None:
    made: list[tuple[object, ...]] = [("make_folder", "folder"), *operations]
    with TemporaryDirectory() as folder:
        real = answers(RealDisk(), Path(folder), made)
    virtual = VirtualDisk(Random(0), lambda path, content: None)
    virtual.make_folder(Path("/machine"))
    assert answers(virtual, Path("/machine"), made) == real
