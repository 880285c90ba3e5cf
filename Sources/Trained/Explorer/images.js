"use strict";
// Elements, and what is said and shown of one image: its picture, its maps, its attributes.
const drawImages = ({ data, labels, pictures, bytes, known, JUNK }) => {
  const { attributes, images, runs } = data;
  const count = attributes.length;

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
  // A run's name, which may break behind its slashes and commas before it breaks within a word.
  const breakable = (name) => name.split(/(?<=[/,])/).flatMap((piece, place) => (place === 0 ? [piece] : [make("wbr"), piece]));
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
  return { make, breakable, percent, plain, person, picture, mapsOf, table };
};
