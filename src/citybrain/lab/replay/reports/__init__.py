"""What a replay reports: counted from the files, asked of the city, compared with what the source says."""
