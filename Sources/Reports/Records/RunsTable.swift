import Documents
import Runs

extension Table {
  /// Every planned run of some experiments: which seed, which record, what it was measured at.
  ///
  /// Re-ranked figures have columns of their own where any run has them.
  static func runs(of sources: [(records: ExperimentRecords, label: (ReportVariant) -> Typeset)]) -> Table {
    let hasReranked = sources.contains { $0.records.finished.contains { $0.metrics?.reranked != nil } }
    let places = ReportPage.unique(sources.map(\.records).filter(\.hasMeasurements).map(\.measuredOn))
    var columns = [
      Table.Column("Row", .leading), Table.Column("Seed"), Table.Column("mAP"), Table.Column("mAP (trapezoid)"),
      Table.Column("Rank-1"), Table.Column("Rank-5"), Table.Column("Rank-10"),
    ]
    if hasReranked { columns += [Table.Column("mAP, RR"), Table.Column("Rank-1, RR")] }
    columns += [Table.Column("Queries"), Table.Column("Hash", .leading), Table.Column("Folder", .leading)]
    let rr = hasReranked ? " RR: re-ranked." : ""
    return Table(
      name: "runs",
      caption: Typeset(
        "The runs that every measured figure comes from, in percent"
          + "\(places.isEmpty ? "" : " on \(Figures.list(places))"). The hash covers "
          + "everything that decides a run’s result.\(rr)"),
      columns: columns,
      sections: sources.map { records, label in
        Table.Section(
          Typeset(records.experiment),
          rows: records.variants.flatMap { variant in
            variant.trials.map { row($0, label(variant), of: records, hasReranked: hasReranked) }
          })
      })
  }

  private static func row(
    _ trial: ReportTrial, _ label: Typeset, of records: ExperimentRecords, hasReranked: Bool
  ) -> [Typeset] {
    let scores = trial.scores
    func percent(_ share: Double?) -> Typeset { share.map { Typeset(Figures.number(100 * $0)) } ?? Table.gap }
    func figure(_ metric: String) -> Typeset {
      guard let record = trial.record, let share = scores.flatMap({ RecomputedScores.stated($0)[metric] }),
        let sample = Sample([100 * share])
      else { return Table.gap }
      return Typeset.measured(sample, metric: metric, runs: [record.identity])
    }
    var cells = [
      label, Typeset("\(trial.seed)"), figure("mAP"), figure("mAP_trapezoid"), figure("rank1"), figure("rank5"),
      figure("rank10"),
    ]
    if hasReranked {
      let reranked = trial.record?.metrics?.reranked
      cells += [percent(reranked?.mAP), percent(reranked?.rank1)]
    }
    return cells + [
      scores.map { Typeset("\($0.queries)") } ?? Table.gap,
      trial.record.map { Typeset([.code($0.identity.hash)]) } ?? Table.gap,
      trial.record.map { Typeset([.code(records.folderName($0))]) } ?? "not started",
    ]
  }
}
