"""Paper that was promised: print jobs, printers, print agents and outages."""
