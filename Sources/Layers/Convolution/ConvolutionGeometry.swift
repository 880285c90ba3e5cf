import Tensors

/// The sizes of one convolution.
package struct ConvolutionGeometry: Hashable, Sendable, CustomStringConvertible {
  package var batch: Int
  package var height: Int
  package var width: Int
  package var channels: Int
  package var filters: Int
  package var kernelHeight: Int
  package var kernelWidth: Int
  /// Rows and columns from one output to the next.
  package var stride: Int
  /// Rows and columns of zeros around the input.
  package var padding: Int

  package init(
    batch: Int, height: Int, width: Int, channels: Int, filters: Int, kernelHeight: Int, kernelWidth: Int,
    stride: Int = 1, padding: Int = 0
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

  package var outputHeight: Int { (height + 2 * padding - kernelHeight) / stride + 1 }
  package var outputWidth: Int { (width + 2 * padding - kernelWidth) / stride + 1 }
  /// Positions of the output, over all images.
  package var outputPositions: Int { batch * outputHeight * outputWidth }
  /// Numbers that one output value is a weighted sum of.
  var patch: Int { kernelHeight * kernelWidth * channels }
  /// `[N, H, W, C]` of the input.
  package var inputShape: [Int] { [batch, height, width, channels] }
  /// `[N, H, W, K]` of the output.
  package var outputShape: [Int] { [batch, outputHeight, outputWidth, filters] }
  /// `[K, R, S, C]` of the weights.
  package var weightShape: [Int] { [filters, kernelHeight, kernelWidth, channels] }
  /// Multiplications and additions of one pass computed directly.
  package var operations: Double { 2 * Double(multiplications) }
  /// Multiplications of one pass computed directly.
  package var multiplications: Int { outputPositions * filters * patch }

  /// Whether the convolution is one matrix product over the input as it lies.
  var isPointwise: Bool { kernelHeight == 1 && kernelWidth == 1 && stride == 1 && padding == 0 }

  /// `64→128 3×3/2 on 96×32×16`: channels, kernel, stride, map and batch.
  package var description: String {
    "\(channels)→\(filters) \(kernelHeight)×\(kernelWidth)\(stride > 1 ? "/\(stride)" : "") on \(height)×\(width)×\(batch)"
  }
}
