"""The shell around every request: who, which language, how large, how long, and one shape for everything refused."""
