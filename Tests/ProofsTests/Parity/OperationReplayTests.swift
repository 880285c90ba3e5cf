import Foundation
import Layers
import Proofs
import Tensors
import TestSupport
import Testing

/// Single operations against numbers of a double-precision implementation by another hand.
struct OperationReplayTests {
  private let engine = Engine(threads: 2)

  /// The golden cases that have `op.*` tensors.
  private static let cases = [
    "apr-reweight", "dpfl", "fmn", "glad", "gp-reid", "kpm", "pcb-rpp", "pdc", "pl-net", "spreid", "svdnet",
  ]

  /// Whether a tensor is of what makes inputs of joints and labels, as far as nothing else is made of it.
  private static func isOfCues(_ key: String) -> Bool {
    let words = key.split(separator: ".").map(String.init)
    return words.count == 3 && ["maps", "boxes", "crop", "parts"].contains(words[1])
      && !["op.maps.weights", "op.maps.exists"].contains(key)
  }

  private func tensors(_ name: String) throws -> [String: StoredTensor] {
    try SafeTensors(contentsOf: ParityFiles.method(name)).tensors.filter { $0.key.hasPrefix("op.") }
  }

  /// Held twenty times closer than what passes.
  @Test(
    "every operation agrees, in either precision", arguments: cases,
    [ComputePolicy.automatic, .init(accumulation: .single), .init(accumulation: .double)])
  func agrees(name: String, policy: ComputePolicy) throws {
    let comparisons = try OperationReplay.comparisons(try tensors(name), policy: policy, on: engine)
    #expect(!comparisons.isEmpty)
    for comparison in comparisons {
      #expect(comparison.error <= comparison.group.tolerance / 20, "\(comparison.name): \(comparison.error)")
    }
  }

  @Test("every output and every gradient of the case is compared", arguments: cases)
  func complete(name: String) throws {
    let tensors = try tensors(name)
    let compared = Set(try OperationReplay.comparisons(tensors, on: engine).map(\.name))
    let outputs = Set(
      tensors.keys.compactMap { key in
        if key.hasSuffix(".gradient") {
          let output = key.replacing(".gradient", with: ".output")
          return tensors[output] == nil ? nil : output
        }
        if key.contains(".upstream.") { return key.replacing(".upstream.", with: ".") }
        return key.contains(".grad.") || key.contains(".grad_") ? key : nil
      })
    #expect(outputs.isSubset(of: compared))
    #expect(compared.isSubset(of: tensors.keys))
  }

  @Test("the same errors on any number of threads", arguments: cases)
  func threads(name: String) throws {
    let tensors = try tensors(name)
    let errors = try [1, 2, 5].map { threads in
      try OperationReplay.comparisons(tensors, on: Engine(threads: threads)).map(\.error)
    }
    #expect(errors[1] == errors[0] && errors[2] == errors[0])
  }

  @Test(
    "one number that is off does not pass",
    arguments: [
      ("kpm", "op.kron.T8.grad.ref"), ("kpm", "op.rerank.merged.k5"), ("gp-reid", "op.cut_out.y"),
      ("gp-reid", "op.mine.negative"), ("pl-net", "op.cluster.plane.boxes"), ("svdnet", "op.svd.random.matched.order"),
      ("fmn", "op.verification.logits"), ("dpfl", "op.agreement.binary.T3.loss"),
      ("spreid", "op.pool.strongest"), ("spreid", "op.pool.grad_input"), ("spreid", "op.rates.13"),
      ("spreid", "op.combined.output"), ("glad", "op.unit.output"), ("pdc", "op.affine.grad_theta"),
      ("pdc", "op.affine.output"), ("pdc", "op.fusion.grad_weight"),
    ])
  func oneNumber(name: String, tensor: String) throws {
    var tensors = try tensors(name)
    let stored = try #require(tensors[tensor])
    if var numbers = stored.integers {
      numbers[numbers.count / 2] += 1
      tensors[tensor] = StoredTensor(numbers, shape: stored.shape)
    } else {
      var numbers = stored.floats
      let largest = numbers.reduce(0) { max($0, abs($1)) }
      numbers[numbers.count / 2] += (tensor.contains("grad") ? 2e-3 : 2e-4) * largest
      tensors[tensor] = StoredTensor(numbers, shape: stored.shape)
    }
    let wrong = try OperationReplay.comparisons(tensors, on: engine).filter { !($0.error <= $0.group.tolerance) }
    #expect(wrong.map(\.name) == [tensor])
  }

  private func message(_ tensors: [String: StoredTensor]) -> String? {
    do {
      _ = try OperationReplay.comparisons(tensors, on: engine)
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test("an operation that is not known, and a tensor that is missing or left over, are named")
  func malformed() throws {
    let number = StoredTensor([1] as [Float], shape: [1])
    let unknown = message(["op.fold.x": number])
    #expect(unknown?.contains("'op.fold.x' is of no operation that is replayed; those are affine, ") == true)
    var tensors = try tensors("gp-reid")
    tensors["op.unit.z"] = number
    #expect(message(tensors)?.contains("'op.unit.z' has no part in the operation") == true)
    tensors["op.unit.z"] = nil
    tensors["op.triplet.e"] = StoredTensor([Float](repeating: 0, count: 8), shape: [4, 2])
    #expect(message(tensors)?.contains("'op.triplet': 4 rows are no triplets") == true)
    tensors["op.triplet.e"] = nil
    #expect(message(tensors)?.contains("the tensor 'op.triplet.e' is missing") == true)
  }

  /// All but how hard a case of clustering was, which nothing is made of.
  @Test("a tensor of another shape is an error or does not pass, and does not crash")
  func otherShapes() throws {
    for name in Self.cases {
      let tensors = try tensors(name)
      for (key, stored) in tensors where !key.hasSuffix("rounds_until_still") && !Self.isOfCues(key) {
        for shape in [[], [1], [0], [2, 2], [1, 2, 1], [2, 1, 1, 3], [1, 1, 0, 1]] {
          var altered = tensors
          let count = shape.reduce(1, *)
          guard count != stored.count else { continue }
          altered[key] =
            stored.integers == nil
            ? StoredTensor([Float](repeating: 0.5, count: count), shape: shape)
            : StoredTensor([Int](repeating: 1, count: count), shape: shape)
          let comparisons = try? OperationReplay.comparisons(altered, on: engine)
          let passes = comparisons?.allSatisfy { $0.error <= $0.group.tolerance } ?? false
          #expect(!passes, "\(key) \(shape)")
        }
      }
    }
  }
}
