import Tensors
import TestSupport
import Testing

/// Tensors, their views, and the memory behind them.
struct EngineTests {
  private let engine = Engine(threads: 2)

  @Test("tensors are filled in order and share memory when copied")
  func values() {
    let tensor = engine.tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
    let copy = tensor
    copy.pointer[4] = 50
    #expect(tensor.array == [1, 2, 3, 4, 50, 6])
    #expect(tensor.shape == [2, 3])
    #expect(tensor.count == 6)
    #expect(engine.filled([3], with: -2).array == [-2, -2, -2])
    #expect(engine.filled([2, 0, 5]).array.isEmpty)
    #expect(engine.filled([]).count == 1)
  }

  @Test("views look into the same memory, views of views too")
  func views() {
    let tensor = engine.tensor((0..<12).map(Float.init), shape: [3, 4])
    let view = tensor.view([2, 3], offset: 4)
    #expect(view.array == [4, 5, 6, 7, 8, 9])
    let inner = view.view([2], offset: 3)
    #expect(inner.array == [7, 8])
    inner.pointer[0] = -1
    #expect(tensor.array[7] == -1)
    #expect(tensor.reshaped([12]).array == tensor.array)
  }

  @Test("a view keeps the memory after its tensor is gone")
  func viewLifetime() {
    func view() -> Tensor { engine.tensor([1, 2, 3, 4], shape: [4]).view([2], offset: 2) }
    let kept = view()
    engine.poison([[4], [4]])
    #expect(kept.array == [3, 4])
  }

  @Test("memory is aligned for the widest vectors, whatever was asked for before")
  func alignment() {
    let tensors = [1, 5, 16, 17, 1000, 1 << 20].map { engine.empty([$0]) }
    for tensor in tensors { #expect(UInt(bitPattern: tensor.pointer) % 64 == 0) }
  }

  @Test("work over a range covers it once")
  func parallelRanges() throws {
    try withEvery("count", in: [0, 1, 7, 1000]) { count in
      let marks = engine.filled([count + 1])
      engine.parallel(over: count, grain: 3) { range, _ in
        for index in range { marks.pointer[index] += 1 }
      }
      try Agreement.check("marks", marks.array, [Double](repeating: 1, count: count) + [0], within: 0)
    }
  }

  @Test("each worker's scratch memory is its own and grows")
  func scratch() {
    engine.reserveScratch(1 << 10)
    engine.reserveScratch(1 << 16)
    engine.reserveScratch(16)
    for worker in 0..<2 {
      UnsafeMutableBufferPointer(start: engine.scratch(of: worker), count: 1 << 14).update(repeating: Float(worker))
    }
    for worker in 0..<2 {
      let numbers = UnsafeMutableBufferPointer(start: engine.scratch(of: worker), count: 1 << 14)
      #expect(numbers.allSatisfy { $0 == Float(worker) })
    }
  }

  @Test("numbers below the normal range count as zero")
  func denormals() {
    let engine = Engine(threads: 2)
    let tensor = engine.filled([64], with: 2e-38)
    engine.parallel(64) { chunk, _ in tensor.pointer[chunk] *= 0.01 }
    #expect(tensor.array.allSatisfy { $0 == 0 })
  }
}
