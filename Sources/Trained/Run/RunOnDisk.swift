import Datasets
import Experiments
import Foundation
import Runs
import Support

/// What a run's folder and the registry say of a run, without its numbers.
package struct RunOnDisk {
  /// The run's folder.
  package let folder: URL
  /// How the run is called: its folder's path under `runs/`, or its last three parts elsewhere.
  package let name: String
  package let settings: Settings
  /// What the registry says of its dataset.
  package let entry: DatasetEntry
  private let registry: DatasetRegistry
  private let places: DatasetPlaces
  private let runs: URL

  /// - Throws: ``TrainedRun/Failure``, `ConfigurationError`, `PlainError` where the plan is missing or damaged, or the
  ///   registry does not know the dataset.
  init(_ folder: URL, in project: Project, places: DatasetPlaces?) throws {
    self.folder = folder
    self.places = places ?? DatasetPlaces(project: project.folder)
    runs = project.store.root
    registry = try project.registry()
    name = Self.name(of: folder, under: runs)
    let plan = folder.appendingPathComponent(RunStore.File.plan.rawValue)
    settings = try Trial(resolvedYAML: try Self.text(of: plan), experiment: name, file: plan.path).settings
    entry = try registry.entry(named: settings.dataset)
  }

  /// The place of one of the run's files.
  func url(_ file: RunStore.File) -> URL { folder.appendingPathComponent(file.rawValue, isDirectory: false) }

  func has(_ file: RunStore.File) -> Bool { FileManager.default.fileExists(atPath: url(file).path) }

  /// The fingerprint of the images that the run was made on, and of those that are there now, where they differ. A run
  /// of an earlier version does not tell what was in its images.
  ///
  /// - Throws: `PlainError` where a file cannot be read, `FileError` where the run's record is damaged.
  func changedData(of dataset: Dataset, threads: Int) throws -> (made: String, now: String)? {
    guard let made = try RunStore.provenance(in: folder)?.dataset, DatasetContents.coversBytes(made) else { return nil }
    let cache = DataCache(of: RunStore(root: runs))
    let contents = cache.contents(of: dataset, threads: threads)
    cache.keep(contents, of: dataset)
    let now = try contents.requireFingerprint(of: dataset)
    return made == now ? nil : (made, now)
  }

  /// The run's dataset, opened.
  ///
  /// - Throws: `PlainError` or `ConfigurationError` where it is not there or not what it should be.
  func openDataset() throws -> Dataset {
    try Dataset.open(named: settings.dataset, registry: registry, places: places)
  }

  /// How the run of a folder is called.
  static func name(of folder: URL, under runs: URL) -> String {
    let root = runs.standardizedFileURL.path + "/"
    let path = folder.standardizedFileURL.path
    let parts =
      path.hasPrefix(root) ? path.dropFirst(root.count).split(separator: "/") : path.split(separator: "/").suffix(3)
    return parts.map { FolderName.name(of: String($0)) ?? String($0) }.joined(separator: "/")
  }

  /// The largest plan that is read, in bytes.
  private static let largestPlan = 1 << 20

  private static func text(of file: URL) throws -> String {
    guard let data = try AtomicFile.read(file, limit: largestPlan) else {
      throw TrainedRun.Failure("\(file.path): there is no such file; a run's folder holds the plan that it was made by")
    }
    return try UTF8Text.string(of: data, in: .file(file.path))
  }
}
