import Models
import Testing

/// Where attributes are looked for.
struct BodyRegionTests {
  /// `[0, round(H/3))`, `[round(H/3), round(2H/3))`, the rest. A third is never halfway between two rows, so no rule of
  /// rounding matters.
  @Test("thirds of maps of 3 to 24 rows", arguments: 3...24)
  func thirds(height: Int) {
    // Twice the third, plus one, over two: rounding to the nearest in whole numbers.
    let upper = (2 * height + 3) / 6
    let lower = (4 * height + 3) / 6
    #expect(BodyRegion.top.rows(of: height) == 0..<upper)
    #expect(BodyRegion.middle.rows(of: height) == upper..<lower)
    #expect(BodyRegion.bottom.rows(of: height) == lower..<height)
    #expect(BodyRegion.global.rows(of: height) == 0..<height)
    #expect(BodyRegion.allCases.allSatisfy { !$0.rows(of: height).isEmpty })
  }

  @Test("by hand")
  func byHand() {
    #expect([24, 12, 8, 7, 3].map { BodyRegion.middle.rows(of: $0) } == [8..<16, 4..<8, 3..<5, 2..<5, 1..<2])
    #expect(BodyRegion.allCases == [.global, .top, .middle, .bottom], "the descriptor's order")
  }
}
