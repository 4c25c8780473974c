"""Whether a message comes from whom it names: what the provider says, or DKIM, SPF and DMARC asked by ourselves."""
