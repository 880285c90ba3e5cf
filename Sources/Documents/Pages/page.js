"use strict";
(() => {
  const number = (cell) => {
    const text = cell.textContent.trim().replace(/\u2212/g, "-").replace(/^\u00b1\s*/, "");
    const value = parseFloat(text);
    return /^[-+]?[0-9.]/.test(text) && !Number.isNaN(value) ? value : null;
  };
  const compare = (a, b) => {
    const [x, y] = [number(a), number(b)];
    if (x !== null && y !== null) return x - y;
    if (x !== null || y !== null) return x !== null ? -1 : 1;
    return a.textContent.localeCompare(b.textContent, "en", { numeric: true });
  };
  for (const table of document.querySelectorAll("figure.table table")) {
    const heads = table.tHead.rows[table.tHead.rows.length - 1].cells;
    const first = [...table.tBodies].map((body) => [...body.rows]);
    [...heads].forEach((head, column) => {
      if (!head.textContent.trim()) return;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const was = head.getAttribute("aria-sort");
        for (const other of heads) other.removeAttribute("aria-sort");
        const next = was === null ? "descending" : was === "descending" ? "ascending" : null;
        if (next) head.setAttribute("aria-sort", next);
        // Rows of all sections are sorted as one, without the sections' headings.
        const isTitle = (row) => row.classList.contains("section");
        [...table.tBodies].forEach((body, place) => body.append(...first[place]));
        for (const row of first.flat().filter(isTitle)) row.hidden = next !== null;
        if (!next) return;
        const sign = next === "ascending" ? 1 : -1;
        const rows = first.flat().filter((row) => !isTitle(row)).sort((one, other) => {
          const [a, b] = [one.cells[column], other.cells[column]];
          const gaps = [a, b].map((cell) => ["", "\u2014"].includes(cell.textContent.trim()));
          return gaps[0] || gaps[1] ? gaps[0] - gaps[1] : sign * compare(a, b);
        });
        table.tBodies[0].append(...rows);
      });
    });
  }
  for (const code of document.querySelectorAll("pre")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      const text = code.querySelector("code").textContent;
      try {
        await navigator.clipboard.writeText(text);
      } catch {
        const range = document.createRange();
        range.selectNodeContents(code.querySelector("code"));
        getSelection().removeAllRanges();
        getSelection().addRange(range);
        document.execCommand("copy");
      }
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
    code.append(button);
  }
  addEventListener("keydown", (event) => {
    const open = document.querySelector(".picture:target .close");
    if (event.key === "Escape" && open) open.click();
  });
})();
