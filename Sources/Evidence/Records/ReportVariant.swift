import Runs

/// One planned run: a seed, and what the disk knows of it.
package struct ReportTrial: Sendable {
  package var seed: Int
  /// Nil, or without metrics, is a run that is not finished and shows as a gap.
  package var record: RunRecord?
  /// Whether its numbers stopped being finite, so that it has no figures and never will have.
  package var hasDiverged: Bool

  package init(seed: Int, record: RunRecord?, hasDiverged: Bool = false) {
    (self.seed, self.record, self.hasDiverged) = (seed, record, hasDiverged)
  }

  /// How well it retrieves, once it is finished.
  package var scores: RetrievalScores? { record?.metrics?.retrieval }
}

/// A variant of an experiment under every seed of its plan: what a row of a table is measured by.
package struct ReportVariant: Sendable {
  /// Its name in the experiment, which finds the paper's row.
  package var name: String
  /// Its runs, one a seed, in the plan's order.
  package var trials: [ReportTrial]
  /// Nil where nobody said.
  package var network: ReportNetwork?

  package init(name: String, trials: [ReportTrial], network: ReportNetwork? = nil) {
    (self.name, self.trials, self.network) = (name, trials, network)
  }

  package var finished: [RunRecord] { trials.compactMap { $0.scores == nil ? nil : $0.record } }

  /// How many runs are finished, of how many where that is not all: `3`, `2/3`.
  package var count: String {
    let done = finished.count
    return done == trials.count ? "\(done)" : "\(done)/\(trials.count)"
  }

  /// How many images one training showed, over all of its phases; nil before one is finished.
  package var imagePasses: Int? { finished.first?.imagePasses }

  /// The weight of each task's loss after the last epoch, the mean over finished runs; nil before one is finished.
  package var weights: [String: Double]? {
    let last = finished.compactMap { $0.epochs.last?.weights }
    guard !last.isEmpty else { return nil }
    return last.reduce(into: [String: Double]()) { sums, weights in
      for (task, weight) in weights { sums[task, default: 0] += weight / Double(last.count) }
    }
  }

  /// Whether the weights were learned; nil before a run is finished.
  package var learnsWeights: Bool? { finished.first?.epochs.last.map { $0.sigma != nil } }
}

/// What a variant's network is and how it was trained, in words for a table.
package struct ReportNetwork: Hashable, Sendable {
  /// `basic blocks 1-1-1-1, width 32`.
  package var backbone: String
  /// The images that it sees: `128 × 64`.
  package var input: String
  /// The tasks that are on, and what is special about them.
  package var tasks: String
  /// Epochs and images in a batch: `16 × 32`.
  package var training: String

  package init(backbone: String, input: String, tasks: String, training: String) {
    (self.backbone, self.input, self.tasks, self.training) = (backbone, input, tasks, training)
  }
}
