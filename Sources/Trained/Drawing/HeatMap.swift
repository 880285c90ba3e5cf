import Datasets
import Models

/// Numbers in 0 ... 1 over the places of a feature map, to be laid over the image that they were computed from.
package struct HeatMap {
  /// Rows of the feature map.
  package let height: Int
  /// Columns of the feature map.
  package let width: Int
  /// The rows that have numbers.
  package let rows: Range<Int>
  /// `rows.count × width` numbers.
  package let values: [Float]

  /// How much of the colour covers the grey image.
  package static let opacity = 0.62

  /// A map over all rows.
  package init(height: Int, width: Int, values: [Float]) {
    self.init(height: height, width: width, rows: 0..<height, values: values)
  }

  /// A class activation map, scaled to 0 ... 1.
  package init(_ map: ActivationMap, height: Int) {
    self.init(height: height, width: map.width, rows: map.rows, values: map.scaled.values)
  }

  private init(height: Int, width: Int, rows: Range<Int>, values: [Float]) {
    precondition(values.count == rows.count * width && !values.isEmpty)
    self.height = height
    self.width = width
    self.rows = rows
    self.values = values
  }

  /// The number at a place of an image of another size: bilinear between the centres of the map's places, the outermost
  /// repeated; nil in rows that have none.
  package func value(x: Int, y: Int, width imageWidth: Int, height imageHeight: Int) -> Double? {
    let exactRow = (Double(y) + 0.5) * Double(height) / Double(imageHeight)
    guard rows.contains(Int(exactRow)) else { return nil }
    let exactColumn = (Double(x) + 0.5) * Double(width) / Double(imageWidth)
    let (top, bottom, down) = Self.neighbours(exactRow - 0.5, in: rows)
    let (left, right, across) = Self.neighbours(exactColumn - 0.5, in: 0..<width)
    func number(_ row: Int, _ column: Int) -> Double { Double(values[(row - rows.lowerBound) * width + column]) }
    let above = number(top, left) * (1 - across) + number(top, right) * across
    let below = number(bottom, left) * (1 - across) + number(bottom, right) * across
    return above * (1 - down) + below * down
  }

  private static func neighbours(_ exact: Double, in range: Range<Int>) -> (Int, Int, Double) {
    let clamped = min(max(exact, Double(range.lowerBound)), Double(range.upperBound - 1))
    let first = Int(clamped)
    return (first, min(first + 1, range.upperBound - 1), clamped - Double(first))
  }

  /// The image in grey with the map's colours over it. Rows without numbers stay grey, and paler.
  package func painted(on image: Image) -> Image {
    var result = image.grey
    for y in 0..<image.height {
      for x in 0..<image.width {
        let place = (y * image.width + x) * 3
        let number = value(x: x, y: y, width: image.width, height: image.height)
        let colour: ColourMap.RGB = number.map(ColourMap.colour) ?? (255, 255, 255)
        for (channel, tone) in [colour.red, colour.green, colour.blue].enumerated() {
          result.pixels[place + channel] = Image.mix(result.pixels[place + channel], tone, Self.opacity)
        }
      }
    }
    return result
  }
}
