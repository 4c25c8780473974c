"""Forwarding to competent offices, inside the house and outside."""
