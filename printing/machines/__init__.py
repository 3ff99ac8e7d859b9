"""Printers: how they are reached, how they fare, and the spooler that feeds them."""
