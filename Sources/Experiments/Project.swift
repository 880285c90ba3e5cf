import Datasets
import Foundation
import Runs
import Support
import Synchronization

/// A project, opened once for a command: what it reads it reads once, and hands out to whatever asks.
package final class Project: Sendable {
  /// The folder of `experiments/`, `reports/` and `datasets.yaml`.
  package let folder: URL
  package let store: RunStore
  package let library: ExperimentLibrary
  private let read = Mutex<Result<DatasetRegistry, ConfigurationError>?>(nil)

  /// - Parameter runs: the folder of the runs; by default `runs/` of the project.
  package init(_ folder: URL, runs: URL? = nil) {
    self.folder = folder
    store = RunStore(root: runs ?? folder.appendingPathComponent("runs", isDirectory: true))
    library = ExperimentLibrary(project: folder)
  }

  /// The registry of datasets, read when it is first asked for: a command that needs none works without the file.
  ///
  /// - Throws: `ConfigurationError` at the first fault of `datasets.yaml`, each time.
  package func registry() throws(ConfigurationError) -> DatasetRegistry {
    let registry = read.withLock { read in
      let result = read ?? Result { () throws(ConfigurationError) in try DatasetRegistry(project: folder) }
      read = result
      return result
    }
    return try registry.get()
  }
}
