#!/usr/bin/env python3
"""Opens an explorer's page in headless Chromium and uses it as a person would: by clicks and by keys.

    Tests/Pages/check_explorer.py explorer.html --expected expected.json [--screenshots FOLDER]

`expected.json` is a list of answers of `aanet query`: {"run", "query", "where", "by", "answer"}, `run` counted from 0 and
`answer` what the command printed as JSON. Each is asked for by clicking on the query and on the values of the filter, and
every image, rank, rank without the filter, mark and average precision must be the command's, to the last bit. Then the keys:
arrows, Enter, Escape, and where the focus goes. In light and dark, at 1200 and 360 pixels: no console error, no request, no
horizontal scroll. At the end a script that somebody puts into the page must not run. Needs python3 and chromium alone.
"""

import argparse
import base64
import json
import pathlib
import shutil
import sys
import tempfile

from check_page import Browser, complaints

KEYS = {"ArrowRight": 39, "ArrowLeft": 37, "ArrowDown": 40, "ArrowUp": 38, "Enter": 13, "Escape": 27, "Tab": 9, "End": 35,
        "Home": 36}

# What a run's section says of itself and of its images, all of them shown.
SECTION = """((number) => {
  const section = document.querySelectorAll("section.run")[number];
  const facts = section.dataset;
  return {
    ap: facts.ap ?? null, before: facts.apBefore ?? null, ranked: +facts.ranked, filtered: +facts.filtered,
    out: +facts.out, matches: +facts.matches, left: +facts.left,
    hits: [...section.querySelectorAll(".hits button")].map((button) => ({
      rank: +button.dataset.rank, was: +button.dataset.was, kind: button.className.split(" ")[0],
      label: button.getAttribute("aria-label"), text: button.innerText,
    })),
  };
})"""

VIEW = """JSON.stringify((() => {
  const all = (s) => [...document.querySelectorAll(s)];
  const ids = all("[id]").map((e) => e.id);
  return {
    scroll: document.documentElement.scrollWidth, background: getComputedStyle(document.body).backgroundColor,
    widest: all("body *").filter((e) => !e.closest(".scroll, pre") && e.getBoundingClientRect().right > innerWidth + 1
      && !e.matches(".skip")).map((e) => e.tagName + "." + e.className).slice(0, 5),
    blank: all("img").filter((e) => e.getAttribute("alt") === null || !e.complete || !e.naturalWidth).length,
    nameless: all("button, [role=option], [role=img], select, input").filter((e) => !(e.getAttribute("aria-label")
      || e.textContent.trim() || e.querySelector("img[alt]")?.alt || e.closest("label")?.textContent.trim())).length,
    twice: ids.filter((id, place) => ids.indexOf(id) !== place),
    selected: all("[role=option][aria-selected=true]").length, options: all("[role=option]").length,
    tops: all("h1").length, title: document.title, policy: !!document.querySelector("meta[http-equiv=Content-Security-Policy]"),
    // Words of headings that stand on two lines, although they are short enough for one.
    torn: all("h1, h2, h3").flatMap((e) => {
      const texts = document.createTreeWalker(e, NodeFilter.SHOW_TEXT), torn = [], range = document.createRange();
      while (texts.nextNode()) for (const word of texts.currentNode.data.matchAll(/[\\w+.]+/g)) {
        range.setStart(texts.currentNode, word.index);
        range.setEnd(texts.currentNode, word.index + word[0].length);
        if (word[0].length <= 16 && new Set([...range.getClientRects()].map((r) => r.top)).size > 1) torn.push(word[0]);
      }
      return torn;
    }),
    copies: all("button.copy").length === all("pre").length,
  };
})())"""


