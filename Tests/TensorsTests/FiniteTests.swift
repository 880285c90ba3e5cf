import Tensors
import Testing

/// Whether a tensor's numbers are all finite.
struct FiniteTests {
  @Test(arguments: [1, 15, 16, 17, 1000])
  func everyPlaceIsLookedAt(count: Int) {
    let tensor = Engine(threads: 1).tensor(
      (0..<count).map { $0 % 2 == 0 ? Float.greatestFiniteMagnitude : -.leastNonzeroMagnitude }, shape: [count])
    #expect(tensor.isFinite)
    for place in [0, count / 2, count - 1] {
      for bad in [Float.nan, .infinity, -.infinity, .signalingNaN] {
        let good = tensor.values[place]
        tensor.values[place] = bad
        #expect(!tensor.isFinite)
        tensor.values[place] = good
      }
    }
    #expect(tensor.isFinite)
  }
}
