import Tensors

/// A convolution's weights in the layout that a pass multiplies with.
struct PreparedWeight {
  enum Layout: Hashable {
    /// As parameters are stored: `[K, R·S·C]`.
    case stored
    /// In panels, for ``PanelProduct``.
    case panels
    /// 36 transformed matrices, `[36][C][K]`.
    case winograd
    /// The same, each of them in panels.
    case winogradPanels
    /// Rounded to bfloat16 and in panels of pairs, for ``PairProduct``.
    case pairs
    /// Rounded to bfloat16 before they are laid out in single precision.
    indirect case rounded(Layout)
  }

  let tensor: Tensor
  let layout: Layout
  /// What is added to each column of the product, `[K]`, where a BatchNorm is folded in.
  let bias: Tensor?
  /// Numbers of a row of the result.
  private let columns: Int
  /// Numbers of a row of the left operand.
  private let depth: Int
  /// Whether the stored matrix has the result's columns as its rows.
  private let isTransposed: Bool

  /// The weights of a forward pass, `y = patches(x) · wᵀ`, from `[K, R, S, C]`.
  ///
  /// - Parameter norm: what is folded into them.
  init(
    _ weight: Tensor, of geometry: ConvolutionGeometry, as layout: Layout, folding norm: FilterNorm? = nil,
    on engine: Engine
  ) {
    (columns, depth, isTransposed) = (geometry.filters, geometry.patch, true)
    let factors = norm?.factors
    bias = factors.map { engine.tensor($0.shift.map { Float($0) }, shape: [geometry.filters]) }
    let weight = factors.map { FilterNorm.scaled(weight, by: $0.scale, on: engine) } ?? weight
    var (layout, precision) = (layout, Precision.single)
    if case .rounded(let inner) = layout { (layout, precision) = (inner, .bfloat16) }
    self.layout = layout
    tensor =
      switch layout {
      case .stored, .rounded: precision.operand(weight, on: engine)
      case .pairs: PairProduct.panels(ofRows: weight.pointer, columns: columns, depth: depth, on: engine)
      case .panels:
        PanelProduct.panels(
          ofRows: precision.operand(weight, on: engine), columns: columns, depth: depth, on: engine)
      case .winograd, .winogradPanels:
        WinogradFilters(filters: geometry.filters, channels: geometry.channels, engine: engine)
          .transformed(weight, in: precision, turned: false, inPanels: layout == .winogradPanels)
      }
  }

  /// The weights of a pass back to the input's patches, `dy · w`, from `[K, R, S, C]`.
  init(
    dInput weight: Tensor, of geometry: ConvolutionGeometry, in accumulation: Accumulation, on engine: Engine
  ) {
    (columns, depth, isTransposed) = (geometry.patch, geometry.filters, false)
    bias = nil
    layout = Self.layout(
      rows: geometry.outputPositions, columns: columns, isReused: false, in: accumulation)
    tensor =
      layout == .panels
      ? PanelProduct.panels(ofColumns: weight, columns: columns, depth: depth, on: engine) : weight
  }

  /// Fewer rows than this do not repay laying the weights out anew at every step.
  private static let fewestRows = 1024

  /// How a matrix of weights should lie for a product of that many rows.
  ///
  /// - Parameter isReused: whether the weights are laid out once for many products, as in evaluation.
  static func layout(rows: Int, columns: Int, isReused: Bool, in accumulation: Accumulation) -> Layout {
    let isWorthwhile = isReused || rows >= fewestRows
    return accumulation == .single && isWorthwhile && PanelProduct.suits(columns: columns) ? .panels : .stored
  }

  /// How the rows of a product are best cut into chunks of work.
  func split(rows: Int) -> Split {
    // Panels are not packed again for every chunk, so that chunks can be small enough for tens of threads.
    layout == .panels
      ? Split(count: rows, grain: 192) : ProductSplit.rows(rows, columns: columns, depth: depth)
  }

  /// Numbers of scratch memory that ``multiply(rows:_:into:accumulate:in:scratch:_:)`` wants.
  var scratchCount: Int {
    guard layout == .panels, let stride = PanelProduct.paddedStride(depth: depth) else { return 0 }
    return PanelProduct.rowsPerBlock(depth: depth) * stride
  }

