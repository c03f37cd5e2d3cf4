"""The cockpit (驾驶舱): the city in one picture, drawn from declared scenes, and every number of it open to a question.

A scene is a grid of elements that a pack declares in `screen.yaml`. One answer holds the data of all its elements, now
or as it was known at a moment: the numbers in one query over the indicators, cases and alarms in one look at the lake.
A leader's question about a number becomes a supervised case of whoever answers for it.
"""
