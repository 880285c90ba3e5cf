import Tensors

/// A convolution's weights in the layout that its forward pass multiplies with.
struct PreparedWeight {
  /// How the numbers lie.
  enum Layout: Hashable {
    /// `[K, R·S·C]`, as parameters are stored.
    case filtersFirst
    /// `[R·S·C, K]`.
    case filtersLast
    /// `[K / 32, R·S·C, 32]`, for ``PanelProduct``.
    case panels
    /// 36 transformed matrices, `[36][C][K]`.
    case winograd
  }

  let tensor: Tensor
  let layout: Layout

  /// Brings weights `[K, R, S, C]` into a layout.
  init(_ weight: Tensor, of geometry: ConvolutionGeometry, as layout: Layout, on engine: Engine) {
    self.layout = layout
    tensor =
      switch layout {
      case .filtersFirst: weight
      case .filtersLast:
        Elementwise.transposed(weight, rows: geometry.filters, columns: geometry.patch, on: engine)
      case .panels:
        PanelProduct.panels(of: weight, columns: geometry.filters, depth: geometry.patch, on: engine)
      case .winograd:
        WinogradFilters(filters: geometry.filters, channels: geometry.channels, engine: engine)
          .transformed(weight, turned: false)
      }
  }

  /// How a matrix of weights should lie: in panels where many batches share it, and otherwise with the filters last
  /// where the product is narrow, since OpenBLAS multiplies such plain matrices without packing them.
  static func layoutOfMatrix(
    _ geometry: ConvolutionGeometry, isReused: Bool, in accumulation: Accumulation
  ) -> Layout {
    guard accumulation == .single else { return .filtersFirst }
    if isReused, PanelProduct.suits(columns: geometry.filters) { return .panels }
    let isNarrow = MatrixProduct.narrowBlock(columns: geometry.filters, depth: geometry.patch) != nil
    return isNarrow ? .filtersLast : .filtersFirst
  }

  /// Numbers of scratch memory that ``multiply(rows:_:of:into:accumulate:in:scratch:finish:)`` wants.
  func scratch(for geometry: ConvolutionGeometry) -> Int {
    guard layout == .panels, let stride = PanelProduct.paddedStride(depth: geometry.patch) else { return 0 }
    return PanelProduct.rowsPerBlock(columns: geometry.filters, depth: geometry.patch) * stride
  }

  /// `y = x · wᵀ` for some rows of patches, in blocks of rows.
  ///
  /// - Parameters:
  ///   - scratch: memory for ``scratch(for:)`` numbers; nil leaves rows where they are, however they lie.
  ///   - finish: told of each block of rows that is done, counted from the first.
  func multiply(
    rows: Int, _ left: UnsafePointer<Float>, of geometry: ConvolutionGeometry,
    into result: UnsafeMutablePointer<Float>, accumulate: Bool = false, in accumulation: Accumulation,
    scratch: UnsafeMutablePointer<Float>? = nil, finish: (_ rows: Range<Int>) -> Void
  ) {
    let (columns, depth) = (geometry.filters, geometry.patch)
    let right: MatrixOperand
    switch layout {
    case .panels:
      precondition(!accumulate, "panels serve forward passes")
      for block in (0..<rows).tiles(of: PanelProduct.rowsPerBlock(columns: columns, depth: depth)) {
        var (source, stride) = (left + block.lowerBound * depth, depth)
        if let scratch, let padded = PanelProduct.paddedStride(depth: depth) {
          for row in 0..<block.count { (scratch + row * padded).update(from: source + row * depth, count: depth) }
          (source, stride) = (UnsafePointer(scratch), padded)
        }
        PanelProduct.multiply(
          rows: block.count, columns: columns, depth: depth, source, stride: stride, panels: tensor.pointer,
          into: result + block.lowerBound * columns)
        finish(block)
      }
      return
    case .filtersFirst: right = .transposed(tensor.pointer, stride: depth)
    case .filtersLast: right = .plain(tensor.pointer, stride: columns)
    case .winograd: preconditionFailure("transformed filters are no matrix of patches")
    }
    MatrixProduct.multiply(
      rows: rows, columns: columns, depth: depth, .plain(left, stride: depth), right, into: result, stride: columns,
      accumulate: accumulate, in: accumulation)
    finish(0..<rows)
  }
}

/// The weights of a model's convolutions as evaluation multiplies with them, prepared at their first use.
///
/// It serves as long as the parameters do not change. Winograd's transformed filters take four times the memory of
/// the filters themselves: 170 MB for ResNet-50.
public final class PreparedWeights {
  private struct Key: Hashable {
    let parameter: ObjectIdentifier
    let layout: PreparedWeight.Layout
  }

  private var kept: [Key: PreparedWeight] = [:]

  /// Starts with none.
  public init() {}

  /// A parameter's value in a layout; batches of different sizes may want different ones.
  func prepared(
    _ parameter: Parameter, of geometry: ConvolutionGeometry, as layout: PreparedWeight.Layout, on engine: Engine
  ) -> PreparedWeight {
    let key = Key(parameter: ObjectIdentifier(parameter), layout: layout)
    if let found = kept[key] { return found }
    let fresh = PreparedWeight(parameter.value, of: geometry, as: layout, on: engine)
    kept[key] = fresh
    return fresh
  }
}
