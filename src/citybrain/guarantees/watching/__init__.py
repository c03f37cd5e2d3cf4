"""Watching the platform itself: each part with how it stands, since when, and what to do."""
