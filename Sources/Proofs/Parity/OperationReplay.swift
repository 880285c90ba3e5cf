import Datasets
import Layers
import Models
import Support
import Tensors

/// Single operations of a golden case, beside its whole steps: the tensors `op.NAME.*` hold an operation's inputs, its
/// outputs, `upstream.OUTPUT`, the gradient that flows back into an output, and `grad.INPUT`, what comes of it.
///
/// `NAME` is a word of ``operations``, perhaps with a variant behind it: `mask`, `mask-all`, `kron.T8`, `svd.random`.
package enum OperationReplay {
  /// How one operation is replayed.
  struct Operation: Sendable {
    /// How many words between dots make its name: 2 for `kron.T8`.
    let words: Int
    let run: @Sendable (OperationCase) throws -> Void

    init(words: Int = 1, _ run: @escaping @Sendable (OperationCase) throws -> Void) {
      self.words = words
      self.run = run
    }
  }

  /// Replays all operations of a case but those that make its inputs of cues (``CueOperations``).
  ///
  /// - Parameter margin: that of the case's triplet losses.
  /// - Returns: a comparison for each tensor that is no input.
  /// - Throws: ``PlainError`` where an operation is unknown, or a tensor is missing, does not fit or is not accounted
  ///   for.
  package static func comparisons(
    _ tensors: [String: StoredTensor], margin: Double = 0.1, policy: ComputePolicy = .automatic, on engine: Engine
  ) throws -> [ParityResult.Comparison] {
    let all = tensors
    var cases: [String: [String: StoredTensor]] = [:]
    for (name, tensor) in tensors where name.hasPrefix("op.") && !CueOperations.holds(name) {
      let words = name.split(separator: ".").dropFirst().map(String.init)
      guard let operation = operation(of: words[0]), words.count > operation.words else {
        throw PlainError(
          "the tensor '\(name)' is of no operation that is replayed; those are "
            + operations.keys.sorted().joined(separator: ", "))
      }
      let variant = words.prefix(operation.words).joined(separator: ".")
      cases[variant, default: [:]][words.dropFirst(operation.words).joined(separator: ".")] = tensor
    }
    return try cases.sorted { $0.key < $1.key }.flatMap { name, tensors in
      let test = OperationCase(name, tensors, of: all, margin: margin, policy: policy, on: engine)
      let word = name.split(separator: ".").first.map(String.init) ?? ""
      try operation(of: word)?.run(test)
      return try test.finish()
    }
  }

  /// The operation of a name's first word: the longest that the word is, or begins with before a `-` or `_`.
  private static func operation(of word: String) -> Operation? {
    operations.filter { word == $0.key || word.hasPrefix($0.key + "-") || word.hasPrefix($0.key + "_") }
      .max { $0.key.count < $1.key.count }?.value
  }
}

/// One operation's tensors while it is replayed.
final class OperationCase {
  /// The words of its name.
  let words: [String]
  let margin: Double
  let engine: Engine
  let tape: Tape
  private let name: String
  private let tensors: [String: StoredTensor]
  /// All of the case.
  private let all: [String: StoredTensor]
  private let store: ParameterStore
  private var inputs: [(leaf: String, value: Value, layout: TensorLayout)] = []
  private var losses: [(loss: Loss, weight: Double)] = []
  private var gradients: [(value: Value, gradient: Tensor)] = []
  private var comparisons: [ParityResult.Comparison] = []
  private var seen: Set<String> = []

  /// How a stored tensor lies in memory.
  enum TensorLayout {
    case asStored
    /// Stored as `[N, C, …]`, in memory as `[N, …, C]`.
    case channelsFirst
  }

  init(
    _ name: String, _ tensors: [String: StoredTensor], of all: [String: StoredTensor], margin: Double,
    policy: ComputePolicy, on engine: Engine
  ) {
    self.all = all
    self.name = name
    words = name.split(separator: ".").map(String.init)
    self.tensors = tensors
    self.margin = margin
    self.engine = engine
    tape = Tape(on: engine, mode: .training, policy: policy)
    store = ParameterStore(on: engine)
  }

  /// - Throws: ``PlainError`` where the case's tensors do not fit together.
  func require(_ condition: Bool, _ reason: @autoclosure () -> String) throws {
    if !condition { throw PlainError("the operation 'op.\(name)': \(reason())") }
  }

  /// The names of the tensors, as far as they are neither upstream nor gradient.
  var leaves: [String] {
    tensors.keys.filter { leaf in
      leaf != Self.upstream && !["upstream.", "grad.", "grad_"].contains(where: leaf.hasPrefix)
    }
    .sorted()
  }

  /// What the gradient into an operation's only output is called in some cases.
  private static let upstream = "gradient"

  /// The name of the gradient that flows into an output; nil where there is none.
  private func upstream(of leaf: String) -> String? {
    ["upstream.\(leaf)"].first { tensors[$0] != nil }
      ?? (leaf == "output" && tensors[Self.upstream] != nil ? Self.upstream : nil)
  }

  /// The name of the gradient by an input; nil where there is none.
  private func gradient(by leaf: String) -> String? {
    ["grad.\(leaf)", "grad_\(leaf)"].first { tensors[$0] != nil }
  }

  /// An input that another operation of the case holds.
  func given(_ name: String, rank: Int) throws -> StoredTensor { try ParityCase.require(all, "op.\(name)", rank: rank) }

  /// A tensor that the case must have.
  func stored(_ leaf: String, rank: Int? = nil) throws -> StoredTensor {
    seen.insert(leaf)
    let key = "op.\(name).\(leaf)"
    return try ParityCase.require([key: tensors[leaf]].compactMapValues { $0 }, key, rank: rank)
  }

