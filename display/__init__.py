"""The public's room: what the hall sees on its walls and hears from its loudspeakers."""
