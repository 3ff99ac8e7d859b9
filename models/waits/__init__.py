"""How long it will take: the queue's own rule, played forward from where the hall stands."""
