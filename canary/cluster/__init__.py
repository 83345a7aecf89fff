"""
The only room that talks to the API server, and the only one that imports `kubernetes`.

Objects pass through it as plain dicts: models cost 600 ms of import and refuse what they do not know. Only
`client` and what stands behind it import the library (a quarter of a second), so import `kinds`, `patch` and
`reflector` freely and `client` where it is used.
"""
