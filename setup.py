"""Build the optional C extension; everything else is declared in pyproject.toml.

Without a compiler the extension is skipped and the package installs all the same.
"""

import sys
import sysconfig

from setuptools import Extension, setup

# Free-threaded builds have no stable ABI; PyPy has no limited API worth using.
abi3 = sys.implementation.name == "cpython" and not sysconfig.get_config_var("Py_GIL_DISABLED")

setup(
    ext_modules=[
        Extension(
            "medcab.signing.gost._streebog",
            sources=["medcab/signing/gost/_streebog.c"],
            define_macros=[("Py_LIMITED_API", "0x030b0000")] if abi3 else [],
            py_limited_api=abi3,
            extra_compile_args=[] if sys.platform == "win32" else ["-O3"],
            optional=True,
        )
    ]
    if abi3
    else [],
    options={"bdist_wheel": {"py_limited_api": "cp311"}} if abi3 else {},
)
