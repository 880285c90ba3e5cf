import Experiments
import Foundation
import Layers
import Proofs
import Runs
import Support
import Tensors
import TestSupport
import Testing

/// `train.precision` and `evaluate.precision`: runs in bfloat16.
@Suite struct PrecisionRunTests {
  @Test func threadsAndInterruptionsChangeNoBit() throws {
    let overrides = ["train.precision=bf16", "evaluate.precision=bf16", "train.shards=2"]
    let whole = try TinyProject()
    let record = try whole.runAll(overrides)
    let threaded = try TinyProject()
    #expect(try threaded.runAll(overrides, threads: 2).identity == record.identity)
    try whole.expectAgreement(record, with: threaded)

    for stop in [4, 6] {
      let interrupted = try TinyProject()
      var steps = 0
      #expect(throws: TrainingError.self) {
        try interrupted.runAll(
          overrides, isInterrupted: { steps == stop },
          report: { if case .training = $0 { steps += 1 } })
      }
      let resumed = try interrupted.runAll(overrides)
      #expect(resumed.identity == record.identity)
      try whole.expectAgreement(record, with: interrupted)
      #expect(resumed.epochs.map(\.magnitudes) == record.epochs.map(\.magnitudes))
    }
  }

  @Test func eachKeyIsPartOfARunsName() throws {
    let (first, second) = (try TinyProject(), try TinyProject())
    let plain = try first.runAll([])
    let said = ["train.precision=fp32", "evaluate.precision=fp32"]
    #expect(try second.runAll(said).identity == plain.identity)
    try first.expectAgreement(plain, with: second)
    let trained = try second.runAll(["train.precision=bf16"])
    let evaluated = try second.runAll(["evaluate.precision=bf16"])
    #expect(Set([plain, trained, evaluated].map(\.identity)).count == 3)
    // What evaluates in another precision has trained alike.
    #expect(plain.epochs.map(\.loss) == evaluated.epochs.map(\.loss))
    let losses = zip(plain.epochs, trained.epochs).map { ($0.loss, $1.loss) }
    #expect(losses.allSatisfy { $0 != $1 && abs($0 - $1) < 0.1 * abs($0) })
  }

  @Test func recordsSayHowAndHowLarge() throws {
    let project = try TinyProject()
    let plain = try project.runAll([])
    #expect(plain.provenance?.blasKernels == MatrixProduct.kernels)
    #expect(plain.epochs.allSatisfy { $0.magnitudes == nil })
    let record = try project.runAll(["train.precision=bf16"])
    #expect(record.provenance?.blasKernels == "\(MatrixProduct.kernels) + \(RoundedForm.suiting.rawValue)")
    for epoch in record.epochs {
      let magnitudes = try #require(epoch.magnitudes)
      let stem = try #require(magnitudes["backbone.conv1.weight"])
      #expect(stem.weight[0] > 0 && stem.weight[0] < stem.weight[1] && stem.weight[1] < 10)
      #expect(stem.gradient[0] > 0 && stem.gradient[0] < stem.gradient[1])
      #expect(magnitudes.values.allSatisfy { (0...1).contains($0.stepsBelowPlace) })
      #expect(magnitudes.values.contains { $0.stepsBelowPlace > 0 })
    }
  }

  @Test func otherWordsAreRefused() throws {
    let project = try TinyProject()
    for key in ["train", "evaluate"] {
      let error = #expect(throws: (any Error).self) { try project.runAll(["\(key).precision=bf-16"]) }
      let words = "\(try #require(error))"
      #expect(words.contains("\(key).precision") && words.contains("bf16"), "\(words)")
    }
  }
}
