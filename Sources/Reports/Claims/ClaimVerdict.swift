/// What became of a claim.
package enum ClaimVerdict: String, CaseIterable, Codable, Sendable {
  /// The runs show it, by more than the seeds' noise.
  case reproduced
  /// The runs show neither it nor its contrary: the noise is larger than what would decide.
  case withinNoise = "within noise"
  /// The runs show that it does not hold, by more than the noise.
  case missed
  /// The runs show the contrary, by more than the noise.
  case opposite
  /// Nothing that was measured bears on it.
  case notAttempted = "not attempted"
  /// A level on drawn data, which says nothing of the paper's level on photographs.
  case notComparable = "not comparable: drawn data"

  /// Whether what was measured contradicts the paper.
  package var isContradiction: Bool { self == .missed || self == .opposite }

  /// Judges a level: `difference` is measured minus published, by seed, in points.
  ///
  /// With the mean difference d̄, its noise h (half of the 95 % interval) and the tolerance τ: reproduced where |d̄| ≤ τ
  /// and h ≤ τ; missed where the whole interval lies farther than τ from the paper's value; else within noise. One
  /// seed has no known noise; the tolerance stands in for it.
  static func ofLevel(_ difference: PairedDifference, tolerance: Double) -> ClaimVerdict {
    let distance = abs(difference.mean)
    guard let noise = difference.noise else { return distance <= tolerance ? .reproduced : .missed }
    if distance <= tolerance, noise <= tolerance { return .reproduced }
    return distance - noise > tolerance ? .missed : .withinNoise
  }

  /// Judges an ordering: `difference` is the row that the paper puts above minus the other one, by seed, in points.
  ///
  /// With the 95 % interval and the tolerance τ: opposite where the interval lies below −τ; missed where it leaves no room
  /// for a difference of τ; reproduced where it leaves out zero; else within noise. One seed has no interval and
  /// decides nothing.
  static func ofOrdering(_ difference: PairedDifference, tolerance: Double) -> ClaimVerdict {
    guard let noise = difference.noise else { return .withinNoise }
    let (low, high) = (difference.mean - noise, difference.mean + noise)
    if high < -tolerance { return .opposite }
    if high < tolerance { return .missed }
    return low > 0 ? .reproduced : .withinNoise
  }
}