  func integers(_ leaf: String, rank: Int = 1) throws -> [Int] {
    guard let values = try stored(leaf, rank: rank).integers else {
      throw PlainError("the tensor 'op.\(name).\(leaf)' holds no whole numbers")
    }
    return values
  }

  func number(_ leaf: String) throws -> Double {
    let values = try stored(leaf).doubles
    try require(values.count == 1, "'\(leaf)' is not one number but \(values.count)")
    return values[0]
  }

  /// An input that a gradient is wanted by, where the case has one.
  func input(_ leaf: String, rank: Int? = nil, _ layout: TensorLayout = .asStored) throws -> Value {
    let value = tape.input(try tensor(leaf, rank: rank, layout), wantsGradient: true)
    inputs.append((leaf, value, layout))
    return value
  }

  func tensor(_ leaf: String, rank: Int? = nil, _ layout: TensorLayout = .asStored) throws -> Tensor {
    let stored = try stored(leaf, rank: rank)
    switch layout {
    case .asStored: return engine.tensor(stored.floats, shape: stored.shape)
    case .channelsFirst:
      let shape = Self.map(stored.shape)
      return engine.tensor(
        Layout.channelsLast(stored.floats, shape: shape), shape: [shape[0], shape[2], shape[3], shape[1]])
    }
  }

  /// A parameter; a 1×1 convolution's `[K, C, 1, 1]` as `[K, C]`.
  func parameter(_ leaf: String) throws -> Parameter {
    let stored = try stored(leaf)
    let shape = stored.shape.count == 4 ? Array(stored.shape.prefix(2)) : stored.shape
    guard shape.reduce(1, *) == stored.count else {
      throw PlainError("the tensor 'op.\(name).\(leaf)' of shape \(stored.shape) is no 1×1 convolution's weight")
    }
    let parameter = store.parameter(leaf, shape: shape, group: .new)
    parameter.load(stored.floats)
    return parameter
  }

  /// Compares an output and takes the gradient that flows into it, where the case has one.
  func output(_ value: Value, as leaf: String, _ layout: TensorLayout = .asStored) throws {
    let shape = try stored(leaf).shape
    compare(value.tensor.array, with: leaf, layout, .forward)
    guard let upstream = upstream(of: leaf) else { return }
    guard shape.reduce(1, *) == value.tensor.count else {
      throw PlainError("the tensor 'op.\(name).\(leaf)' does not have the shape of what is computed, \(value.shape)")
    }
    try take(upstream, into: value, layout)
  }

  /// Takes a gradient that flows into something.
  func take(_ leaf: String, into value: Value, _ layout: TensorLayout = .asStored) throws {
    let gradient = try tensor(leaf, layout)
    guard gradient.count == value.tensor.count else {
      throw PlainError("the tensor 'op.\(name).\(leaf)' does not have the shape of what it flows into, \(value.shape)")
    }
    gradients.append((value, gradient.reshaped(value.shape)))
  }

  /// Compares a loss and takes its weight, where the case has one.
  func output(_ loss: Loss, as leaf: String) throws {
    try output([Float(loss.value)], as: leaf)
    if tensors["upstream.\(leaf)"] != nil {
      losses.append((loss, try number("upstream.\(leaf)")))
    }
  }

  /// Compares numbers that no gradient flows into.
  func output(_ values: [Float], as leaf: String, _ layout: TensorLayout = .asStored) throws {
    _ = try stored(leaf)
    compare(values, with: leaf, layout, .forward)
  }

  /// Compares whole numbers, which must be the same.
  func output(_ values: [Int], as leaf: String) throws {
    let isSame = try stored(leaf).integers == values
    comparisons.append(.init(name: "op.\(name).\(leaf)", group: .forward, error: isSame ? 0 : .infinity))
  }

  /// Runs the operation in reverse and compares its gradients.
  ///
  /// - Throws: ``PlainError`` where a tensor of the case was neither taken nor compared.
  func finish() throws -> [ParityResult.Comparison] {
    tape.backward(losses, from: gradients)
    for (leaf, value, layout) in inputs {
      guard let name = gradient(by: leaf) else { continue }
      _ = try stored(name)
      // No gradient is a gradient of zeros.
      let gradient = tape.gradient(of: value)?.array ?? [Float](repeating: 0, count: value.tensor.count)
      compare(gradient, with: name, layout, .gradient)
    }
    for parameter in store.parameters {
      guard let name = gradient(by: parameter.name) else { continue }
      _ = try stored(name)
      compare(parameter.gradient.array, with: name, .asStored, .gradient)
    }
    if let forgotten = tensors.keys.filter({ !seen.contains($0) }).min() {
      throw PlainError("the tensor 'op.\(name).\(forgotten)' has no part in the operation as it is replayed")
    }
    return comparisons
  }

  private func compare(
    _ values: [Float], with leaf: String, _ layout: TensorLayout, _ group: ParityResult.Group
  ) {
    guard let stored = tensors[leaf] else { return }
    var error = Double.infinity
    if values.count == stored.count {
      let ordered =
        layout == .asStored ? values : Layout.channelsFirst(values, shape: Self.map(stored.shape))
      error = ParityResult.Comparison.error(ordered, stored.doubles)
    }
    comparisons.append(.init(name: "op.\(name).\(leaf)", group: group, error: error))
  }

  /// A stored shape `[N, C, …]` as `[N, C, H, W]`.
  private static func map(_ shape: [Int]) -> [Int] {
    Array((shape + [1, 1, 1]).prefix(3)) + [shape.dropFirst(3).reduce(1, *)]
  }
}
