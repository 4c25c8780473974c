"""The web form's receive side: drafts kept on the server, counts at the door, the opening of the ticket."""
