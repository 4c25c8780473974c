"""Forms (modulistica): what they ask, how an answer is looked at, what a filled-in one becomes."""
