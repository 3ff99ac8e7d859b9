"""The walls of the waiting areas: what they show, and their receipts."""
