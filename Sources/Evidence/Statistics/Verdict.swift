import Documents

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

extension [Verdict] {
  /// In a sentence, how many of the paper's steps are found again, and how many of them stand out from the noise; nil
  /// where there is no step.
  package func sentence(_ metric: String) -> String? {
    guard !isEmpty else { return nil }
    func count(_ direction: Verdict.Direction, _ noise: Verdict.Noise) -> Int {
      filter { $0.direction == direction && $0.noise == noise }.count
    }
    let same = filter { $0.direction == .same }.count
    var sentence =
      "Of \(Numerals.words(self.count)) \(self.count == 1 ? "step" : "steps") from row to row, \(same == 0 ? "none" : Numerals.words(same)) "
      + "\(same < 2 ? "goes" : "go") the paper’s way in \(metric)"
    guard contains(where: { $0.noise != .unknown }) else { return sentence + "; the noise is unknown." }
    let clear = count(.same, .exceeded)
    if same > 0 { sentence += ", \(clear == 0 ? "none" : Numerals.words(clear)) of them by more than the seeds’ noise" }
    let against = count(.opposite, .exceeded)
    return sentence
      + (against > 0
        ? "; \(Numerals.words(against)) \(against == 1 ? "goes" : "go") the opposite way by more than the noise." : ".")
  }
}
