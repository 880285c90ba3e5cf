"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { attributes, images, runs } = data;
  const count = attributes.length;
  const JUNK = -1;
  const PAGE = 24;

  // MARK: Numbers

  const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  const wholes = (text, width) => {
    const packed = bytes(text);
    return Array.from({ length: packed.length / width }, (_, place) => {
      let number = 0;
      for (let i = width - 1; i >= 0; i -= 1) number = number * 256 + packed[place * width + i];
      return number;
    });
  };
  const width = images.gallery <= 1 << 16 ? 2 : 3;
  const labels = images.labels === undefined ? null : bytes(images.labels);
  const pictures = new Map(data.pictured.map((image, place) => [image, data.pictures[place]]));
  for (const run of runs) {
    run.classes = run.predicted === undefined ? null : bytes(run.predicted);
    run.certain = run.shares === undefined ? null : bytes(run.shares);
    run.mapped = new Map((run.maps?.images ?? []).map((image, place) => [image, run.maps.values[place]]));
  }
  const queries = Array.from({ length: images.names.length - images.gallery }, (_, place) => images.gallery + place);
  const unpacked = new Map();
  // The gallery by distance to a query, and the distances, once they are needed.
  const ranking = (run, query) => {
    const key = `${runs.indexOf(run)} ${query}`;
    if (!unpacked.has(key)) {
      const { order, distances, least, greatest } = run.rankings[query - images.gallery];
      unpacked.set(key, {
        order: wholes(order, width),
        distances: wholes(distances, 2).map((step) => least + (greatest - least) * step / 65535),
      });
    }
    return unpacked.get(key);
  };
  const known = (list, image, attribute) => {
    const value = list === null ? data.none : list[image * count + attribute];
    return value === data.none ? null : value;
  };

  // MARK: The protocol: the same rules as Search of the program

  // Why an image takes no part in a query's ranking; null where it does.
  const leftOut = (image, query) => {
    if (images.identities[image] === JUNK) return "junk";
    const same = images.identities[image] === images.identities[query] && images.cameras[image] === images.cameras[query];
    return same ? "the query’s person before the query’s own camera" : null;
  };
  // Of several values of one attribute any will do, of several attributes all must hold; none never holds.
  const matches = (image, list, wanted) =>
    [...wanted].every(([attribute, values]) => {
      const value = known(list, image, attribute);
      return value !== null && values.has(value);
    });
  const averagePrecision = (ranks) => {
    if (ranks.length === 0) return null;
    let sum = 0;
    ranks.forEach((rank, found) => { sum += (found + 1) / rank; });
    return sum / ranks.length;
  };
  const answer = (run, query, wanted, list) => {
    const { order, distances } = ranking(run, query);
    const person = images.identities[query];
    const result = { hits: [], all: [], out: 0, ranked: 0, ranks: [], before: [], isKnown: person > 0 };
    order.forEach((image, place) => {
      const why = leftOut(image, query);
      if (why !== null) {
        result.out += 1;
        result.all.push({ image, why, distance: distances[place] });
        return;
      }
      result.ranked += 1;
      const right = person > 0 ? images.identities[image] === person : null;
      if (right) result.before.push(result.ranked);
      if (wanted.size > 0 && !matches(image, list, wanted)) return;
      const hit = { image, right, rank: result.hits.length + 1, was: result.ranked, distance: distances[place] };
      if (right) result.ranks.push(hit.rank);
      result.hits.push(hit);
      result.all.push(hit);
    });
    result.precision = averagePrecision(result.ranks);
    result.precisionBefore = averagePrecision(result.before);
    return result;
  };

  // MARK: What is shown

  const state = {
    query: queries[0], wanted: new Map(), source: "predicted", out: false, sort: "name", shown: runs.map(() => PAGE),
  };
  const hasPredictions = runs.some((run) => run.classes !== null);
  if (!hasPredictions) state.source = "labelled";
  const list = (run) => (state.source === "predicted" ? run.classes : labels);
  // A filter that a run knows nothing for is not applied to it.
  const wanted = (run) => (list(run) === null ? new Map() : state.wanted);

  const make = (tag, properties = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (value === null || value === undefined || value === false) continue;
      if (name === "class") element.className = value;
      else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.filter((child) => child !== null));
    return element;
  };
  const percent = (share) => `${(100 * share).toFixed(1)} %`;
  const plain = (name) => name.replaceAll("_", " ");
  const person = (image) => {
    const [identity, camera] = [images.identities[image], images.cameras[image]];
    const who = identity === JUNK ? "junk" : identity === 0 ? "distractor" : `id ${identity}`;
    return `${who}, c${camera}`;
  };
  const picture = (image, alternative) => {
    const jpeg = pictures.get(image);
    if (jpeg === undefined) return make("span", { class: "thumb", role: "img", "aria-label": alternative }, "no picture");
    return make("img", { class: "thumb", alt: alternative, src: `data:image/jpeg;base64,${jpeg}`, draggable: "false" });
  };
  const share = (run, image, attribute) => {
    const value = run.certain === null ? data.none : run.certain[image * count + attribute];
    return value === data.none ? "" : value > 100 ? "> 0.99" : (value / 100).toFixed(2);
  };
  const said = (list, image, attribute) => {
    const value = known(list, image, attribute);
    return value === null ? null : attributes[attribute].classes[value];
  };

  const root = document.getElementById("explorer");
  const strip = make("div", { class: "strip", role: "listbox", "aria-label": "Queries", id: "queries" });
  const sort = make(
    "select", { id: "sort", onchange: () => { state.sort = sort.value; showQueries(); } },
    make("option", { value: "name" }, "by name"), make("option", { value: "hard" }, "hardest first"),
    runs.length > 1 ? make("option", { value: "gain" }, "by what the second run gains") : null);
  const status = make("p", { role: "status", "aria-live": "polite", class: "unseen" });
  const filters = make("details", { class: "filters", open: innerWidth >= 992 });
  const results = make("div", { class: runs.length > 1 ? "results two" : "results" });
  const dialog = make("dialog", { id: "image", tabindex: "-1", "aria-labelledby": "_image" });

  // MARK: Queries

  const plainPrecision = (run, query) => answer(run, query, new Map(), null).precision;
  const sorted = () => {
    if (state.sort === "name") return queries;
    const keys = new Map(queries.map((query) => {
      const [first, second] = runs.map((run) => plainPrecision(run, query));
      return [query, first === null ? Infinity : state.sort === "hard" ? first : first - second];
    }));
    return [...queries].sort((a, b) => keys.get(a) - keys.get(b) || a - b);
  };
  const showQueries = () => {
    strip.replaceChildren(...sorted().map((query) =>
      make(
        "div", {
          role: "option", "aria-selected": query === state.query ? "true" : "false", tabindex: query === state.query ? "0" : "-1",
          "data-query": query, title: images.names[query], onclick: () => choose(query, true),
        },
        picture(query, `${images.names[query]}, ${person(query)}`))));
  };
  const choose = (query, focus) => {
    state.query = query;
    state.shown = runs.map(() => PAGE);
    for (const option of strip.children) {
      const isIt = Number(option.dataset.query) === query;
      option.setAttribute("aria-selected", isIt ? "true" : "false");
      option.tabIndex = isIt ? 0 : -1;
      if (isIt) {
        if (focus) option.focus();
        strip.scrollTop = Math.max(0, Math.min(strip.scrollTop, option.offsetTop - strip.offsetTop - 4));
        const below = option.offsetTop - strip.offsetTop + option.offsetHeight + 4 - strip.clientHeight;
        strip.scrollTop = Math.max(strip.scrollTop, below);
      }
    }
    show();
  };
  // The element that an arrow leads to from one of several that stand in rows.
  const neighbour = (items, from, key) => {
    const place = items.indexOf(from);
    if (key === "ArrowRight") return items[place + 1];
    if (key === "ArrowLeft") return items[place - 1];
    if (key === "Home") return items[0];
    if (key === "End") return items[items.length - 1];
    const box = from.getBoundingClientRect();
    const down = key === "ArrowDown";
    const rows = (down ? items.slice(place + 1) : items.slice(0, place).reverse())
      .map((item) => ({ item, box: item.getBoundingClientRect() }))
      .filter((other) => (down ? other.box.top > box.bottom - 4 : other.box.bottom < box.top + 4));
    if (rows.length === 0) return undefined;
    const row = rows.filter((other) => Math.abs(other.box.top - rows[0].box.top) < 4);
    return row.reduce((a, b) => (Math.abs(b.box.left - box.left) < Math.abs(a.box.left - box.left) ? b : a)).item;
  };
  const arrows = ["ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown", "Home", "End"];
  strip.addEventListener("keydown", (event) => {
    const option = event.target.closest("[role=option]");
    if (option === null) return;
    if (arrows.includes(event.key)) {
      event.preventDefault();
      const next = neighbour([...strip.children], option, event.key);
      if (next !== undefined) choose(Number(next.dataset.query), true);
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      results.querySelector(".hits button")?.focus();
    }
  });

  // MARK: Filters

  const predictedOf = (image) => runs.find((run) => run.classes !== null)?.classes ?? null;
  const ownList = () => (state.source === "labelled" ? labels : predictedOf());
  const toggle = (attribute, value) => {
    const values = state.wanted.get(attribute) ?? new Set();
    if (!values.delete(value)) values.add(value);
    if (values.size > 0) state.wanted.set(attribute, values);
    else state.wanted.delete(attribute);
    show();
  };
  const likeTheQuery = () => {
    state.wanted = new Map();
    attributes.forEach((attribute, place) => {
      const value = known(ownList(), state.query, place);
      if (data.filter.includes(attribute.name) && value !== null) state.wanted.set(place, new Set([value]));
    });
    show();
  };
  const showFilters = () => {
    const focused = document.activeElement?.dataset?.key;
    const source = (value, text, isThere) => make(
      "label", {},
      make("input", {
        type: "radio", name: "source", value, checked: state.source === value, disabled: !isThere, "data-key": value,
        onchange: () => { state.source = value; show(); },
      }), ` ${text}`);
    const summary = make("summary", {}, "Filter by attributes");
    if (count === 0 || (!hasPredictions && labels === null)) {
      filters.replaceChildren(summary, make("p", { class: "soft" }, "There are neither predicted nor labelled attributes."));
      return;
    }
    const rows = attributes.map((attribute, place) => {
      const own = known(ownList(), state.query, place);
      return make(
        "fieldset", {}, make("legend", {}, plain(attribute.name)),
        make("div", { class: "values" }, ...attribute.classes.map((name, value) => {
          const isOwn = own === value;
          return make(
            "button", {
              type: "button", class: isOwn ? "own" : null, "data-key": `${place}=${value}`,
              "aria-pressed": state.wanted.get(place)?.has(value) ? "true" : "false",
              "aria-label": `${plain(attribute.name)} ${name}${isOwn ? `, ${state.source} of the query` : ""}`,
              onclick: () => toggle(place, value),
            }, name);
        })));
    });
    filters.replaceChildren(
      summary,
      make(
        "div", { class: "bar" },
        make("button", { type: "button", class: "plain", id: "like", "data-key": "like", onclick: likeTheQuery }, "Like the query"),
        make("button", {
          type: "button", class: "plain", id: "clear", "data-key": "clear", disabled: state.wanted.size === 0,
          onclick: () => { state.wanted = new Map(); show(); },
        }, "All off")),
      make(
        "div", { class: "bar", role: "radiogroup", "aria-label": "What the filter looks at" },
        source("predicted", "predicted", hasPredictions), source("labelled", "labelled", labels !== null)),
      make("p", { class: "soft" }, `\u2022 ${state.source} of the query. Any of one attribute’s values will do; all attributes must hold.`),
      ...rows);
    if (focused !== undefined) filters.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  };

  // MARK: Results

  const svg = (tag, properties, ...children) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(properties)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };
  // Where the true matches stand, on a scale of ratios: before the filter above, with it below.
  const ruler = (found, isFiltered) => {
    const most = Math.max(2, found.ranked);
    const x = (rank) => `${2 + 96 * Math.log(rank) / Math.log(most)}%`;
    const ticks = [1, 10, 100, 1000, 10000, 100000].filter((rank) => rank <= most);
    const words = (ranks) => (ranks.length === 0 ? "none" : ranks.slice(0, 20).join(", ") + (ranks.length > 20 ? " …" : ""));
    return svg(
      "svg", {
        class: "ruler", role: "img",
        "aria-label": `Ranks of the true matches: ${words(found.ranks)}${isFiltered ? `; without the filter: ${words(found.before)}` : ""}`,
      },
      svg("line", { x1: "2%", x2: "98%", y1: 26, y2: 26 }),
      ...ticks.flatMap((rank) => [
        svg("line", { x1: x(rank), x2: x(rank), y1: 22, y2: 30 }),
        svg("text", { x: x(rank), y: 52, "text-anchor": rank === 1 ? "start" : "middle" }, String(rank)),
      ]),
      ...found.before.map((rank) => svg("circle", { class: isFiltered ? "was" : "now", cx: x(rank), cy: isFiltered ? 12 : 26, r: 4 })),
      ...(isFiltered ? found.ranks.map((rank) => svg("circle", { class: "now", cx: x(rank), cy: 36, r: 4 })) : []));
  };
  const hit = (entry, elsewhere) => {
    const kind = entry.why ? "out" : entry.right === null ? "unknown" : entry.right ? "right" : "wrong";
    const sign = { out: "–", unknown: "", right: "✓", wrong: "✗" }[kind];
    const was = !entry.why && entry.was !== entry.rank ? `was ${entry.was} · ` : "";
    const words = entry.why ? `not ranked: ${entry.why}` : `rank ${entry.rank}${was === "" ? "" : `, was ${entry.was}`}, ${kind}`;
    return make(
      "li", {},
      make(
        "button", {
          type: "button", class: kind, "data-image": entry.image, "data-rank": entry.rank, "data-was": entry.was,
          tabindex: "-1", "aria-label": `${words}; ${person(entry.image)}, ${images.names[entry.image]}`,
          onclick: () => open(entry.image), onfocus: () => mark(entry.image), onblur: () => mark(null),
          onmouseenter: () => mark(entry.image), onmouseleave: () => mark(null),
        },
        picture(entry.image, ""),
        make("span", { class: "sign" }, sign ? `${sign} ` : ""),
        entry.why ? make("span", { class: "soft" }, "not ranked") : make("b", {}, String(entry.rank)),
        make("small", {}, person(entry.image)),
        make("small", {}, `${was}d ${entry.distance.toPrecision(3)}`),
        elsewhere === null ? null : make("small", {}, elsewhere)));
  };
  // In two lists side by side the same image is marked.
  const mark = (image) => {
    if (runs.length < 2) return;
    for (const button of results.querySelectorAll(".hits button")) {
      button.classList.toggle("twin", image !== null && Number(button.dataset.image) === image);
    }
  };
  const quoted = (word) => (/^[A-Za-z0-9/._=,+:-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
  const conditions = () =>
    [...state.wanted].sort(([a], [b]) => a - b).flatMap(([attribute, values]) =>
      [...values].sort((a, b) => a - b).map((value) => `${attributes[attribute].name}=${attributes[attribute].classes[value]}`))
      .join(",");
  const command = (run) => {
    const words = conditions();
    const filter = wanted(run).size === 0 ? "" : ` --where ${quoted(words)}${state.source === "labelled" ? " --by labelled" : ""}`;
    return `${run.command} ${quoted(images.names[state.query])}${filter}`;
  };
  const score = (found, isFiltered) => {
    const parts = [`${found.ranked - found.hits.length > 0 ? `${found.hits.length} of ` : ""}${found.ranked} images ranked`];
    if (found.isKnown) {
      const lost = found.before.length - found.ranks.length;
      parts.push(`${lost > 0 ? `${found.ranks.length} of ` : ""}${found.before.length} true match${found.before.length === 1 ? "" : "es"}${lost > 0 ? " left" : ""}`);
      const first = found.ranks[0] === undefined ? "no right one" : `first right one at ${found.ranks[0]}`;
      parts.push(isFiltered && found.before[0] !== found.ranks[0] ? `${first} (was ${found.before[0] ?? "none"})` : first);
    }
    if (found.out > 0) parts.push(`${found.out} left out by the protocol`);
    return parts.join(" · ");
  };
  const showRun = (run, number, found, others) => {
    const entries = state.out ? found.all : found.hits;
    const shown = entries.slice(0, state.shown[number]);
    const other = others.find((one) => one !== found);
    const places = new Map((other?.hits ?? []).map((entry) => [entry.image, entry.rank]));
    const elsewhere = (entry) =>
      other === undefined || entry.why ? null : `${number === 0 ? "second" : "first"} run: ${places.get(entry.image) ?? "filtered"}`;
    const precision = found.precision === null ? "–" : percent(found.precision);
    const isFiltered = wanted(run).size > 0;
    const isChanged = isFiltered && found.precisionBefore !== null;
    const hits = make(
      "ol", { class: "hits", "aria-label": `Gallery by ${run.name}` }, ...shown.map((entry) => hit(entry, elsewhere(entry))));
    const first = hits.querySelector("button");
    if (first !== null) first.tabIndex = 0;
    const more = make("button", {
      type: "button", class: "plain more", onclick: () => {
        const before = state.shown[number];
        state.shown[number] += PAGE;
        show();
        results.children[number].querySelectorAll(".hits button")[before]?.focus();
      },
    }, `Show more (${entries.length - shown.length} left)`);
    return make(
      "section", {
        class: "run", "aria-label": run.name, "data-ap": found.precision, "data-ap-before": found.precisionBefore,
        "data-ranked": found.hits.length, "data-filtered": found.ranked - found.hits.length, "data-out": found.out,
        "data-matches": found.before.length, "data-left": found.ranks.length,
      },
      runs.length > 1 ? make("h3", {}, run.name) : null,
      make("p", { class: "score" }, "AP ", make("b", {}, precision), isChanged ? ` (${percent(found.precisionBefore)} without the filter)` : ""),
      make("p", { class: "soft" }, score(found, isFiltered)),
      state.wanted.size > 0 && list(run) === null
        ? make("p", { class: "notice" }, `The filter is not applied: ${run.lackOfPredictions ?? "there are no labels"}.`) : null,
      found.isKnown ? ruler(found, isFiltered) : null, hits,
      entries.length > shown.length ? more : entries.length === 0 ? make("p", {}, "The filter leaves nothing.") : null);
  };
  const head = make("div", { class: "chosen" });
  const showChosen = () => {
    const box = make("input", {
      type: "checkbox", id: "out", checked: state.out, onchange: () => { state.out = !state.out; show(); },
    });
    head.replaceChildren(
      picture(state.query, `the query, ${person(state.query)}`),
      make(
        "div", {}, make("h2", {}, "Ranked gallery"),
        make("p", {}, make("b", {}, images.names[state.query]), ` · ${person(state.query)}`),
        make(
          "div", { class: "bar" },
          make("button", { type: "button", class: "plain", id: "look", onclick: () => open(state.query) }, "Look at the query"),
          make("label", {}, box, " also what the protocol leaves out")),
        make(
          "p", { class: "soft" }, "✓ and a solid frame: the query’s person; ✗ and a dashed one: somebody else; d: distance.")));
  };
  // Made once, for the page's own script gives them a button that copies.
  const codes = runs.map(() => make("code", {}));
  const commands = make(
    "div", { class: "commands" }, make("p", { class: "soft" }, "The same on the command line:"),
    ...codes.map((code) => make("pre", { tabindex: "0" }, code)));
  const show = () => {
    const key = document.activeElement?.id;
    const found = runs.map((run) => answer(run, state.query, wanted(run), list(run)));
    showFilters();
    showChosen();
    results.replaceChildren(...runs.map((run, number) => showRun(run, number, found[number], found)));
    codes.forEach((code, number) => { code.textContent = command(runs[number]); });
    status.textContent = runs.map((run, number) =>
      `${run.name}: average precision ${found[number].precision === null ? "none" : percent(found[number].precision)}, ${score(found[number], wanted(run).size > 0)}`).join(". ");
    if (key) document.getElementById(key)?.focus();
    remember();
  };

  // MARK: The address

  const remember = () => {
    const words = new URLSearchParams({ query: images.names[state.query] });
    if (state.wanted.size > 0) words.set("where", conditions());
    if (state.source === "labelled") words.set("by", "labelled");
    // Some browsers take no address for a page from a file.
    try { history.replaceState(null, "", `#${words}`); } catch { return; }
  };
  const recall = () => {
    const words = new URLSearchParams(location.hash.slice(1));
    const query = queries.find((one) => images.names[one] === words.get("query"));
    if (query !== undefined) state.query = query;
    if (words.get("by") === "labelled" && labels !== null) state.source = "labelled";
    for (const term of (words.get("where") ?? "").split(",")) {
      const [name, value] = term.split("=");
      const attribute = attributes.findIndex((one) => one.name === name);
      const place = attribute < 0 ? -1 : attributes[attribute].classes.indexOf(value);
      if (place >= 0) state.wanted.set(attribute, (state.wanted.get(attribute) ?? new Set()).add(place));
    }
  };

  // MARK: One image

  const colour = (level) => {
    const place = level / 255 * (data.colours.length - 1);
    const low = Math.min(Math.floor(place), data.colours.length - 2);
    return data.colours[low].map((tone, channel) => tone + (data.colours[low + 1][channel] - tone) * (place - low));
  };
  const palette = Array.from({ length: 256 }, (_, level) => colour(level));
  // A map over the picture in grey: between the middles of its places bilinear, rows that it does not cover paler.
  const paint = (canvas, image, maps, rows, values) => {
    const [wide, high] = [image.naturalWidth, image.naturalHeight];
    canvas.width = wide;
    canvas.height = high;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(image, 0, 0);
    const pixels = context.getImageData(0, 0, wide, high);
    const near = (exact, low, end) => {
      const inside = Math.min(Math.max(exact, low), end - 1);
      const first = Math.floor(inside);
      return [first, Math.min(first + 1, end - 1), inside - first];
    };
    for (let y = 0; y < high; y += 1) {
      const row = (y + .5) * maps.height / high;
      const isRead = Math.floor(row) >= rows[0] && Math.floor(row) < rows[1];
      const [top, bottom, down] = near(row - .5, rows[0], rows[1]);
      for (let x = 0; x < wide; x += 1) {
        const [left, right, across] = near((x + .5) * maps.width / wide - .5, 0, maps.width);
        const at = (r, c) => values[(r - rows[0]) * maps.width + c];
        const above = at(top, left) * (1 - across) + at(top, right) * across;
        const below = at(bottom, left) * (1 - across) + at(bottom, right) * across;
        const tones = isRead ? palette[Math.round(above * (1 - down) + below * down)] : [255, 255, 255];
        const place = (y * wide + x) * 4;
        const grey = .299 * pixels.data[place] + .587 * pixels.data[place + 1] + .114 * pixels.data[place + 2];
        for (let channel = 0; channel < 3; channel += 1) {
          pixels.data[place + channel] = grey * (1 - data.opacity) + tones[channel] * data.opacity;
        }
      }
    }
    context.putImageData(pixels, 0, 0);
  };
  const verdict = (value, label) => (label === null || value === null ? "" : value === label ? " ✓" : " ✗");
  const mapsOf = (run, image) => {
    const packed = run.mapped.get(image);
    const tiles = make(
      "div", { class: "maps" },
      make("figure", {}, picture(image, images.names[image]), make("figcaption", {}, make("b", {}, "image"))));
    if (packed === undefined) {
      const lack = run.lackOfMaps ?? (run.maps === undefined ? "The file has no maps of this run." : "The file has no maps of this image; aanet predict --maps draws them.");
      tiles.append(make("p", { class: "soft" }, lack));
      return tiles;
    }
    const values = bytes(packed);
    const original = new Image();
    let start = 0;
    const hasAttention = run.maps.kinds.some((kind) => kind.name === "attention");
    const paints = run.maps.kinds.map((kind) => {
      const length = (kind.rows[1] - kind.rows[0]) * run.maps.width;
      const own = values.subarray(start, start + length);
      start += length;
      const value = kind.attribute === undefined ? null : said(run.classes, image, kind.attribute);
      const label = kind.attribute === undefined ? null : said(labels, image, kind.attribute);
      const name = plain(kind.name);
      const canvas = make("canvas", { role: "img", "aria-label": `map of ${name}${value === null ? "" : `, ${value}`}` });
      tiles.append(make(
        "figure", { class: hasAttention && data.filter.includes(kind.name) ? "merged" : null }, canvas,
        make(
          "figcaption", {}, make("b", {}, name), value === null ? "" : make("br"),
          value === null ? "" : `${value} ${share(run, image, kind.attribute)}${verdict(value, label)}`)));
      return () => paint(canvas, original, run.maps, kind.rows, own);
    });
    original.addEventListener("load", () => {
      for (const one of paints) one();
      tiles.dataset.painted = "yes";
    });
    original.src = `data:image/jpeg;base64,${pictures.get(image)}`;
    return tiles;
  };
  const table = (image) => {
    const predicting = runs.filter((run) => run.classes !== null);
    if (predicting.length === 0 && labels === null) return null;
    const rows = attributes.map((attribute, place) => {
      const label = said(labels, image, place);
      return make(
        "tr", {}, make("th", { scope: "row" }, plain(attribute.name)),
        ...predicting.map((run) => {
          const value = said(run.classes, image, place);
          const kind = label === null || value === null ? null : value === label ? "good" : "bad";
          return make("td", { class: `words ${kind ?? ""}` }, `${value ?? "–"} ${share(run, image, place)}${verdict(value, label)}`);
        }),
        labels === null ? null : make("td", { class: "words" }, label ?? "–"));
    });
    const name = (run) => (runs.length > 1 ? `predicted, ${run === runs[0] ? "first" : "second"} run` : "predicted");
    return make(
      "div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Attributes" },
      make(
        "table", {},
        make("thead", {}, make(
          "tr", {}, make("th", { class: "words", scope: "col" }, "attribute"),
          ...predicting.map((run) => make("th", { class: "words", scope: "col" }, name(run))),
          labels === null ? null : make("th", { class: "words", scope: "col" }, "labelled"))),
        make("tbody", {}, ...rows)));
  };
  let opener = null;
  const shut = () => {
    dialog.close();
    const image = dialog.dataset.image;
    const last = [...results.querySelectorAll(".hits button")].find((button) => button.dataset.image === image);
    (last ?? (opener?.isConnected ? opener : strip.querySelector("[aria-selected=true]")))?.focus();
    opener = null;
  };
  const open = (image) => {
    opener = opener ?? document.activeElement;
    const isQuery = image >= images.gallery;
    const ranks = isQuery ? [] : runs.map((run, number) => {
      const entry = answer(run, state.query, wanted(run), list(run)).all.find((one) => one.image === image);
      const where = entry === undefined ? "taken away by the filter" : entry.why ? `not ranked: ${entry.why}`
        : `rank ${entry.rank}${entry.was === entry.rank ? "" : ` (was ${entry.was})`}${entry.right === null ? "" : entry.right ? ", right" : ", wrong"}`;
      return runs.length > 1 ? `${number === 0 ? "first" : "second"} run: ${where}` : where;
    });
    const sections = runs.flatMap((run) => [
      make("h3", {}, runs.length > 1 ? `What ${run.name} sees` : "What the network sees"),
      mapsOf(run, image),
      run.mapped.has(image) && run.maps.kinds.some((kind) => kind.name === "attention")
        ? make("p", { class: "soft" }, "Framed maps are merged into the attention map; pale rows are not read.") : "",
    ]);
    dialog.replaceChildren(
      make(
        "div", { class: "top" }, make("h2", { id: "_image" }, images.names[image]),
        make("button", { type: "button", class: "plain", id: "close", onclick: shut }, "Close")),
      make("p", {}, [person(image), isQuery ? "a query" : null, ...ranks].filter((part) => part !== null).join(" · ")),
      ...sections, table(image) ?? "");
    dialog.dataset.image = image;
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
    dialog.focus();
  };
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    shut();
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) shut(); });
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.preventDefault();
      shut();
      return;
    }
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const order = [...results.querySelectorAll(".hits button")].map((button) => Number(button.dataset.image));
    const place = order.indexOf(Number(dialog.dataset.image));
    const next = order[place + (event.key === "ArrowRight" ? 1 : -1)];
    if (next === undefined) return;
    event.preventDefault();
    open(next);
  });
  results.addEventListener("keydown", (event) => {
    const button = event.target.closest(".hits button");
    if (button === null) return;
    if (arrows.includes(event.key)) {
      event.preventDefault();
      const next = neighbour([...button.closest(".hits").querySelectorAll("button")], button, event.key);
      if (next === undefined) return;
      button.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    } else if (event.key === "Escape") {
      strip.querySelector("[aria-selected=true]")?.focus();
    }
  });

  root.append(
    make(
      "section", { class: "queries", "aria-label": "Queries" },
      make("div", { class: "bar" }, make("h2", {}, "Query"), make("label", {}, sort)), strip),
    filters, make("section", { class: "ranked", "aria-label": "Ranked gallery" }, head, status, results, commands), dialog);
  sort.setAttribute("aria-label", "Order of the queries");
  recall();
  showQueries();
  choose(state.query, false);
})();
