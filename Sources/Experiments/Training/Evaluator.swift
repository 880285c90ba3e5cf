import Datasets
import Foundation
import Layers
import Models
import Retrieval
import Runs
import Tensors

/// Extracts descriptors with a trained model and scores them by the benchmarks' protocol.
struct Evaluator {
  let model: AANet
  let settings: Settings
  let data: TrainingData
  let engine: Engine

  /// What evaluation gives: the scores, each query's ranking, and the descriptors as they are stored.
  struct Result {
    let scores: RetrievalScores
    let rankings: [Runs.QueryRanking]
    let descriptors: SafeTensors
  }

  /// Evaluates.
  ///
  /// - Parameters:
  ///   - isInterrupted: asked after each batch.
  ///   - report: told how many images are done, of how many.
  func evaluate(isInterrupted: () -> Bool, report: (_ done: Int, _ total: Int) -> Void) throws -> Result {
    let dataset = data.dataset
    let total = dataset.query.count + dataset.gallery.count
    let queryValues = try descriptors(of: dataset.query, isInterrupted) { report($0, total) }
    let galleryValues = try descriptors(of: dataset.gallery, isInterrupted) { report(dataset.query.count + $0, total) }
    let dimension = model.configuration.descriptorLength
    let query = try LabelledDescriptors(
      values: queryValues, dimension: dimension, identities: dataset.query.map(\.identity),
      cameras: dataset.query.map(\.camera), of: "query")
    let gallery = try LabelledDescriptors(
      values: galleryValues, dimension: dimension, identities: dataset.gallery.map(\.identity),
      cameras: dataset.gallery.map(\.camera), of: "gallery")
    let result = try RetrievalProtocol.evaluate(
      query: query, gallery: gallery, normalize: settings.evaluate.normalize, topRanks: 0)
    var tensors: [String: StoredTensor] = [:]
    for (name, values, images) in [("query", queryValues, dataset.query), ("gallery", galleryValues, dataset.gallery)] {
      tensors[name] = StoredTensor(values, shape: [images.count, dimension])
      tensors["\(name)_ids"] = StoredTensor(images.map(\.identity), shape: [images.count])
      tensors["\(name)_cameras"] = StoredTensor(images.map(\.camera), shape: [images.count])
    }
    return Result(
      scores: RetrievalScores(
        mAP: result.mAP, mAPTrapezoid: result.mAPTrapezoid, rank1: result.cmc(1), rank5: result.cmc(5),
        rank10: result.cmc(10), rank20: result.cmc(20), queries: result.countedQueries,
        queriesWithoutMatch: result.queriesWithoutMatch),
      rankings: result.queries.compactMap { ranking in
        ranking.averagePrecision.map {
          Runs.QueryRanking(
            query: dataset.query[ranking.query].name, matchRanks: ranking.matchRanks.map { $0 + 1 },
            averagePrecision: $0.rectangle)
        }
      }, descriptors: SafeTensors(tensors: tensors))
  }

  /// The descriptors of some images, one after the other.
  private func descriptors(
    of images: [LabelledImage], _ isInterrupted: () -> Bool, report: (Int) -> Void
  ) throws -> [Float] {
    let size = ImageSize(height: settings.input.height, width: settings.input.width)
    let loader = try data.loader(
      images, size: size, batches: BatchLoader.inOrder(images.count, batch: settings.evaluate.batch))
    defer { loader.cancel() }
    var values: [Float] = []
    values.reserveCapacity(images.count * model.configuration.descriptorLength)
    var done = 0
    while let batch = try loader.next() {
      let tensor = engine.empty([batch.count, size.height, size.width, 3])
      batch.withPixels { _ = tensor.values.update(fromContentsOf: $0) }
      let tape = Tape(on: engine, mode: .evaluation)
      values += model(tape.input(tensor), on: tape).descriptors
      loader.recycle(batch)
      done += batch.count
      report(done)
      if isInterrupted() { throw TrainingError.interrupted }
    }
    return values
  }
}
