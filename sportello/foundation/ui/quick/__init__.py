"""Templates drawn in a third of the time: the same templates, the same words of Django's language, the same result.

Django reads a template into a tree of nodes and, for every page, walks it: each variable is looked up through every
layer of the context with each way of failing tried in turn, each sentence is translated again. Here the tree is made
ready once a language when it is first drawn (`tree.py`): neighbouring text is one piece, sentences and addresses that
do not change are text, what is looked up goes straight (`values.py`). What is not known here is drawn by Django's node.
"""
