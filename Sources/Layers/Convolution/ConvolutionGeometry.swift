/// The sizes of one convolution.
public struct ConvolutionGeometry: Hashable, Sendable, CustomStringConvertible {
  /// Images.
  public var batch: Int
  /// Rows of the input.
  public var height: Int
  /// Columns of the input.
  public var width: Int
  /// Channels of the input.
  public var channels: Int
  /// Channels of the output.
  public var filters: Int
  /// Rows of the kernel.
  public var kernelHeight: Int
  /// Columns of the kernel.
  public var kernelWidth: Int
  /// Rows and columns from one output to the next.
  public var stride: Int
  /// Rows and columns of zeros around the input.
  public var padding: Int

  /// Names the sizes of a convolution.
  public init(
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

  /// Rows of the output.
  public var outputHeight: Int { (height + 2 * padding - kernelHeight) / stride + 1 }
  /// Columns of the output.
  public var outputWidth: Int { (width + 2 * padding - kernelWidth) / stride + 1 }
  /// Positions of the output, over all images.
  public var outputPositions: Int { batch * outputHeight * outputWidth }
  /// Numbers that one output value is a weighted sum of.
  public var patch: Int { kernelHeight * kernelWidth * channels }
  /// `[N, H, W, C]` of the input.
  public var inputShape: [Int] { [batch, height, width, channels] }
  /// `[N, H, W, K]` of the output.
  public var outputShape: [Int] { [batch, outputHeight, outputWidth, filters] }
  /// `[K, R, S, C]` of the weights.
  public var weightShape: [Int] { [filters, kernelHeight, kernelWidth, channels] }
  /// Multiplications and additions of one pass computed directly.
  public var operations: Double { 2 * Double(multiplications) }
  /// Multiplications of one pass computed directly.
  public var multiplications: Int { outputPositions * filters * patch }

  /// Whether the convolution is one matrix product over the input as it lies.
  public var isPointwise: Bool { kernelHeight == 1 && kernelWidth == 1 && stride == 1 && padding == 0 }

  /// `64→128 3×3/2 on 96×32×16`: channels, kernel, stride, map and batch.
  public var description: String {
    "\(channels)→\(filters) \(kernelHeight)×\(kernelWidth)\(stride > 1 ? "/\(stride)" : "") on \(height)×\(width)×\(batch)"
  }
}
