import Configuration
import Layers
import Support
import Tensors

/// A part of the part image that is straightened: all but the head.
enum TransformedPart: String, CaseIterable {
  case rightArm = "right_arm"
  case leftArm = "left_arm"
  case rightLeg = "right_leg"
  case leftLeg = "left_leg"
  case body

  /// Where it lies in a part image: rows and columns in quarters of its sides..
  func box(height: Int, width: Int) -> MapBox {
    let (rows, columns) =
      switch self {
      case .rightArm: (0..<2, 0..<1)
      case .leftArm: (0..<2, 3..<4)
      case .rightLeg: (2..<4, 0..<1)
      case .leftLeg: (2..<4, 3..<4)
      case .body: (1..<3, 1..<3)
      }
    return MapBox(
      rows: rows.lowerBound * height / 4..<rows.upperBound * height / 4,
      columns: columns.lowerBound * width / 4..<columns.upperBound * width / 4)
  }

  /// How many rows its small image has for each column.
  fileprivate var slimness: Int { self == .body ? 2 : 4 }
}

/// The small networks that say how each part is straightened.
package struct PartTransformSettings: Configurable {
  /// Rows of what they look at.
  package var rows: Int
  package var kernel: Int
  package var channels: Int
  package var hidden: Int
  /// What the learning rate is multiplied with for them.
  package var rate: Double

  package static let keys: [Key<PartTransformSettings>] = [
    Key(
      "rows", \.rows,
      .int(in: 4...1024).checked { rows, setting throws(ConfigurationError) in
        guard rows.isMultiple(of: 4) else {
          throw setting.error("\(rows) is no multiple of 4, and an arm or a leg is a quarter as wide as high")
        }
      }.called("whole number, 4 to 1024, a multiple of 4"),
      "Rows of the small images that they look at; those of arms and legs are a quarter as wide, the body's half."),
    Key("kernel", \.kernel, .int(in: 1...31), "Rows and columns of their two convolutions' kernels."),
    Key("channels", \.channels, .int(in: 1...512), "Channels behind each convolution."),
    Key("hidden", \.hidden, .int(in: 1...4096), "Numbers of the layer before the affine map's six."),
    Key("rate", \.rate, .number(in: 0...100), "What the learning rate is multiplied with for them."),
  ]

  package init() { self.init(rows: 64) }

  package init(rows: Int = 64, kernel: Int = 5, channels: Int = 20, hidden: Int = 20, rate: Double = 1e-4) {
    self.rows = rows
    self.kernel = kernel
    self.channels = channels
    self.hidden = hidden
    self.rate = rate
  }

  /// Rows and columns of what is looked at, then behind each convolution and behind each pooling; nil where a kernel does
  /// not fit.
  func sides(of part: TransformedPart) -> [(rows: Int, columns: Int)]? {
    var sides = [(rows: rows, columns: rows / part.slimness)]
    for _ in 0..<2 {
      let last = sides[sides.count - 1]
      let convolved = (rows: last.rows - kernel + 1, columns: last.columns - kernel + 1)
      guard convolved.rows >= 2, convolved.columns >= 1 else { return nil }
      // A single column is pooled by rows alone.
      sides += [convolved, (convolved.rows / 2, max(1, convolved.columns / 2))]
    }
    return sides
  }

  /// Numbers of the map that the hidden layer reads.
  fileprivate func last(of part: TransformedPart) -> (rows: Int, columns: Int) { sides(of: part)?.last ?? (1, 1) }

  func fault(on map: MapExtent) -> SettingFault? {
    if !(map.height / 2).isMultiple(of: rows) || !map.width.isMultiple(of: rows) {
      return SettingFault(
        at: "tasks.pose.transform.rows", "input.size",
        reason:
          "half of the input's height and its width are multiples of a part's rows, and \(map.height)×\(map.width) "
          + "does not fit \(rows) rows; \(2 * rows)×\(rows) and \(6 * rows)×\(3 * rows) fit \(rows) rows")
    }
    guard TransformedPart.allCases.contains(where: { sides(of: $0) == nil }) else { return nil }
    return SettingFault(
      at: "tasks.pose.transform.kernel", "tasks.pose.transform.rows",
      reason:
        "two kernels of \(kernel)×\(kernel), each followed by a pooling that halves the map, do not fit an arm of "
        + "\(rows)×\(rows / 4); take a smaller kernel or more rows")
  }

  func parameterCount(of part: TransformedPart) -> Int {
    let (area, last) = (kernel * kernel, last(of: part))
    return (3 * area + 1) * channels + (channels * area + 1) * channels
      + (channels * last.rows * last.columns + 1) * hidden + 6 * (hidden + 1)
  }

  func multiplications(of part: TransformedPart) -> Double {
    guard let sides = sides(of: part) else { return 0 }
    let area = kernel * kernel * channels
    return Double(sides[1].rows * sides[1].columns * area * 3 + sides[3].rows * sides[3].columns * area * channels)
  }
}

