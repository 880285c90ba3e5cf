"use strict";
(() => {
  const rankings = readRankings();
  const { data, labels, queries, known, answer } = rankings;
  const { make, breakable, percent, plain, person, picture, mapsOf, table } = drawImages(rankings);
  const { attributes, images, runs } = data;
  const count = attributes.length;
  const PAGE = 24;

  // MARK: What is shown

  const state = {
    query: queries[0], wanted: new Map(), source: "predicted", out: false, sort: "name", shown: runs.map(() => PAGE),
  };
  const hasPredictions = runs.some((run) => run.classes !== null);
  if (!hasPredictions) state.source = "labelled";
  const list = (run) => (state.source === "predicted" ? run.classes : labels);
  // A filter that a run knows nothing for is not applied to it.
  const wanted = (run) => (list(run) === null ? new Map() : state.wanted);

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
      runs.length > 1 ? make("h3", {}, ...breakable(run.name)) : null,
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
      make("h3", {}, ...(runs.length > 1 ? breakable(`What ${run.name} sees`) : ["What the network sees"])),
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
