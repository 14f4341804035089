"""Rules about the form, by subject; :mod:`medcab.validators.form` gathers them."""
