import Datasets
import Foundation
import Models
import Retrieval
import Runs
import Support
import Tensors

/// The query and gallery images of a run's dataset with the descriptors that its evaluation stored.
package struct StoredGallery {
  /// The dataset.
  package let dataset: Dataset
  /// The queries' descriptors and labels, in the dataset's order.
  package let query: LabelledDescriptors
  /// The gallery's descriptors and labels, in the dataset's order.
  package let gallery: LabelledDescriptors
  /// How each query's nearest were judged in pairs; nil where the run's ranking has no such stage.
  package let pairs: PairScores?
  /// The annotators' attributes; nil where the dataset has no file of them.
  package let attributes: AttributeTable?
  /// What is to be said where the images or attributes are not those that the run was made on; nil where they are.
  package let remark: String?

  /// Opens a finished run's dataset and descriptors and sees to it that they belong together.
  ///
  /// - Throws: ``TrainedRun/Failure`` where the run is not evaluated yet or the dataset has changed since; what reading
  ///   the files throws.
  package init(of run: any RankedRun) throws {
    let file = run.record.url(.descriptors)
    try Self.require(.descriptors, of: run)
    dataset = try run.record.openDataset()
    let stored = try SafeTensors(contentsOf: file)
    do throws(PlainError) {
      query = try LabelledDescriptors(named: "query", in: stored)
      gallery = try LabelledDescriptors(named: "gallery", in: stored)
    } catch {
      throw TrainedRun.Failure("\(file.path): \(error.description)")
    }
    try Self.check(query, against: dataset.query, run, "query")
    try Self.check(gallery, against: dataset.gallery, run, "gallery")
    if run.settings.evaluate.pairs != nil {
      try Self.require(.pairs, of: run)
      pairs = try PairScores(contentsOf: run.record.url(.pairs), query: query.labels, gallery: gallery.labels)
    } else {
      pairs = nil
    }
    remark = try run.record.changedData(of: dataset, threads: run.threads).map { made, now in
      "the images or attributes of '\(run.settings.dataset)' are not what they were when \(run.name) was made (their "
        + "fingerprint was \(made) and is \(now)): distances and ranks are of the earlier ones; `aanet run` makes a new "
        + "run for changed data"
    }
    let scheme = run.scheme
    attributes = try dataset.attributesFile.map { file throws(PlainError) in
      try AttributeTable(contentsOf: file, scheme: scheme)
    }
  }

  /// The descriptor of a gallery image or a query.
  package static func descriptor(_ index: Int, in set: LabelledDescriptors) -> ArraySlice<Float> {
    let length = set.descriptors.dimension
    return set.descriptors.values[index * length..<(index + 1) * length]
  }

  private static func require(_ file: RunStore.File, of run: any RankedRun) throws(TrainedRun.Failure) {
    let place = run.record.url(file)
    guard !FileManager.default.fileExists(atPath: place.path) else { return }
    if let lack = RunStore.lack(ofDropped: file, in: run.folder) { throw TrainedRun.Failure(lack) }
    throw TrainedRun.Failure(
      run.isFinished
        ? "\(place.path): it is missing; remove \(RunStore.File.metrics.rawValue) beside it, and aanet run writes both anew"
        : "\(run.folder.path): the run has no \(file.rawValue) yet; `aanet run` finishes it")
  }

  private static func check(
    _ stored: LabelledDescriptors, against images: [LabelledImage], _ run: any RankedRun, _ what: String
  ) throws {
    guard stored.descriptors.dimension == run.descriptorLength else {
      throw TrainedRun.Failure(
        "\(run.record.url(.descriptors).path): its descriptors have \(stored.descriptors.dimension) numbers, those of "
          + "the run's plan.yaml \(run.descriptorLength)")
    }
    guard stored.labels.identities == images.map(\.identity), stored.labels.cameras == images.map(\.camera) else {
      throw TrainedRun.Failure(
        "the \(what) images of '\(run.settings.dataset)' are not those that \(run.name) was evaluated on: its "
          + "descriptors are of \(stored.count), the dataset has \(images.count) or other labels; `aanet run` makes a "
          + "new run for changed data")
    }
  }
}
