"""The citizen's room: taking a number, following it on a phone, saying how it went."""
