"""How the programs are doing: figures, lines of the log, what was slow. No domain words and no personal data.

Anything above counts here (`meters.py`), names what it works on (`current.py`), and a program's figures are kept as
files of the home (`keeping.py`), which whoever shows them reads together. Nothing starts at import: no thread, no file
and no connection, so that programs may be forked from one that has imported everything.
"""
