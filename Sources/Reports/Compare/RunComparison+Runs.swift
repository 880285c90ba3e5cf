import Documents
import Foundation
import Runs

extension RunComparison {
  /// Every run that was compared: how far it is and what it was measured at.
  package func runsTable() -> Table {
    let metrics = metrics.prefix(4)
    return Table(
      name: "runs", caption: "The runs that every figure comes from. The hash covers everything that decides a result.",
      columns: [
        Table.Column("Row", .leading), Table.Column("Seed"), Table.Column("State", .leading), Table.Column("Epochs"),
      ] + metrics.map { Table.Column(Typeset($0.title)) } + [
        Table.Column("Parameters"), Table.Column("Descriptor"), Table.Column("Hash", .leading),
        Table.Column("Started", .leading),
      ],
      sections: [
        Table.Section(
          rows: order.flatMap { place in
            groups[place].runs.map { row($0, of: groups[place], Array(metrics)) }
          })
      ])
  }

  private func row(_ run: ComparedRun, of group: ComparedGroup, _ metrics: [ComparedMetric]) -> [Typeset] {
    func cell(_ text: String?) -> Typeset { text.map { Typeset($0) } ?? Table.gap }
    var cells = [Typeset(group.title), cell("\(run.identity.seed)"), cell(run.status.rawValue)]
    cells.append(cell("\(run.epochs.count)"))
    for metric in metrics { cells.append(cell(run.metrics.flatMap(metric.value).map { Figures.number($0) })) }
    cells.append(cell(run.metrics.map { "\($0.parameters)" }))
    cells.append(cell(run.metrics.map { "\($0.descriptorLength)" }))
    return cells + [Typeset([.code(run.identity.hash)]), cell(run.provenance?.started)]
  }

  /// What the data is: the first thing that a reader has to know.
  package func dataStatement() -> String {
    let names = ReportPage.unique(groups.compactMap(\.dataset))
    guard !names.isEmpty else { return "On which data these runs were measured is not known: no plan can be read." }
    let twins = names.filter { drawn[$0] == true }
    let photographs = names.filter { drawn[$0] == false }
    let unknown = names.filter { drawn[$0] == nil }
    var sentences: [String] = []
    if !twins.isEmpty {
      sentences.append(
        "Measured on \(Figures.list(twins)): drawn pedestrians, not photographs of people. These levels say nothing of "
          + "the accuracy on real benchmarks.")
    }
    if !photographs.isEmpty { sentences.append("Measured on photographs: \(Figures.list(photographs)).") }
    if !unknown.isEmpty {
      sentences.append(
        "Measured on \(Figures.list(unknown)), of which datasets.yaml does not say whether it is drawn.")
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
