"""Web Push: what a push service is handed (RFC 8030), sealed for the browser (RFC 8291), signed by us (RFC 8292)."""
