"""The officer's console: its page, its acts, and the state that it shows."""
