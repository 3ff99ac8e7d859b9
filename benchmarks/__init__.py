"""How fast the house is, as ratios against a floor measured on the same machine."""
