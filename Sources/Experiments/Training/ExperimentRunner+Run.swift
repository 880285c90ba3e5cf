import Runs

extension ExperimentRunner {
  /// A trial with the name of its run.
  struct Run {
    let plan: ExperimentPlan
    let trial: Trial
    /// Its name; as long as it waits for ``sources``, one that nothing on disk has.
    var identity: RunIdentity
    let data: TrainingData
    var weights: PretrainedBackbone?
    /// The runs that it combines; none where it trains.
    let parts: [Run]
    /// The runs that its backbone starts from, the nearest first, where that one is not finished; none otherwise.
    let sources: [Run]
    /// What there is to do.
    let work: SweepForecast.Work
    /// What it is told by within a call, whatever it comes to be named.
    let key: String

    init(
      plan: ExperimentPlan, trial: Trial, identity: RunIdentity, data: TrainingData, weights: PretrainedBackbone?,
      parts: [Run] = [], sources: [Run] = []
    ) {
      self.plan = plan
      self.trial = trial
      self.identity = identity
      self.data = data
      self.weights = weights
      self.parts = parts
      self.sources = sources
      work = SweepForecast.Work(of: trial.settings, on: data)
      key = identity.hash
    }

    var hash: String { identity.hash }

    /// The runs that must be finished before it, and why.
    var needs: [(run: Run, relation: UnfinishedRuns.Waiting.Relation)] {
      parts.map { ($0, .combines) } + sources.prefix(1).map { ($0, .startsFrom) }
    }

    /// Whether another run is of the same experiment and seed.
    func isInRound(of other: Run) -> Bool { plan.name == other.plan.name && trial.seed == other.trial.seed }
  }
}
