"""Files that people write: config.toml and the catalogue, read, checked, filled in, given back."""
