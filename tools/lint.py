"""Run every static check, all of them even if one fails, and say at the end which did not pass."""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = Path(sys.executable).parent
CODE = [
    "accounts",
    "alerts",
    "benchmarks",
    "core",
    "deploy/answers.py",
    "letters",
    "opportunities",
    "procurement_portal",
    "vendors",
    "tests",
    "tools",
]


def checks() -> dict[str, list[str]]:
    """Name each check and give its command; a check of files that do not exist is left out."""
    found = {
        "style": ["ruff", "check", "."],
        "layout": ["ruff", "format", "--check", "."],
        "types": ["mypy", *(name for name in CODE if (ROOT / name).exists())],
        "imports": ["lint-imports"],
    }
    if templates := sorted(str(path.relative_to(ROOT)) for path in _templates()):
        found["templates"] = ["djade", "--target-version", "5.2", "--check", *templates]
    if (ROOT / "docker-compose.yml").exists():
        schema = "vendor.compose-spec"
        found["compose file"] = [
            "check-jsonschema",
            "--builtin-schema",
            schema,
            "docker-compose.yml",
        ]
    if (ROOT / "Dockerfile").exists():
        found["Dockerfile"] = ["hadolint", "Dockerfile"]
    return found


def main() -> int:
    failed = [name for name, command in checks().items() if not passes(name, command)]
    print(f"\nFailed: {', '.join(failed)}" if failed else "\nAll static checks passed.", flush=True)
    return 1 if failed else 0


def passes(name: str, command: list[str]) -> bool:
    print(f"\n=== {name}: {' '.join(command[:3])} ===", flush=True)
    started = time.monotonic()
    code = subprocess.run([PROGRAMS / command[0], *command[1:]], cwd=ROOT, check=False).returncode
    print(
        f"{'passed' if code == 0 else 'FAILED'} in {time.monotonic() - started:.1f} s", flush=True
    )
    return code == 0


def _templates() -> list[Path]:
    folders = [ROOT / "templates", *ROOT.glob("*/templates")]
    return [path for folder in folders for path in folder.rglob("*.html")]


if __name__ == "__main__":
    sys.exit(main())
