import Models
import Tensors
import TestSupport
import Testing

/// The attribute attention map, worked by hand.
struct AttentionMapTests {
  private let engine = Engine(threads: 2)

  /// F of one image of 3 × 2 with two channels.
  private var features: Tensor {
    engine.tensor([0, 1, 1, 0, 2, 2, 4, 0, 0, 3, 1, 1], shape: [1, 3, 2, 2])
  }

  private func contribution(_ logits: [Float], _ weight: [Float], _ region: BodyRegion) -> AttentionMap.Contribution {
    AttentionMap.Contribution(
      logits: engine.tensor(logits, shape: [logits.count / 2, 2]), weight: engine.tensor(weight, shape: [2, 2]),
      region: region)
  }

  private func merged(_ contributions: [AttentionMap.Contribution], _ threshold: AttentionThreshold) -> [Float] {
    AttentionMap.merged(contributions, features: features, threshold: threshold, on: engine).array
  }

  /// Class 1 with weights (1, 2) is predicted: activations 2, 1, 6, 4, 6, 3, scaled (a − 1)/5.
  @Test("the predicted class's map, scaled by its extremes, cut at its mean")
  func onePart() throws {
    let map = merged([contribution([-1, 3], [100, 100, 1, 2], .global)], .mean)
    // 0.2, 0, 1, 0.6, 1, 0.4: mean 3.2/6 = 0.533
    try Agreement.check("map", map, [0, 0, 1, 0.6, 1, 0], within: 1e-6)
  }

  @Test("a tied prediction is the first class")
  func tied() throws {
    let map = merged([contribution([3, 3], [1, 0, 0, 1], .global)], .fraction(0))
    try Agreement.check("map", map, [0, 0.25, 0.5, 1, 0, 0.25], within: 1e-6)
  }

  /// The top row with weights (0, 1): activations 1, 0; the bottom row with (1, 0): 0, 1. Rows outside count as 0.
  @Test("regions are scaled on their own and merged by the maximum")
  func regions() throws {
    let top = contribution([1, 0], [0, 1, 9, 9], .top)
    let bottom = contribution([1, 0], [1, 0, 9, 9], .bottom)
    try Agreement.check("map", merged([top, bottom], .fraction(0)), [1, 0, 0, 0, 0, 1], within: 1e-6)
    // Over all of it with (1, 0): activations 0, 1, 2, 4, 0, 1 over 4.
    let whole = contribution([1, 0], [1, 0, 9, 9], .global)
    try Agreement.check("map", merged([top, bottom, whole], .fraction(0)), [1, 0.25, 0.5, 1, 0, 1], within: 1e-6)
    // Their mean is 3.75/6 = 0.625; what equals the threshold is kept, so cut at half the maximum 0.5 stays.
    try Agreement.check("map", merged([top, bottom, whole], .mean), [1, 0, 0, 1, 0, 1], within: 1e-6)
    try Agreement.check("map", merged([top, bottom, whole], .fraction(0.5)), [1, 0, 0.5, 1, 0, 1], within: 1e-6)
    try Agreement.check("map", merged([top, bottom, whole], .fraction(1)), [1, 0, 0, 1, 0, 1], within: 1e-6)
  }

  /// 0.2, 0, 1, 0.6, 1, 0.4 cut in two: below 0.5 mean 0.2 and above 0.867; 9 · 0.667² is larger than what any other
  /// cut gives ({0, 0.2} and the rest: 8 · 0.65²; {0, 0.2, 0.4, 0.6} and {1, 1}: 8 · 0.7²).
  @Test("Otsu's level")
  func otsu() throws {
    let map = merged([contribution([-1, 3], [100, 100, 1, 2], .global)], .otsu)
    try Agreement.check("map", map, [0, 0, 1, 0.6, 1, 0], within: 1e-6)
  }

  @Test("a flat map has no attention, under any threshold")
  func flat() {
    for threshold in [AttentionThreshold.mean, .otsu, .fraction(0.5), .fraction(0)] {
      #expect(merged([contribution([1, 0], [0, 0, 1, 1], .global)], threshold) == [0, 0, 0, 0, 0, 0])
      #expect(merged([], threshold) == [0, 0, 0, 0, 0, 0])
    }
  }

  @Test("images are cut each at its own level")
  func batch() throws {
    let values: [Float] = [0, 1, 2, 3, 40, 0, 10, 30]
    let features = engine.tensor(values, shape: [2, 2, 2, 1])
    let part = AttentionMap.Contribution(
      logits: engine.tensor([1, 0, 0, 1], shape: [2, 2]), weight: engine.tensor([1, -1], shape: [2, 1]),
      region: .global)
    // Image 0 is predicted class 0: 0, ⅓, ⅔, 1, mean ½. Image 1 class 1: 0, 1, ¾, ¼, mean ½.
    let map = AttentionMap.merged([part], features: features, threshold: .mean, on: engine)
    #expect(map.shape == [2, 2, 2])
    try Agreement.check("map", map.array, [0, 0, 2 / 3, 1, 0, 1, 0.75, 0], within: 1e-6)
  }

  @Test("numbers that are none give a dark map, not a crash")
  func notANumber() {
    for number in [Float.nan, .infinity] {
      let features = engine.filled([1, 3, 2, 2], with: number)
      for threshold in [AttentionThreshold.mean, .otsu, .fraction(0.5)] {
        let map = AttentionMap.merged(
          [contribution([1, 0], [1, 1, 1, 1], .global)], features: features, threshold: threshold, on: engine)
        #expect(map.array.allSatisfy { $0 == 0 })
      }
    }
  }
}
