import Documents
import Foundation
import Runs

/// The ablation of the task losses: measured rows beside the paper's Table 3, the deltas between them and the seeds'
/// noise, as tables, charts and one page.
///
/// A report is a function of its records: it holds no date and no path of this machine, so the same records give the
/// same bytes.
package struct AblationReport: Sendable {
  /// The report's title.
  package var title: String
  /// Paragraphs of introduction, free of numbers.
  package var introduction: [String]
  /// The experiment that the runs belong to: `quickstart/table3`.
  package var experiment: String
  /// The data that was measured on: `synthetic-duke`.
  package var dataset: String
  /// Whether that data is drawn, so that no figure may pass for one of the real benchmark.
  package var isSynthetic: Bool
  /// The rows, in the plan's order.
  package var variants: [ReportVariant]
  /// What the paper printed.
  package var published: PublishedTable?
  /// The command that recomputes the runs.
  package var command: String
  /// The folder that run folders are shown relative to; nil shows them from `runs/` on.
  package var root: URL?

  /// Gathers a report.
  package init(
    title: String, introduction: [String] = [], experiment: String, dataset: String, isSynthetic: Bool,
    variants: [ReportVariant], published: PublishedTable?, command: String, root: URL? = nil
  ) {
    self.title = title
    self.introduction = introduction
    self.experiment = experiment
    self.dataset = dataset
    self.isSynthetic = isSynthetic
    self.variants = variants
    self.published = published
    self.command = command
    self.root = root
  }

  /// Gathers a report from an experiment's records.
  package init(_ definition: ReportDefinition, source: ExperimentRecords, published: PublishedTable?) {
    self.init(
      title: definition.title, introduction: definition.introduction, experiment: source.experiment,
      dataset: source.dataset, isSynthetic: source.isSynthetic, variants: source.variants, published: published,
      command: source.command, root: source.root)
  }

  /// Whether any run is finished; without one there is nothing to report.
  package var hasMeasurements: Bool { source.hasMeasurements }

  /// What the report draws from.
  package var source: ExperimentRecords {
    ExperimentRecords(
      experiment: experiment, dataset: dataset, isSynthetic: isSynthetic, variants: variants, command: command,
      root: root)
  }

  /// What the measured figures are measured on, in a few words.
  var measuredOn: String { source.measuredOn }

  /// The variant's name as the paper sets it, or as it is where the paper has no such row.
  func label(_ name: String, tellsWeights: Bool = false) -> Typeset {
    guard let row = published?.row(name), !row.tasks.isEmpty else { return Typeset(name) }
    let sum = TaskLoss.sum(of: row.tasks)
    return tellsWeights && row.weights == nil ? sum + ", learned weights" : sum
  }

  /// The variant's name on a chart or in a terminal.
  func plainLabel(_ name: String) -> String {
    guard let row = published?.row(name), !row.tasks.isEmpty else { return name.onOneLine }
    let sum = TaskLoss.all.filter { row.tasks.contains($0.name) }.map { "L\($0.mark)" }.joined(separator: "+")
    return row.weights == nil ? sum + " learned" : sum
  }
}
