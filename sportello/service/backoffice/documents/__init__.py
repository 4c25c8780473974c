"""Documents of the back office: what makes a letter readable, and what the protocol of other offices says of it."""