class Person:
    """Somebody before the page, with a mouse and a keyboard."""

    def __init__(self, browser):
        self.browser, self.faults = browser, []

    def see(self, script):
        return self.browser.evaluate(f"JSON.stringify({script})")

    def expect(self, holds, what):
        if not holds:
            self.faults.append(what)

    def click(self, selector):
        """Clicks into the middle of an element that is scrolled into view; says so where there is none."""
        place = self.see(f"""((e) => {{
          if (!e) return null;
          for (let d = e.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
          e.scrollIntoView({{ block: "center" }});
          const box = e.getBoundingClientRect();
          return [box.left + box.width / 2, box.top + box.height / 2];
        }})(document.querySelector({json.dumps(selector)}))""")
        if place is None:
            self.faults.append(f"there is no {selector} to click on")
            return
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.browser("Input.dispatchMouseEvent", type=kind, x=place[0], y=place[1], button="left", buttons=1, clickCount=1)

    def press(self, key):
        for kind in ("keyDown", "keyUp"):
            more = {"text": "\r"} if key == "Enter" and kind == "keyDown" else {}
            self.browser("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=KEYS[key], **more)

    def ask(self, query, where, by):
        """Chooses a query and a filter by clicks alone."""
        place = self.see(f"""[...document.querySelectorAll("[role=option]")].find((e) => e.title === {json.dumps(query)})
          ?.dataset.query ?? null""")
        self.expect(place is not None, f"the query {query} is not among the page's")
        self.click(f'[role=option][data-query="{place}"]')
        if not self.see('document.querySelector("#clear")?.disabled ?? true'):
            self.click("#clear")
        radio = f"input[name=source][value={by}]"
        if not self.see(f"document.querySelector({json.dumps(radio)})?.checked ?? true"):
            self.click(radio)
        for term in where:
            attribute, value = term.split("=")
            key = self.see(f"""(() => {{
              const {{ attributes }} = JSON.parse(document.getElementById("data").textContent);
              const place = attributes.findIndex((one) => one.name === {json.dumps(attribute)});
              return `${{place}}=${{attributes[place].classes.indexOf({json.dumps(value)})}}`;
            }})()""")
            self.click(f'[data-key="{key}"]')
        while self.see('!!document.querySelector(".more")'):
            self.click(".more")


def compare(person, case):
    """Holds what the page shows against what the command printed."""
    name = f"run {case['run']}, {case['query']}, {','.join(case['where']) or 'no filter'} by {case['by']}"
    person.ask(case["query"], case["where"], case["by"])
    section, answer = person.see(f"{SECTION}({case['run']})"), case["answer"]
    expect = lambda what, here, there: person.expect(here == there, f"{name}: {what} {here}, the command says {there}")
    expect("the average precision is", None if section["ap"] is None else float(section["ap"]), answer.get("average_precision"))
    for here, there in (("ranked", "ranked"), ("filtered", "filtered"), ("out", "left_out")):
        expect(there, section[here], answer[there])
    if "true_matches" in answer:
        expect("true matches", section["matches"], answer["true_matches"])
        expect("remaining matches", section["left"], answer["remaining_matches"])
    kinds = {True: "right", False: "wrong", None: "unknown"}
    expect("ranks", [(hit["rank"], hit["was"], hit["kind"]) for hit in section["hits"]],
           [(match["rank"], match["unfiltered_rank"], kinds[match.get("right")]) for match in answer["matches"]])
    for hit, match in zip(section["hits"], answer["matches"]):
        person.expect(hit["label"].endswith(f", {match['name']}"), f"{name}: rank {hit['rank']} is {hit['label']}, not {match['name']}")
        person.expect(hit["text"].split("\n")[0].strip().endswith(str(match["rank"])), f"{name}: rank {hit['rank']} reads {hit['text']!r}")


def keys(person):
    """Goes through the page by keys alone."""
    active = lambda script: person.see(f"((e) => {script})(document.activeElement)")
    person.click("[role=option]")
    first = active("e.dataset.query")
    person.press("ArrowRight")
    person.expect(active("e.dataset.query !== undefined && e.getAttribute('aria-selected') === 'true'"), "an arrow leaves the queries")
    person.expect(active("e.dataset.query") != first, "the right arrow does not go to the next query")
    person.press("ArrowLeft")
    person.expect(active("e.dataset.query") == first, "the left arrow does not go back")
    person.expect(active("getComputedStyle(e).outlineStyle !== 'none'"), "the focus on a query is not seen")
    person.press("Enter")
    person.expect(active("e.matches('.hits button')"), "Enter on a query does not lead to the images")
    before = active("e.dataset.image")
    person.press("ArrowRight")
    after = active("e.dataset.image")
    person.expect(after is not None and after != before, "the right arrow does not go to the next image")
    person.expect(active("getComputedStyle(e).outlineStyle !== 'none'"), "the focus on an image is not seen")
    person.press("Enter")
    person.expect(person.see("document.querySelector('dialog').open"), "Enter does not open an image")
    person.expect(person.see("document.querySelector('dialog').contains(document.activeElement)"), "the focus is not in the opened image")
    # The picture is decoded in the time that a frame or two take.
    person.browser("Runtime.evaluate", expression="new Promise((go) => setTimeout(go, 300))", awaitPromise=True)
    painted = person.see("""[...document.querySelectorAll("dialog canvas")].map((canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return new Set(data).size;
    })""")
    has = person.see("JSON.parse(document.getElementById('data').textContent).runs.some((run) => run.maps?.kinds.length)")
    person.expect(bool(painted) == has and all(tones > 8 for tones in painted), f"maps are not painted: {painted}")
    shown = person.see("document.querySelector('dialog').dataset.image")
    person.press("ArrowRight")
    person.expect(person.see("document.querySelector('dialog').dataset.image") != shown, "an arrow does not lead to the next image")
    person.press("Escape")
    person.expect(not person.see("document.querySelector('dialog').open"), "Escape does not close an image")
    person.expect(active("e.matches('.hits button')"), "the focus does not go back to the image")
    person.press("Escape")
    person.expect(active("e.matches('[role=option]')"), "Escape does not lead back to the queries")
    person.press("End")
    person.expect(active("e === e.parentElement.lastElementChild"), "End does not go to the last query")


def filters(person):
    """Switches a filter on by the button that takes the query's own values, and off again."""
    if not person.see("!!document.querySelector('#like')"):
        return
    if not person.see('document.querySelector("#clear").disabled'):
        person.click("#clear")
    before = person.see(f"{SECTION}(0)")
    person.click("#like")
    pressed = person.see("document.querySelectorAll('.values [aria-pressed=true]').length")
    person.expect(pressed > 0, "the button for the query's own values presses none")
    person.expect(person.see("location.hash.includes('where=')"), "the address does not tell the filter")
    person.expect("--where" in person.see("document.querySelector('.commands pre').innerText"), "the command does not tell the filter")
    person.click("#clear")
    person.expect(person.see(f"{SECTION}(0)") == before, "switching filters off does not give the ranking back")
    person.click("#out")
    person.expect(person.see("document.querySelectorAll('.hits .out').length") > 0 or before["out"] == 0, "what the protocol leaves out is not shown")
    person.click("#out")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("page", type=pathlib.Path)
    parser.add_argument("--expected", type=pathlib.Path, help="answers of `aanet query` that the page must give too")
    parser.add_argument("--most-mb", type=float, default=30, help="the most that the page may weigh")
    parser.add_argument("--screenshots", type=pathlib.Path, help="a folder for pictures of each view")
    options = parser.parse_args()
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not program:
        sys.exit("chromium is not installed: apt-get install chromium")
    page = options.page.resolve(strict=True)
    cases = json.loads(options.expected.read_text()) if options.expected else []
    faults, backgrounds = [], {}
    if page.stat().st_size > options.most_mb * 1e6:
        faults.append(f"the page has {page.stat().st_size} bytes; at most {options.most_mb} MB")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(program, profile)
        address = page.as_uri()
        for scheme in ("light", "dark"):
            for width in (1200, 360):
                view = f"{scheme}, {width} px"
                browser("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
                browser("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
                browser.open("about:blank")
                browser.open(address)
                person = Person(browser)
                facts = browser.evaluate(VIEW)
                backgrounds[scheme] = facts["background"]
                person.expect(facts["scroll"] <= width, f"scrolls sideways: {facts['scroll']} px, by {facts['widest']}")
                person.expect(not facts["blank"] and not facts["nameless"], f"{facts['blank']} pictures without content, {facts['nameless']} controls without a name")
                person.expect(not facts["twice"] and facts["tops"] == 1 and facts["title"], f"names used twice {facts['twice']}, {facts['tops']} titles")
                person.expect(facts["selected"] == 1 and facts["options"] > 0, f"{facts['selected']} of {facts['options']} queries are chosen")
                person.expect(not facts["torn"], f"words are torn: {facts['torn']}")
                person.expect(facts["policy"], "there is no content security policy")
                person.expect(facts["copies"], "a command cannot be copied")
                if (scheme, width) == ("light", 1200):
                    for case in cases:
                        compare(person, case)
                filters(person)
                keys(person)
                if options.screenshots:
                    options.screenshots.mkdir(parents=True, exist_ok=True)
                    person.click("#like")
                    person.see("scrollTo(0, 0) ?? true")
                    shot = browser("Page.captureScreenshot")
                    (options.screenshots / f"{scheme}-{width}.png").write_bytes(base64.b64decode(shot["data"]))
                if any(event.get("method") == "Page.javascriptDialogOpening" for event in browser.events):
                    person.faults.append("a script of somebody else has run")
                person.faults += complaints(browser.events, address)
                found = list(dict.fromkeys(person.faults))
                faults += [f"{view}: {fault}" for fault in found]
                print(f"{view}: {facts['options']} queries, {len(found)} faults")
        # The policy holds: a script that comes in does not run. This is the last look, for the browser complains of it.
        person.expect(person.see("""(() => {
          const script = document.createElement("script");
          script.textContent = "window.broken = true";
          document.body.append(script);
          return window.broken === undefined;
        })()"""), "a script that was put into the page runs")
        browser.close()
    print(f"{len(cases)} answers as the command gives them")
    if backgrounds["light"] == backgrounds["dark"]:
        faults.append(f"light and dark look alike: {backgrounds}")
    for fault in faults:
        print(fault, file=sys.stderr)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
