"""What the house says: its languages, and every refusal as a sentence."""
