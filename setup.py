"""Builds the native core where there is a C compiler; everything works without it (docs/decisions/0010).

The core is a plain shared library for ctypes: it needs no Python headers, and one build serves every Python. So its
file has a plain name, and a wheel that holds it is tagged for the platform but for any Python 3.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_ext import build_ext

NATIVE = Path("src/claimwright/x12/native")
LIBRARY = "_core.dll" if sys.platform == "win32" else "_core.so"
IS_MICROSOFT = sys.platform == "win32" and not os.environ.get("CC")


class BuildLibrary(build_ext):
    """Builds a library for ctypes instead of a Python extension; says so and goes on when it cannot."""

    def get_ext_filename(self, fullname: str) -> str:
        """`claimwright.x12.native._core` → `claimwright/x12/native/_core.so`, whatever Python this is."""
        return str(Path(*fullname.split(".")[:-1], LIBRARY))

    def get_export_symbols(self, ext: Extension) -> list[str]:
        """None to add: the library marks what it exports, and has no module to initialise."""
        return list(ext.export_symbols)


class TagWheel(bdist_wheel):
    """`py3-none-<platform>` when the library was built, `py3-none-any` when it was not."""

    def run(self) -> None:
        """Build first: the tag depends on what came of it."""
        self.run_command("build")
        super().run()

    def get_tag(self) -> tuple[str, str, str]:
        """The tag, by what is there."""
        _, _, platform = super().get_tag()
        build = self.get_finalized_command("build_ext")
        is_built = (Path(build.build_lib) / build.get_ext_filename("claimwright.x12.native._core")).exists()
        return "py3", "none", platform if is_built else "any"


setup(
    ext_modules=[
        Extension(
            "claimwright.x12.native._core",
            sources=[str(NATIVE / "core.c")],
            depends=[str(path) for path in sorted(NATIVE.glob("*.[ch]"))],
            extra_compile_args=["/O2"] if IS_MICROSOFT else ["-std=c11", "-O3", "-fvisibility=hidden"],
            optional=True,
        )
    ],
    cmdclass={"build_ext": BuildLibrary, "bdist_wheel": TagWheel},
)
