"""Names this process so that others can tell whether it still lives."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from uuid import uuid4


def this_process() -> str:
    """Return a name that no other process bears, now or after a restart of the machine."""
    facts = [_machine(), _boot(), _namespace(), os.getpid(), _began(os.getpid()), uuid4().hex[:8]]
    return json.dumps(facts)


def lives(name: str, *, one_machine: bool) -> bool | None:
    """Tell whether the process `name` lives; None when that cannot be seen from here.

    Where all are on `one_machine`, as those that share a file are, none outlives a restart of it.
    """
    try:
        machine, boot, namespace, pid, began, _ = json.loads(name)
    except ValueError:
        return None
    if not boot or not _boot():
        return None
    if boot != _boot():
        restarted = one_machine or (machine != "" and machine == _machine())
        return False if restarted else None
    if namespace != _namespace():
        return None  # In another container of this machine.
    seen = _began(pid)
    return None if not seen and _is_foreign(pid) else bool(seen == began)


def _machine() -> str:
    # The system asks that its own name of the machine be kept to itself.
    name = _text(Path("/etc/machine-id"))
    return hashlib.sha256(f"balai {name}".encode()).hexdigest()[:16] if name else ""


def _boot() -> str:
    return _text(Path("/proc/sys/kernel/random/boot_id"))


def _namespace() -> str:
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""


def _began(pid: int) -> str:
    """When the process began, in the system's own count; process ids come back, this does not."""
    fields = _text(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    if not fields or fields[0] in "ZX":  # Dead, and only not yet forgotten.
        return ""
    return fields[19]


def _is_foreign(pid: int) -> bool:
    """Whether the process belongs to somebody whose processes may be hidden from us."""
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except ProcessLookupError:
        return False
    return False


def _text(path: Path) -> str:
    try:
        return path.read_text("ascii", errors="replace").strip()
    except OSError:
        return ""
