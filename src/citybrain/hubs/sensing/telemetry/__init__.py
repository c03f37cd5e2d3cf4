"""Telemetry: readings after `sense` has stored them: asking for them, and moving them from hot segments to the lake."""
