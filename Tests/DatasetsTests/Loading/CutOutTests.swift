import Datasets
import Tensors
import TestSupport
import Testing

/// The rectangle that noise overwrites.
struct CutOutTests {
  private let size = ImageSize(height: 9, width: 7)

  @Test("by hand: the sides from the first two draws, the corner from the others")
  func byHand() {
    let cut = CutOut(draws: [0.94, 0.64, 0.89, 0.97], largest: 0.5, size: size)
    #expect(cut.rows == 5..<9 && cut.columns == 5..<7)
    #expect(CutOut(draws: [0, 0, 0, 0], largest: 1, size: size).isEmpty)
    #expect(CutOut(draws: [0.99, 0.99, 0.99, 0.99], largest: 0, size: size).isEmpty)
  }

  @Test("drawn rectangles lie inside and are as large as they may be")
  func inside() {
    var stream = RandomStream(seed: 1, name: "cut-out")
    var tallest = 0
    for _ in 0..<2000 {
      let cut = CutOut(largest: 1, size: size, from: &stream)
      #expect(cut.rows.lowerBound >= 0 && cut.rows.upperBound <= 9)
      #expect(cut.columns.lowerBound >= 0 && cut.columns.upperBound <= 7)
      tallest = max(tallest, cut.rows.count)
    }
    #expect(tallest == 8)
  }

  @Test("only the rectangle changes, and to noise of [0, 1) as normalised")
  func apply() {
    var pixels = [Float](repeating: 100, count: size.count)
    let cut = CutOut(draws: [0.9, 0.9, 0.5, 0.5], largest: 0.5, size: size)
    var stream = RandomStream(seed: 2, name: "noise")
    pixels.withUnsafeMutableBufferPointer { cut.apply(to: $0, size: size, from: &stream) }
    for (index, value) in pixels.enumerated() {
      let isInside = cut.rows.contains(index / 3 / 7) && cut.columns.contains(index / 3 % 7)
      #expect(isInside ? abs(value) < 2.7 : value == 100)
    }
    #expect(Set(pixels).count == cut.rows.count * cut.columns.count * 3 + 1)
  }
}
