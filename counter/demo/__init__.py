"""The example mall and the day that plays itself in it."""
