"""What the hall hears: sentences, the engine that speaks them, and whose turn it is to speak."""
