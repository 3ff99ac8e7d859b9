"""Catalogues for tests, read as check and run read them."""

from __future__ import annotations

from pathlib import Path

from counter.files.catalogue import Catalogue
from counter.files.catalogue_files import CatalogueFiles
from counter.files.problems import ConfigError


def load_catalogue(folder: Path) -> Catalogue:
    """Read every `*.toml` of `folder`; raises ConfigError with every problem of all files."""
    files = CatalogueFiles(folder)
    if files.problems:
        raise ConfigError(files.problems)
    return Catalogue(agencies=tuple(files.agencies))
