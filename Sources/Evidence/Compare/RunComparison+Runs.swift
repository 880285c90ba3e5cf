import Documents

extension RunComparison {
  /// Every run that was compared: how far it is and what it was measured at.
  package func runsTable() -> Table {
    typealias Item = (group: ComparedGroup, run: ComparedRun)
    let columns = [
      ColumnOf<Item>("Row", .leading) { Typeset($0.group.title) },
      ColumnOf("Seed") { Typeset("\($0.run.identity.seed)") },
      ColumnOf("State", .leading) { Typeset($0.run.status.rawValue) },
      ColumnOf("Epochs") { Typeset("\($0.run.epochs.count)") },
    ]
    let figures = metrics.prefix(4).map { metric in
      ColumnOf<Item>(Typeset(metric.title)) { item in
        Table.cell(item.run.metrics.flatMap { metric.value($0) }.map { Numerals.number($0) })
      }
    }
    let facts = [
      ColumnOf<Item>("Parameters") { Table.cell($0.run.metrics.map { "\($0.parameters)" }) },
      ColumnOf("Descriptor") { Table.cell($0.run.metrics.map { "\($0.descriptorLength)" }) },
      ColumnOf("Hash", .leading) { Typeset([.code($0.run.identity.hash)]) },
      ColumnOf("Started", .leading) { Table.cell($0.run.provenance?.started) },
    ]
    return Table(
      name: "runs", caption: "The runs that every figure comes from. The hash covers everything that decides a result.",
      columns: columns + figures + facts,
      sections: [(nil, order.flatMap { place in groups[place].runs.map { (groups[place], $0) } })])
  }

  /// What the data is: the first thing that a reader has to know.
  package func dataStatement() -> String {
    let names = groups.compactMap(\.dataset).unique
    guard !names.isEmpty else { return "On which data these runs were measured is not known: no plan can be read." }
    let twins = names.filter { drawn[$0] == true }
    let photographs = names.filter { drawn[$0] == false }
    let unknown = names.filter { drawn[$0] == nil }
    var sentences: [String] = []
    if !twins.isEmpty {
      sentences.append(
        "Measured on \(Numerals.list(twins)): drawn pedestrians, not photographs of people. These levels say nothing of "
          + "the accuracy on real benchmarks.")
    }
    if !photographs.isEmpty { sentences.append("Measured on photographs: \(Numerals.list(photographs)).") }
    if !unknown.isEmpty {
      sentences.append(
        "Measured on \(Numerals.list(unknown)), of which datasets.yaml does not say whether it is drawn.")
    }
    return sentences.joined(separator: " ")
  }

  /// What keeps the comparison from being whole, in sentences.
  package func cautions() -> [String] {
    var sentences: [String] = []
    let apart = groups.indices.dropFirst().filter { !groups[0].sharesData(with: groups[$0]) }
    if !apart.isEmpty {
      sentences.append(
        "Measured on other data than \(groups[0].title): \(titles(Array(apart))). What was measured on other images "
          + "cannot be told apart from what the settings do; differences to it are not judged, and its queries are not "
          + "compared.")
    }
    let otherQueries = contrasts.filter {
      if case .failure(.otherQueries) = $0.result { true } else { false }
    }
    if !otherQueries.isEmpty {
      sentences.append(
        "Measured with other queries: \(titles(otherQueries.map(\.place))). Their queries are not compared one by one.")
    }
    let unfinished = groups.flatMap { group in
      group.runs.filter { $0.metrics == nil }.map { "\(group.title), seed \($0.identity.seed)" }
    }
    if !unfinished.isEmpty {
      sentences.append(
        "Not finished, and left out of every measured figure: \(cut(unfinished)). Their epochs so far are in the curves."
      )
    }
    if !damage.isEmpty { sentences.append("Cannot be read, and left out: \(cut(damage.map(\.description), "; ")).") }
    for variant in passedOver {
      sentences.append(
        "\(variant.variant) has other runs, of other settings, other data or another engine, that were started earlier "
          + "and are left out; their hashes name them: \(cut(variant.hashes)).")
    }
    if repeated > 0 { sentences.append("What was named more than once is compared once.") }
    return sentences.map(\.onOneLine)
  }

  private func titles(_ places: [Int]) -> String { cut(places.map { groups[$0].title }) }

  /// The first words of a long list.
  private func cut(_ words: [String], _ joint: String = ", ") -> String {
    words.count > 12
      ? words.prefix(11).joined(separator: joint) + " and \(words.count - 11) more" : words.joined(separator: joint)
  }
}
