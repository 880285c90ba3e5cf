import Layers
import Tensors
import TestSupport
import Testing

/// Orthogonal weight vectors that keep all distances between outputs.
struct DecorrelationTests {
  private let engine = Engine(threads: 2)

  private func dot(_ w: [Float], _ i: Int, _ v: [Float], _ j: Int, width: Int) -> Double {
    (0..<width).reduce(0) { $0 + Double(w[i * width + $1]) * Double(v[j * width + $1]) }
  }

  /// Weight vectors of random directions and lengths from 1 to 1/100, some of them dependent where asked for.
  private func weights(_ rows: Int, _ columns: Int, rank: Int? = nil) -> [Float] {
    var w = TestNumbers.normal(rows * columns, "weights \(rows) \(columns)")
    for row in 0..<rows {
      for i in 0..<columns {
        if let rank, row >= rank {
          w[row * columns + i] = w[(row - rank) * columns + i] * 2
        } else {
          w[row * columns + i] /= Float(1 + row % 100)
        }
      }
    }
    return w
  }

  @Test(
    "orthogonal, falling, and every distance between outputs kept",
    arguments: [(1, 1), (1, 5), (2, 2), (3, 7), (9, 14), (16, 16), (33, 70)], Decorrelation.Order.allCases)
  func properties(size: (Int, Int), order: Decorrelation.Order) throws {
    let (rows, columns) = size
    let w = weights(rows, columns)
    let result = Decorrelation(engine.tensor(w, shape: [rows, columns]), order: order, on: engine)
    #expect(result.singularValues == result.singularValues.sorted(by: >))
    #expect(result.order.sorted() == Array(0..<rows))
    let new = engine.tensor(result.weights, shape: [rows, columns])
    #expect(abs(Decorrelation.correlation(of: new, on: engine) - 1) < 1e-4)
    for i in 0..<rows {
      let length = dot(result.weights, i, result.weights, i, width: columns).squareRoot()
      #expect(abs(length - result.singularValues[result.order[i]]) < 1e-5 * result.singularValues[0])
      for j in 0..<i {
        let product = dot(result.weights, i, result.weights, j, width: columns)
        #expect(abs(product) < 1e-6 * result.singularValues[0] * result.singularValues[0])
      }
    }
    // |Wx − Wy|² of some x and y, before and after.
    for draw in 0..<4 {
      let x = TestNumbers.normal(columns, "decorrelation x \(draw)")
      func squared(_ w: [Float]) -> Double {
        (0..<rows).reduce(0) { sum, i in
          let output = dot(w, i, x, 0, width: columns)
          return sum + output * output
        }
      }
      #expect(abs(squared(result.weights) - squared(w)) < 1e-5 * squared(w))
    }
  }

  @Test("matched: by hand")
  func matched() {
    // Orthogonal already: each keeps its own, whatever its length.
    let w: [Float] = [0, 1, 0, 3, 0, 0, 0, 0, -2]
    let result = Decorrelation(engine.tensor(w, shape: [3, 3]), order: .matched, on: engine)
    #expect(result.weights == w)
    #expect(result.order == [2, 0, 1])
    #expect(result.singularValues == [3, 2, 1])
    let singular = Decorrelation(engine.tensor(w, shape: [3, 3]), order: .singular, on: engine)
    #expect(singular.weights == [3, 0, 0, 0, 0, 2, 0, 1, 0])
    #expect(singular.order == [0, 1, 2])
  }

  @Test("a zero vector takes the largest singular value that is left, a tie the larger of two")
  func ties() {
    let w: [Float] = [0, 0, 0, 3, 0, 0, 0, 5, 0]
    let result = Decorrelation(engine.tensor(w, shape: [3, 3]), order: .matched, on: engine)
    #expect(result.order == [0, 1, 2])
    #expect(result.singularValues == [5, 3, 0])
    #expect(result.weights == [0, 5, 0, 3, 0, 0, 0, 0, 0])
  }

  @Test(
    "dependent weight vectors: the rank's many stay, the rest is zero", arguments: [(4, 9, 2), (6, 6, 5), (8, 40, 4)])
  func dependent(rows: Int, columns: Int, rank: Int) {
    let w = weights(rows, columns, rank: rank)
    for order in Decorrelation.Order.allCases {
      let result = Decorrelation(engine.tensor(w, shape: [rows, columns]), order: order, on: engine)
      #expect(result.singularValues.count { $0 > 0 } == rank)
      #expect(result.weights.allSatisfy { $0.isFinite })
    }
  }

  @Test("all zero, equal singular values, numbers that are none")
  func extremes() {
    let zero = engine.filled([3, 4])
    #expect(Decorrelation(zero, order: .matched, on: engine).weights == zero.array)
    #expect(Decorrelation.correlation(of: zero, on: engine) == 1)
    let same = engine.tensor([1, 1, 1, 1, -1, -1, 1, 1], shape: [2, 4])
    #expect(Decorrelation(same, order: .matched, on: engine).weights == same.array)
    let nan = engine.filled([2, 2], with: .nan)
    for order in Decorrelation.Order.allCases {
      #expect(Decorrelation(nan, order: order, on: engine).weights.allSatisfy { !($0 > 0) })
    }
  }

  @Test("S(W): 1 where orthogonal, 1/D where parallel, against a plain sum")
  func correlation() {
    let parallel = engine.tensor([1, 2, 2, 4, -3, -6], shape: [3, 2])
    // Lengths √5 · (1, 2, 3), either way: 5 · (1 + 4 + 9) / (5 · (1 + 2 + 3)²).
    #expect(abs(Decorrelation.correlation(of: parallel, on: engine) - 14.0 / 36) < 1e-12)
    let same = engine.tensor([1, 2, 1, 2, 1, 2], shape: [3, 2])
    #expect(abs(Decorrelation.correlation(of: same, on: engine) - 1.0 / 3) < 1e-12)
    let w = TestNumbers.normal(11 * 13, "correlation")
    var (diagonal, total) = (0.0, 0.0)
    for i in 0..<11 {
      for j in 0..<11 {
        let g = dot(w, i, w, j, width: 13)
        if i == j { diagonal += g }
        total += abs(g)
      }
    }
    let found = Decorrelation.correlation(of: engine.tensor(w, shape: [11, 13]), on: engine)
    #expect(abs(found - diagonal / total) < 1e-12)
  }

  @Test("the same bits on any number of threads")
  func threads() throws {
    let w = weights(45, 60)
    let results = threadCounts.map {
      let engine = Engine(threads: $0)
      return Decorrelation(engine.tensor(w, shape: [45, 60]), order: .matched, on: engine)
    }
    for result in results {
      try Agreement.checkSameBits("weights", result.weights, results[0].weights)
      #expect(result.order == results[0].order && result.singularValues == results[0].singularValues)
    }
  }
}
