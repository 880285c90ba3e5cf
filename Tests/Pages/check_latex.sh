#!/usr/bin/env bash
# check_latex.sh FILE.tex...: compiles the tables of each file in a plain article that loads what the file says it needs.
# Fails on an error, on a box that is more than 1 pt too wide or too high, on a float larger than a page, and on two tables
# with one label.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TEXMFVAR="$work/texmf" max_print_line=1000
# Without a PDF no font has to be drawn. PDF=FOLDER keeps the pages there, to look at.
draft=$([ -n "${PDF:-}" ] || echo -draftmode)
failed=0
for file in "$@"; do
  cp "$file" "$work/tables.tex"
  {
    printf '%s\n' '\documentclass{article}'
    sed -n '/^% Needs/{p;q}' "$file" | grep -oE '\\usepackage(\[[^]]*\])?\{[^}]*\}'
    printf '%s\n' '\begin{document}' '\input{tables}' '\end{document}'
  } > "$work/page.tex"
  # A table that breaks over pages finds its columns' widths in several passes.
  for _ in 1 2 3; do (cd "$work" && pdflatex $draft -interaction=nonstopmode page.tex > out.txt 2>&1) || true; done
  if awk '/^Overfull/ { match($0, /\([0-9.]+pt/); if (substr($0, RSTART + 1, RLENGTH - 3) + 0 > 1) print; next }
      /^!|too large|multiply defined|no output PDF|Fatal/' "$work/page.log" | tee "$work/found.txt" | grep -q .; then
    echo "$file does not fit:" >&2
    cat "$work/found.txt" >&2
    failed=1
  else
    echo "$file: $(grep -acE '^\\begin\{(table|longtable)\}' "$file") tables lie within the page"
  fi
  if [ -n "${PDF:-}" ]; then cp "$work/page.pdf" "$PDF/$(basename "$file" .tex).pdf"; fi
done
exit $failed
