"""The leaders' pages: devices, printers, papers, reports, and the agents that print elsewhere."""
