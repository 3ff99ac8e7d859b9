"""What time does to data: days end, people are forgotten, the schema moves on."""
