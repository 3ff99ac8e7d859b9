"""What keeps screens in step: lines, followers, topics, and the tail of the journal."""
