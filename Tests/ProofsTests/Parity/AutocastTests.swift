import Foundation
import Layers
import Proofs
import Tensors
import TestSupport
import Testing

/// Training in bfloat16 beside PyTorch's autocast on the same cases (`Fixtures/parity/make_autocast.py`).
///
/// Each rounds at places of its own, and in networks so small and random a rounding turns many a ReLU, so that the two
/// cannot agree number by number. What bfloat16 costs, the distance from double precision, is about the same.
@Suite struct AutocastTests {
  private static let forms = RoundedForm.allCases.filter { $0 == .widened || PairProduct.isThere }

  @Test(arguments: ["basic-all-uncertainty", "bottleneck-strided-fixed"], forms)
  func costsWhatAutocastCosts(_ name: String, form: RoundedForm) throws {
    let exact = try SafeTensors(contentsOf: ParityFiles.fixture(name)).tensors
    let peers = try SafeTensors(contentsOf: ParityFiles.fixture("autocast/\(name)")).tensors
    let result = try ParityCase(contentsOf: ParityFiles.fixture(name)).replay(
      on: Engine(threads: 2), policy: ComputePolicy(rounded: form), precision: .bfloat16)
    let own = Dictionary(result.comparisons.map { ($0.name, $0.error) }, uniquingKeysWith: max)
    func cost(_ prefix: String, _ error: (String) throws -> Double) rethrows -> Double {
      let names = peers.keys.filter { $0.hasPrefix(prefix) }
      return try names.reduce(0.0) { try $0 + error($1) } / Double(names.count)
    }
    for (prefix, slack) in [("grad.", 1.4), ("train.loss.", 3)] {
      let theirs = try cost(prefix) { tensor in
        Agreement.error(
          try #require(peers[tensor]).floats.doubles, try #require(exact[tensor]).floats.doubles)
      }
      let ours = try cost(prefix) { try #require(own[$0], "\($0) is not compared") }
      #expect(ours > 0 && ours < slack * theirs + 0.002, "\(prefix)* is \(ours) away, PyTorch's \(theirs)")
    }
  }
}
