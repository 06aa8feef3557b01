"""By which an account knows call records: of each its name, 64 bits of its id, and its check, 30 of its contents.

As scripts take them, and Redis keeps them, both are one mark of 16 characters, six bits each, from "0" to "o". The
first bits of a name are its last characters: these choose the set that it is kept in, so that all others are left to
tell it from those that are kept with it.
"""

import re
import zlib
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from store.texts import together, written

Names = npt.NDArray[np.uint64]

MARK = 16
"""Characters of a name and a check as a script takes them."""
_LOW, _CHECK = 46, 30
"""Bits of a name that choose no set, and of a check."""
_SPREAD = ((8, 0x0000000000FFFFFF), (4, 0x00000FFF00000FFF), (2, 0x003F003F003F003F))
_ZEROS = 0x3030303030303030
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LENGTH, _BYTES, _DASHES = 36, 16, (8, 13, 18, 23)
_ODD = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0xD6E8FEB86659FD93)
"""Odd numbers without a pattern in their bits."""


def names_of(ids: Any, guids: Any) -> Any:
    """A name for each id, of nothing but the id; `guids` as `guids_of` tells them.

    A GUID is random, or made so that there is no second; it is mixed by multiplications, so that each of its bits
    reaches the first ones of the name. Other ids are hashed. Neither has a secret, and needs none: whoever chooses an
    id for which another's name comes out has what choosing the other's id brings too, which is a repeat; and whoever
    makes many fall into one set makes it larger, not slower.
    """
    if not guids.null_count:
        return _mixed(guids)
    mixed = iter(_mixed(guids.drop_null()).to_pylist())
    found = [
        int.from_bytes(blake2b(each.encode(), digest_size=8).digest()) if guid is None else next(mixed)
        for each, guid in zip(ids.to_pylist(), guids.to_pylist(), strict=True)
    ]
    return pa.array(found, pa.uint64())


def checks_of(contents: Any, service: str) -> Any:
    """A check for each record of a service, of texts by which a repeat tells the same."""
    of_service = zlib.crc32(service.encode("utf-8", "replace"))
    told = [zlib.crc32(each, of_service) for each in contents.cast(pa.binary()).to_pylist()]
    return pc.bit_wise_and(pa.array(told, pa.uint64()), _u64((1 << _CHECK) - 1))


def mark_texts(names: Any, checks: Any) -> Any:
    """Each name and its check as a script takes them."""
    ids, told = names.to_numpy(), checks.to_numpy()
    halves = np.empty((len(ids), 2), "<u8")
    halves[:, 0] = _spelled(ids & np.uint64((1 << _LOW) - 1))
    halves[:, 1] = _spelled(ids >> np.uint64(_LOW) | told << np.uint64(64 - _LOW))
    return pa.Array.from_buffers(pa.binary(MARK), len(ids), [None, pa.py_buffer(halves)])


def contents_of(micros: Any, starts: Any, destinations: Any) -> Any:
    """What a record says that brings its amount."""
    return pc.binary_join_element_wise(written(micros), written(starts), destinations, " ")


def contents_of_calls(calls: Any) -> Any:
    """What the records of a batch of `store.calls.SCHEMA` say themselves, whatever price they are given."""
    own = written(calls["own_micros"]).fill_null("-")
    numbers = written(calls["start_ms"]), written(calls["duration_s"]), own
    return pc.binary_join_element_wise(calls["service"], *numbers, calls["number"], calls["destination"], " ")


def guids_of(ids: Any) -> Any:
    """The 16 bytes of each id that is a GUID in lower case, null for others."""
    packed = _all_guids(ids)
    if packed is not None:
        return pa.Array.from_buffers(pa.binary(_BYTES), len(ids), [None, pa.py_buffer(packed)])
    found = [bytes.fromhex(each.replace("-", "")) if _GUID.fullmatch(each) else None for each in ids.to_pylist()]
    return pa.array(found, pa.binary(_BYTES))


def bytes_of(guids: Any) -> Any:
    """One behind the other, none of them null."""
    return guids.buffers()[1].slice(guids.offset * _BYTES, len(guids) * _BYTES)


def _all_guids(ids: Any) -> bytes | None:
    """The same of ids that all are GUIDs, at a tenth of the cost, else None."""
    length = pc.min_max(pc.binary_length(ids)).as_py()
    if length != {"min": _LENGTH, "max": _LENGTH}:
        return None
    joined, count = together(ids), len(ids)
    digits = joined.replace(b"-", b"")
    if len(digits) != 2 * _BYTES * count or digits != digits.lower():
        return None
    if any(joined[at::_LENGTH] != b"-" * count for at in _DASHES):
        return None
    try:
        return bytes.fromhex(digits.decode())
    except ValueError:
        return None


def _spelled(bits: Names) -> Names:
    """48 bits as eight characters, the lowest first."""
    for shift, mask in _SPREAD:
        low = bits & np.uint64(mask)
        bits = low | (bits ^ low) << np.uint64(shift)
    return bits + np.uint64(_ZEROS)


def _mixed(guids: Any) -> Any:
    """64 bits of each GUID; no two that differ in one half only come to the same."""
    halves = pa.Array.from_buffers(pa.uint64(), 2 * len(guids), [None, bytes_of(guids)])
    pairs = pa.FixedSizeListArray.from_arrays(halves, 2)
    bits = _stirred(pc.list_element(pairs, 0), _ODD[0])
    return _stirred(_stirred(pc.add(bits, pc.list_element(pairs, 1)), _ODD[1]), _ODD[2])


def _stirred(bits: Any, odd: int) -> Any:
    """One for one: each bit reaches those above it, and these the ones below."""
    product = pc.multiply(bits, _u64(odd))
    return pc.bit_wise_xor(product, pc.shift_right(product, _u64(32)))


def _u64(number: int) -> Any:
    return pa.scalar(number, pa.uint64())
