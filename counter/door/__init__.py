"""Who may come in: signing in, pairing, permissions, and what keeps strangers out."""
