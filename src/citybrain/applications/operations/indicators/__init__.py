"""Indicators (指标): the numbers the city steers by, each declared, computed from the lake, and explained.

An indicator is a SELECT of rows and a way to add them up. The rows are what the number stands for: a late case, an hour
of a silent station. Rolling them up by region and organisation gives the numbers; asked why, the same SELECT runs again
on the lake as it stood, and its rows add up to what was shown.
"""