/// The small network of one part: two convolutions with pooling, two linear layers, six numbers of an affine map.
struct PartTransform {
  let part: TransformedPart
  private let settings: PartTransformSettings
  private typealias Layer = (weight: Parameter, bias: Parameter)
  private let first, second, hidden, theta: Layer

  init(_ part: TransformedPart, _ settings: PartTransformSettings, in store: ParameterStore) {
    self.part = part
    self.settings = settings
    func layer(_ name: String, _ shape: [Int], _ layout: Parameter.Layout) -> Layer {
      let name = "transform.\(part.rawValue).\(name)"
      return (
        store.parameter("\(name).weight", shape: shape, layout: layout, group: .new, rate: settings.rate),
        store.parameter("\(name).bias", shape: [shape[0]], group: .new, rate: settings.rate)
      )
    }
    let (kernel, channels, last) = (settings.kernel, settings.channels, settings.last(of: part))
    first = layer("conv1", [channels, kernel, kernel, 3], .convolution)
    second = layer("conv2", [channels, kernel, kernel, channels], .convolution)
    hidden = layer("fc", [settings.hidden, last.rows, last.columns, channels], .wholeMap)
    theta = layer("theta", [6, settings.hidden], .plain)
  }

  /// The affine map of each image's part.
  ///
  /// - Parameter images: part images, `[N, H, W, 3]`.
  /// - Returns: `[N, 6]`.
  func callAsFunction(_ images: Tensor, on tape: Tape) -> Value {
    let box = part.box(height: images.shape[1], width: images.shape[2])
    let piece = tape.cut(box, of: images)
    // Nothing makes the images that is trained.
    let small = tape.still {
      tape.blockMeans(
        piece, rows: box.rows.count / settings.rows,
        columns: box.columns.count / (settings.rows / part.slimness))
    }
    func pooled(_ x: Value) -> Value {
      tape.rectified(tape.maxPool(x, rows: 2, columns: min(2, x.shape[2]), stride: 2, padding: 0))
    }
    let map = pooled(tape.convolution(small, first.weight, bias: first.bias))
    let last = pooled(tape.convolution(map, second.weight, bias: second.bias))
    let shape = last.shape
    let flat = last.reshaped([shape[0], shape[1] * shape[2] * shape[3]])
    let seen = tape.rectified(tape.linear(flat, hidden.weight, bias: hidden.bias))
    return tape.linear(seen, theta.weight, bias: theta.bias)
  }

  /// The same as operators: `[N, 3, H, W]` to `[N, 6]`.
  func callAsFunction(_ images: OperatorGraph.Value, in graph: OperatorGraph) -> OperatorGraph.Value {
    let box = part.box(height: images.shape[1], width: images.shape[2])
    let small = graph.blockMeans(
      graph.cut(box, of: images), rows: box.rows.count / settings.rows,
      columns: box.columns.count / (settings.rows / part.slimness))
    func pooled(_ x: OperatorGraph.Value) -> OperatorGraph.Value {
      graph.rectified(graph.maxPool(x, rows: 2, columns: min(2, x.shape[2]), stride: 2, padding: 0))
    }
    let map = pooled(graph.convolution(small, first.weight, bias: first.bias))
    let last = pooled(graph.convolution(map, second.weight, bias: second.bias))
    let flat = graph.reshaped(last, [last.shape.reduce(1, *)])
    return graph.linear(
      graph.rectified(graph.linear(flat, hidden.weight, bias: hidden.bias)), theta.weight, bias: theta.bias)
  }

  /// The hidden layer's weights by the rule for layers before a ReLU; the map starts as the identity, whatever is seen.
  func deviation(of parameter: Parameter) -> Double? {
    if parameter === hidden.weight { return (2 / Double(settings.hidden)).squareRoot() }
    return parameter === theta.weight ? 0 : nil
  }

  func firstValues(of parameter: Parameter) -> [Float]? { parameter === theta.bias ? [1, 0, 0, 0, 1, 0] : nil }
}
