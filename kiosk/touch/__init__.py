"""The kiosk's screen: choosing services, taking a number, and the paper of it."""
