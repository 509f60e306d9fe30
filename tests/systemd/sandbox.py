"""Run a program under the unit's filter of system calls, as systemd does it: with libseccomp.

    python -m tests.systemd.sandbox PROGRAM ARGUMENTS...

What is not allowed fails with EPERM. Memory is never writable and executable at once
(MemoryDenyWriteExecute), and sockets are of the families that the unit names. The rest of the sandbox
(mounts, users, devices) needs a running systemd.
"""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import socket
import sys

from tests.systemd.unit import UNIT, allowed_calls, settings

LIBRARY = "libseccomp.so.2"
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_EQUAL, _MASKED_EQUAL = 4, 7
_WRITE, _EXEC, _SHM_EXEC = mmap.PROT_WRITE, mmap.PROT_EXEC, 0o100000


class _Compare(ctypes.Structure):
    """scmp_arg_cmp: the argument, how it is compared, and with what."""

    _fields_ = (
        ("arg", ctypes.c_uint),
        ("op", ctypes.c_int),
        ("first", ctypes.c_uint64),
        ("second", ctypes.c_uint64),
    )


class _Filter:
    def __init__(self) -> None:
        self._library = ctypes.CDLL(LIBRARY)
        self._library.seccomp_init.restype = ctypes.c_void_p
        self._context = ctypes.c_void_p(self._library.seccomp_init(ctypes.c_uint32(_ERRNO | errno.EPERM)))

    def rule(self, action: int, call: str, *compares: _Compare) -> None:
        """Add a rule; calls that this architecture doesn't have are left out."""
        number = self._library.seccomp_syscall_resolve_name(call.encode())
        if number < 0:
            return
        array = (_Compare * len(compares))(*compares)
        given = (self._context, ctypes.c_uint32(action), number, len(compares), array)
        if self._library.seccomp_rule_add_array(*given) != 0:
            raise OSError(f"no rule for {call}")

    def load(self) -> None:
        """Put it into force for this process and all that come from it."""
        if self._library.seccomp_load(self._context) != 0:
            raise OSError("the filter can't be loaded")


def confine() -> None:
    """Put the unit's filter into force."""
    unit, made = settings(UNIT.read_text(encoding="utf-8")), _Filter()
    conditional = {"mmap", "mprotect", "pkey_mprotect", "shmat", "socket", "clone3"}
    for call in sorted(allowed_calls(unit["SystemCallFilter"]) - conditional):
        made.rule(_ALLOW, call)
    assert unit["MemoryDenyWriteExecute"] == ["yes"]
    for wanted in (0, _WRITE, _EXEC):
        made.rule(_ALLOW, "mmap", _Compare(2, _MASKED_EQUAL, _WRITE | _EXEC, wanted))
    for call in ("mprotect", "pkey_mprotect"):
        made.rule(_ALLOW, call, _Compare(2, _MASKED_EQUAL, _EXEC, 0))
    made.rule(_ALLOW, "shmat", _Compare(2, _MASKED_EQUAL, _SHM_EXEC, 0))
    for family in unit["RestrictAddressFamilies"][0].split():
        made.rule(_ALLOW, "socket", _Compare(0, _EQUAL, getattr(socket, family), 0))
    made.rule(_ERRNO | errno.ENOSYS, "clone3")  # its flags can't be looked at: RestrictNamespaces denies it
    made.load()


if __name__ == "__main__":
    confine()
    os.execv(sys.argv[1], sys.argv[1:])
