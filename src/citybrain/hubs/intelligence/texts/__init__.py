"""Text classification: what kind of matter a report is about, with a probability, learnt from labelled messages."""
