"""What a browser gets: the built pages of `web/`, and the facts about this platform that every page needs."""
