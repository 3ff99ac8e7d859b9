"""What everything stands on: tables, the clock, refusals, and the one commit of the house."""
