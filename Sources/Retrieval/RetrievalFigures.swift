import Foundation

/// The scores that reports print: fractions in 0 ... 1 over the queries that count.
package struct RetrievalFigures: Codable, Sendable, Equatable {
  /// Mean average precision, rectangle form.
  package let mAP: Double
  /// Mean average precision, trapezoid form.
  package let mAPTrapezoid: Double
  /// Share of queries whose first true match is at rank 1.
  package let rank1: Double
  /// Share of queries whose first true match is within rank 5.
  package let rank5: Double
  /// Share of queries whose first true match is within rank 10.
  package let rank10: Double
  /// Share of queries whose first true match is within rank 20.
  package let rank20: Double

  /// Takes the scores of a result.
  package init(_ result: RetrievalResult) {
    mAP = result.mAP
    mAPTrapezoid = result.mAPTrapezoid
    rank1 = result.cmc(1)
    rank5 = result.cmc(5)
    rank10 = result.cmc(10)
    rank20 = result.cmc(20)
  }

  enum CodingKeys: String, CodingKey {
    case mAP, mAPTrapezoid = "mAP_trapezoid", rank1, rank5, rank10, rank20
  }

  /// A line a score, percentages to two places.
  var lines: [String] {
    [
      ("mAP (rectangle)", mAP), ("mAP (trapezoid)", mAPTrapezoid), ("Rank-1", rank1), ("Rank-5", rank5),
      ("Rank-10", rank10), ("Rank-20", rank20),
    ].map { $0.0.padding(toLength: 16, withPad: " ", startingAt: 0) + String(format: "%6.2f %%", 100 * $0.1) }
  }
}

/// The scores by re-ranked distances, with the variant that gave them; one flat object in JSON.
package struct ReRankedFigures: Codable, Sendable, Equatable {
  /// The variant of re-ranking.
  package let settings: ReRanking
  /// Its scores.
  package let figures: RetrievalFigures

  /// Records scores.
  package init(_ settings: ReRanking, _ figures: RetrievalFigures) {
    self.settings = settings
    self.figures = figures
  }

  enum CodingKeys: String, CodingKey {
    case k1, k2, lambda = "lambda_", variant, junk
  }

  /// Reads the settings and the scores from the same object.
  package init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    settings = ReRanking(
      k1: try keys.decode(Int.self, forKey: .k1), k2: try keys.decode(Int.self, forKey: .k2),
      lambda: try keys.decode(Double.self, forKey: .lambda),
      variant: try keys.decode(ReRanking.Variant.self, forKey: .variant),
      junk: try keys.decode(ReRanking.Junk.self, forKey: .junk))
    figures = try RetrievalFigures(from: decoder)
  }

  /// Writes the settings and the scores into the same object.
  package func encode(to encoder: any Encoder) throws {
    var keys = encoder.container(keyedBy: CodingKeys.self)
    try keys.encode(settings.k1, forKey: .k1)
    try keys.encode(settings.k2, forKey: .k2)
    try keys.encode(settings.lambda, forKey: .lambda)
    try keys.encode(settings.variant, forKey: .variant)
    try keys.encode(settings.junk, forKey: .junk)
    try figures.encode(to: encoder)
  }

  /// `Re-ranked: k1 20, k2 6, lambda 0.3, d2, junk out`
  var title: String {
    "Re-ranked: k1 \(settings.k1), k2 \(settings.k2), lambda \(settings.lambda), \(settings.variant.rawValue), "
      + "junk \(settings.junk.rawValue)"
  }
}
