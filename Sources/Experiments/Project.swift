import Datasets
import Foundation
import Runs
import Support
import Synchronization

/// A project, opened once for a command: what it reads it reads once, and hands out to whatever asks.
package final class Project: Sendable {
  /// The folder that relative paths of data and weights start from, and of `runs/`.
  package let folder: URL
  /// The folder of `experiments/`, `reports/` and `datasets.yaml`: the project's, or copies that are kept as they are.
  package let definitions: URL
  package let store: RunStore
  package let library: ExperimentLibrary
  private let read = Mutex<Result<DatasetRegistry, ConfigurationError>?>(nil)

  /// - Parameters:
  ///   - runs: the folder of the runs; by default `runs/` of the project.
  ///   - definitions: copies of what the project defines, where its own may have changed since.
  package init(_ folder: URL, runs: URL? = nil, definitions: URL? = nil) {
    self.folder = folder
    self.definitions = definitions ?? folder
    store = RunStore(root: runs ?? folder.appendingPathComponent("runs", isDirectory: true))
    library = ExperimentLibrary(project: self.definitions)
  }

  /// The registry of datasets, read when it is first asked for: a command that needs none works without the file.
  ///
  /// - Throws: `ConfigurationError` at the first fault of `datasets.yaml`, each time.
  package func registry() throws(ConfigurationError) -> DatasetRegistry {
    let registry = read.withLock { read in
      let result = read ?? Result { () throws(ConfigurationError) in try DatasetRegistry(project: definitions) }
      read = result
      return result
    }
    return try registry.get()
  }

  /// The commit that the definitions are of.
  package var source: SourceState { SourceState(keptIn: definitions) ?? SourceState(of: folder) }
}
