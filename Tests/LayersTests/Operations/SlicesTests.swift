import Layers
import Tensors
import TestSupport
import Testing

/// Maps that are computed some images at a time.
struct SlicesTests {
  private static let shape = [5, 6, 4, 16]
  private let engine = Engine(threads: 2)

  /// Two convolutions of which the first halves the map, in slices of so many images.
  private func output(of images: Int, _ mode: Tape.Mode, calls: inout [Int]) -> [Float] {
    let store = ParameterStore(on: engine)
    func weight(_ name: String, filters: Int, kernel: Int) -> Parameter {
      let parameter = store.parameter(name, shape: [filters, kernel, kernel, 16], group: .new)
      _ = parameter.value.values.update(fromContentsOf: TestNumbers.normal(parameter.value.count, name))
      return parameter
    }
    let (first, second) = (weight("first", filters: 16, kernel: 3), weight("second", filters: 32, kernel: 1))
    let tape = Tape(on: engine, mode: mode, policy: ComputePolicy(form: .patches, accumulation: .double))
    let input = tape.input(engine.tensor(TestNumbers.normal(Self.shape.reduce(1, *), "x"), shape: Self.shape))
    let result = tape.inSlices(of: images, input) { some in
      calls.append(some.shape[0])
      return tape.convolution(tape.convolution(some, first, stride: 2, padding: 1), second)
    }
    #expect(result.shape == [5, 3, 2, 32])
    return result.tensor.array
  }

  @Test("the whole batch's numbers, from slices of at least so many images")
  func evaluation() throws {
    var calls: [Int] = []
    let whole = output(of: 5, .evaluation, calls: &calls)
    #expect(calls == [5])
    for (images, slices) in [(1, [1, 1, 1, 1, 1]), (2, [2, 3]), (3, [5]), (100, [5])] {
      calls = []
      try Agreement.checkSameBits("in \(images)", output(of: images, .evaluation, calls: &calls), whole)
      #expect(calls == slices)
    }
  }

  @Test("training takes the whole batch")
  func training() throws {
    var (calls, evaluated) = ([Int](), [Int]())
    try Agreement.checkSameBits(
      "y", output(of: 1, .training, calls: &calls), output(of: 5, .evaluation, calls: &evaluated))
    #expect(calls == [5])
  }
}
