"""Scenario files: what a world is made from. Read and checked here, turned into records here, stored elsewhere.

``load`` reads, ``schema`` is the format, ``findings`` and ``check`` find every mistake at once (in the format,
in the references), ``build`` makes records, ``library`` knows the shipped ones. PyYAML and msgspec are imported
by ``load``'s functions only, so that nothing else pays for them.
"""
