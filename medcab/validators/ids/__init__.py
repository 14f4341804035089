"""Russian identifiers: one a module, the same few functions everywhere.

    >>> from medcab.validators.ids import snils
    >>> snils.validate("112-233-445 95")
    '112-233-445 95'
    >>> snils.is_valid("112-233-454 95")
    False

Every module has ``compact``, ``validate``, ``is_valid``, ``format`` and ``components``;
:mod:`medcab.validators.ids.registry` finds a module by the name of its kind.
"""
