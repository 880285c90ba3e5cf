import Tensors

/// A tensor in a computation, with a place for its gradient where one is wanted.
///
/// Values are what model code passes around: an operation takes values and gives values, and one value may be the input
/// of any number of operations.
package struct Value {
  package let tensor: Tensor
  /// Where the gradient of the loss by these numbers gathers; nil where none is wanted.
  let slot: GradientSlot?

  package var shape: [Int] { tensor.shape }
  /// Whether anything below it is trained.
  package var wantsGradient: Bool { slot != nil }
}

/// Where the gradients that a value's users send back add up.
final class GradientSlot {
  /// How the value is stored, and its gradient with it.
  private let element: Tensor.Element
  private var gradient: Tensor?

  init(of tensor: Tensor) { element = tensor.element }

  var current: Tensor? { gradient }

  /// Adds a gradient that the caller gives up.
  func give(_ tensor: Tensor, on engine: Engine) {
    guard let gradient else {
      self.gradient = tensor
      return
    }
    Elementwise.add(tensor, to: gradient, on: engine)
  }

  /// Lets `write` add to the gradient in place: it gets the memory and whether to add to it or to overwrite it.
  func accumulate(shape: [Int], on engine: Engine, _ write: (_ gradient: Tensor, _ accumulate: Bool) -> Void) {
    if let gradient {
      write(gradient, true)
    } else {
      let fresh = engine.empty(shape, as: element)
      write(fresh, false)
      gradient = fresh
    }
  }

  /// Takes the finished gradient; nil where no user of the value sent one.
  func take() -> Tensor? {
    defer { gradient = nil }
    return gradient
  }
}

/// A scalar that training makes small: its value, and how strongly it counts when gradients flow back.
package final class Loss {
  package let value: Double
  /// What its gradient is multiplied with; set by ``Tape/backward(_:)``.
  var weight: Double = 0

  init(value: Double) { self.value = value }
}

