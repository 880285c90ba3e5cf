#!/usr/bin/env python3
"""Opens a report's page in headless Chromium and checks what a reader would stumble over.

    Tests/Pages/check_page.py reports/_out/paper/index.html [--screenshots FOLDER]

In light and dark, at 1200 and 360 pixels, with and without the page's script: no console error, no request but for data
within the page, no horizontal scroll of the page, an alternative text for every picture, headings in order, names used
once, links that lead somewhere. Then that columns sort, sources fold and copy buttons are there, and that a picture opens
and closes by keyboard. Needs python3 and chromium, nothing else: the browser is spoken to through its debugging pipe.
"""

import argparse
import base64
import json
import os
import pathlib
import select
import shutil
import subprocess
import sys
import tempfile

LARGEST = 5_000_000  # bytes of a page
PATIENCE = 120  # seconds that the browser may take for an answer
SLICE = 2400  # pixels of a screenshot

FACTS = """JSON.stringify((() => {
  const all = (s) => [...document.querySelectorAll(s)];
  const ids = all("[id]").map((e) => e.id);
  const levels = all("h1, h2, h3, h4, h5, h6").map((e) => +e.tagName[1]);
  return {
    scroll: document.documentElement.scrollWidth, height: document.documentElement.scrollHeight, inner: document.documentElement.clientWidth,
    widest: all("body *").filter((e) => !e.closest(".scroll, pre") && e.getBoundingClientRect().right > innerWidth + 1
      && !e.matches(".skip")).map((e) => e.tagName + "." + e.className + "#" + e.id).slice(0, 5),
    images: all("img").length, blank: all("img").filter((e) => !e.alt.trim() || !e.complete || !e.naturalWidth).length,
    twice: ids.filter((id, place) => ids.indexOf(id) !== place),
    lost: all("a[href^='#']").map((e) => e.getAttribute("href").slice(1)).filter((id) => id && !document.getElementById(id)),
    skips: levels.filter((level, place) => place ? level > levels[place - 1] + 1 : level !== 1),
    tops: levels.filter((level) => level === 1).length, background: getComputedStyle(document.body).backgroundColor,
    sorts: all("th button").length, copies: all("button.copy").length, codes: all("pre").length,
    verified: document.documentElement.dataset.verified || "", marked: all("[data-disagrees]").length,
    tables: all("table").length, text: document.body.innerText.length, title: document.title,
  };
})())"""

KEYBOARD = """JSON.stringify((() => {
  const result = {};
  const sort = document.querySelector("th.number button, th button");
  if (sort) {
    const head = sort.closest("th"), bodies = [...head.closest("table").tBodies];
    const read = () => bodies.flatMap((body) => [...body.rows]).filter((row) => !row.matches(".section")).map((row) => row.innerText);
    const before = read();
    sort.click();
    result.sorted = head.getAttribute("aria-sort") === "descending" && [...read()].sort().join() === [...before].sort().join();
    sort.click(); sort.click();
    result.restored = read().join() === before.join() && !head.hasAttribute("aria-sort");
  }
  const away = document.querySelector("details.folded");
  if (away) { const was = away.open; away.querySelector("summary").click(); result.unfolded = !was && away.open; away.open = false; }
  const fold = document.querySelector("details.source");
  if (fold) { const was = fold.open; fold.querySelector("summary").click(); result.folded = !was && fold.open; fold.open = false; }
  const zoom = document.querySelector(".picture .open");
  if (zoom) {
    zoom.focus();
    result.focused = document.activeElement === zoom;
    zoom.click();
    result.opened = !!document.querySelector(".picture:target");
    dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
    result.closed = !document.querySelector(".picture:target");
  }
  return result;
})())"""


class Browser:
    """A headless Chromium behind its debugging pipe: messages are JSON with a zero byte after each."""

    def __init__(self, program, profile):
        to_browser, self.write = os.pipe()
        self.read, from_browser = os.pipe()

        def plug():
            # Both ends are moved out of the way first, since either may be 3 or 4 itself.
            a, b = os.dup(to_browser), os.dup(from_browser)
            os.dup2(a, 3)
            os.dup2(b, 4)

        self.process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-background-networking", "--remote-debugging-pipe", f"--user-data-dir={profile}", "about:blank"],
            preexec_fn=plug, pass_fds=(3, 4), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.rest, self.count, self.session, self.events = b"", 0, None, []
        targets = self("Target.getTargets")["targetInfos"]
        page = next(target for target in targets if target["type"] == "page")
        self.session = self("Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self(f"{domain}.enable")

    def message(self):
        while b"\0" not in self.rest:
            if not select.select([self.read], [], [], PATIENCE)[0]:
                self.process.kill()
                sys.exit(f"chromium has not answered for {PATIENCE} s")
            data = os.read(self.read, 1 << 16)
            if not data:
                sys.exit("chromium ended before it answered")
            self.rest += data
        text, self.rest = self.rest.split(b"\0", 1)
        return json.loads(text)

    def __call__(self, method, **parameters):
        self.count += 1
        order = {"id": self.count, "method": method, "params": parameters}
        if self.session:
            order["sessionId"] = self.session
        os.write(self.write, json.dumps(order).encode() + b"\0")
        while True:
            answer = self.message()
            if answer.get("id") == self.count:
                if "error" in answer:
                    sys.exit(f"chromium does not take {method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def evaluate(self, script):
        answer = self("Runtime.evaluate", expression=script)
        if "exceptionDetails" in answer:
            sys.exit(f"a check failed to run: {answer['exceptionDetails']}")
        return json.loads(answer["result"]["value"])

    def open(self, address):
        self.events.clear()
        self("Page.navigate", url=address)
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self.message())

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=20)


