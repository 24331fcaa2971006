#!/bin/sh
# Print the path of a Chromium for the browser tests: the one named in CHROMIUM, one that is installed, or one
# installed now (by Playwright, else by Debian's package manager where that is allowed). Messages go to stderr.
set -u

if [ -n "${CHROMIUM:-}" ] && [ -x "$CHROMIUM" ]; then
    echo "$CHROMIUM"
    exit 0
fi

find_one() {
    for name in chromium chromium-browser google-chrome google-chrome-stable chrome; do
        command -v "$name" && return 0
    done
    "${PYTHON:-python3}" - <<'PY' 2>/dev/null
import os, sys
from playwright.sync_api import sync_playwright

with sync_playwright() as playwright:
    path = playwright.chromium.executable_path
if not os.path.exists(path):
    sys.exit(1)
print(path)
PY
}

find_one && exit 0
echo "No Chromium found; installing one for the browser tests." >&2
timeout 300 "${PYTHON:-python3}" -m playwright install chromium >&2 2>&1 || true
find_one && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    { apt-get update -q && apt-get install -y -q chromium; } >&2 2>&1
    find_one && exit 0
fi
echo "No Chromium could be installed: the browser tests will fail. Install one and set CHROMIUM to its path." >&2
exit 0
