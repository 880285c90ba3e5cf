import Documents
import Runs

/// An experiment's records, and how its variants are called in tables of runs.
package struct LabelledRecords {
  package let records: ExperimentRecords
  package let label: (ReportVariant) -> Typeset

  package init(_ records: ExperimentRecords, label: @escaping (ReportVariant) -> Typeset) {
    (self.records, self.label) = (records, label)
  }
}

extension Table {
  /// What was trained: each variant's network, how large it is and how long its training took; nil where nobody described
  /// any.
  package static func networks(of sources: [LabelledRecords]) -> Table? {
    typealias Item = (label: Typeset, network: ReportNetwork, variant: ReportVariant)
    let sections = sources.map { source -> (title: Typeset?, items: [Item]) in
      (
        Typeset(source.records.experiment),
        source.records.variants.compactMap { variant in
          variant.network.map { (source.label(variant), $0, variant) }
        }
      )
    }.filter { !$0.items.isEmpty }
    guard !sections.isEmpty else { return nil }
    func seconds(_ title: Typeset, _ measured: @escaping (RunMetrics) -> Double) -> ColumnOf<Item> {
      ColumnOf(title) { item in
        cell(
          Sample(item.variant.finished.compactMap(\.metrics).map(measured)).map {
            Numerals.number($0.mean, decimals: 0)
          })
      }
    }
    return Table(
      name: "networks",
      caption:
        "What stands behind the rows: the networks that were trained, how many images one training showed them, and the "
        + "mean time that training and evaluating took.",
      columns: [
        ColumnOf<Item>("Row", .leading) { $0.label },
        ColumnOf("Backbone", .leading) { Typeset($0.network.backbone) },
        ColumnOf("Input") { Typeset($0.network.input) },
        ColumnOf("Tasks", .leading) { Typeset($0.network.tasks) },
        ColumnOf("Epochs × batch") { Typeset($0.network.training) },
        ColumnOf("Descriptor") { cell($0.variant.finished.first?.metrics.map { "\($0.descriptorLength)" }) },
        ColumnOf("Parameters (M)") {
          cell($0.variant.finished.first?.metrics.map { Numerals.number(Double($0.parameters) / 1e6) })
        },
        ColumnOf("Image passes") { cell($0.variant.imagePasses.map { "\($0)" }) },
        seconds("Training (s)") { $0.secondsTraining }, seconds("Evaluating (s)") { $0.secondsEvaluating },
      ], sections: sections)
  }

  /// Every planned run of some experiments: which seed, which record, what it was measured at.
  ///
  /// Re-ranked figures have columns of their own where any run has them.
  package static func runs(of sources: [LabelledRecords]) -> Table {
    typealias Item = (label: Typeset, trial: ReportTrial, records: ExperimentRecords)
    let hasReranked = sources.contains { $0.records.finished.contains { $0.metrics?.reranked != nil } }
    let places = sources.map(\.records).filter(\.hasMeasurements).map(\.measuredOn).unique
    func figure(_ title: Typeset, _ metric: Metric) -> ColumnOf<Item> {
      ColumnOf(title) { item in
        guard let record = item.trial.record, let value = record.metrics.flatMap({ metric.value($0) }),
          let sample = Sample([value])
        else { return gap }
        return .measured(sample, metric: metric.name, runs: [record.identity])
      }
    }
    var columns = [
      ColumnOf<Item>("Row", .leading) { $0.label }, ColumnOf("Seed") { Typeset("\($0.trial.seed)") },
      figure("mAP", .mAP), figure("mAP (trapezoid)", .trapezoid), figure("Rank-1", .rank1), figure("Rank-5", .rank5),
      figure("Rank-10", .rank10),
    ]
    if hasReranked { columns += [figure("mAP, RR", .rerankedMAP), figure("Rank-1, RR", .rerankedRank1)] }
    columns += [
      ColumnOf("Queries") { cell($0.trial.scores.map { "\($0.queries)" }) },
      ColumnOf("Hash", .leading) { $0.trial.record.map { Typeset([.code($0.identity.hash)]) } ?? gap },
      ColumnOf("Folder", .leading) { item in
        item.trial.record.map { Typeset([.code(item.records.folderName($0))]) } ?? "not started"
      },
    ]
    return Table(
      name: "runs",
      caption: Typeset(
        "The runs that every measured figure comes from, in percent"
          + "\(places.isEmpty ? "" : " on \(Numerals.list(places))"). The hash covers "
          + "everything that decides a run’s result.\(hasReranked ? " RR: re-ranked." : "")"),
      columns: columns,
      sections: sources.map { source in
        (
          Typeset(source.records.experiment),
          source.records.variants.flatMap { variant in
            variant.trials.map { (source.label(variant), $0, source.records) }
          }
        )
      })
  }

  /// Where finished runs were computed: each way only once; nil where nobody recorded it.
  package static func provenance(of records: [RunRecord]) -> Table? {
    let rows = records.compactMap(\.provenance).flatMap(\.stations).map { origin in
      [
        origin.commit.isEmpty ? "none" : String(origin.commit.prefix(12)) + (origin.hasLocalChanges ? ", changed" : ""),
        origin.compiler, "\(origin.blas), \(origin.blasKernels)", "\(origin.threads)", origin.cpu, origin.dataset,
      ]
    }.unique
    guard !rows.isEmpty else { return nil }
    return Table(
      name: "provenance", caption: "Where the runs were computed, and on which data.",
      columns: ["Commit", "Compiler", "OpenBLAS, kernels", "Threads", "Processor", "Data"].map {
        Table.Column(Typeset($0), .leading)
      },
      sections: [Table.Section(rows: rows.map { $0.map { Typeset($0) } })])
  }

  /// A text, or a marked gap where there is none.
  package static func cell(_ text: String?) -> Typeset { text.map { Typeset($0) } ?? gap }
}
