import Foundation
import TestSupport
import Testing
import Trained

/// The scale of colours.
@Suite struct ColourMapTests {
  /// CIELAB lightness of an sRGB colour, 0 ... 100.
  private func lightness(_ colour: ColourMap.RGB) -> Double {
    func linear(_ level: UInt8) -> Double {
      let value = Double(level) / 255
      return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
    let y = 0.2126 * linear(colour.red) + 0.7152 * linear(colour.green) + 0.0722 * linear(colour.blue)
    return y > 0.008856 ? 116 * cbrt(y) - 16 : 903.3 * y
  }

  @Test("lightness rises with the number, by about as much everywhere")
  func monotone() {
    let levels = (0...100).map { lightness(ColourMap.colour(Double($0) / 100)) }
    let steps = zip(levels.dropFirst(), levels).map { $0 - $1 }
    #expect(steps.allSatisfy { $0 > 0 })
    // Whole tenths, so that rounding to 256 levels does not show.
    let tenths = stride(from: 0, to: 100, by: 10).map { levels[$0 + 10] - levels[$0] }
    let mean = tenths.reduce(0, +) / Double(tenths.count)
    #expect(tenths.allSatisfy { abs($0 - mean) < 0.25 * mean }, "\(tenths)")
  }

  @Test("the ends, and what lies beyond them")
  func ends() {
    #expect(ColourMap.colour(0) == (68, 1, 84) && ColourMap.colour(1) == (253, 231, 37))
    #expect(ColourMap.colour(-3) == ColourMap.colour(0) && ColourMap.colour(7) == ColourMap.colour(1))
    #expect(ColourMap.colour(.nan) == ColourMap.colour(0) && ColourMap.colour(.infinity) == ColourMap.colour(1))
  }
}
