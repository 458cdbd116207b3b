"""The production shape, nginx in front: what its short cache serves, what is answered 304, what a visit weighs."""

import argparse
import http.client
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from playwright.sync_api import sync_playwright

from benchmarks import bars
from benchmarks.asking import Portal, listening
from benchmarks.databases import Databases
from tests.browser import ARGUMENTS, chromium
from tests.operating.production import NAME, Site, nginx_configuration, production_site
from tests.servers import HOST

PAGE = "/opportunities/"
CONDITIONAL = ("/", PAGE, f"{PAGE}?industry=goods", f"{PAGE}?q=network", f"{PAGE}changes.atom")
AS_VISITOR = {"Host": NAME, "X-Forwarded-Proto": "https"}
COMPRESSED = AS_VISITOR | {"Accept-Encoding": "gzip, deflate, br, zstd"}
PARTS_OF_PAGE = re.compile(r'(?:href|src)="(/static/[^"]+\.(?:css|js|svg))"')
ROUNDS, SECONDS, CONNECTIONS = 9, 2, 8
SCREENS = ((320, 640), (768, 1024), (1280, 800))
LISTINGS = 1000
# Sums up every shift that no visitor caused, from the first paint on.
SHIFTS = """
() => new Promise(tell => {
  let sum = 0;
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
  }).observe({type: "layout-shift", buffered: true});
  setTimeout(() => tell(sum), 1500);
})
"""


def measure_in_front(options: argparse.Namespace, found: dict[str, Any]) -> Iterator[bars.Missed]:
    """Measure behind nginx, note the figures in ``found`` and yield what was missed."""
    from benchmarks.running import say

    with production_site() as site:
        Databases("postgresql", {LISTINGS: site.postgres.url}).fill(LISTINGS, live_share=None)
        figures: dict[str, Any] = {}
        found["in front"] = figures
        if "cached" in options.parts:
            figures["rates"] = rates(site)
            figures["queries of a 304"] = queries_of_304()
        if "weight" in options.parts:
            figures["bytes"] = weight(site)
            figures["layout shift"] = shifts(site)
    for name, figure in figures.items():
        say(f"{name}: {figure}")
    yield from missed(figures)


def missed(figures: dict[str, Any]) -> Iterator[bars.Missed]:
    rate = figures.get("rates", {})
    if rate and rate["page of file"] < bars.OF_A_FILE:
        yield bars.Missed("cached page at 80% of a file's rate", f"{rate['page of file']:.2f}")
    for path, count in figures.get("queries of a 304", {}).items():
        if count != 1:
            yield bars.Missed("a 304 with one query", f"{path}: {count}")
    sizes = figures.get("bytes", {})
    if sizes and sizes["html"] > bars.HEAVIEST_PAGE:
        yield bars.Missed("list page at most 60 kB", f"{sizes['html']:,} bytes")
    if sizes and sizes["first visit"] > bars.HEAVIEST_VISIT:
        yield bars.Missed("first visit at most 80 kB", f"{sizes['first visit']:,} bytes")
    for screen, shift in figures.get("layout shift", {}).items():
        if shift:
            yield bars.Missed("no layout shift", f"{shift:.4f} at {screen}")


class Served(NamedTuple):
    """What nginx served under load: requests a second, and seconds of its own work for each."""

    rate: float
    cpu: float


def rates(site: Site) -> dict[str, float]:
    """Return requests a second for the cached page and for a file of its size, and the page's share of the
    file's rate: as counted, and as nginx's own work has it, from which neighbours take nothing."""
    if not shutil.which("wrk"):
        raise SystemExit("The program wrk is needed to measure rates: apt-get install wrk")
    (site.folder / "file.html").write_bytes(fetch(site, PAGE)[1])
    _serve_file(site)
    pairs = [(serve(site, PAGE), serve(site, "/file.html")) for _round in range(ROUNDS)]
    return {
        "page": median(page.rate for page, _file in pairs),
        "file": median(file.rate for _page, file in pairs),
        "page of file, as counted": median(page.rate / file.rate for page, file in pairs),
        "page of file": median(file.cpu / page.cpu for page, file in pairs),
    }