/// Records operations as they run, so that their gradients can be computed in reverse.
///
/// A tape serves one forward pass. Whether an operation runs as in training or as in evaluation is the tape's mode,
/// handed to each operation as an argument with the tape; nothing ambient decides it. An evaluation tape records
/// nothing, so tensors return to the engine as soon as the model lets go of them.
package final class Tape {
  package enum Mode: Sendable {
    /// Gradients are recorded; BatchNorm uses the tape's ``NormStatistics``.
    case training
    /// Nothing is recorded; BatchNorm uses the running statistics.
    case evaluation
  }

  package let engine: Engine
  package let mode: Mode
  /// What BatchNorm divides by in training.
  package let statistics: NormStatistics
  /// Which of several ways of computing the same thing is taken.
  package let policy: ComputePolicy
  /// What maps are stored as and products are made of.
  package let precision: Precision
  /// The part of the batch that runs over it: what needs the whole batch asks it.
  package let shard: Shard
  /// Convolutions' weights in the layouts that they multiply with, kept from pass to pass; nil prepares them anew.
  let weights: PreparedWeights?
  /// Tells an exchange which parameters get no further gradient from here.
  private let uses: GradientExchange.Uses?
  private var steps: [() -> Void] = []
  private var isStill = false
  private let observer: ((_ layer: String, _ output: Tensor) -> Void)?
  private let tracer: ((_ name: String, _ trace: Trace) -> Void)?

  /// Starts a pass.
  ///
  /// - Parameter exchange: what makes the batch's gradient of a parameter out of this shard's.
  /// - Parameter weights: where several evaluation passes of one model, between which nothing changes its parameters,
  ///   keep what they have prepared.
  /// - Parameter observer: sees what each layer with parameters makes, in forward order: who looks for a fault.
  /// - Parameter tracer: sees what model code says of the inside of a pass (``trace(_:_:)``): who compares it.
  package init(
    on engine: Engine, mode: Mode, precision: Precision = .single, statistics: NormStatistics = .batch,
    policy: ComputePolicy = .automatic, shard: Shard = .whole, exchange: GradientExchange? = nil,
    weights: PreparedWeights? = nil,
    observer: ((_ layer: String, _ output: Tensor) -> Void)? = nil,
    tracer: ((_ name: String, _ trace: Trace) -> Void)? = nil
  ) {
    precondition(mode == .evaluation || weights == nil, "training changes the weights from pass to pass")
    self.engine = engine
    self.policy = policy
    self.mode = mode
    self.precision = precision
    self.statistics = statistics
    self.shard = shard
    self.weights = weights
    uses = exchange.map(GradientExchange.Uses.init)
    self.observer = observer
    self.tracer = tracer
  }

  /// Something inside a pass that has a name.
  package enum Trace {
    /// Numbers of the computation; ``observeGradient(of:_:)`` gives their gradient, too.
    case value(Value)
    /// Whole numbers, which nothing differentiates: places, boxes, pairs.
    case integers([Int])
  }

  /// Whether anybody wants to see the inside of the pass, so that it is worth computing what only he reads.
  package var isTraced: Bool { tracer != nil }

  /// Shows a value inside the computation, as soon as it is made, to whoever compares it.
  package func trace(_ name: String, _ value: Value) { tracer?(name, .value(value)) }

  /// Shows whole numbers.
  package func trace(_ name: String, integers: @autoclosure () -> [Int]) {
    if let tracer { tracer(name, .integers(integers())) }
  }

  /// Whether gradients are recorded.
  package var isRecording: Bool { mode == .training && !isStill }

  /// Computes without recording: nothing below it is trained, so that no gradient is wanted there.
  package func still<Result>(_ compute: () -> Result) -> Result {
    let before = isStill
    isStill = true
    defer { isStill = before }
    return compute()
  }

  /// Brings a tensor into the computation.
  ///
  /// - Parameter wantsGradient: whether the gradient by this input is wanted (tests do); images need none.
  package func input(_ tensor: Tensor, wantsGradient: Bool = false) -> Value {
    Value(tensor: tensor, slot: wantsGradient && isRecording ? GradientSlot(of: tensor) : nil)
  }

  /// Runs the recorded operations in reverse for the weighted sum of losses, leaving each parameter's gradient in place.
  ///
  /// Gradients of inputs that asked for one can be read with ``gradient(of:)`` afterwards. The tape is empty then.
  package func backward(_ losses: [(loss: Loss, weight: Double)]) {
    for (loss, weight) in losses { loss.weight += weight }
    uses?.areCounted()
    while let step = steps.popLast() { step() }
  }

  /// Runs the recorded operations in reverse from gradients given for some values, as a test of one operation does, and
  /// from losses beside them. The gradients are given up: their memory is written to.
  package func backward(
    _ losses: [(loss: Loss, weight: Double)] = [], from gradients: [(value: Value, gradient: Tensor)]
  ) {
    for (value, gradient) in gradients { value.slot?.give(gradient, on: engine) }
    backward(losses)
  }

  /// The gradient that arrived at an input, after ``backward(_:)``. Taking it clears it.
  package func gradient(of value: Value) -> Tensor? { value.slot?.take() }

  /// Hands over the whole gradient by a value inside the computation, when the reverse pass reaches it.
  ///
  /// Call it as soon as the value is made: what is recorded later runs earlier in reverse.
  package func observeGradient(of value: Value, _ see: @escaping (_ gradient: [Float]) -> Void) {
    guard let slot = value.slot else { return }
    record { if let gradient = slot.current { see(gradient.array) } }
  }

  /// Makes an operation's result. It wants a gradient where the operation is recorded.
  func result(_ tensor: Tensor) -> Value { Value(tensor: tensor, slot: isRecording ? GradientSlot(of: tensor) : nil) }

  /// Shows the observer, where there is one, what a layer made; the layer is called as its parameter.
  func observe(_ output: Value, of parameter: Parameter) { observer?(parameter.layer, output.tensor) }

  /// Records how an operation's gradient is computed.
  ///
  /// - Parameters:
  ///   - parameters: those that the operation uses, whose gradients `step` adds to.
  ///   - step: gets the gradient by the operation's result, for the taking. It is not called where no gradient arrived.
  func record(_ result: Value, training parameters: Parameter?..., step: @escaping (_ gradient: Tensor) -> Void) {
    guard let slot = result.slot else { return }
    let used = uses == nil ? [] : parameters.compactMap { $0 }
    for parameter in used { uses?.count(parameter) }
    steps.append { [uses] in
      if let gradient = slot.take() { step(gradient) }
      for parameter in used { uses?.isLeft(parameter) }
    }
  }

  /// Records a step that runs whatever gradients arrived, for operations of several results and for losses.
  func record(_ step: @escaping () -> Void) {
    if isRecording { steps.append(step) }
  }
}

/// What BatchNorm divides by in training.
package enum NormStatistics: String, Sendable, CaseIterable {
  /// The batch's mean and variance, which move the running ones.
  case batch
  /// The running mean and variance, which do not move: γ and β are trained, and no image depends on the others.
  case running
}
