"""Orders from elsewhere: files of other systems in, typed orders out, row by row."""
