/// Which run: one variant of one experiment under one seed, with everything that decides its result in `hash`.
package struct RunIdentity: Codable, Hashable, Sendable {
  /// The experiment's name, its path under `experiments/` without `.yaml`: `quickstart/table3`.
  package let experiment: String
  /// The variant's name as it stands in the YAML: `Lg+Lp`.
  package let variant: String
  /// The seed that every random stream of the run starts from.
  package let seed: Int
  /// Hexadecimal digest over the resolved settings, the dataset's fingerprint and the engine's numeric version.
  package let hash: String

  /// Names a run.
  package init(experiment: String, variant: String, seed: Int, hash: String) {
    self.experiment = experiment
    self.variant = variant
    self.seed = seed
    self.hash = hash
  }
}

extension RunIdentity {
  /// The run as messages name it: `quickstart/table3, Lg, seed 1`.
  package var inWords: String { "\(experiment), \(variant), seed \(seed)" }
}
