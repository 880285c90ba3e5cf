/// A convolution in plain loops and double precision.
///
///     y[n,h,w,k] = Σ_rsc x[n, h·stride + r − padding, w·stride + s − padding, c] · weight[k,r,s,c]
///
/// Shapes: x `[N, H, W, C]`, weight `[K, R, S, C]`, y `[N, H', W', K]` with `H' = (H + 2·padding − R) / stride + 1`.
/// What lies outside the map is 0.
package struct ConvolutionOracle {
  let batch, height, width, channels, filters, kernelHeight, kernelWidth, stride, padding: Int

  /// Names the sizes.
  package init(
    batch: Int, height: Int, width: Int, channels: Int, filters: Int, kernelHeight: Int, kernelWidth: Int, stride: Int,
    padding: Int
  ) {
    self.batch = batch
    self.height = height
    self.width = width
    self.channels = channels
    self.filters = filters
    self.kernelHeight = kernelHeight
    self.kernelWidth = kernelWidth
    self.stride = stride
    self.padding = padding
  }

  var outputHeight: Int { (height + 2 * padding - kernelHeight) / stride + 1 }
  var outputWidth: Int { (width + 2 * padding - kernelWidth) / stride + 1 }

  /// Numbers of y.
  package var outputCount: Int { batch * outputHeight * outputWidth * filters }

  /// y
  package func output(_ x: [Double], _ weight: [Double]) -> [Double] {
    var y = [Double](repeating: 0, count: outputCount)
    forEachProduct { xPlace, weightPlace, yPlace in
      var sum = 0.0
      for c in 0..<channels { sum += x[xPlace + c] * weight[weightPlace + c] }
      y[yPlace] += sum
    }
    return y
  }

  /// dx[n,h,w,c]: each product `x · weight` that went into y sends `dy · weight` back.
  package func dInput(_ dy: [Double], _ weight: [Double]) -> [Double] {
    var dx = [Double](repeating: 0, count: batch * height * width * channels)
    forEachProduct { xPlace, weightPlace, yPlace in
      let factor = dy[yPlace]
      for c in 0..<channels { dx[xPlace + c] += factor * weight[weightPlace + c] }
    }
    return dx
  }

  /// dweight[k,r,s,c]: each product `x · weight` that went into y sends `dy · x` back.
  package func dWeight(_ x: [Double], _ dy: [Double]) -> [Double] {
    var dWeight = [Double](repeating: 0, count: filters * kernelHeight * kernelWidth * channels)
    forEachProduct { xPlace, weightPlace, yPlace in
      let factor = dy[yPlace]
      for c in 0..<channels { dWeight[weightPlace + c] += factor * x[xPlace + c] }
    }
    return dWeight
  }

  /// Visits the first channel of each row of products.
  @inline(__always)
  private func forEachProduct(_ visit: (_ x: Int, _ weight: Int, _ y: Int) -> Void) {
    var y = 0
    for n in 0..<batch {
      for outputRow in 0..<outputHeight {
        for outputColumn in 0..<outputWidth {
          for k in 0..<filters {
            for r in 0..<kernelHeight {
              let row = outputRow * stride + r - padding
              guard row >= 0 && row < height else { continue }
              for s in 0..<kernelWidth {
                let column = outputColumn * stride + s - padding
                guard column >= 0 && column < width else { continue }
                visit(
                  ((n * height + row) * width + column) * channels,
                  ((k * kernelHeight + r) * kernelWidth + s) * channels, y)
              }
            }
            y += 1
          }
        }
      }
    }
  }
}
