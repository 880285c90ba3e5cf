"use strict";
// The page's data, and what follows from them by the protocol: the same rules as Search of the program.
const readRankings = () => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { attributes, images, runs } = data;
  const count = attributes.length;
  const JUNK = -1;

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
  return { data, labels, pictures, queries, bytes, known, leftOut, answer, JUNK };
};
