(() => {
  'use strict';
  const status = document.querySelector('#verification [role=status]');
  const element = document.getElementById('manifest');
  if (!status || !element) return;
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const decode = text => text === '' ? [] : text.split('.').map(part => {
    const ranks = [];
    let last = 0, rest = 0, scale = 1;
    for (const letter of part) {
      const digit = letters.indexOf(letter);
      if (digit === -1) throw new Error('its ranks cannot be read');
      rest += (digit % 32) * scale;
      scale *= 32;
      if (digit >= 32) continue;
      last += rest + 1;
      ranks.push(last);
      rest = 0;
      scale = 1;
    }
    if (scale !== 1) throw new Error('its ranks cannot be read');
    return ranks;
  });
  const depths = { rank1: 1, rank5: 5, rank10: 10, rank20: 20 };
  const recompute = text => {
    const sums = { mAP: 0, mAP_trapezoid: 0, rank1: 0, rank5: 0, rank10: 0, rank20: 0 };
    const queries = decode(text).filter(ranks => ranks.length > 0);
    for (const ranks of queries) {
      let rectangle = 0, trapezoid = 0;
      ranks.forEach((rank, found) => {
        const precision = (found + 1) / rank;
        rectangle += precision;
        trapezoid += ((rank === 1 ? 1 : found / (rank - 1)) + precision) / 2;
      });
      sums.mAP += rectangle / ranks.length;
      sums.mAP_trapezoid += trapezoid / ranks.length;
      for (const name in depths) if (depths[name] >= ranks[0]) sums[name] += 1;
    }
    for (const name in sums) sums[name] /= queries.length;
    return { sums: sums, queries: queries.length };
  };
  const near = (one, other, tolerance) => tolerance >= Math.abs(one - other);
  const faults = [];
  const runs = new Map();
  let read = true;
  try {
    const manifest = JSON.parse(element.textContent);
    if (manifest.format !== 1) throw new Error('it has another form');
    for (const run of manifest.runs) {
      if (typeof run.ranks !== 'string') { runs.set(run.id, null); continue; }
      const found = recompute(run.ranks);
      runs.set(run.id, found.sums);
      if (found.queries !== run.queries) faults.push(run.id + ': ' + found.queries + ' queries, not ' + run.queries);
      for (const name in run.scores) {
        if (!near(found.sums[name], run.scores[name], 1e-9)) faults.push(run.id + ': ' + name + ' disagrees');
      }
    }
  } catch (error) {
    read = false;
    faults.push('The manifest cannot be read: ' + error.message);
  }
  const number = text => Number(text.replace('\u2212', '-'));
  const half = text => 0.5 * Math.pow(10, -(text.split('.')[1] || '').length) + 1e-9;
  const pattern = /^\s*([\u2212-]?[0-9]+(?:\.[0-9]+)?)(?:\s*\u00b1\s*([0-9]+(?:\.[0-9]+)?))?\s*$/;
  let agreed = 0, unknown = 0;
  for (const shown of read ? document.querySelectorAll('[data-run]') : []) {
    const names = shown.dataset.run.split(' ');
    const metric = shown.dataset.metric;
    let reason = '';
    if (names.some(name => !runs.has(name))) {
      reason = 'no such run in the manifest';
    } else if (names.some(name => runs.get(name) === null)) {
      unknown += 1;
      continue;
    } else {
      const values = names.map(name => 100 * runs.get(name)[metric]);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
      const deviation = Math.sqrt(squares / (values.length - 1));
      const match = pattern.exec(shown.textContent);
      if (!match || !near(number(match[1]), mean, half(match[1]))
        || !near(Number(shown.dataset.value), mean, 1e-6)) {
        reason = 'recomputed: ' + mean.toFixed(2);
      } else if (match[2] !== undefined && !near(number(match[2]), deviation, half(match[2]))) {
        reason = 'deviation recomputed: ' + deviation.toFixed(2);
      }
    }
    if (reason === '') { agreed += 1; shown.title = 'recomputed from ' + names.join(', '); continue; }
    faults.push(metric + ' shown as ' + shown.textContent.trim() + ', ' + reason);
    shown.style.outline = '3px solid #b3261e';
    shown.dataset.disagrees = 'true';
    const mark = document.createElement('strong');
    mark.textContent = ' \u2717 ' + reason;
    shown.after(mark);
  }
  const left = unknown > 0 ? ' ' + unknown + ' figures lead to runs without ranks and cannot be recomputed.' : '';
  if (faults.length > 0) {
    status.textContent = 'Disagreement: ' + faults.length + ' found on recomputing this page from the ranks that it '
      + 'carries: ' + faults.slice(0, 20).join('; ') + '.' + left;
    status.style.outline = '3px solid #b3261e';
  } else if (agreed > 0) {
    status.textContent = 'All ' + agreed + ' figures of retrieval on this page agree with those recomputed just now '
      + 'from the ranks of every query\u2019s true matches.' + left;
  } else {
    status.textContent = 'No figure on this page could be recomputed.' + left;
  }
  document.documentElement.dataset.verified = faults.length > 0 ? 'disagrees' : agreed > 0 ? 'agrees' : 'unknown';
})();
