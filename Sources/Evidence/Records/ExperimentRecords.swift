import Documents
import Foundation
import Runs

/// What the disk knows of an experiment: all that a table may draw from.
package struct ExperimentRecords: Sendable {
  /// `quickstart/table1`.
  package var experiment: String
  /// Those of its variants, each once: `synthetic-duke`.
  package var datasets: [String]
  /// Whether that data is drawn, so that no figure may pass for one of the real benchmark.
  package var isSynthetic: Bool
  /// In the plan's order.
  package var variants: [ReportVariant]
  package var command: String
  /// The folder that run folders are shown relative to; nil shows them from `runs/` on.
  package var root: URL?

  package init(
    experiment: String, datasets: [String], isSynthetic: Bool, variants: [ReportVariant], command: String,
    root: URL? = nil
  ) {
    (self.experiment, self.datasets, self.isSynthetic) = (experiment, datasets, isSynthetic)
    (self.variants, self.command, self.root) = (variants, command, root)
  }

  /// Whether any run is finished; without one there is nothing to report.
  package var hasMeasurements: Bool { variants.contains { $0.trials.contains { $0.scores != nil } } }

  /// Its datasets in words.
  package var dataset: String { datasets.joined(separator: ", ") }

  /// What the measured figures are measured on, in a few words.
  package var measuredOn: String { isSynthetic ? "\(dataset) (drawn)" : dataset }

  /// `measured on synthetic-duke (drawn)`; before any run is finished, `to be measured on …`.
  package var measuredWhere: String { "\(hasMeasurements ? "" : "to be ")measured on \(measuredOn)" }

  /// The records of all finished runs, in the order of the variants.
  package var finished: [RunRecord] { variants.flatMap(\.finished) }

  package func variant(_ name: String) -> ReportVariant? { variants.first { $0.name == name } }

  /// A run's folder as a report shows it.
  package func folderName(_ record: RunRecord) -> String {
    let path = record.folder.standardizedFileURL.path
    if let root {
      let start = root.standardizedFileURL.path + "/"
      if path.hasPrefix(start) { return String(path.dropFirst(start.count)) }
    }
    let parts = path.split(separator: "/")
    let start = parts.lastIndex(of: "runs") ?? max(0, parts.count - 3)
    return parts[start...].joined(separator: "/")
  }

  /// Which kernel sets its runs were computed with, where they are several: results differ in the last bits with them, and
  /// training enlarges that. Of a row that has runs of more than one, by how much these differ.
  private func kernelNotes(label: (ReportVariant) -> String) -> [Typeset] {
    func kernels(_ record: RunRecord) -> String {
      (record.provenance?.stations.map(\.blasKernels) ?? []).unique.joined(separator: ", then ")
    }
    let rows = variants.filter { !$0.finished.isEmpty }
    guard Set(rows.flatMap(\.finished).filter { $0.provenance != nil }.map(kernels)).count > 1
    else { return [] }
    let words = rows.map { variant -> String in
      let sets = variant.finished.map(kernels).unique.sorted()
      let means = sets.compactMap { set in
        Sample(
          variant.finished.filter { kernels($0) == set }.compactMap { $0.metrics?.retrieval.mAP }
            .map { 100 * $0 })
      }
      let parts = zip(sets, means).map { set, sample in
        "\(set.isEmpty ? "unknown" : set.onOneLine) \(Numerals.spread(sample)) (\(sample.count))"
      }
      let reach = Sample(means.map(\.mean))?.range
      let apart =
        means.count > 1
        ? reach.map { ", \(Numerals.number($0.upperBound - $0.lowerBound)) points apart" } ?? ""
        : ""
      return "\(label(variant)): \(parts.joined(separator: ", "))\(apart)"
    }
    return [
      Typeset(
        "The runs were not all computed with the same kernels, which changes the last bits and, over a training, the result. "
          + "mAP by kernel set (runs): \(words.joined(separator: "; ")).")
    ]
  }

  /// What to know where a row has one finished run alone, which is no spread.
  package var seedWarnings: [Typeset] {
    variants.contains { $0.finished.count == 1 }
      ? ["One seed alone tells nothing of the noise: run more seeds before reading anything into a difference."] : []
  }

  /// What is missing, or not alike: notes for under a table. `label` is how a variant is called there.
  package func gapNotes(label: (ReportVariant) -> String = { $0.name.onOneLine }) -> [Typeset] {
    var notes: [Typeset] = []
    let unfinished = variants.filter { $0.finished.count < $0.trials.count }
    if !unfinished.isEmpty {
      let gaps = unfinished.map { variant in
        let seeds = variant.trials.filter { $0.scores == nil }.map { "\($0.seed)" }
        return "\(label(variant)) (\(seeds.count == 1 ? "seed" : "seeds") \(Numerals.list(seeds)))"
      }
      notes.append(
        Typeset("Not finished, and left out of every figure here: \(Numerals.list(gaps)). To finish: ")
          + Typeset([.code(command)]) + ".")
    }
    if Set(finished.compactMap { $0.provenance?.dataset }).count > 1 {
      notes.append(
        "The runs were not all measured on the same images (their data fingerprints differ): rows cannot be compared.")
    }
    notes += kernelNotes(label: label)
    let tampered = variants.flatMap { variant in
      variant.finished.filter { !$0.seal.changes.isEmpty }.map { record in
        "\(label(variant)), seed \(record.identity.seed) (\(Numerals.list(record.seal.changes.map(\.description))))"
      }
    }
    if !tampered.isEmpty {
      notes.append(
        Typeset(
          "Changed by hand since it was measured, and shown here as it is now: \(tampered.joined(separator: "; ")). "
            + "Its figures are not what the run was measured at."))
    }
    return notes
  }
}
