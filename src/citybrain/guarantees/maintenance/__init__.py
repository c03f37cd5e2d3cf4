"""Keeping a city alive: backups that are proved, restoring them, and how much room is left."""
