"""SQLite where writers take turns: Django's own backend, except for how a write transaction waits to begin."""
