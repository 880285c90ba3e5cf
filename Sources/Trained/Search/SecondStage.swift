import Experiments
import Retrieval

/// The second stage of a run's ranking: each query's nearest gallery images are judged in pairs.
///
/// What evaluation judged is taken from the run's folder; any other pair goes through the model.
package struct SecondStage {
  private let run: TrainedRun
  private let pairs: Settings.Evaluate.Pairs
  /// The run's own gallery with what evaluation judged, where that is what is searched.
  private let stored: StoredGallery?
  private let isInterrupted: () -> Bool

  /// - Parameter stored: the run's gallery, where that is what is searched.
  /// - Returns: nil where the run's ranking has no such stage.
  package init?(of run: any RankedRun, stored: StoredGallery?, isInterrupted: @escaping () -> Bool = { false }) {
    guard let pairs = run.settings.evaluate.pairs, let network = run.network else { return nil }
    self.run = network
    self.pairs = pairs
    self.stored = stored
    self.isInterrupted = isInterrupted
  }

  /// A query's distances to a gallery after the stage.
  ///
  /// - Parameter plain: those of the descriptors.
  /// - Throws: `PlainError` where an image cannot be read; `TrainingError.interrupted`.
  func distances(_ plain: [Float], of query: SearchQuery, in gallery: SearchGallery) throws -> [Float] {
    if let stored, let judged = stored.pairs, let place = query.place {
      return judged.merged(plain, ofQuery: place, among: stored.gallery.labels)
    }
    let takingPart = gallery.images.indices.filter { !gallery.images[$0].isJunk }
    let first = FirstRescored(distances: takingPart.map { plain[$0] }, first: pairs.first).first.map { takingPart[$0] }
    let differences = try run.differences(
      of: query.image.photograph, with: first.map { gallery.images[$0].photograph }, isInterrupted: isInterrupted)
    return PairScores.merged(plain, first: first, differences, among: takingPart)
  }
}
