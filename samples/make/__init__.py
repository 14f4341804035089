"""The maker of the sample packages: ``python -m samples.make``."""
