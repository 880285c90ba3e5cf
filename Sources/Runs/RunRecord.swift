import Foundation

/// `provenance.json`: where a run's numbers come from.
package struct Provenance: Codable, Hashable, Sendable {
  /// The commit of the working tree, empty outside a git checkout.
  package var commit: String
  /// Whether the working tree differed from that commit.
  package var hasLocalChanges: Bool
  /// The compiler's version.
  package var compiler: String
  /// OpenBLAS's own description of its build.
  package var blas: String
  /// The kernel set that OpenBLAS chose: `SkylakeX`, `Haswell`, …
  package var blasKernels: String
  /// Worker threads of the engine.
  package var threads: Int
  /// The processor's name.
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

  /// Records where a run's numbers come from.
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
    case commit, compiler, blas, threads, cpu, dataset, started, resumed
    case hasLocalChanges = "local_changes"
    case blasKernels = "blas_kernels"
  }
}

/// What the disk knows of one run.
package struct RunRecord: Sendable {
  /// Which run.
  package let identity: RunIdentity
  /// Its folder.
  package let folder: URL
  /// The epochs that were finished, in order.
  package let epochs: [EpochRecord]
  /// What it was measured at; absent until the run is finished.
  package let metrics: RunMetrics?
  /// Where its numbers come from.
  package let provenance: Provenance?
  /// Whether its small files are what they were when it was finished.
  package let seal: SealStatus

  /// Gathers a run's record.
  package init(
    identity: RunIdentity, folder: URL, epochs: [EpochRecord], metrics: RunMetrics?, provenance: Provenance?,
    seal: SealStatus = .unsealed
  ) {
    self.identity = identity
    self.folder = folder
    self.epochs = epochs
    self.metrics = metrics
    self.provenance = provenance
    self.seal = seal
  }
}
