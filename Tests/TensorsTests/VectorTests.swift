import Tensors
import Testing

/// Sixteen numbers at a time.
struct VectorTests {
  @Test("loads and stores at any place")
  func places() {
    var numbers = (0..<40).map(Float.init)
    numbers.withUnsafeMutableBufferPointer { buffer in
      guard let pointer = buffer.baseAddress else { return }
      let vector = pointer.vector(3)
      #expect(vector == UnsafePointer(pointer).vector(3))
      #expect((0..<16).allSatisfy { vector[$0] == Float($0 + 3) })
      pointer.store(vector, 21)
    }
    #expect(Array(numbers[19..<40]) == [19, 20] + (3..<19).map(Float.init) + [37, 38, 39])
  }

  @Test("a fused product is rounded once")
  func fusing() {
    let a: Float = 1 + .ulpOfOne
    let exact = Double(a) * Double(a) - Double(a * a)
    #expect(exact != 0)
    #expect(fused(a, a, plus: -(a * a)) == Float(exact))
    #expect(
      fused(Vector(repeating: a), Vector(repeating: a), plus: Vector(repeating: -(a * a)))
        == Vector(repeating: Float(exact))
    )
  }

  @Test("rectified numbers are never below zero")
  func rectifying() {
    var vector = Vector(repeating: 3)
    vector[0] = -1
    vector[1] = 0
    vector[2] = -0.0
    vector[15] = .infinity
    #expect(vector.rectified[0] == 0)
    #expect(vector.rectified[2].sign == .plus)
    #expect(vector.rectified[3] == 3)
    #expect(vector.rectified[15] == .infinity)
  }
}
