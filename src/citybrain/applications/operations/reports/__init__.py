"""Reports (运行报告): what the city's numbers came to in a day or a week, for one region or one organisation.

A pack declares a report in `reports.yaml`: which indicators, in which sections. Built once its period is over, from
the stored values and nothing else, a report is kept as it was made; late data makes another version beside it. It is
read as a page, as a PDF and as a table, and every number in it names the values that it is.
"""