def complaints(events, address):
    """What the browser logged, and what it asked for beyond the page itself."""
    for event in events:
        method, data = event.get("method"), event.get("params", {})
        if method == "Runtime.exceptionThrown":
            yield f"exception: {data['exceptionDetails'].get('text')}"
        elif method == "Runtime.consoleAPICalled" and data["type"] in ("error", "warning", "assert"):
            yield f"console: {data['args']}"
        elif method == "Log.entryAdded" and data["entry"]["level"] in ("error", "warning"):
            yield f"log: {data['entry']['text']}"
        elif method == "Network.requestWillBeSent":
            wanted = data["request"]["url"]
            if wanted.split("#")[0] != address and not wanted.startswith("data:"):
                yield f"fetches {wanted[:200]}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("page", type=pathlib.Path)
    parser.add_argument("--verified", choices=["agrees", "disagrees", "unknown"], help="what the page's own check has to say")
    parser.add_argument("--screenshots", type=pathlib.Path, help="a folder for pictures of each view")
    options = parser.parse_args()
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not program:
        sys.exit("chromium is not installed: apt-get install chromium")
    page = options.page.resolve(strict=True)
    faults = []
    if page.stat().st_size > LARGEST:
        faults.append(f"the page has {page.stat().st_size} bytes; at most {LARGEST}")
    backgrounds = {}
    texts = {}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(program, profile)
        address = page.as_uri()
        for scheme in ("light", "dark"):
            for width in (1200, 360):
                for script in (True, False):
                    view = f"{scheme}, {width} px{'' if script else ', no script'}"
                    browser("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
                    browser("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
                    browser("Emulation.setScriptExecutionDisabled", value=not script)
                    browser.open(address)
                    # What is looked at needs scripts of ours; the page's own were not run by then.
                    browser("Emulation.setScriptExecutionDisabled", value=False)
                    facts = browser.evaluate(FACTS)
                    found = list(complaints(browser.events, address))
                    if facts["scroll"] > width:
                        found.append(f"scrolls sideways: {facts['scroll']} px, by {facts['widest']}")
                    if facts["blank"]:
                        found.append(f"{facts['blank']} pictures without alternative text or content")
                    if facts["twice"] or facts["lost"]:
                        found.append(f"names used twice {facts['twice']}, links that lead nowhere {facts['lost']}")
                    if facts["skips"] or facts["tops"] != 1:
                        found.append(f"headings out of order: {facts['skips']}, {facts['tops']} of the first level")
                    if not facts["title"] or not facts["text"]:
                        found.append("no title or no text")
                    if script and facts["tables"] and not facts["sorts"]:
                        found.append("no column can be sorted")
                    if script and options.verified and facts["verified"] != options.verified:
                        found.append(f"checks itself with the outcome '{facts['verified']}', not '{options.verified}'")
                    if script and (facts["verified"] == "disagrees") != (facts["marked"] > 0):
                        found.append(f"says '{facts['verified']}' and marks {facts['marked']} figures")
                    if script and facts["copies"] != facts["codes"]:
                        found.append(f"{facts['copies']} copy buttons for {facts['codes']} sources")
                    backgrounds[scheme] = facts["background"]
                    texts[(script, facts["images"])] = facts["text"]
                    if script:
                        acts = browser.evaluate(KEYBOARD)
                        found += [f"does not work: {act}" for act, works in acts.items() if not works]
                        found += list(complaints(browser.events, address))
                        if options.screenshots:
                            browser.open(address)
                            options.screenshots.mkdir(parents=True, exist_ok=True)
                            # In pieces: a picture of the whole is taller than most viewers take.
                            for piece, top in enumerate(range(0, facts["height"], SLICE), start=1):
                                clip = {"x": 0, "y": top, "width": width, "height": min(SLICE, facts["height"] - top), "scale": 1}
                                shot = browser("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
                                name = options.screenshots / f"{scheme}-{width}-{piece:02}.png"
                                name.write_bytes(base64.b64decode(shot["data"]))
                    faults += [f"{view}: {fault}" for fault in dict.fromkeys(found)]
                    print(f"{view}: {facts['images']} pictures, {facts['tables']} tables, {len(found)} faults")
        browser.close()
    if backgrounds["light"] == backgrounds["dark"]:
        faults.append(f"light and dark look alike: {backgrounds}")
    if len({images for _, images in texts}) > 1:
        faults.append("pictures are missing in some views")
    for fault in faults:
        print(fault, file=sys.stderr)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
