"""Call records from files: recognised by their content, read in blocks of columns, refused line by line."""
