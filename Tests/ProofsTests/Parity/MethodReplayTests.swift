import Foundation
import Layers
import Proofs
import Support
import Tensors
import TestSupport
import Testing

/// Methods of the literature as they are composed here, against the specification's numbers of each.
struct MethodReplayTests {
  @Test("every case agrees, with the same errors on one thread and on two", arguments: ParityFiles.methods)
  func agrees(name: String) throws {
    let test = try ParityCase(contentsOf: ParityFiles.method(name))
    #expect(test.name == name)
    let results = try [1, 2].map { try test.replay(on: Engine(threads: $0)) }
    #expect(results[0].comparisons.map(\.error) == results[1].comparisons.map(\.error))
    #expect(Set(results[0].groups.keys) == Set(ParityResult.Group.allCases))
    // Held four times closer than what passes.
    for comparison in results[0].comparisons {
      #expect(comparison.error <= comparison.group.tolerance / 4, "\(comparison.name): \(comparison.error)")
    }
    let passed = results[0].passed
    #expect(passed)
  }

  @Test(
    "everything that the case has is compared, and what a phase does not train beside it",
    arguments: ParityFiles.methods)
  func complete(name: String) throws {
    let file = ParityFiles.method(name)
    let compared = try ParityCase(contentsOf: file).replay(on: Engine(threads: 2)).comparisons.map {
      $0.name.replacing(/\[[0-9]+\]$/, with: "")
    }
    let stored = try SafeTensors(contentsOf: file).tensors.keys.filter { !ParityFiles.isInput($0) }
    #expect(Set(stored).isSubset(of: compared))
    let beside = Set(compared).subtracting(stored).filter { !$0.hasPrefix("op.") }
    let isKept = beside.allSatisfy { $0.hasPrefix("phase.") && $0.contains(".after3.") }
    #expect(isKept, "\(beside.sorted())")
  }

  /// What a method's case shows that no other has.
  private static let shown: [(String, String)] = [
    ("apr", "train.identity"), ("apr-reweight", "eval.reweighted"), ("apr-reweight", "grad.reweight.weight"),
    ("pcb-rpp", "phase.induce.after3.refine.weight"), ("pcb-rpp", "phase.finetune.eval.assignment"),
    ("pcb-rpp", "eval.H"), ("gp-reid", "phase.classify.eval.descriptor"), ("gp-reid", "phase.triplet.train.pooled"),
    ("gp-reid", "phase.triplet.losses3"), ("svdnet", "svd.after"), ("svdnet", "svd.order"),
    ("svdnet", "svd.singular_values"), ("svdnet", "phase.restraint.correlation"), ("dpfl", "train.loss.agreement.1"),
    ("dpfl", "grad.X.1"), ("pl-net", "train.peaks"), ("pl-net", "eval.part_boxes"), ("pl-net", "train.part.3"),
    ("fmn", "grad.mask"), ("fmn", "train.local"), ("fmn", "train.loss.verification"), ("kpm", "train.pairs"),
    ("kpm", "grad.pair_features"), ("kpm", "eval.pair_distances"), ("kpm", "eval.merged_first3"),
    ("spreid", "train.weights"), ("spreid", "train.exists"), ("spreid", "train.regions"), ("spreid", "losses3"),
    ("spreid", "eval.X"), ("glad", "train.vector.head"), ("glad", "grad.X.lower"), ("glad", "train.loss.upper"),
    ("glad", "after3.streams.head.layer4.0.bn2.running_var"), ("pdc", "train.theta.left_leg"), ("pdc", "grad.Y"),
    ("pdc", "train.straight"), ("pdc", "after3.transform.body.fc.weight"), ("pdc", "after3.fusion.weight"),
  ]

  @Test("one number that is off does not pass", arguments: shown)
  func oneNumber(name: String, tensor: String) throws {
    let file = try ParityFiles.altered(ParityFiles.method(name)) { tensors in
      let stored = try #require(tensors[tensor])
      if var numbers = stored.integers {
        numbers[numbers.count / 2] += 1
        tensors[tensor] = StoredTensor(numbers, shape: stored.shape)
      } else {
        var numbers = stored.floats
        let largest = numbers.reduce(0) { max($0, abs($1)) }
        numbers[numbers.count / 2] += 1e-2 * largest
        tensors[tensor] = StoredTensor(numbers, shape: stored.shape)
      }
    }
    let wrong = try ParityCase(contentsOf: file).replay(on: Engine(threads: 2)).comparisons
      .filter { !($0.error <= $0.group.tolerance) }
    #expect(Set(wrong.map { $0.name.replacing(/\[[0-9]+\]$/, with: "") }) == [tensor])
  }

  @Test("parameters that stay where the case moves them, and those that move where it leaves them, are errors")
  func trained() throws {
    func message(_ name: String, _ words: String, _ others: String) throws -> String? {
      let file = try ParityFiles.altered(
        ParityFiles.method(name), description: { $0.replacing(words, with: others, maxReplacements: 1) })
      do {
        _ = try ParityCase(contentsOf: file).replay(on: Engine(threads: 2))
        return nil
      } catch {
        return "\(error)"
      }
    }
    let frozen = try message("svdnet", #""eigenlayer.","#, "")
    #expect(frozen == "nothing was compared with 1 tensor of the case: phase.base.grad.eigenlayer.weight")
    let moving = try message("pcb-rpp", #""refine.""#, #""refine.", "part_bn.""#)
    #expect(moving == "the tensor 'phase.induce.grad.part_bn.weight' is missing")
    // Statistics move where they should stand.
    let moved = try message("svdnet", #""running""#, #""batch""#)
    #expect(moved == "the tensor 'phase.restraint.after3.backbone.bn1.running_mean' is missing")
  }
}
