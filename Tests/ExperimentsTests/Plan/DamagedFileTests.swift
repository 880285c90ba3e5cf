import Experiments
import Foundation
import Support
import Testing

/// Files with bytes changed, left out and doubled by chance: an error or a plan, never a crash, and what is a plan
/// reads back.
@Suite struct DamagedFileTests {
  @Test func damageIsAnErrorOrAPlan() throws {
    let folder = OwnExperimentsTests.project.appendingPathComponent("experiments")
    var whole = try String(contentsOf: folder.appendingPathComponent("base/quickstart.yaml"), encoding: .utf8)
    whole.replace(
      "abstract: true", with: "dataset: d\nseeds: [1, 2]\nvariants: { a: {}, b: { tasks: [global, part] } }")
    let project = try TemporaryProject()
    var state: UInt64 = 7
    func chance(_ below: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % below
    }
    var plans = 0
    var errors = 0
    let file = project.url.appendingPathComponent("experiments/e.yaml")
    try project.write(whole, to: "experiments/e.yaml")
    for _ in 0..<3000 {
      var bytes = Array(whole.utf8)
      for _ in 0...chance(3) {
        let place = chance(bytes.count)
        switch chance(4) {
        case 0: bytes[place] = UInt8(chance(256))
        case 1: bytes.removeSubrange(place..<min(bytes.count, place + 1 + chance(20)))
        case 2: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 1 + chance(40))], at: place)
        default: bytes[place] = Array("[]{}:,-?&*!|>'\"%@`#\n 0".utf8)[chance(22)]
        }
      }
      try Data(bytes).write(to: file)
      do throws(ConfigurationError) {
        let trials = try project.library.plan("e").trials()
        plans += 1
        for trial in trials {
          #expect(try Trial(resolvedYAML: trial.resolvedYAML(), experiment: "e", file: "plan.yaml") == trial)
        }
      } catch {
        errors += 1
        #expect(!error.description.contains("\n"), "\(error)")
        #expect(error.location != nil, "\(error)")
      }
    }
    #expect(plans > 100 && errors > 1000, "\(plans) plans, \(errors) errors")
  }
}
