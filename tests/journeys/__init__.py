"""What a person does, in a real Chromium on a started platform: `make test`, or alone `pytest tests/journeys`."""
