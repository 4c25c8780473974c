"""Complaints: the register, their stages, replies, remedies, bodies beyond us, what was learned, the annual report."""
