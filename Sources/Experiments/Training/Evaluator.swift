import Datasets
import Foundation
import Layers
import Models
import Retrieval
import Runs
import Tensors

/// What evaluation is at.
package enum EvaluationStage: String, Sendable {
  /// Images become descriptors.
  case descriptors
  /// The nearest gallery images of each query are judged in pairs.
  case pairs
  /// Held-out training identities are looked for.
  case validation
}

/// Extracts descriptors with a trained model and scores them by the benchmarks' protocol.
struct Evaluator {
  let model: AANet
  let settings: Settings
  let data: TrainingData
  let engine: Engine
  /// Keeps what is judged until all is.
  let keeper: JudgingKeeper
  /// For queries and gallery alike.
  let pass: EvaluationPass

  init(
    model: AANet, settings: Settings, data: TrainingData, engine: Engine, keeper: JudgingKeeper,
    ranks: Ranks = .alone
  ) {
    self.model = model
    self.settings = settings
    self.data = data
    self.engine = engine
    self.keeper = keeper
    pass = EvaluationPass(model: model, settings: settings, data: data, engine: engine, ranks: ranks)
  }

  /// Evaluates.
  ///
  /// - Parameters:
  ///   - isInterrupted: asked after each batch.
  ///   - report: told how many images of a stage are done, of how many.
  /// - Returns: the ranking, and how well attributes are told where the network learns them.
  func evaluate(
    isInterrupted: () -> Bool, report: (_ stage: EvaluationStage, _ done: Int, _ total: Int) -> Void
  ) throws -> (ranking: TestRanking.Result, attributes: AttributeScores?) {
    let dataset = data.dataset
    let total = dataset.query.count + dataset.gallery.count
    // The queries' maps, where pairs are judged by them.
    var maps: [Tensor] = []
    let queryValues = try described(
      dataset.query, isInterrupted,
      see: { output, done in
        if settings.evaluate.pairs != nil { keep(output.pairMaps, upTo: done, in: &maps, count: dataset.query.count) }
      },
      report: { report(.descriptors, $0, total) }
    ).descriptors
    let (galleryValues, predicted) = try described(dataset.gallery, isInterrupted) {
      report(.descriptors, dataset.query.count + $0, total)
    }
    let ranking = try TestRanking(
      query: queryValues, gallery: galleryValues, dimension: model.layout.length, of: dataset)
    let result = try ranking.result(by: settings.evaluate, threads: engine.workers.count) { pairs in
      try judged(pairs, maps, query: ranking.query, gallery: ranking.gallery, isInterrupted, report: report)
    }
    return (result, try attributeScores(predicted))
  }

  /// Describes another rank's part of the images that the leader evaluates.
  func help(isInterrupted: () -> Bool) throws {
    for images in [data.dataset.query, data.dataset.gallery] { _ = try described(images, isInterrupted) { _ in } }
  }

  /// The descriptors of query and gallery alone, as they are stored.
  func descriptors(
    isInterrupted: () -> Bool, report: (_ stage: EvaluationStage, _ done: Int, _ total: Int) -> Void
  ) throws -> SafeTensors {
    let dataset = data.dataset
    let total = dataset.query.count + dataset.gallery.count
    let query = try described(dataset.query, isInterrupted) { report(.descriptors, $0, total) }.descriptors
    let gallery = try described(dataset.gallery, isInterrupted) {
      report(.descriptors, dataset.query.count + $0, total)
    }.descriptors
    return try TestRanking(query: query, gallery: gallery, dimension: model.layout.length, of: dataset).stored
  }

  /// The descriptors of some images, one after the other, and for each attribute the class that is predicted for each.
  ///
  /// - Parameter see: shown what the model makes of each batch, and how many images are done with it.
  private func described(
    _ images: [LabelledImage], _ isInterrupted: () -> Bool,
    see: (EvaluationPass.Described, _ done: Int) -> Void = { _, _ in },
    report: (Int) -> Void
  ) throws -> (descriptors: [Float], attributes: [[Int]]) {
    var values: [Float] = []
    values.reserveCapacity(images.count * model.layout.length)
    var attributes = [[Int]](repeating: [], count: model.configuration.attributes.count)
    try pass.run(over: images, isInterrupted) { output, done in
      values += output.descriptors
      for (place, classes) in output.attributes.enumerated() { attributes[place] += classes }
      see(output, done)
      report(done)
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
