/// How people name runs: `table3/Lg/1`.
extension RunIdentity {
  /// The name that is one run's alone: `quickstart/table3/Lg/seed-1-0123456789ab`.
  package var fullName: String { "\(experiment)/\(variant)/seed-\(seed)-\(hash)" }

  /// How the run is called, from the shortest to the full name.
  package var names: [String] { Self.names(experiment: experiment, variant: variant, seed: seed) + [fullName] }

  /// The names that a run has before its hash is known.
  package static func names(experiment: String, variant: String, seed: Int) -> [String] {
    let row = "\(experiment)/\(variant)"
    return [row, "\(row)/\(seed)", "\(row)/seed-\(seed)"]
  }

  /// The runs that a text names, as far as it tells.
  ///
  /// Whole names go before the last parts of names, and both before digits of a hash: what a message tells a person to
  /// write is one run's.
  package static func named(_ text: String, among runs: [RunIdentity]) -> [RunIdentity] {
    let stages: [(RunIdentity) -> Bool] = [
      { $0.names.contains(text) }, { $0.names.contains { $0.hasSuffix("/\(text)") } },
      { text.count >= 4 && $0.hash.hasPrefix(text) },
    ]
    return stages.lazy.map { runs.filter($0) }.first { !$0.isEmpty } ?? []
  }
}
