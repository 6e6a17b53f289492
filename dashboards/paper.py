"""Paper: a page of HTML printed as PDF by a browser of the Chromium family that is installed on this machine.

Belongs here: finding the browser and running it, with no way to any network. Does not belong here: what is printed.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
# Charts are drawn one after another; this is the browser's own clock, which runs ahead when nothing happens.
TIME_TO_DRAW = 60_000
LONGEST_SECONDS = 300
OFFLINE = (
    "--host-resolver-rules=MAP * ~NOTFOUND", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--no-pings",
)  # fmt: skip


class PaperError(Exception):
    """A page cannot be printed; the message is one line."""


def print_page(page: Path, pdf: Path) -> None:
    """Print a page of this machine into a PDF, as its style says for paper; what was there before goes only then.

    Raises PaperError where there is no browser or it prints nothing, and OSError where the PDF cannot be written.
    """
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise PaperError("No browser that can print was found; install Chromium, or print the area's page of the site.")
    with tempfile.TemporaryDirectory() as profile:
        printed = Path(profile) / "printed.pdf"
        command = [
            browser, "--headless", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={profile}", *OFFLINE,
            *(["--no-sandbox"] if os.name == "posix" and os.geteuid() == 0 else []),
            f"--virtual-time-budget={TIME_TO_DRAW}", "--no-pdf-header-footer",
            f"--print-to-pdf={printed}", page.as_uri(),
        ]  # fmt: skip
        try:
            subprocess.run(command, capture_output=True, check=False, timeout=LONGEST_SECONDS)
        except subprocess.TimeoutExpired:
            raise PaperError(f"{Path(browser).name} did not print the page within {LONGEST_SECONDS} s.") from None
        if not printed.is_file():
            raise PaperError(f"{Path(browser).name} printed nothing; print the area's page of the site.")
        shutil.move(printed, pdf)
