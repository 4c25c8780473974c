"""Whether the installation does well: figures read from the database, alarms, and what is ready to serve."""
