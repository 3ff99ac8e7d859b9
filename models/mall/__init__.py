"""How a mall is made: its zones, desks, hours, services, people and devices."""
