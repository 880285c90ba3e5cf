import Foundation
import Runs

/// One planned run: a seed, and what the disk knows of it.
public struct ReportTrial: Sendable {
  /// The seed.
  public var seed: Int
  /// Its record; nil, or one without metrics, is a run that is not finished and shows as a gap.
  public var record: RunRecord?

  /// Gathers a trial.
  public init(seed: Int, record: RunRecord?) {
    self.seed = seed
    self.record = record
  }

  /// How well it retrieves, once it is finished.
  var scores: RetrievalScores? { record?.metrics?.retrieval }
}

/// A row of the ablation: a variant under every seed of the plan.
public struct ReportVariant: Sendable {
  /// Its name in the experiment, which finds the paper's row.
  public var name: String
  /// Its runs, one a seed, in the plan's order.
  public var trials: [ReportTrial]

  /// Gathers a variant.
  public init(name: String, trials: [ReportTrial]) {
    self.name = name
    self.trials = trials
  }
}

/// The ablation of the task losses: measured rows beside the paper's Table 3, the deltas between them and the seeds'
/// noise, as tables, charts and one page.
///
/// A report is a function of its records: it holds no date and no path of this machine, so the same records give the
/// same bytes.
public struct AblationReport: Sendable {
  /// The report's title.
  public var title: String
  /// Paragraphs of introduction, free of numbers.
  public var introduction: [String]
  /// The experiment that the runs belong to: `quickstart/table3`.
  public var experiment: String
  /// The data that was measured on: `synthetic-duke`.
  public var dataset: String
  /// Whether that data is drawn, so that no figure may pass for one of the real benchmark.
  public var isSynthetic: Bool
  /// The rows, in the plan's order.
  public var variants: [ReportVariant]
  /// What the paper printed.
  public var published: PublishedTable?
  /// The command that recomputes the runs.
  public var command: String
  /// The folder that run folders are shown relative to; nil shows them from `runs/` on.
  public var root: URL?

  /// Gathers a report.
  public init(
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

  /// Whether any run is finished; without one there is nothing to report.
  public var hasMeasurements: Bool { variants.contains { $0.trials.contains { $0.scores != nil } } }

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

  /// A run's folder as the report shows it.
  func folderName(_ record: RunRecord) -> String {
    let path = record.folder.standardizedFileURL.path
    if let root {
      let start = root.standardizedFileURL.path + "/"
      if path.hasPrefix(start) { return String(path.dropFirst(start.count)) }
    }
    let parts = path.split(separator: "/")
    let start = parts.lastIndex(of: "runs") ?? max(0, parts.count - 3)
    return parts[start...].joined(separator: "/")
  }
}
