import Documents
import Runs

extension Table {
  /// What was trained: each variant's network, how large it is and how long its training took; nil where nobody described
  /// any.
  static func networks(
    of sources: [(records: ExperimentRecords, label: (ReportVariant) -> Typeset)]
  ) -> Table? {
    let sections = sources.compactMap { records, label -> Table.Section? in
      let rows = records.variants.compactMap { row($0, label($0)) }
      return rows.isEmpty ? nil : Table.Section(Typeset(records.experiment), rows: rows)
    }
    guard !sections.isEmpty else { return nil }
    return Table(
      name: "networks",
      caption: "What stands behind the rows: the networks that were trained, and the mean time that one training took.",
      columns: [
        Table.Column("Row", .leading), Table.Column("Backbone", .leading), Table.Column("Input"),
        Table.Column("Tasks", .leading), Table.Column("Epochs × batch"), Table.Column("Descriptor"),
        Table.Column("Parameters (M)"), Table.Column("Training (s)"),
      ],
      sections: sections)
  }

  private static func row(_ variant: ReportVariant, _ label: Typeset) -> [Typeset]? {
    guard let network = variant.network else { return nil }
    let metrics = variant.finished.compactMap(\.metrics)
    let seconds = Sample(metrics.map(\.secondsTraining))
    return [
      label, Typeset(network.backbone), Typeset(network.input), Typeset(network.tasks),
      Typeset(network.training), metrics.first.map { Typeset("\($0.descriptorLength)") } ?? Table.gap,
      metrics.first.map { Typeset(Figures.number(Double($0.parameters) / 1e6)) } ?? Table.gap,
      seconds.map { Typeset(Figures.number($0.mean, decimals: 0)) } ?? Table.gap,
    ]
  }
}
