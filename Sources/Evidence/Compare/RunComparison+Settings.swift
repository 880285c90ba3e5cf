import Configuration
import Documents
import Runs

extension RunComparison {
  /// A setting that is not the same everywhere.
  struct SettingDifference: Hashable {
    /// The dotted path: `train.rate.new`.
    let path: String
    /// What each group has; nil where it has no such setting. A group whose plan cannot be read has none at all.
    let values: [String?]
  }

  /// The places of the groups whose settings are known.
  var settled: [Int] { groups.indices.filter { groups[$0].settings != nil } }

  /// The settings that differ between the groups whose plans can be read, in the order of their paths.
  func differingSettings() -> [SettingDifference] {
    differences(groups.map(\.settings))
  }

  /// What differs about where the groups were computed. A group's runs may differ too: then all of theirs are said.
  func differingOrigins() -> [SettingDifference] {
    let origins = groups.map { group -> [String: String]? in
      let records = group.runs.compactMap(\.provenance)
      guard !records.isEmpty else { return nil }
      func all(_ reading: (Provenance) -> String) -> String {
        Set(records.flatMap(\.stations).map(reading)).sorted().joined(separator: ", ")
      }
      return [
        "commit": all { origin in
          origin.commit.isEmpty
            ? "none" : String(origin.commit.prefix(12)) + (origin.hasLocalChanges ? " with changes" : "")
        },
        "compiler": all(\.compiler), "data": all(\.dataset), "kernels": all(\.blasKernels), "processor": all(\.cpu),
        "threads": all { "\($0.threads)" },
      ]
    }
    return differences(origins)
  }

  private func differences(_ sides: [[String: String]?]) -> [SettingDifference] {
    let known = sides.compactMap { $0 }
    guard known.count > 1 else { return [] }
    let paths = Set(known.flatMap(\.keys)).sorted()
    return paths.compactMap { path in
      guard Set(known.map { $0[path] }).count > 1 else { return nil }
      return SettingDifference(path: path, values: sides.map { $0?[path] })
    }
  }

  /// What is said where no setting differs.
  package var noSettings: String {
    settled.count < 2
      ? "Fewer than two plans can be read: their settings are not compared." : "No setting differs."
  }

  /// The settings that differ, a row a setting; groups that have the same in every row share a column. Where that
  /// leaves more columns than can be read, a row a value. Nil where nothing differs.
  ///
  /// - Parameter byValue: whether a row a value is wanted in any case.
  package func settingsTable(byValue: Bool = false) -> Table? {
    let sections = [(nil, differingSettings()), ("Where it was computed", differingOrigins())]
      .filter { !$0.1.isEmpty }
    guard !sections.isEmpty else { return nil }
    let columns = sharedColumns(sections.flatMap(\.1))
    if byValue || columns.count > Self.mostColumns { return valuesTable(sections) }
    let isShort = columns.count <= 4
    return Table(
      name: "settings",
      caption: "The settings that differ, by their paths in YAML; every other setting is the same. — is a setting "
        + "that there is none of.",
      columns: [Table.Column("Setting", .leading)]
        + columns.map { Table.Column(Typeset(heading(of: $0, isShort: isShort)), .leading) },
      sections: sections.map { title, rows in
        Table.Section(
          title.map { Typeset($0) },
          rows: rows.map { row in
            [Typeset([.code(row.path)])]
              + columns.map { members in
                members.first.flatMap { row.values[$0] }.map { Typeset(shown($0)) } ?? Table.gap
              }
          })
      }, notes: settingsNotes)
  }

  /// More columns than these are not read side by side.
  static let mostColumns = 6
  private static let mostValues = 12

  /// The groups' places, those that have the same everywhere together.
  private func sharedColumns(_ rows: [SettingDifference]) -> [[Int]] {
    var places: [[String?]: Int] = [:]
    var columns: [[Int]] = []
    for group in groups.indices {
      let values = rows.map { $0.values[group] }
      if let place = places[values] {
        columns[place].append(group)
      } else {
        places[values] = columns.count
        columns.append([group])
      }
    }
    return columns
  }

  private func heading(of members: [Int], isShort: Bool) -> String {
    members.count == 1 && isShort ? groups[members[0]].title : Self.ranges(members.map { groups[$0].number })
  }

  private func valuesTable(_ sections: [(String?, [SettingDifference])]) -> Table {
    Table(
      name: "settings",
      caption: "The settings that differ, by their paths in YAML, and which rows of the other tables have which value; "
        + "every other setting is the same. — is a setting that there is none of.",
      columns: [
        Table.Column("Setting", .leading), Table.Column("Value", .leading), Table.Column("Rows", .leading),
        Table.Column("How many"),
      ],
      sections: sections.map { title, rows in
        Table.Section(title.map { Typeset($0) }, rows: rows.flatMap(valueRows))
      }, notes: settingsNotes)
  }

  private func valueRows(_ row: SettingDifference) -> [[Typeset]] {
    var order: [String?] = []
    var members: [String?: [Int]] = [:]
    for group in groups.indices where groups[group].settings != nil || row.values[group] != nil {
      let value = row.values[group]
      if members[value] == nil { order.append(value) }
      members[value, default: []].append(groups[group].number)
    }
    let isCut = order.count > Self.mostValues
    let shownValues = isCut ? Array(order.prefix(Self.mostValues - 1)) : order
    var rows = shownValues.enumerated().map { place, value -> [Typeset] in
      let numbers = members[value] ?? []
      return [
        place == 0 ? Typeset([.code(row.path)]) : "", value.map { Typeset(shown($0)) } ?? Table.gap,
        Typeset(Self.ranges(numbers)), Typeset("\(numbers.count)"),
      ]
    }
    if isCut {
      let rest = order.dropFirst(shownValues.count)
      let count = rest.reduce(0) { $0 + (members[$1]?.count ?? 0) }
      rows.append(["", Typeset("… \(rest.count) more values"), "the others", Typeset("\(count)")])
    }
    return rows
  }

  /// A value that fits a cell.
  private func shown(_ value: String) -> String { value.count > 60 ? value.prefix(59) + "…" : value }

  private var settingsNotes: [Typeset] {
    let unknown = groups.filter { $0.settings == nil }.map(\.title)
    return unknown.isEmpty
      ? [] : [Typeset("Not in this table, having no plan.yaml that can be read: \(Numerals.list(unknown)).")]
  }

  /// Numbers as a person writes them: `1, 3–5`.
  static func ranges(_ numbers: [Int]) -> String {
    var runs: [ClosedRange<Int>] = []
    for number in numbers.sorted() {
      if let last = runs.last, last.upperBound + 1 == number {
        runs[runs.count - 1] = last.lowerBound...number
      } else {
        runs.append(number...number)
      }
    }
    let words = runs.map { run in
      run.count == 1 ? "\(run.lowerBound)" : "\(run.lowerBound)\(run.count == 2 ? ", " : "–")\(run.upperBound)"
    }
    return words.count > 20
      ? words.prefix(19).joined(separator: ", ") + ", …" : words.joined(separator: ", ")
  }
}
