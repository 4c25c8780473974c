"""Known faults: one event many ask about, told to each once, shown on the portal's status page."""
