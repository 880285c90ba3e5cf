import Layers
import Models
import Tensors
import TestSupport
import Testing

/// Parts of a network by name: freezing them, and drawing them anew.
struct FrozenTests {
  private let engine = Engine(threads: 2)

  private func model() -> AANet { SmallNetwork.model(on: engine) }

  private func train(_ model: AANet, statistics: NormStatistics) {
    let images = engine.tensor(TestNumbers.normal(3 * 64 * 32 * 3, "frozen images"), shape: [3, 64, 32, 3])
    let tape = Tape(on: engine, mode: .training, statistics: statistics)
    let output = model(tape.input(images), on: tape)
    let losses = model.losses(output, .init(identities: [0, 4, 2], attributes: [[0, 1, 2]]), on: tape)
    model.multiTaskLoss.backward(losses, on: tape)
    StochasticGradientDescent(momentum: 0.9, decay: [.backbone: 5e-4, .new: 5e-4])
      .step(model.store, rates: [.backbone: 0.1, .new: 0.1, .logVariance: 0.1])
  }

  /// The names whose numbers a step changed.
  private func changed(freezing words: [String], statistics: NormStatistics = .batch) -> Set<String> {
    let model = model()
    let before = model.state()
    model.freeze(words)
    train(model, statistics: statistics)
    return Set(model.state().filter { before[$0.key] != $0.value }.keys)
  }

  @Test("words stand for the backbone, for what is new, for a task, or for the beginning of names")
  func names() {
    let model = model()
    let all = Set(model.state().keys)
    let backbone = model.names(of: "backbone")
    #expect(backbone == all.filter { $0.hasPrefix("backbone.") } && backbone.contains("backbone.bn1.running_mean"))
    #expect(model.names(of: "new") == all.subtracting(backbone).subtracting(["log_variance"]))
    #expect(model.names(of: "part") == all.filter { $0.hasPrefix("part_heads.") })
    #expect(model.names(of: "attribute") == all.filter { $0.hasPrefix("attribute_") })
    #expect(model.names(of: "backbone.layer4") == all.filter { $0.hasPrefix("backbone.layer4.") })
    #expect(model.names(of: "part_heads.1.bn.weight") == ["part_heads.1.bn.weight"])
    #expect(model.names(of: "log_variance") == ["log_variance"])
    #expect(model.names(of: "backbone.layer").isEmpty && model.names(of: "globe").isEmpty)
    #expect(model.words == ["backbone", "new", "global", "part", "attribute", "attention", "log_variance"])
    let sketch = AANet(SmallNetwork.configuration.sketch, on: engine)
    #expect(Set(sketch.state().keys) == all, "a sketch has the names and none of the memory")
  }

  @Test("frozen parts stay bit for bit, everything else moves")
  func frozen() {
    let all = Set(model().state().keys)
    func isStatistic(_ name: String) -> Bool { name.contains(".running_") }
    #expect(changed(freezing: []) == all)
    #expect(
      changed(freezing: ["backbone"]) == all.filter { !$0.hasPrefix("backbone.") || isStatistic($0) },
      "the batch moves statistics, frozen or not")
    #expect(
      changed(freezing: ["backbone"], statistics: .running)
        == all.filter {
          !$0.hasPrefix("backbone.") && !isStatistic($0)
        })
    #expect(
      changed(freezing: ["part", "log_variance", "backbone.layer1"], statistics: .running)
        == all.filter {
          !isStatistic($0) && !$0.hasPrefix("part_heads") && $0 != "log_variance" && !$0.hasPrefix("backbone.layer1.")
        })
    #expect(changed(freezing: ["backbone", "new"], statistics: .running) == ["log_variance"])
  }

  @Test("freezing the backbone changes no bit of what is trained")
  func theSameHeads() {
    func state(_ frozen: [String]) -> [String: StoredTensor] {
      let model = model()
      model.freeze(frozen)
      train(model, statistics: .running)
      return model.state()
    }
    let (free, frozen) = (state([]), state(["backbone"]))
    for (name, tensor) in free where !name.hasPrefix("backbone.") { #expect(frozen[name] == tensor, "\(name)") }
    #expect(model().isWhollyFrozen(by: ["backbone", "new", "log_variance"]))
    #expect(!model().isWhollyFrozen(by: ["backbone", "new"]))
  }

  @Test("what is drawn anew is neutral or from the phase's own streams; the rest stays")
  func renewed() throws {
    let model = model()
    let first = model.state()
    train(model, statistics: .batch)
    let trained = model.state()
    model.renew(["part", "log_variance"], seed: 1, phase: "second")
    let after = model.state()
    for (name, tensor) in after where !name.hasPrefix("part_heads") && name != "log_variance" {
      #expect(tensor == trained[name], "\(name)")
    }
    #expect(after["log_variance"] == first["log_variance"])
    for name in ["part_heads.0.bn.weight", "part_heads.0.bn.running_var", "part_heads.1.classifier.bias"] {
      #expect(after[name] == first[name], "\(name)")
    }
    let drawn = try #require(after["part_heads.0.reduce.weight"])
    #expect(drawn != first["part_heads.0.reduce.weight"] && drawn != trained["part_heads.0.reduce.weight"])
    model.renew(["part"], seed: 1, phase: "second")
    #expect(model.state() == after, "the same streams again")
  }
}
