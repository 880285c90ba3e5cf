import Datasets
import Foundation
import Models
import Runs
import Tensors

/// What a run keeps on the disk, foretold from its network's numbers and its descriptors, which are nearly all of it.
enum RunFootprint {
  /// Bytes that a finished run's folder holds.
  static func bytes(of run: ExperimentRunner.Run) -> Int {
    let (settings, dataset) = (run.trial.settings, run.data.dataset)
    let images = dataset.query.count + dataset.gallery.count
    let keepsAll = run.plan.keep == .all
    // A number of the descriptor is a float, identity and camera are whole numbers of 64 bits each.
    var bytes = (keepsAll ? images * (descriptorLength(of: run) * 4 + 16) : 0) + ranks(of: dataset) + smallFiles
    if let pairs = settings.evaluate.pairs {
      bytes +=
        dataset.query.count * min(pairs.first ?? dataset.gallery.count, dataset.gallery.count) * 12
    }
    guard run.parts.isEmpty else { return bytes }
    let epochs = settings.train.totalEpochs
    // The first checkpoint has none before it.
    bytes += checkpoint(configuration(of: run)) * (keepsAll && epochs > 1 ? 2 : 1)
    return bytes + epochs * (200 + 70 * settings.tasks.all.count)
  }

  /// Plan, provenance, metrics and seal.
  private static let smallFiles = 2500

  private static func configuration(of run: ExperimentRunner.Run) -> AANetConfiguration {
    run.trial.settings.modelConfiguration(
      identities: run.data.dataset.trainIdentities.count, scheme: run.data.scheme)
  }

  private static func descriptorLength(of run: ExperimentRunner.Run) -> Int {
    run.parts.isEmpty
      ? configuration(of: run).descriptorLength
      : run.parts.reduce(0) { $0 + descriptorLength(of: $1) }
  }

  /// Parameters with their momentum, running statistics, and for each tensor its entry in the header.
  private static func checkpoint(_ configuration: AANetConfiguration) -> Int {
    let store = AANet(configuration, on: Engine(threads: 1)).store
    let entry = 90
    let parameters = store.parameters.reduce(0) { sum, parameter in
      sum + 2 * (parameter.storedShape.reduce(4, *) + parameter.name.utf8.count + entry)
    }
    return store.statistics.reduce(parameters) { sum, statistic in
      sum + statistic.value.count * 4 + statistic.name.utf8.count + entry
    }
  }

  /// `ranks.json`: each query's name, its average precision, and the rank of each true match.
  private static func ranks(of dataset: Dataset) -> Int {
    var cameras: [Int: [Int: Int]] = [:]
    for image in dataset.gallery {
      cameras[image.identity, default: [:]][image.camera, default: 0] += 1
    }
    let digits = max(1, String(dataset.gallery.count).count)
    return dataset.query.reduce(0) { sum, query in
      let seen = cameras[query.identity] ?? [:]
      let matches = seen.reduce(0) { $0 + ($1.key == query.camera ? 0 : $1.value) }
      return sum + 70 + query.name.utf8.count + matches * digits
    }
  }
}