  /// The product of some rows with the weights, in blocks of rows.
  ///
  /// - Parameters:
  ///   - left: rows of as many numbers as the weights are deep, one after the other.
  ///   - scratch: memory for ``scratchCount`` numbers; nil leaves rows where they are, however they lie.
  ///   - epilogue: what becomes of the sums; nothing where they are added to the result.
  func multiply(
    rows: Int, _ left: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>, accumulate: Bool = false,
    in accumulation: Accumulation, scratch: UnsafeMutablePointer<Float>? = nil, _ epilogue: Epilogue = Epilogue()
  ) {
    guard layout == .panels else {
      precondition(layout == .stored, "transformed filters are no matrix of patches")
      MatrixProduct.multiply(
        rows: rows, columns: columns, depth: depth, .plain(left, stride: depth),
        isTransposed ? .transposed(tensor.pointer, stride: depth) : .plain(tensor.pointer, stride: columns),
        into: result, stride: columns, accumulate: accumulate, in: accumulation)
      epilogue.apply(rows: rows, columns: columns, to: result)
      return
    }
    for block in (0..<rows).tiles(of: PanelProduct.rowsPerBlock(depth: depth)) {
      var (source, stride) = (left + block.lowerBound * depth, depth)
      if let scratch, let padded = PanelProduct.paddedStride(depth: depth) {
        for row in 0..<block.count { (scratch + row * padded).update(from: source + row * depth, count: depth) }
        (source, stride) = (UnsafePointer(scratch), padded)
      }
      let start = block.lowerBound * columns
      PanelProduct.multiply(
        rows: block.count, columns: columns, depth: depth, source, stride: stride, panels: tensor.pointer,
        into: result + start, accumulate: accumulate, epilogue: epilogue.advanced(by: start))
    }
  }
}

/// A BatchNorm behind a convolution as evaluation sees it: what comes to a factor and an offset for each filter.
struct FilterNorm {
  /// Tells it from other ones behind the same convolution.
  let id: ObjectIdentifier
  /// γ and β.
  let weight, bias: Tensor
  /// The running statistics.
  let mean, variance: Tensor
  let epsilon: Double

  /// γ/√(variance + ε) and β − mean · scale of each filter.
  var factors: (scale: [Double], shift: [Double]) {
    let scale = zip(weight.values, variance.values).map { gamma, variance in
      Double(gamma) / (Double(variance) + epsilon).squareRoot()
    }
    let shift = scale.indices.map { Double(bias.pointer[$0]) - Double(mean.pointer[$0]) * scale[$0] }
    return (scale, shift)
  }

  /// Weights `[K, R, S, C]` times each filter's factor.
  static func scaled(_ weight: Tensor, by scale: [Double], on engine: Engine) -> Tensor {
    let result = engine.empty(weight.shape)
    let size = weight.count / scale.count
    engine.parallel(over: scale.count, grain: max(1, (1 << 14) / size)) { filters, _ in
      for filter in filters {
        let (source, target) = (weight.pointer + filter * size, result.pointer + filter * size)
        let factor = scale[filter]
        for i in 0..<size { target[i] = Float(Double(source[i]) * factor) }
      }
    }
    return result
  }
}

/// The weights of a model's convolutions as evaluation multiplies with them, with the BatchNorms behind them folded in,
/// prepared at their first use.
///
/// It serves as long as neither parameters nor running statistics change. Winograd's transformed filters take four times the memory of
/// the filters themselves: 170 MB for ResNet-50.
package final class PreparedWeights {
  private struct Key: Hashable {
    let parameter: ObjectIdentifier
    /// Networks may share convolutions and have BatchNorms of their own.
    let norm: ObjectIdentifier?
    let layout: PreparedWeight.Layout
  }

  private var kept: [Key: PreparedWeight] = [:]

  package init() {}

  /// A parameter's value in a layout; batches of different sizes may want different ones.
  func prepared(
    _ parameter: Parameter, of geometry: ConvolutionGeometry, as layout: PreparedWeight.Layout,
    folding norm: FilterNorm?, on engine: Engine
  ) -> PreparedWeight {
    let key = Key(parameter: ObjectIdentifier(parameter), norm: norm?.id, layout: layout)
    if let found = kept[key] { return found }
    let fresh = PreparedWeight(parameter.value, of: geometry, as: layout, folding: norm, on: engine)
    kept[key] = fresh
    return fresh
  }
}
