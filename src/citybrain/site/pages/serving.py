"""Serves the pages that `web/` was built into: three entries, and the files they name by their content's hash."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit
from wsgiref.headers import Headers

from django.conf import settings
from django.http import HttpRequest, HttpResponse

NOT_BUILT = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>CityBrain</title>
<body style="font:16px/1.7 system-ui;max-width:40rem;margin:15vh auto;padding:0 1rem">
<h1>页面尚未构建 · The pages are not built</h1>
<p>运行 <code>make web</code> 后刷新本页；接口不受影响。</p>
<p lang="en">Run <code>make web</code> and reload this page; the API is not affected.</p></body></html>"""
ENTRIES = {"": "index.html", "console": "console.html", "portal": "portal.html"}
"""The first part of an address, and the page that answers for everything below it."""
EARLY = "early.json"
"""What the build says about pages that people wait for: an address, its modules, styles and first questions."""


def content_security_policy() -> str:
    """Only what this platform serves itself, and the stream of live events."""
    live = urlsplit(settings.LIVE_URL)
    hosts = [f"{live.scheme}://{live.netloc}"]
    if live.hostname == "127.0.0.1":
        hosts.append(f"{live.scheme}://localhost:{live.port}")
    return "; ".join((
        "default-src 'self'",
        f"connect-src 'self' {' '.join(hosts)}",
        "img-src 'self' data: blob:",
        "style-src 'self' 'unsafe-inline'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ))  # fmt: skip


def add_headers(headers: Headers, path: str, url: str) -> None:
    """What whitenoise adds to each file: a worker lives under the policy that its own file came with."""
    headers["Content-Security-Policy"] = content_security_policy()


def with_early(page: bytes, path: str) -> bytes:
    """The page with what its address will need named in its head, so that it is asked for at once and not in turns."""
    return page.replace(b"</head>", early_links(path).encode() + b"</head>", 1)


def early_links(path: str) -> str:
    """Links for the first line of the build's `early.json` that means the address; "" where there is none."""
    try:
        lines = json.loads((Path(settings.PAGES_DIR) / EARLY).read_bytes())
    except FileNotFoundError:
        return ""
    for line in lines:
        if means(line["path"], path):
            return "".join([
                *(f'<link rel="modulepreload" crossorigin href="{one}">' for one in line["modules"]),
                *(f'<link rel="preload" as="style" crossorigin href="{one}">' for one in line["styles"]),
                *(f'<link rel="preload" as="fetch" crossorigin href="{one}">' for one in line["asks"]),
            ])  # fmt: skip
    return ""


def means(pattern: str, path: str) -> bool:
    """Whether a pattern means a path: `*` is one part of it, `**` at the end whatever follows."""
    wanted, parts = pattern.strip("/").split("/"), path.strip("/").split("/")
    if wanted[-1] == "**":
        wanted = wanted[:-1]
        parts = parts[: len(wanted)]
    return len(wanted) == len(parts) and all(one in ("*", part) for one, part in zip(wanted, parts, strict=True))


def show_page(request: HttpRequest, entry: str = "") -> HttpResponse:
    """The page of an entry, whatever stands behind it in the address: routes inside it are its own."""
    path = Path(settings.PAGES_DIR) / ENTRIES[entry]
    try:
        answer = HttpResponse(with_early(path.read_bytes(), request.path))
    except FileNotFoundError:
        answer = HttpResponse(NOT_BUILT, status=503)
    answer["Content-Security-Policy"] = content_security_policy()
    answer["Cache-Control"] = "no-cache"
    return answer
