"""Replies and decisions that wait for the approval of others."""
