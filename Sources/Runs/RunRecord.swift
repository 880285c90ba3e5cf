import Foundation

/// `provenance.json`: where a run's numbers come from.
package struct Provenance: Codable, Hashable, Sendable {
  /// The commit of the working tree, empty outside a git checkout.
  package var commit: String
  /// Whether the working tree differed from that commit.
  package var hasLocalChanges: Bool
  package var compiler: String
  /// OpenBLAS's own description of its build.
  package var blas: String
  /// The kernel set that OpenBLAS chose: `SkylakeX`, `Haswell`, …
  package var blasKernels: String
  /// The level of x86-64 that the program was compiled for: `x86-64-v3`; nil where it was compiled for one machine.
  package var level: String?
  package var threads: Int
  package var cpu: String
  /// The dataset's fingerprint: a digest over the names and bytes of its files. Earlier versions took the files' sizes
  /// in place of their bytes.
  package var dataset: String
  /// When the run started (ISO 8601).
  package var started: String
  /// Where it went on, in order, each time that was not where it had been before; nil where it never did. None of these
  /// has such a list itself.
  package var resumed: [Provenance]?

  /// Where the run was begun, then wherever it went on, each without a list of its own.
  package var stations: [Provenance] {
    var first = self
    first.resumed = nil
    return [first] + (resumed ?? [])
  }

  package init(
    commit: String, hasLocalChanges: Bool, compiler: String, blas: String, blasKernels: String, threads: Int,
    cpu: String, dataset: String, started: String
  ) {
    self.commit = commit
    self.hasLocalChanges = hasLocalChanges
    self.compiler = compiler
    self.blas = blas
    self.blasKernels = blasKernels
    self.threads = threads
    self.cpu = cpu
    self.dataset = dataset
    self.started = started
  }

  enum CodingKeys: String, CodingKey {
    case commit, compiler, blas, level, threads, cpu, dataset, started, resumed
    case hasLocalChanges = "local_changes"
    case blasKernels = "blas_kernels"
  }
}

/// What the disk knows of one run.
package struct RunRecord: Sendable {
  package let identity: RunIdentity
  package let folder: URL
  /// The epochs that were finished, in order.
  package let epochs: [EpochRecord]
  /// What it was measured at; absent until the run is finished.
  package let metrics: RunMetrics?
  package let provenance: Provenance?
  /// The runs that it combines; nil where it was trained.
  package let combined: [CombinedRun]?
  /// Whether its small files are what they were when it was finished.
  package let seal: SealStatus

  package init(
    identity: RunIdentity, folder: URL, epochs: [EpochRecord], metrics: RunMetrics?, provenance: Provenance?,
    combined: [CombinedRun]? = nil, seal: SealStatus = .unsealed
  ) {
    self.identity = identity
    self.folder = folder
    self.epochs = epochs
    self.metrics = metrics
    self.provenance = provenance
    self.combined = combined
    self.seal = seal
  }

  /// How many images its training showed, or that of the runs which it combines.
  package var imagePasses: Int {
    epochs.reduce(0) { $0 + $1.images } + (combined ?? []).reduce(0) { $0 + $1.images }
  }

  /// How far a run is.
  package enum Status: String, Codable, Sendable {
    /// Trained and measured.
    case finished
    /// Interrupted; `aanet run` continues it.
    case unfinished
  }

  /// How far the run is.
  package var status: Status { metrics == nil ? .unfinished : .finished }
}

/// A run whose descriptors are part of another's: an entry of `combined.json`.
package struct CombinedRun: Codable, Hashable, Sendable {
  package let run: RunIdentity
  /// The SHA-256 of the `descriptors.safetensors` that was read.
  package let descriptors: String
  /// How many images its training showed.
  package let images: Int

  package init(run: RunIdentity, descriptors: String, images: Int) {
    self.run = run
    self.descriptors = descriptors
    self.images = images
  }
}

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

  package init(experiment: String, variant: String, seed: Int, hash: String) {
    self.experiment = experiment
    self.variant = variant
    self.seed = seed
    self.hash = hash
  }

  /// The run as messages name it: `quickstart/table3, Lg, seed 1`.
  package var inWords: String { "\(experiment), \(variant), seed \(seed)" }
}
