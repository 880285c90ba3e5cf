/// What a measured delta says beside the paper's.
package struct Verdict: Hashable, Sendable {
  /// Which way the measured delta goes, compared with the paper's.
  package enum Direction: String, Sendable {
    /// Both gain, or both lose.
    case same = "same direction"
    /// One gains where the other loses.
    case opposite = "opposite direction"
    /// The measured difference is exactly nothing.
    case none = "no difference"
    /// Something was measured where the paper's two figures are equal.
    case unlike = "the paper shows no difference"
    /// The paper has no such delta.
    case unpublished = "not in the paper"
    /// No seed has finished both rows.
    case unmeasured = "not measured"
  }

  /// Whether the measured delta stands out from what seeds alone do.
  package enum Noise: String, Sendable {
    /// The 95 % interval excludes nothing-at-all.
    case exceeded = "exceeds noise"
    /// The 95 % interval includes nothing-at-all.
    case within = "within noise"
    /// One seed alone has no spread.
    case unknown = "noise unknown (one seed)"
  }

  /// The direction.
  package let direction: Direction
  /// The noise; nil where nothing was measured.
  package let noise: Noise?

  /// Judges a measured difference beside the paper's, both in the same unit.
  package init(measured: PairedDifference?, published: Double?) {
    guard let measured, measured.mean.isFinite else {  // a run that diverged measures nothing
      direction = .unmeasured
      noise = nil
      return
    }
    if let size = measured.noise {
      noise = abs(measured.mean) > size ? .exceeded : .within
    } else {
      noise = .unknown
    }
    direction = Self.direction(of: measured.mean, beside: published)
  }

  private static func direction(of measured: Double, beside published: Double?) -> Direction {
    guard let published else { return .unpublished }
    if measured == 0 { return published == 0 ? .same : .none }
    if published == 0 { return .unlike }
    return (measured > 0) == (published > 0) ? .same : .opposite
  }

  /// The verdict in words: `same direction, exceeds noise`.
  package var words: String { noise.map { "\(direction.rawValue), \($0.rawValue)" } ?? direction.rawValue }
}
