"""What happened and who did it: events, their actors, and what is live because of them."""
