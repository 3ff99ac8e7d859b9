"""Every no of the rules as a sentence, and as a page or problem+json."""
