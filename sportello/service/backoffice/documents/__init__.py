"""Documents of the back office: letters and other paper of a ticket, what makes them readable, and their evidence."""
