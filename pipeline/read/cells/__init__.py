"""What stands in cells: numbers as people write them, codes, dates, totals, and personal data that is left out."""
