"""The steps of intake, in the order of `intake.py`: guards, machines, who, which ticket, words."""
