import Foundation
import Layers
import Proofs
import Tensors
import TestSupport
import Testing

/// What the cases of models say of the making of their inputs from joints and labels.
struct CueOperationTests {
  private static let cases = ["spreid", "glad", "pdc"]

  /// The tensors of these operations by case.
  private static let tensors = [
    "spreid": ["op.maps.exists", "op.maps.flipped", "op.maps.maps", "op.maps.weights"],
    "glad": [
      "op.boxes.frame", "op.boxes.known", "op.boxes.pixels", "op.boxes.points", "op.crop.head", "op.crop.lower",
      "op.crop.upper",
    ],
    "pdc": ["op.parts.flipped_keypoints", "op.parts.output", "op.parts.points"],
  ]

  private func comparisons(_ file: URL) throws -> [ParityResult.Comparison] {
    try GoldenCase.replay(contentsOf: file, on: Engine(threads: 2)).comparisons
  }

  @Test("inputs are made as another program makes them", arguments: cases)
  func agrees(name: String) throws {
    let found = try comparisons(ParityFiles.method(name)).filter { (Self.tensors[name] ?? []).contains($0.name) }
    #expect(found.map(\.name).sorted() == Self.tensors[name])
    for comparison in found { #expect(comparison.error <= 1e-5, "\(comparison.name): \(comparison.error)") }
  }

  @Test(
    "one number that is off does not pass",
    arguments: [
      ("spreid", "op.maps.maps"), ("spreid", "op.maps.exists"), ("glad", "op.boxes.frame"),
      ("glad", "op.boxes.pixels"),
      ("glad", "op.crop.upper"), ("pdc", "op.parts.output"), ("pdc", "op.parts.flipped_keypoints"),
    ])
  func oneNumber(name: String, tensor: String) throws {
    let altered = try ParityFiles.altered(ParityFiles.method(name)) { tensors in
      let stored = try #require(tensors[tensor])
      if var numbers = stored.integers {
        // Two levels of an 8-bit image: one is rounding.
        numbers[numbers.count / 2] += numbers[numbers.count / 2] > 100 ? -2 : 2
        tensors[tensor] = StoredTensor(numbers, shape: stored.shape)
      } else {
        var numbers = stored.floats
        numbers[numbers.count / 2] += 0.01 * numbers.reduce(0) { max($0, abs($1)) }
        tensors[tensor] = StoredTensor(numbers, shape: stored.shape)
      }
    }
    let wrong = try comparisons(altered).filter { !($0.error <= $0.group.tolerance) }
    #expect(wrong.map(\.name) == [tensor])
  }
}
