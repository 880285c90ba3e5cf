extension Table {
  /// What a document that takes these tables in has to load.
  package static let packagesForLaTeX =
    "% Needs \\usepackage{array,booktabs,longtable,pdflscape,textcomp} and \\usepackage[T1]{fontenc}; names beyond Latin "
    + "need LuaLaTeX."

  /// The table for LaTeX in the style of `booktabs`, laid out so that it lies within the text of a plain article: a float
  /// where it is short, else one that breaks over pages. One with more columns than a page is wide becomes several.
  package func latex() -> String {
    let parts = fittingParts()
    return parts.enumerated().map { number, part in
      var (table, layout) = part
      if number > 0 {
        table.name += "-\(number + 1)"
        table.caption = table.caption + " More columns of the same rows."
      }
      if number < parts.count - 1 { table.notes = [] }
      return LaTeXTable(table: table, layout: layout).source
    }.joined(separator: "\n")
  }

  /// The table, or as many of some of its columns as it takes, the first column in each.
  private func fittingParts() -> [(table: Table, layout: LaTeXLayout)] {
    if let layout = LaTeXLayout(self) ?? (columns.count > 2 ? nil : LaTeXLayout(self, breaksNumbers: true)) {
      return [(self, layout)]
    }
    // A group stays together where that leaves something for both halves.
    let middle = (columns.count + 1) / 2
    let cut = spans.map(\.columns.lowerBound).filter { $0 > 1 }.min { abs($0 - middle) < abs($1 - middle) } ?? middle
    return [Set(cut..<columns.count), Set(1..<cut)].flatMap { dropping($0).fittingParts() }
  }
}

/// A table with its layout, as LaTeX source.
private struct LaTeXTable {
  let table: Table
  let layout: LaTeXLayout

  var source: String {
    let format = table.columns.indices.map(column).joined()
    let caption = "\\caption{\(table.caption.latex)}\\label{tab:\(table.name)}"
    let stretch = "\\setlength{\\emergencystretch}{3em}"
    // Widths are in em: the type comes first.
    let type = ["\\\(layout.size.rawValue)", "\\setlength{\\tabcolsep}{\(Self.em(layout.size.margin))}"]
    if layout.floats {
      return
        (["\\begin{table}[tp]", "\\centering", stretch, caption, "\\smallskip"] + type
        + ["\\begin{tabular}{@{}\(format)@{}}", "\\toprule"] + heads() + rows() + ["\\bottomrule", "\\end{tabular}"]
        + notes() + ["\\end{table}"]).joined(separator: "\n")
    }
    let again = "\\multicolumn{\(table.columns.count)}{@{}l@{}}{\\emph{\\tablename~\\thetable, continued}} \\\\"
    let lines =
      ["\\begingroup", stretch, "\\setlength{\\LTcapwidth}{\\linewidth}"] + type
      + ["\\begin{longtable}{@{}\(format)@{}}", caption + " \\\\", "\\toprule"] + heads()
      + ["\\endfirsthead", again, "\\toprule"] + heads() + ["\\endhead", "\\bottomrule", "\\endfoot"] + rows()
      + ["\\end{longtable}"] + notes() + ["\\endgroup"]
    return (layout.isTurned ? ["\\begin{landscape}"] + lines + ["\\end{landscape}"] : lines).joined(separator: "\n")
  }

  /// Headings over groups, and the columns' titles.
  private func heads() -> [String] {
    var lines: [String] = []
    if !table.groups.isEmpty {
      let titles = table.spans.map { span -> String in
        guard let title = table.group(of: span.columns.lowerBound).map({ LaTeXText($0.title) }) else { return "" }
        let room = layout.width(of: span.columns)
        let format = title.width > room ? ">{\\centering\\arraybackslash}p{\(Self.em(room))}" : "c"
        return across(span.columns, format, title.source)
      }
      lines.append(titles.joined(separator: " & ") + " \\\\")
      lines += table.spans.filter { $0.group != nil }.map {
        "\\cmidrule(lr){\($0.columns.lowerBound + 1)-\($0.columns.upperBound)}"
      }
    }
    let titles = table.columns.indices.map { index -> String in
      let (title, width) = (LaTeXText(table.columns[index].title), layout.widths[index])
      guard title.width > width, !table.columns[index].alignment.isLeading else { return title.source }
      // Over numbers, which are never broken, a title may be.
      return across(index..<index + 1, ">{\\raggedleft\\arraybackslash}p{\(Self.em(width))}", title.source)
    }
    return lines + [Self.row(titles) + " \\\\"]
  }

  /// A cell over some columns, without the margins that the table has not at its edges either.
  private func across(_ columns: Range<Int>, _ format: String, _ source: String) -> String {
    let left = columns.lowerBound == 0 ? "@{}" : ""
    let right = columns.upperBound == table.columns.count ? "@{}" : ""
    return "\\multicolumn{\(columns.count)}{\(left)\(format)\(right)}{\(source)}"
  }

  /// Cells side by side. What LaTeX would take for an option of the line before does not stand first.
  private static func row(_ cells: [String]) -> String {
    let row = cells.joined(separator: " & ")
    return row.hasPrefix("[") || row.hasPrefix("*") ? "{}" + row : row
  }

  private func rows() -> [String] {
    // Between rows of several lines there is a little more room than between their lines.
    let end = layout.tallest > 1 ? " \\\\[0.3em]" : " \\\\"
    return table.sections.flatMap { section in
      let title = section.title.map { title in
        let title = LaTeXText(title)
        let room = layout.width(of: 0..<table.columns.count)
        let format = title.width > room ? ">{\\raggedright\\arraybackslash}p{\(Self.em(room))}" : "l"
        return across(0..<table.columns.count, format, "\\textit{\(title.source)}") + " \\\\"
      }
      return ["\\midrule"] + [title].compactMap { $0 }
        + section.rows.map { Self.row($0.map(\.latex)) + end }
    }
  }

  private func notes() -> [String] {
    table.notes.map { "\\par\\smallskip{\\footnotesize\\raggedright \($0.latex)\\par}" }
  }

  /// A column's format: `r`, `l`, or lines broken at a width.
  private func column(_ index: Int) -> String {
    let isLeading = table.columns[index].alignment.isLeading
    guard layout.breaks[index] else { return isLeading ? "l" : "r" }
    let side = isLeading ? "\\raggedright" : "\\raggedleft"
    return ">{\(side)\\arraybackslash}p{\(Self.em(layout.widths[index]))}"
  }

  /// `12.34em`, never more than the number: what is rounded up here and there adds up to more than the page.
  private static func em(_ number: Double) -> String {
    let hundredths = Int((number * 100).rounded(.down))
    return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)em"
  }
}
