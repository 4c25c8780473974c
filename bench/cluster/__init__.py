"""Several machines on one: hosts in network namespaces, with the configuration of docs/operations/cluster."""
