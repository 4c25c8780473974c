"""Fetching mail that waits in a provider's mailbox, by IMAP or POP3: everything is stored, once, and nothing is
touched there unless the administrator chose so."""
