"""The figures as tables for people and as JSON for programs."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.comparing import Pair
from benchmarks.measuring import Result

HEAD = (
    "question", "size", "median", "p99", "CPU", "kept", "queries", "pages", "slowest", "growth", "of SQL", "of page",
)  # fmt: skip
WIDTHS = (38, 10, 8, 8, 8, 8, 8, 8, 8, 7, 7, 7)


def head() -> str:
    return _line(HEAD)


def line(result: Result) -> str:
    return _line(_cells(result))


def _cells(result: Result) -> tuple[str, ...]:
    return (
        result.question,
        f"{result.size:,}",
        _ms(result.anew.wall),
        _ms(result.anew.p99),
        _ms(result.anew.cpu),
        _ms(result.kept.wall),
        str(result.queries),
        "-" if result.pages is None else f"{result.pages:,}",
        _ms(result.slowest),
        f"{result.growth:.2f}",
        f"{result.orm / result.by_hand:.2f}" if result.orm and result.by_hand else "-",
        f"{result.anew.cpu / result.bare.cpu:.2f}" if result.bare.took else "-",
    )


def pairs_table(pairs: Iterable[Pair]) -> str:
    lines = [
        f"{'CPU a request':<28}{'plain':>9}{'kept':>9}{'anew':>9}{'cold':>9}{'kept/plain':>12}{'bar':>6}"
    ]
    for pair in pairs:
        times = "".join(f"{_ms(s.cpu):>9}" for s in (pair.plain, pair.kept, pair.anew, pair.cold))
        lines.append(f"{pair.name:<28}{times}{pair.ratio(pair.kept):>12.2f}{pair.bar:>6}")
    return "\n".join(lines)


def _line(cells: Iterable[str]) -> str:
    first, *others = zip(cells, WIDTHS, strict=True)
    return f"{first[0]:<{first[1]}}" + "".join(f"{cell:>{width}}" for cell, width in others)


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f}"


def as_json(result: Result) -> dict[str, Any]:
    return {
        "question": result.question,
        "size": result.size,
        "database": result.vendor,
        "median_ms": result.anew.wall * 1000,
        "p99_ms": result.anew.p99 * 1000,
        "cpu_ms": result.anew.cpu * 1000,
        "kept_median_ms": result.kept.wall * 1000,
        "queries": result.queries,
        "database_pages": result.pages,
        "slowest_statement_ms": result.slowest * 1000,
        "slowest_statement": result.slowest_sql,
        "growth": result.growth,
        "orm_ms": result.orm and result.orm * 1000,
        "by_hand_ms": result.by_hand and result.by_hand * 1000,
        "same_page_without_database_cpu_ms": result.bare.took and result.bare.cpu * 1000,
        "bytes": result.size_of_body,
    }


def write(path: Path, found: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found, indent=1, default=str))
