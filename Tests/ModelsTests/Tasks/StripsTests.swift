import Layers
import Models
import Tensors
import TestSupport
import Testing

/// Averaged parts with one reduction for all, as equal strips and as the refinement task assigns them.
struct StripsTests {
  private static func tasks(
    parts: Int = 3, dropout: Double = 0, descriptor: StripDescriptor = .means, refined: Bool = false,
    channels: Int = 16
  ) -> TaskSet {
    var tasks = TaskSet(only: refined ? [.strips, .refinement] : [.strips])
    tasks.strips?.parts = parts
    tasks.strips?.width = 6
    tasks.strips?.dropout = dropout
    tasks.strips?.descriptor = descriptor
    tasks.refinement?.parts = parts
    tasks.refinement?.channels = channels
    return tasks
  }

  @Test(arguments: [
    tasks(), tasks(parts: 4, dropout: 0.5), tasks(parts: 1, descriptor: .reduced), tasks(refined: true),
    tasks(parts: 6, dropout: 0.3, descriptor: .reduced, refined: true), tasks(refined: true, channels: 256),
  ])
  func holds(_ tasks: TaskSet) throws { try TrialNetwork.check(tasks) }

  @Test("the parameters are the golden cases', those of the refinement first")
  func names() {
    let new = TrialNetwork(Self.tasks(parts: 2, refined: true)).model.store.parameters.filter { $0.group == .new }
    #expect(
      new.map { "\($0.name) \($0.value.shape)" } == [
        "refine.weight [2, 16]", "refine.bias [2]", "part_reduce.weight [6, 32]", "part_bn.weight [6]",
        "part_bn.bias [6]", "part_classifiers.0.weight [5, 6]", "part_classifiers.0.bias [5]",
        "part_classifiers.1.weight [5, 6]", "part_classifiers.1.bias [5]",
      ])
  }

  @Test("first values: He's rule over the outputs for what reduces and refines, 0.001 for what classifies")
  func firstValues() throws {
    let engine = Engine(threads: 1)
    var tasks = TaskSet(only: [.strips, .refinement])
    tasks.strips?.parts = 2
    tasks.strips?.width = 64
    tasks.refinement?.parts = 2
    var configuration = TrialNetwork.configuration(tasks)
    configuration.backbone.width = 32
    configuration.labels.identities = 64
    let model = AANet(configuration, on: engine)
    model.initialise(seed: 3)
    func deviation(_ name: String) throws -> Double {
      let values = try #require(model.state()[name]).doubles
      return (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
    }
    #expect(abs(try deviation("refine.weight") - 1) < 0.1)
    #expect(abs(try deviation("part_reduce.weight") / (2.0 / 64).squareRoot() - 1) < 0.05)
    #expect(abs(try deviation("part_classifiers.1.weight") / 0.001 - 1) < 0.05)
    #expect(try deviation("refine.bias") == 0)
  }

  @Test("G is the strips' means and H their reductions, each part at unit length, one after the other")
  func descriptors() throws {
    // Six rows of four places in four strips: 1, 2, 1 and 2 rows.
    let bounds = [0, 1, 3, 4, 6]
    let output = TrialNetwork(Self.tasks(parts: 4)).look().output
    let x = output.features.tensor.array.doubles
    func mean(_ image: Int, _ places: Range<Int>) -> [Double] {
      (0..<32).map { c in
        let sum = places.reduce(0.0) { $0 + x[(image * 24 + $1) * 32 + c] }
        return sum / Double(places.count)
      }
    }
    func unit(_ v: [Double]) -> [Double] {
      let length = v.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return v.map { $0 / length }
    }
    var expected: [Double] = []
    for image in 0..<4 {
      for part in 0..<4 { expected += unit(mean(image, bounds[part] * 4..<bounds[part + 1] * 4)) }
    }
    try Agreement.check("G", output.descriptors, expected, within: 1e-5)

    let reduced = TrialNetwork(Self.tasks(parts: 4, descriptor: .reduced))
    let (other, traces) = reduced.look()
    guard case .value(let shown)? = traces["H"] else { throw Disagreement(description: "H is not shown") }
    #expect(shown.shape == [4, 24] && shown.tensor.array == other.descriptors)
    for vector in other.vectors {
      for image in 0..<4 {
        let h = vector.view([6], offset: image * 6).array.doubles
        let length = h.reduce(0) { $0 + $1 * $1 }.squareRoot()
        #expect(length == 0 || abs(length - 1) < 1e-5, "zero stays zero")
      }
    }
  }

  /// A part classifier of scores so far apart that its softmax is one part alone; three parts of the six rows, told apart
  /// by what the map is made of: noise gives no rows, so the assignment is handed over.
  @Test("with a hard assignment to equal strips the parts are the strips, bit for bit but for the sums' order")
  func hardAssignment() throws {
    let engine = Engine(threads: 2)
    let x = engine.tensor(TestNumbers.normal(2 * 6 * 4 * 8, "strips"), shape: [2, 6, 4, 8])
    let assignment = engine.filled([2, 6, 4, 3])
    for place in 0..<48 { assignment.pointer[place * 3 + place % 24 / 8] = 1 }
    let tape = Tape(on: engine, mode: .evaluation)
    let soft = tape.partMeans(tape.input(x), assignment: tape.input(assignment))
    let strips = PartBins.regions(of: x, parts: 3, binning: .uniform, on: engine)
    let means = tape.joined(tape.regionMeans(tape.input(x), regions: strips))
    try Agreement.check("parts", soft.tensor.array, means.tensor.array.doubles, within: 1e-6)
  }

  @Test("the parts are refined where the refinement takes part, and equal strips where it sits out")
  func phases() {
    let trial = TrialNetwork(Self.tasks(refined: true))
    let (refined, strips) = (trial.look(), trial.look(.init(tasks: [.strips])))
    #expect(refined.output.descriptors != strips.output.descriptors)
    #expect(strips.output.descriptors == TrialNetwork(Self.tasks()).look().output.descriptors)
    #expect(refined.traces["assignment"] != nil && strips.traces["assignment"] == nil)
  }

  @Test("alone, the part classifier learns from what the fixed classifiers send back, and nothing else moves")
  func induced() {
    let trial = TrialNetwork(Self.tasks(dropout: 0.5, refined: true))
    let before = trial.model.state()
    trial.model.freeze(["backbone", "strips"])
    trial.step(statistics: .running)
    StochasticGradientDescent(momentum: 0.9, decay: [.new: 5e-4])
      .step(trial.model.store, rates: [.backbone: 0.1, .new: 0.1, .logVariance: 0])
    let moved = trial.model.state().filter { before[$0.key] != $0.value }.keys
    #expect(Set(moved) == ["refine.weight", "refine.bias"])
  }

  @Test("the loss is the sum of the parts', and dropout follows the step's draws")
  func loss() throws {
    let trial = TrialNetwork(Self.tasks(dropout: 0.5))
    let (output, losses) = trial.step()
    let loss = try #require(losses.first)
    #expect(losses.count == 1 && loss.terms.count == 3)
    #expect(loss.value == loss.terms.reduce(0) { $0 + $1.loss.value })
    #expect(output.identityLogits[.strips]?.map(\.shape) == [[4, 5], [4, 5], [4, 5]])
    func value(_ epoch: Int) -> Double {
      TrialNetwork(Self.tasks(dropout: 0.5)).step(.init(draws: .init(seed: 1, epoch: epoch, step: 0))).1[0].value
    }
    #expect(value(0) == value(0) && value(0) != value(1) && value(0) != loss.value)
    #expect(TrialNetwork(Self.tasks()).step().1[0].value == loss.value)
  }

  @Test("a map of nothing has parts of nothing, and a part that no column prefers is still one")
  func zero() throws {
    let engine = Engine(threads: 2)
    let tape = Tape(on: engine, mode: .evaluation)
    let (x, assignment) = (engine.filled([1, 6, 4, 8]), engine.filled([1, 6, 4, 3]))
    let nothing = tape.unitLength(tape.partMeans(tape.input(x), assignment: tape.input(assignment)))
    #expect(nothing.tensor.array.allSatisfy { $0 == 0 })
    let trial = TrialNetwork(Self.tasks(refined: true))
    let bias = try #require(trial.model.store.parameters.first { $0.name == "refine.bias" })
    bias.load([60, 0, -60])
    let least = try #require(trial.look().output.vectors(of: .strip(2)))
    for image in 0..<4 {
      let length = least.view([32], offset: image * 32).array.doubles.reduce(0) { $0 + $1 * $1 }
      #expect(length == 0 || abs(length - 1) < 1e-4)
    }
  }

  @Test("what does not fit is said")
  func errors() {
    #expect(TrialNetwork.complaint(Self.tasks(parts: 24)) == nil)
    #expect(
      TrialNetwork.complaint(Self.tasks(parts: 25))
        == "25 parts do not fit on a feature map of 24 rows (input height 384, backbone.last_stride 1: one row for 16 "
        + "pixels); take an input height of at least 385, or at most 24 parts")
    #expect(
      TrialNetwork.complaint(Self.tasks(refined: true, channels: 12))
        == "the feature map's 32 channels do not make 12 groups of equal size; take a divisor of 32, such as 8")
    #expect(TrialNetwork.complaint(Self.tasks(refined: true, channels: 33)) == nil, "no grouping where Z is smaller")
    var tasks = Self.tasks(refined: true)
    tasks.strips?.parts = 4
    #expect(
      TrialNetwork.complaint(tasks)
        == "the strips task has 4 parts and the refinement task 3; give both the same number")
    tasks.strips = nil
    tasks.global = .init()
    #expect(
      TrialNetwork.complaint(tasks)
        == "the refinement task serves the strips task, which is off; add strips to tasks, or leave refinement out")
    tasks = Self.tasks(dropout: 1)
    #expect(TrialNetwork.complaint(tasks) == "tasks.strips.dropout: must be below 1")
    tasks = Self.tasks(parts: 0)
    #expect(TrialNetwork.complaint(tasks) == "tasks.strips.parts: 0 is out of range; from 1 to 64")
  }
}
