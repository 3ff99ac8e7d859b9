"""The rules of the queue: numbers given, called, served, sent on and given up."""
