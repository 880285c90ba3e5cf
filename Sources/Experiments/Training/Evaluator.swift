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
  /// Prepared at the first batch, for queries and gallery alike.
  private let weights = PreparedWeights()

  /// What evaluation gives: the scores, each query's ranking by plain distance, and the descriptors as they are stored.
  struct Result {
    let scores: RetrievalScores
    let reranked: RetrievalScores?
    let attributes: AttributeScores?
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
    let queryValues = try pass(over: dataset.query, isInterrupted) { report($0, total) }.descriptors
    let (galleryValues, predicted) = try pass(over: dataset.gallery, isInterrupted) {
      report(dataset.query.count + $0, total)
    }
    let dimension = model.layout.length
    let query = try LabelledDescriptors(
      values: queryValues, dimension: dimension, identities: dataset.query.map(\.identity),
      cameras: dataset.query.map(\.camera), of: "query")
    let gallery = try LabelledDescriptors(
      values: galleryValues, dimension: dimension, identities: dataset.gallery.map(\.identity),
      cameras: dataset.gallery.map(\.camera), of: "gallery")
    let result = try RetrievalProtocol.evaluate(
      query: query, gallery: gallery, normalize: settings.evaluate.normalize, topRanks: 0)
    let reranked = try settings.evaluate.rerank.map { reranking in
      try RetrievalProtocol.evaluate(
        query: query, gallery: gallery, reranking: reranking, normalize: settings.evaluate.normalize,
        threads: engine.workers.count)
    }
    var tensors: [String: StoredTensor] = [:]
    for (name, values, images) in [("query", queryValues, dataset.query), ("gallery", galleryValues, dataset.gallery)] {
      tensors[name] = StoredTensor(values, shape: [images.count, dimension])
      tensors["\(name)_ids"] = StoredTensor(images.map(\.identity), shape: [images.count])
      tensors["\(name)_cameras"] = StoredTensor(images.map(\.camera), shape: [images.count])
    }
    return Result(
      scores: RetrievalScores(result), reranked: reranked.map(RetrievalScores.init),
      attributes: try attributeScores(predicted),
      rankings: result.queries.compactMap { ranking in
        ranking.averagePrecision.map {
          Runs.QueryRanking(
            query: dataset.query[ranking.query].name, matchRanks: ranking.matchRanks.map { $0 + 1 },
            averagePrecision: $0.rectangle)
        }
      }, descriptors: SafeTensors(tensors: tensors))
  }

  /// The descriptors of some images, one after the other, and for each attribute the class that is predicted for each.
  private func pass(
    over images: [LabelledImage], _ isInterrupted: () -> Bool, report: (Int) -> Void
  ) throws -> (descriptors: [Float], attributes: [[Int]]) {
    let size = ImageSize(height: settings.input.height, width: settings.input.width)
    let loader = try data.loader(
      images, size: size, batches: BatchLoader.inOrder(images.count, batch: settings.evaluate.batch))
    defer { loader.cancel() }
    var values: [Float] = []
    values.reserveCapacity(images.count * model.layout.length)
    var attributes = [[Int]](repeating: [], count: model.configuration.attributes.count)
    var done = 0
    while let batch = try loader.next() {
      let tensor = engine.empty([batch.count, size.height, size.width, 3])
      batch.withPixels { _ = tensor.values.update(fromContentsOf: $0) }
      let tape = Tape(on: engine, mode: .evaluation, weights: weights)
      let output = model(tape.input(tensor), on: tape)
      values += output.descriptors
      for (place, logits) in output.attributeLogits.enumerated() { attributes[place] += logits.tensor.likeliest }
      loader.recycle(batch)
      done += batch.count
      report(done)
      if isInterrupted() { throw TrainingError.interrupted }
    }
    return (values, attributes)
  }

  /// Attribute accuracy on the gallery images of real identities, by the annotators' rules.
  private func attributeScores(_ predicted: [[Int]]) throws -> AttributeScores? {
    guard let table = data.attributes, !model.configuration.attributes.isEmpty else { return nil }
    let images = data.dataset.gallery.indices.filter { data.dataset.gallery[$0].identity > 0 }
    let rows = images.map { table.classes(of: data.dataset.gallery[$0].identity, in: .test) }
    let result = try AttributeAccuracy(
      model.configuration.attributes.map { attribute in
        let definition = data.scheme.attributes.first { $0.name == attribute.name }
        return .init(name: attribute.name, classes: attribute.classes, unlabelledColour: definition?.otherClass)
      },
      predicted: predicted.map { classes in images.map { classes[$0] } },
      actual: model.configuration.attributes.map { attribute in
        let place = data.scheme.index(of: attribute.name)
        return rows.map { row in place.flatMap { row?[$0] } ?? -1 }
      })
    return AttributeScores(
      accuracy: result.byName(\.accuracy), mean: result.mean, majority: result.byName(\.majority),
      ceiling: result.byName(\.ceiling), balanced: result.byName(\.balanced))
  }
}

extension RetrievalScores {
  /// Takes the scores of a result.
  init(_ result: RetrievalResult) {
    self.init(
      mAP: result.mAP, mAPTrapezoid: result.mAPTrapezoid, rank1: result.cmc(1), rank5: result.cmc(5),
      rank10: result.cmc(10), rank20: result.cmc(20), queries: result.countedQueries,
      queriesWithoutMatch: result.queriesWithoutMatch)
  }
}

extension Tensor {
  /// The column of the largest number of each row, the first of equals.
  fileprivate var likeliest: [Int] {
    let width = shape.last ?? 1
    return (0..<count / max(1, width)).map { row in
      (0..<width).reduce(0) { values[row * width + $1] > values[row * width + $0] ? $1 : $0 }
    }
  }
}
