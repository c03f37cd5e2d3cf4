"""Live events: what happens in the city, streamed to whoever may see it. No Django here, but for the door `api`."""
