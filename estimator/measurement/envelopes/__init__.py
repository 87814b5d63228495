"""Files to the events of CloudTrail in them, whatever carries these: the step before counting.

`documents` splits bytes into JSON documents, `tables` reads rows of CSV and Parquet, `walk` goes
through each to what is an event, `rows` reads events whose fields are flattened or texts, and
`recognition` says in words what is none.
"""
