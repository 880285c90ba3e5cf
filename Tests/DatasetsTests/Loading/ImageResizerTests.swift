import Datasets
import Foundation
import TestSupport
import Testing

@Suite struct ImageResizerTests {
  /// One channel of one target pixel in double precision: the triangle filter in two dimensions at once.
  func oracle(_ image: Image, to size: ImageSize, x: Int, y: Int, channel: Int) -> Double {
    func weights(_ target: Int, of targets: Int, over source: Int) -> [Double] {
      let scale = Double(source) / Double(targets)
      let reach = max(1, scale)
      let centre = (Double(target) + 0.5) * scale
      let weights = (0..<source).map { max(0, 1 - abs((Double($0) + 0.5 - centre) / reach)) }
      let sum = weights.reduce(0, +)
      return weights.map { $0 / sum }
    }
    let horizontal = weights(x, of: size.width, over: image.width)
    let vertical = weights(y, of: size.height, over: image.height)
    var sum = 0.0
    for (row, a) in vertical.enumerated() where a > 0 {
      for (column, b) in horizontal.enumerated() where b > 0 {
        sum += a * b * Double(image.pixels[(row * image.width + column) * 3 + channel])
      }
    }
    return sum
  }

  @Test(arguments: [
    (64, 128, 128, 384), (64, 128, 64, 128), (100, 40, 33, 21), (1, 1, 5, 7), (7, 5, 1, 1), (3, 200, 9, 50),
    (17, 31, 18, 30), (2, 2, 3, 3), (1, 3000, 40, 2), (3000, 1, 2, 40),
  ])
  func agreesWithTheFilterInDoublePrecision(width: Int, height: Int, toWidth: Int, toHeight: Int) {
    let image = Pictures.noise(width: width, height: height, seed: UInt64(width * 1000 + height))
    let size = ImageSize(height: toHeight, width: toWidth)
    var resizer = ImageResizer(to: size)
    let result = resizer.resize(image)
    #expect(result.count == size.count)
    var worst = 0.0
    for y in stride(from: 0, to: toHeight, by: max(1, toHeight / 40)) {
      for x in stride(from: 0, to: toWidth, by: max(1, toWidth / 20)) {
        for channel in 0..<3 {
          let value = Double(result[(y * toWidth + x) * 3 + channel])
          worst = max(worst, abs(value - oracle(image, to: size, x: x, y: y, channel: channel)))
        }
      }
    }
    #expect(worst <= 0.5 + 1e-3)
  }

  @Test func oneResizerServesSizesInTurn() {
    let size = ImageSize(height: 12, width: 9)
    var used = ImageResizer(to: size)
    for (place, extent) in [(30, 40), (4, 5), (30, 40), (9, 12), (60, 3)].enumerated() {
      let image = Pictures.noise(width: extent.0, height: extent.1, seed: UInt64(place))
      var fresh = ImageResizer(to: size)
      #expect(used.resize(image) == fresh.resize(image))
    }
  }

  @Test func evenImagesStayEven() {
    for level in [0, 1, 127, 254, 255] as [UInt8] {
      let image = Image(width: 23, height: 50, red: level, green: level, blue: level)
      for size in [ImageSize(height: 128, width: 64), ImageSize(height: 7, width: 3)] {
        var resizer = ImageResizer(to: size)
        #expect(resizer.resize(image).allSatisfy { $0 == level })
      }
    }
  }
}
