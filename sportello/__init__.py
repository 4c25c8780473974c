"""Sportello: the desk of a customer-service operator."""

__version__ = "0.1.0"
