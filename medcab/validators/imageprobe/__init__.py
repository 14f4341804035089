"""The parts of the probe that read image files. Imported only in workers: Pillow comes along."""
