"""Scenario files: what a world is made from. Read and checked here, turned into records here, stored elsewhere.

``load`` reads and reports all mistakes at once, ``schema`` is the format, ``check`` the references inside a
file, ``build`` makes records, ``library`` knows the shipped ones. pydantic and PyYAML are imported by
``load``'s functions only, so that nothing else pays for them.
"""
