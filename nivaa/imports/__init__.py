"""People and sessions from CSV files, as many lines as there are, in bounded memory.

columns.py   which columns each kind of file has, and how a cell is read
lines.py     a file's lines as records, or why one is none
spool.py     what was read, on disk: a line is sent as it was checked, whatever becomes of the file meanwhile
sending.py   check everything, then store everything
"""
