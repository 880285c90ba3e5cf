import Configuration
import Documents

extension DeviationReport {
  /// The register as a table, a section an origin.
  package func table() -> Table {
    Table(
      name: "deviations",
      caption: "Every setting: stated by the paper, inferred, chosen where it is silent, or changed; and what another "
        + "value of it did to mAP, in points, where runs on disk differ in that setting alone.",
      columns: [
        Table.Column("Setting", .sentences), Table.Column("Value", .sentences), Table.Column("Set in", .sentences),
        Table.Column("The paper’s words", .sentences), Table.Column("Other values, mAP", .sentences),
      ],
      sections: Deviation.Origin.allCases.compactMap { origin in
        let rows = rows.filter { $0.setting.origin == origin }
        return rows.isEmpty ? nil : Table.Section(Typeset(origin.rawValue), rows: rows.map(cells))
      },
      notes: [
        "Other values: the mean difference over paired seeds and half of its 95 % interval, all other settings, the data "
          + "and the seeds alike. “not varied”: no two finished runs differ in this setting alone."
      ])
  }

  private func cells(_ row: Row) -> [Typeset] {
    let setting = row.setting
    let place: Typeset =
      setting.key.map { key in
        Typeset([.code(key)]) + (setting.file.map { Typeset(" in ") + Typeset([.code($0)]) } ?? "")
      } ?? setting.code.map { Typeset([.code($0)]) } ?? Table.gap
    let source = setting.source.map { " (\($0))" } ?? ""
    let silent = setting.variants.isEmpty ? "none; after " : ""
    let words = setting.quote.map { "“\($0)”\(source)" } ?? (setting.source.map { silent + $0 } ?? "none")
    return [
      Typeset(title(setting) + (setting.reason.map { ": \($0)" } ?? "") + choice(row)),
      setting.value.map { Typeset([.code($0)]) } ?? Table.gap, place, Typeset(words), Typeset(costs(row)),
    ]
  }

  /// What the setting is, and of which method where it is another one's.
  private func title(_ setting: Deviation) -> String {
    (setting.variants.isEmpty ? "" : "\(setting.variants.joined(separator: ", ")): ") + setting.statement
  }

  /// What the setting was chosen on, and by what.
  private func choice(_ row: Row) -> String {
    guard let data = row.setting.chosenData, let by = row.setting.chosenBy else { return "" }
    return "; chosen on \(Numerals.list(data)) by \(by)"
  }

  /// The values that were chosen by looking at runs: on which data and by what, beside what the tables are measured on. Nil where
  /// there is none.
  ///
  /// - Parameter measuredOn: the datasets of the tables.
  package func choices(_ name: String, measuredOn: [String]) -> Table? {
    let chosen = rows.filter { $0.setting.chosenData != nil }
    guard !chosen.isEmpty else { return nil }
    func runs(_ row: Row) -> Typeset {
      let studies = (row.setting.studies ?? []).map { Typeset([.code($0)]) }
      guard !studies.isEmpty else { return Table.gap }
      return Typeset.list(studies) + (row.chosenOn.isEmpty ? " (not here)" : Typeset(" (\(row.chosenOn.count) here)"))
    }
    let places = measuredOn.unique.map(\.onOneLine)
    return Table(
      name: name,
      caption:
        "Values that were chosen by looking at runs: on which data, by what, and what the tables are measured on.",
      columns: [
        ColumnOf<Row>("Setting", .sentences) { Typeset(title($0.setting)) },
        ColumnOf("Chosen on", .sentences) { Typeset(Numerals.list($0.setting.chosenData ?? [])) },
        ColumnOf("Measured on", .sentences) { row in
          let same = places.filter { row.setting.chosenData?.contains($0) ?? false }
          let others =
            same.isEmpty
            ? ": other people" : same.count < places.count ? "; \(Numerals.list(same)) is both" : ": the same"
          return Table.cell(places.isEmpty ? nil : Numerals.list(places) + others)
        },
        ColumnOf("By", .sentences) { Table.cell($0.setting.chosenBy) },
        ColumnOf("Runs", .sentences, cell: runs),
      ],
      sections: [(nil, chosen)],
      notes: [
        "Runs: the experiment that made them, and how many of its runs lie on this disk. A table is measured on the people of its "
          + "data’s test set, training losses are of those of its training set; nobody is in both."
      ])
  }

  private func costs(_ row: Row) -> String {
    if row.setting.key == nil { return "not a setting" }
    if row.costs.isEmpty { return "not varied" }
    return row.costs.map { cost in
      let noise = cost.noise.map { " ± \(Numerals.number($0))" } ?? ", noise unknown"
      return "\(cost.value): \(Numerals.signed(cost.gain))\(noise) (\(cost.dataset), \(cost.pairs) seeds)"
    }.joined(separator: "; ")
  }

  /// How many settings have which origin, which were varied, and which of those moved mAP beyond the noise.
  package var findings: [String] {
    let counts = Deviation.Origin.allCases.map { origin in
      "\(rows.count { $0.setting.origin == origin }) \(origin.rawValue)"
    }
    let varied = rows.filter { !$0.costs.isEmpty }
    var sentences = ["Of \(rows.count) settings and rules: \(counts.joined(separator: ", "))."]
    guard !varied.isEmpty else { return sentences + ["None was varied alone between the runs on disk."] }
    sentences.append("Varied alone between runs on disk: \(Numerals.list(varied.map(\.setting.statement.onOneLine))).")
    for row in varied {
      for cost in row.costs {
        guard let noise = cost.noise, abs(cost.gain) > noise else { continue }
        sentences.append(
          "\(row.setting.statement.onOneLine) as \(cost.value.onOneLine) changed mAP by \(Numerals.signed(cost.gain)) points on "
            + "\(cost.dataset.onOneLine), more than the seeds’ noise (\(Numerals.number(noise))).")
      }
    }
    return sentences
  }

  /// The register for a terminal: a line or two a setting.
  package func terminal(width: Int) -> String {
    let room = max(40, width)
    var lines: [String] = []
    for origin in Deviation.Origin.allCases {
      let rows = rows.filter { $0.setting.origin == origin }
      if rows.isEmpty { continue }
      lines += ["\(origin.rawValue)", String(repeating: "─", count: origin.rawValue.count)]
      for row in rows {
        let setting = row.setting
        let value = setting.key.map { " [\($0): \(setting.value ?? "")]" } ?? setting.code.map { " [\($0)]" } ?? ""
        let cost = row.costs.isEmpty ? "" : "; varied: \(costs(row))"
        lines += (title(setting) + value + choice(row) + cost).onOneLine.wrapped(to: room)
      }
      lines.append("")
    }
    for sentence in findings { lines += sentence.wrapped(to: room) }
    return lines.joined(separator: "\n")
  }
}
