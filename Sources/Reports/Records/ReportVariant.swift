import Runs

/// One planned run: a seed, and what the disk knows of it.
package struct ReportTrial: Sendable {
  /// The seed.
  package var seed: Int
  /// Its record; nil, or one without metrics, is a run that is not finished and shows as a gap.
  package var record: RunRecord?

  /// Gathers a trial.
  package init(seed: Int, record: RunRecord?) {
    self.seed = seed
    self.record = record
  }

  /// How well it retrieves, once it is finished.
  var scores: RetrievalScores? { record?.metrics?.retrieval }
}

/// A variant of an experiment under every seed of its plan: what a row of a table is measured by.
package struct ReportVariant: Sendable {
  /// Its name in the experiment, which finds the paper's row.
  package var name: String
  /// Its runs, one a seed, in the plan's order.
  package var trials: [ReportTrial]
  /// The network in words; nil where nobody said.
  package var network: ReportNetwork?

  /// Gathers a variant.
  package init(name: String, trials: [ReportTrial], network: ReportNetwork? = nil) {
    self.name = name
    self.trials = trials
    self.network = network
  }
}

/// What a variant's network is and how it was trained, in words for a table.
package struct ReportNetwork: Hashable, Sendable {
  /// The backbone: `basic blocks 1-1-1-1, width 32`.
  package var backbone: String
  /// The images that it sees: `128 × 64`.
  package var input: String
  /// The tasks that are on, and what is special about them.
  package var tasks: String
  /// Epochs and images in a batch: `16 × 32`.
  package var training: String

  /// Describes a network.
  package init(backbone: String, input: String, tasks: String, training: String) {
    self.backbone = backbone
    self.input = input
    self.tasks = tasks
    self.training = training
  }
}
