"""`sportello load`: an organisation filled with as many tickets as one likes, every row as the product would have
written it, so that one's own machine is tried at one's own size (docs/operations/load.md).

    words, lexemes   what is said, and its search vectors without asking PostgreSQL for each
    lines            rows as lines of COPY, their columns checked against the models
    office, promises what the rows of one organisation need to know: kinds, people, mailboxes; terms and their moments
    life, events     one ticket from its opening on, row by row; what the journal says of it
    chunk            some hundred tickets in one transaction
    running          the whole, by several processes
    checking         what was made compared with what the product makes
"""
