"""The parts of the probe that read PDF. Imported only in workers: pikepdf comes with them."""
