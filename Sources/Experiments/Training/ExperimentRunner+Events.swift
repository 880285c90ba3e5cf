import Runs

/// What a call of ``ExperimentRunner`` tells while it is at work.
extension ExperimentRunner {
  /// What happens while an experiment runs.
  package enum Event {
    /// Images of a dataset are read that were not read before, or not as they are now: how many are done, of how many.
    case reading(String, done: Int, total: Int)
    /// A run that has a result already.
    case found(Trial, RunRecord)
    /// Everything is checked, and nothing of this call is trained yet.
    case start(Outlook)
    /// Training is under way, so far over the runs that this call trains.
    case training(Trial, epoch: Int, loss: Double, SweepProgress)
    /// Training images are described, among which hard triplets are looked for.
    case mining(Trial, epoch: Int, done: Int, total: Int)
    /// An epoch of training is recorded.
    case epoch(Trial, EpochRecord, SweepProgress)
    /// A trained model is being measured.
    case evaluating(Trial, EvaluationStage, done: Int, total: Int)
    /// A run was finished by this call: by this process, or by another of its ``Company``.
    case finished(Trial, RunRecord)
    /// All variants of an experiment are done under one more seed, and other runs come next.
    case round(Round)
    /// Another process is at work on a run; the others come first.
    case occupied(Trial, RunHolder?)
    /// A run's numbers stopped being finite; the others go on.
    case diverged(Trial, Divergence)
    /// Something worth a line: files that were passed over, a checkpoint that cannot be used.
    case remark(String)
  }

  /// What a call has before it.
  package struct Outlook: Sendable {
    /// Runs that are asked for.
    package let runs: Int
    /// Those that are finished.
    package let finished: Int
    package let progress: SweepProgress
    /// Worker threads of the engine.
    package let threads: Int
    /// Processes that train at the same time, each with as many threads.
    package let processes: Int
  }

  /// The variants of an experiment under one seed.
  package struct Round: Sendable {
    /// The experiment.
    package let plan: ExperimentPlan
    /// The seed that is done.
    package let seed: Int
    /// The experiment's trials that are finished, under any seed, in its order.
    package let results: [(trial: Trial, record: RunRecord)]
    /// Whether every experiment is done under as many seeds, so that all tables are whole.
    package let isOfAll: Bool
  }
}