def serve(site: Site, path: str) -> Served:
    headers = [f"-H{name}: {value}" for name, value in AS_VISITOR.items()]
    address = f"http://{HOST}:{site.port}{path}"
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", *headers, address]
    before = _work_of_nginx(site)
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    work = _work_of_nginx(site) - before
    if "Non-2xx" in said:
        raise RuntimeError(said)
    rate, count = (
        re.search(pattern, said) for pattern in (r"Requests/sec:\s+([\d.]+)", r"(\d+) requests in")
    )
    assert rate, said
    assert count, said
    return Served(float(rate[1]), work / int(count[1]))


def _work_of_nginx(site: Site) -> float:
    """Return the seconds that its workers have been at work; those that a reload replaces come and go."""
    assert site.nginx
    of_master = Path(f"/proc/{site.nginx.pid}/task/{site.nginx.pid}/children").read_text()
    stats = [Path(f"/proc/{pid}/stat").read_text() for pid in of_master.split()]
    # After the name, in brackets, come the state and its numbers: the 12th and 13th are user's and system's time.
    ticks = sum(sum(map(int, stat.rpartition(")")[2].split()[11:13])) for stat in stats)
    return ticks / os.sysconf("SC_CLK_TCK")


def _serve_file(site: Site) -> None:
    """Let the same nginx serve a plain file, too."""
    configuration = nginx_configuration(site.folder, port=site.port, upstream_port=site.web_port)
    location = f"location = /file.html {{ root {site.folder}; }}\n\n        location = /livez {{"
    (site.folder / "nginx.conf").write_text(
        configuration.replace("location = /livez {", location, 1)
    )
    if site.nginx:
        site.nginx.send_signal(signal.SIGHUP)
    while fetch(site, "/file.html")[0] != 200:
        time.sleep(0.1)


def queries_of_304() -> dict[str, int]:
    """Return how many queries each page needs to say that it has not changed."""
    portal = Portal()
    counts = {}
    for path in CONDITIONAL:
        tag = portal.get(path).headers["ETag"]
        with listening() as heard:
            answer = portal.get(path, if_none_match=tag)
        counts[path] = len(heard) if answer.status == 304 else 99
    return counts


def weight(site: Site) -> dict[str, int]:
    """Return the bytes of the list, and of all that a first visit brings over the wire."""
    html = fetch(site, PAGE)[1]
    wire = fetch(site, PAGE, COMPRESSED)[2]
    parts = sorted(set(PARTS_OF_PAGE.findall(html.decode())))
    return {
        "html": len(html),
        "html on the wire": wire,
        **{part.rpartition("/")[2]: fetch(site, part, COMPRESSED)[2] for part in parts},
        "first visit": wire + sum(fetch(site, part, COMPRESSED)[2] for part in parts),
    }


def fetch(site: Site, path: str, headers: dict[str, str] = AS_VISITOR) -> tuple[int, bytes, int]:
    """Return status, body and the bytes of the whole answer."""
    connection = http.client.HTTPConnection(HOST, site.port, timeout=20)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        return answer.status, body, len(str(answer.headers)) + len(body)
    finally:
        connection.close()


def shifts(site: Site) -> dict[str, float]:
    """Return how far the list moves by itself on each screen, as Chromium counts it."""
    to_us = f"--host-resolver-rules=MAP {NAME} {HOST}"
    found = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=[*ARGUMENTS, to_us])
        for width, height in SCREENS:
            page = browser.new_page(
                viewport={"width": width, "height": height},
                extra_http_headers={"X-Forwarded-Proto": "https"},
            )
            page.goto(f"http://{NAME}:{site.port}{PAGE}")
            found[f"{width} × {height}"] = page.evaluate(SHIFTS)
        browser.close()
    return found
