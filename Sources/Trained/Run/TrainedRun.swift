import Datasets
import Experiments
import Foundation
import Models
import Runs
import Support
import Tensors

/// A run's model, ready to look at images: its settings, its numbers, and what its attributes are called.
///
/// The dataset's images need not be there; only its entry in `datasets.yaml` is read, for the attributes' names.
package final class TrainedRun {
  /// What keeps a run from being used.
  package struct Failure: Error, CustomStringConvertible {
    /// The file and the reason.
    package let description: String

    init(_ description: String) { self.description = description }
  }

  /// The run's folder.
  package let folder: URL
  /// How the run is called: its folder's path under `runs/`, or its last three parts elsewhere.
  package let name: String
  /// Its settings.
  package let settings: Settings
  /// What the registry says of its dataset.
  package let entry: DatasetEntry
  /// The attributes that its dataset's annotators labelled.
  package let scheme: AttributeScheme
  /// The model, with the checkpoint's numbers.
  package let model: AANet
  /// Where the model computes.
  package let engine: Engine
  private let registry: DatasetRegistry
  private let places: DatasetPlaces
  private let runs: URL

  /// Whether the run was measured, which comes after its last epoch.
  package var isFinished: Bool { has(.metrics) }

  /// Loads a run's model.
  ///
  /// - Parameters:
  ///   - folder: the run's folder, as ``RunReference`` finds it.
  ///   - project: the project that it is one of.
  ///   - places: where the run's dataset is looked for; by default as the registry and `AANET_DATA` say.
  /// - Throws: ``Failure``, `ConfigurationError`, `PlainError` where a file is missing, damaged
  ///   or of another model.
  package init(
    _ folder: URL, in project: Project, places: DatasetPlaces? = nil, threads: Int = Engine.availableThreads
  ) throws {
    self.folder = folder
    self.places = places ?? DatasetPlaces(project: project.folder)
    runs = project.store.root
    registry = try project.registry()
    name = Self.name(of: folder, under: runs)
    let plan = folder.appendingPathComponent(RunStore.File.plan.rawValue)
    settings = try Trial(resolvedYAML: try Self.text(of: plan), experiment: name, file: plan.path).settings
    entry = try registry.entry(named: settings.dataset)
    scheme = entry.attributeScheme
    engine = Engine(threads: threads)
    let file = folder.appendingPathComponent(RunStore.File.checkpoint.rawValue)
    let stored = try SafeTensors(checking: file)
    var configuration = settings.modelConfiguration(identities: 1, scheme: scheme)
    configuration.labels.identities = configuration.identities(in: stored.tensors, prefix: "model.") ?? 1
    model = AANet(configuration, on: engine)
    do { try model.load(stored.tensors, prefix: "model.") } catch {
      throw Failure("\(file.path): \(error.description); the checkpoint is not of the run's plan.yaml")
    }
  }

  /// The place of one of the run's files.
  package func url(_ file: RunStore.File) -> URL { folder.appendingPathComponent(file.rawValue, isDirectory: false) }

  /// The fingerprint of the images that the run was made on, and of those that are there now, where they differ. A run
  /// of an earlier version does not tell what was in its images.
  ///
  /// - Throws: `PlainError` where a file cannot be read, `FileError` where the run's record is damaged.
  func changedData(of dataset: Dataset) throws -> (made: String, now: String)? {
    guard let made = try RunStore.provenance(in: folder)?.dataset, DatasetContents.coversBytes(made) else { return nil }
    let cache = DataCache(of: RunStore(root: runs))
    let contents = cache.contents(of: dataset, threads: engine.workers.count)
    cache.keep(contents, of: dataset)
    let now = try contents.requireFingerprint(of: dataset)
    return made == now ? nil : (made, now)
  }

  /// The run's dataset, opened.
  ///
  /// - Throws: `PlainError` or `ConfigurationError` where it is not there or not what it should be.
  package func openDataset() throws -> Dataset {
    try Dataset.open(named: settings.dataset, registry: registry, places: places)
  }

  /// The cues that the run's tasks read, opened at their first use.
  private(set) lazy var cues: Result<DatasetCues, PlainError> = Result { () throws(PlainError) in
    do {
      return try DatasetCues(of: openDataset(), settings.cues)
    } catch let error as PlainError {
      throw error
    } catch {
      throw PlainError("\(error)")
    }
  }

  /// The size that the model sees images at.
  package var inputSize: ImageSize { settings.input.imageSize }

  private func has(_ file: RunStore.File) -> Bool { FileManager.default.fileExists(atPath: url(file).path) }

  private static func name(of folder: URL, under runs: URL) -> String {
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
      throw Failure("\(file.path): there is no such file; a run's folder holds the plan that it was made by")
    }
    return try UTF8Text.string(of: data, in: .file(file.path))
  }
}
