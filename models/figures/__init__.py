"""What a day or a month came to, counted from the journal alone."""
