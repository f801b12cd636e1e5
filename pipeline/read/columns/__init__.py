"""Which column of a file is which of ours: usual names, what headings may say, guesses by values, and the evidence."""
