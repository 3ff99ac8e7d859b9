"""The roof: the front door, officers, supervisors, admins, sockets and configuration."""
