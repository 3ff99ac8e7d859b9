"""The ticket's own page on the citizen's phone."""
