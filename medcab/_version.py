"""The version, on its own so that ``medcab --version`` needs nothing else."""

__version__ = "0.1.0"
