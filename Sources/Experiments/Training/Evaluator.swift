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
  ///   - file: where the descriptors are written, and, of a large gallery, read from again.
  ///   - limit: the most numbers of a gallery's descriptors that are taken into memory.
  ///   - isInterrupted: asked after each batch.
  ///   - report: told how many images of a stage are done, of how many.
  /// - Returns: the ranking, and how well attributes are told where the network learns them.
  func evaluate(
    storing file: DescriptorFile, limit: Int, isInterrupted: () -> Bool,
    report: (_ stage: EvaluationStage, _ done: Int, _ total: Int) -> Void
  ) throws -> (ranking: TestRanking.Result, attributes: AttributeScores?) {
    let dataset = data.dataset
    // The queries' maps, where pairs are judged by them.
    var maps: [Tensor] = []
    let predicted = try describe(into: file, isInterrupted, report) { output, done in
      if settings.evaluate.pairs != nil { keep(output.pairMaps, upTo: done, in: &maps, count: dataset.query.count) }
    }
    let ranking = try TestRanking(contentsOf: file.url, of: dataset, limit: limit)
    let result = try ranking.result(by: settings.evaluate, threads: engine.workers.count) { pairs in
      try judged(pairs, maps, query: ranking.query, gallery: ranking.gallery, isInterrupted, report: report)
    }
    return (result, try attributeScores(predicted))
  }

  /// Describes another rank's part of the images that the leader evaluates.
  func help(isInterrupted: () -> Bool) throws {
    for images in [data.dataset.query, data.dataset.gallery] {
      try pass.run(over: images, isInterrupted) { _, _ in }
    }
  }

  /// Writes the descriptors of query and gallery.
  ///
  /// - Parameter seeQueries: shown what the model makes of each batch of queries, and how many are done with it.
  /// - Returns: for each attribute the class that is predicted for each gallery image.
  @discardableResult
  func describe(
    into file: DescriptorFile, _ isInterrupted: () -> Bool,
    _ report: (_ stage: EvaluationStage, _ done: Int, _ total: Int) -> Void,
    seeQueries: (_ output: EvaluationPass.Described, _ done: Int) -> Void = { _, _ in }
  ) throws -> [[Int]] {
    let (queries, gallery) = (data.dataset.query, data.dataset.gallery)
    let total = queries.count + gallery.count
    var values: [Float] = []
    values.reserveCapacity(queries.count * model.layout.length)
    try pass.run(over: queries, isInterrupted) { output, done in
      values += output.descriptors
      seeQueries(output, done)
      report(.descriptors, done, total)
    }
    var attributes = [[Int]](repeating: [], count: model.configuration.attributes.count)
    try pass.run(over: gallery, isInterrupted) { output, done in
      try file.append(output.descriptors)
      for (place, classes) in output.attributes.enumerated() { attributes[place] += classes }
      report(.descriptors, queries.count + done, total)
    }
    try file.finish(query: values)
    return attributes
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
