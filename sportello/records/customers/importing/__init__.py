"""Lists brought in from elsewhere: reading the file, matching columns, taking lines, telling what became of each."""
