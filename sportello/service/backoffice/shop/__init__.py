"""Requests to an on-line shop: withdrawal and guarantee, with the dates that follow from order and delivery."""
