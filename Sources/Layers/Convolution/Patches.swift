import Tensors

/// Moving between feature maps and the matrix whose rows are a convolution's patches (im2col and col2im).
enum Patches {
  /// Writes the patches of output rows `rows` (numbered through all images: image · outputHeight + row), one patch
  /// of `R·S·C` numbers after the other. What lies outside the map is zero.
  static func gather(
    _ input: UnsafePointer<Float>, _ geometry: ConvolutionGeometry, rows: Range<Int>,
    into patches: UnsafeMutablePointer<Float>
  ) {
    let g = geometry
    let channels = g.channels
    let kernelRow = g.kernelWidth * channels
    let outputHeight = g.outputHeight
    let outputWidth = g.outputWidth
    var target = patches
    for row in rows {
      let image = row / outputHeight
      let top = row % outputHeight * g.stride - g.padding
      for column in 0..<outputWidth {
        let left = column * g.stride - g.padding
        let isInside = left >= 0 && left + g.kernelWidth <= g.width
        for r in 0..<g.kernelHeight {
          let h = top + r
          if h < 0 || h >= g.height {
            target.update(repeating: 0, count: kernelRow)
          } else {
            let line = input + (image * g.height + h) * g.width * channels
            if isInside {
              copy(line + left * channels, to: target, count: kernelRow)
            } else {
              for s in 0..<g.kernelWidth {
                let w = left + s
                if w < 0 || w >= g.width {
                  (target + s * channels).update(repeating: 0, count: channels)
                } else {
                  copy(line + w * channels, to: target + s * channels, count: channels)
                }
              }
            }
          }
          target += kernelRow
        }
      }
    }
  }

  /// Adds the patches of output rows `rows` to the places of the map that they came from. Two rows may share
  /// places, so one image's rows must be scattered by one worker, in order.
  static func scatter(
    _ patches: UnsafePointer<Float>, _ geometry: ConvolutionGeometry, rows: Range<Int>,
    addingTo map: UnsafeMutablePointer<Float>
  ) {
    let g = geometry
    let channels = g.channels
    let outputHeight = g.outputHeight
    let outputWidth = g.outputWidth
    var source = patches
    for row in rows {
      let image = row / outputHeight
      let top = row % outputHeight * g.stride - g.padding
      for column in 0..<outputWidth {
        let left = column * g.stride - g.padding
        for r in 0..<g.kernelHeight {
          let h = top + r
          if h >= 0 && h < g.height {
            let line = map + (image * g.height + h) * g.width * channels
            let first = max(0, -left)
            let last = min(g.kernelWidth, g.width - left)
            if first < last {
              Rows.add(
                source + first * channels, to: line + (left + first) * channels, count: (last - first) * channels)
            }
          }
          source += g.kernelWidth * channels
        }
      }
    }
  }

  @inline(__always)
  private static func copy(_ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, count: Int) {
    var i = 0
    while i &+ 16 <= count {
      target.store(source.vector(i), i)
      i &+= 16
    }
    guard i < count else { return }
    if count >= 16 {
      // The last sixteen once more cost less than the rest one by one: the stem's rows are 21 numbers.
      target.store(source.vector(count &- 16), count &- 16)
    } else {
      while i < count {
        target[i] = source[i]
        i &+= 1
      }
    }
  }
}
