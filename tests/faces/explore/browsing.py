"""A real page in a real browser: the command is started on a free port of this machine, Debian's Chromium looks at it."""

import os
import re
import shutil
import subprocess
import sys

import pytest

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
RUN = "from resynapse.faces.cli import main; main()"


@pytest.fixture(scope="session")
def chromium():
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium on this machine: .ci/run installs it")
        pytest.skip("no Chromium on this machine")
    return found


@pytest.fixture(scope="session")
def browser(chromium):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=chromium, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def served():
    """Return the address of a running page."""
    yield from serving("explore", "--no-open")


def serving(*arguments):
    """Start the command and yield the address that it prints; end it afterwards."""
    process = subprocess.Popen([sys.executable, "-W", "ignore", "-c", RUN, *arguments], stderr=subprocess.PIPE, text=True)
    try:
        for line in process.stderr:
            if found := re.search(r"http://\S+", line):
                yield found.group()
                break
        else:
            pytest.fail("the page said no address")
    finally:
        process.terminate()
        process.wait(20)
        process.stderr.close()


@pytest.fixture(scope="session")
def desk(browser, served):
    """Return a page of 1280 pixels whose story is drawn; at the end it must have had no error."""
    yield from opened(browser, served, 1280)


@pytest.fixture
def page(desk):
    """Return the page at its story, as the last test has left its fields but for the dose."""
    desk.click("[role=tab][data-tab=story]")
    desk.fill("#dose_a", "0.5 mg/kg")
    return desk


def opened(browser, address, width, **more):
    errors = []
    one = browser.new_page(viewport={"width": width, "height": 900}, **more)
    one.set_default_timeout(60_000)
    one.on("pageerror", lambda e: errors.append(str(e)))
    one.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    one.goto(address, timeout=90_000)
    drawn(one)
    yield one
    one.close()
    assert errors == []


def drawn(one):
    """Wait until the story holds courses and its first panel a picture."""
    one.wait_for_function("Object.keys(resynapse.state.courses).length > 0 && document.querySelector('#panel-drug .main-svg')")


@pytest.fixture(scope="session")
def static_site(tmp_path_factory):
    """Return a small static edition."""
    from resynapse.faces.explore.export import Extent, export

    folder = tmp_path_factory.mktemp("site")
    export(folder, Extent(20, ("trd_adult",), ("iv05_twice", "placebo_twice")), lambda text, done, whole: None)
    return folder
