"""The key that signs cookies, in a file of its own beside the database."""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

KEY_FILE: Final = "secret.key"
KEY_BYTES: Final = 32


class KeyBroken(Exception):
    """A file is no key that signs cookies; the message goes on after the file's name."""


def secret_key(data_dir: Path) -> bytes:
    """Return the key that signs cookies, made at the first start and readable by us alone.

    Raises KeyBroken when what is there is none.
    """
    path = data_dir / KEY_FILE
    if not path.exists():
        handle, draft = tempfile.mkstemp(dir=data_dir, prefix=f"{KEY_FILE}.")
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            # A power cut must not leave the name of a key without the key.
            os.fsync(file.fileno())
        # A second process that starts now finds no file or a whole one, and the first one stays.
        with suppress(FileExistsError):
            os.link(draft, path)
        Path(draft).unlink()
    return sound_key(path)


def sound_key(path: Path) -> bytes:
    """Return the key in the file `path`. Raises KeyBroken when there is none in it."""
    if not path.exists():
        raise KeyBroken("is not there")
    # A device file would be read without end.
    if not path.is_file():
        raise KeyBroken(f"is no file, and a key is a file of {KEY_BYTES} bytes")
    try:
        with path.open("rb") as file:
            key = file.read(KEY_BYTES)
            size = os.fstat(file.fileno()).st_size
    except OSError as error:
        raise KeyBroken(f"cannot be read: {error.strerror}") from error
    if size != KEY_BYTES:
        raise KeyBroken(f"holds {size} bytes, and a key has {KEY_BYTES}")
    return key
