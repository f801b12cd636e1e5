"""Names of communities and subdistricts: spellings that mean the same, names that two places share, near names."""
