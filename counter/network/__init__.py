"""What comes over the network: whose word counts, what is forged, and how much is too much."""
