"""Facts: what happened in the city, in append-only tables of the lake, as known at any moment.

An app declares its tables and views in a `facts.py`; whoever computes opens `lake(...)` and asks in SQL.
"""
