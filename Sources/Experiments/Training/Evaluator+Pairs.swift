import Models
import Retrieval
import Tensors

/// The second stage of a ranking.
extension Evaluator {
  /// Judges each query's nearest gallery images in pairs, the gallery batch after batch: its maps are made anew, because
  /// all of them would not fit into memory. What an earlier sitting judged is not judged again.
  ///
  /// - Parameter maps: the queries', `[queries, Hₙ, Wₙ, V]` of each scale.
  func judged(
    _ ranking: Settings.Evaluate.Pairs, _ maps: [Tensor], query: LabelledDescriptors, gallery: Gallery,
    _ isInterrupted: () -> Bool, report: (_ stage: EvaluationStage, _ done: Int, _ total: Int) -> Void
  ) throws -> PairScores {
    let (first, places) = try PairScores.nearest(
      ranking.first, query: query, gallery: gallery, normalize: settings.evaluate.isNormalized)
    guard let head = model.pairHead else { return try PairScores(first: 0, places: [], differences: []) }
    let digest = JudgingUnderWay.digest(of: model)
    let before = JudgingUnderWay(keeper.kept, first: first, places: places, gallery: gallery.count, of: digest)
    var rescoring = PairRescoring(
      head, queries: maps, first: first, places: places, gallery: gallery.count, judged: before?.scores.differences,
      on: engine)
    let start = before?.images ?? 0
    var done = start
    func underWay() throws -> SafeTensors {
      let scores = try PairScores(first: first, places: places, differences: rescoring.differences)
      return JudgingUnderWay(scores, images: done, of: digest).stored(queries: query.count)
    }
    do {
      try pass.run(over: data.dataset.gallery, places: Array(start..<gallery.count), isInterrupted) { output, more in
        rescoring.judge(done..<start + more, maps: output.pairMaps)
        done = start + more
        try keeper.keep(underWay)
        report(.pairs, done, gallery.count)
      }
    } catch TrainingError.interrupted {
      try keeper.keep(isLast: true, underWay)
      throw TrainingError.interrupted
    }
    return try PairScores(first: first, places: places, differences: rescoring.differences)
  }

  /// Keeps a batch's maps, which go up to the image `done` of `count`.
  func keep(_ maps: [Tensor], upTo done: Int, in kept: inout [Tensor], count: Int) {
    if kept.isEmpty { kept = maps.map { engine.empty([count] + $0.shape.dropFirst()) } }
    for (all, some) in zip(kept, maps) {
      let size = some.count / some.shape[0]
      (all.pointer + (done - some.shape[0]) * size).update(from: some.pointer, count: some.count)
    }
  }
}
