"""What the hall does by itself: one form for all of it, and the processes that help."""
