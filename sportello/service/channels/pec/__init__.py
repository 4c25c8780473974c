"""Certified e-mail (PEC): receipts bound to what we sent, what they prove, and the proof to download."""
