import Datasets
import Experiments
import Foundation
import Models
import Runs
import Support
import Tensors

/// A run's model, ready to look at images.
///
/// The dataset's images need not be there; only its entry in `datasets.yaml` is read, for the attributes' names.
package final class TrainedRun: RankedRun {
  /// What keeps a run from being used.
  package struct Failure: Error, CustomStringConvertible {
    /// The file and the reason.
    package let description: String

    init(_ description: String) { self.description = description }
  }

  package let record: RunOnDisk
  /// The model, with the checkpoint's numbers.
  package let model: AANet
  /// Where the model computes.
  package let engine: Engine

  package var network: TrainedRun? { self }
  package var parts: [RunIdentity] { [] }
  package var threads: Int { engine.workers.count }
  package var descriptorLength: Int { model.layout.length }

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
    record = try RunOnDisk(folder, in: project, places: places)
    engine = Engine(threads: threads)
    let file = record.url(.checkpoint)
    if let lack = RunStore.lack(ofDropped: .checkpoint, in: folder) { throw Failure(lack) }
    let stored = try SafeTensors(checking: file)
    let scheme = record.entry.attributeScheme
    var configuration = record.settings.modelConfiguration(identities: 1, scheme: scheme)
    configuration.labels.identities = configuration.identities(in: stored.tensors, prefix: "model.") ?? 1
    model = AANet(configuration, on: engine)
    do { try model.load(stored.tensors, prefix: "model.") } catch {
      throw Failure("\(file.path): \(error.description); the checkpoint is not of the run's plan.yaml")
    }
  }

  /// The cues that the run's tasks read, opened at their first use.
  private(set) lazy var cues: Result<DatasetCues, PlainError> = Result { () throws(PlainError) in
    do {
      return try DatasetCues(of: record.openDataset(), settings.cues)
    } catch let error as PlainError {
      throw error
    } catch {
      throw PlainError("\(error)")
    }
  }

  /// The size that the model sees images at.
  package var inputSize: ImageSize { settings.input.imageSize }
}
