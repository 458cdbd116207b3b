"""Which environment variables the settings read, found in their source so that nothing is listed twice."""

import ast
import os
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = ROOT / "procurement_portal" / "settings.py"


def variables_read_by(source: str) -> set[str]:
    """Return the names in calls such as ``env("A")``, ``env.int("A")`` and ``os.environ.get("A")``."""
    return set(_names(ast.parse(source)))


def forget_settings(*, keep: frozenset[str] = frozenset()) -> None:
    """Drop this shell's own settings, ``NAME`` and ``NAME_FILE``, so that they cannot change a test."""
    for name in variables_read_by(SETTINGS.read_text()) - keep:
        os.environ.pop(name, None)
        os.environ.pop(f"{name}_FILE", None)


def _names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=function, args=[ast.Constant(value=str(name)), *_]) if (
                _reads_environment(function)
            ):
                yield name
            case ast.Subscript(value=holder, slice=ast.Constant(value=str(name))) if (
                _is_environment(holder)
            ):
                yield name


def _reads_environment(function: ast.expr) -> bool:
    match function:
        case ast.Attribute(value=holder):
            return _is_environment(holder)
        case ast.Name(id="env" | "getenv"):
            return True
    return False


def _is_environment(holder: ast.expr) -> bool:
    return ast.unparse(holder) in {"env", "os.environ"}
