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

/// A variant of an experiment under every seed of its plan: what a row of a table is measured by.
public struct ReportVariant: Sendable {
  /// Its name in the experiment, which finds the paper's row.
  public var name: String
  /// Its runs, one a seed, in the plan's order.
  public var trials: [ReportTrial]
  /// The network in words; nil where nobody said.
  public var network: ReportNetwork?

  /// Gathers a variant.
  public init(name: String, trials: [ReportTrial], network: ReportNetwork? = nil) {
    self.name = name
    self.trials = trials
    self.network = network
  }
}

/// What a variant's network is and how it was trained, in words for a table.
public struct ReportNetwork: Hashable, Sendable {
  /// The backbone: `basic blocks 1-1-1-1, width 32`.
  public var backbone: String
  /// The images that it sees: `128 × 64`.
  public var input: String
  /// The tasks that are on, and what is special about them.
  public var tasks: String
  /// Epochs and images in a batch: `16 × 32`.
  public var training: String

  /// Describes a network.
  public init(backbone: String, input: String, tasks: String, training: String) {
    self.backbone = backbone
    self.input = input
    self.tasks = tasks
    self.training = training
  }
}
