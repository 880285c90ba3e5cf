import Layers
import Tensors
import TestSupport
import Testing

/// Steps after the first take no new memory.
struct MemoryTests {
  /// Every operation once, with a shared value, over a batch of 4.
  private func step(_ store: ParameterStore, _ layers: Layers, on engine: Engine) {
    let tape = Tape(on: engine, mode: .training)
    let images = tape.input(engine.filled([4, 32, 16, 3], with: 0.5))
    var x = tape.batchNorm(tape.convolution(images, layers.stem, stride: 2, padding: 3), layers.stemNorm)
    x = tape.maxPool(x, window: 3, stride: 2, padding: 1)
    x = tape.batchNorm(tape.convolution(x, layers.body, padding: 1), layers.bodyNorm, adding: x)
    let means = tape.regionMeans(x, regions: [[0..<8, 0..<8, 0..<8, 0..<8], [0..<2, 1..<4, 2..<8, 0..<1]])
    let map = engine.filled([4, 8, 4], with: 0.5)
    let vectors = means + [tape.attendedMean(x, map: map)]
    tape.backward(
      vectors.map {
        (tape.crossEntropy(tape.linear($0, layers.classifier, bias: layers.bias), labels: [0, 1, 2, -1]), 1)
      })
    StochasticGradientDescent(momentum: 0.9, decay: [:]).step(store, rates: [.new: 0.01])
  }

  private struct Layers {
    let stem, body, classifier, bias: Parameter
    let stemNorm, bodyNorm: BatchNorm

    init(_ store: ParameterStore) {
      stem = store.parameter("stem", shape: [16, 7, 7, 3], group: .new)
      stemNorm = BatchNorm("stem.bn", channels: 16, group: .new, in: store)
      body = store.parameter("body", shape: [16, 3, 3, 16], group: .new)
      bodyNorm = BatchNorm("body.bn", channels: 16, group: .new, in: store)
      classifier = store.parameter("classifier", shape: [3, 16], group: .new)
      bias = store.parameter("bias", shape: [3], group: .new)
      for parameter in [stem, body, classifier] {
        parameter.load(TestNumbers.normal(parameter.value.count, "memory \(parameter.name)", deviation: 0.1))
      }
    }
  }

  @Test("memory of the second step is enough for all further ones", arguments: [1, 2])
  func reuse(threads: Int) {
    let engine = Engine(threads: threads)
    let store = ParameterStore(on: engine)
    let layers = Layers(store)
    var reserved: [Int] = []
    for _ in 0..<5 {
      step(store, layers, on: engine)
      reserved.append(engine.memory.reserved)
    }
    #expect(reserved[0] > 0)
    #expect(reserved[1...].allSatisfy { $0 == reserved[1] }, "reserved after each step: \(reserved)")
  }

  @Test("an evaluation pass keeps nothing of what lies behind it")
  func evaluation() {
    let engine = Engine(threads: 1)
    let store = ParameterStore(on: engine)
    let norm = BatchNorm("bn", channels: 16, group: .new, in: store)
    func peak(layers: Int) -> Int {
      let before = engine.memory.peak
      let tape = Tape(on: engine, mode: .evaluation)
      var x = tape.input(engine.filled([4, 32, 16, 16]))
      for _ in 0..<layers { x = tape.batchNorm(x, norm) }
      return engine.memory.peak - before
    }
    #expect(peak(layers: 3) > 0)
    #expect(peak(layers: 30) == 0, "thirty layers need no more at once than three")
  }
}
