import Configuration
import Layers
import Models
import Support
import Tensors
import TestSupport
import Testing

/// Means over regions of the body. Their numbers are held against the peer program's by the parity case.
struct RegionsTests {
  private typealias Pool = RegionsTask.Pool

  private static func tasks(_ pool: [RegionsTask.Pool] = RegionsTask.Pool.allCases, scale: Int = 2) -> TaskSet {
    .only { $0.regions = RegionsTask(pool: pool, scale: scale) }
  }

  @Test(arguments: [tasks(), tasks([.parts, .global], scale: 1), tasks([.global]), tasks([.foreground], scale: 4)])
  func holds(_ tasks: TaskSet) throws { try TrialNetwork.check(tasks) }

  private func read(_ entries: [(String, YAMLValue)]) throws(ConfigurationError) -> RegionsTask {
    try RegionsTask(Setting(.mapping(entries), path: "tasks.regions"))
  }

  @Test("settings: defaults, ends of ranges, and what is refused")
  func settings() throws {
    #expect(try read([]) == RegionsTask(pool: [.foreground, .parts, .global], scale: 2))
    let other = RegionsTask(pool: [.parts], scale: 4)
    #expect(try RegionsTask(Setting(other.yaml)) == other && other.label == "regions (parts)")
    #expect(RegionsTask().label == "regions" && RegionsTask(pool: [.global]).label == "regions (global)")
    for (pool, complaint) in [
      ([], "pool: expected 1 to 3 values, found 0"), (["parts", "parts"], "pool[1]: parts stands here twice"),
      (["global", "parts"], "pool[1]: parts stands behind global; the order is foreground, parts, global"),
      (["part"], "pool[0]: 'part' is not known here; did you mean 'parts'?"),
      (["parts", "parts", "global", "global"], "pool: expected 1 to 3 values, found 4"),
    ] {
      let error = try #require(throws: ConfigurationError.self) {
        try read([("pool", .sequence(pool.map { .string($0) }))])
      }
      #expect(error.description.contains("tasks.regions.\(complaint)"), "\(error)")
    }
    for scale in [0, 5] {
      let error = try #require(throws: ConfigurationError.self) { try read([("scale", .int(scale))]) }
      #expect(error.description.contains("tasks.regions.scale: \(scale) is out of range; from 1 to 4"))
    }
  }

  @Test("what is read, the descriptor, names and sizes")
  func layout() throws {
    let map = MapExtent(height: 64, width: 32, backbone: TaskTrial.configuration(Self.tasks()).backbone)
    #expect(Self.tasks(scale: 3).inputs(on: map) == [.regionWeights(rows: 4, columns: 2, scale: 3)])
    #expect(Self.tasks([.global]).inputs(on: map).isEmpty, "a baseline needs no labels")
    let trial = TaskTrial(Self.tasks([.foreground, .global]))
    #expect(trial.model.layout.slots == [.region(.foreground), .region(.global)])
    let own = trial.model.store.parameters.filter { $0.group == .new }.map { "\($0.name) \($0.storedShape)" }
    #expect(own == ["region_classifier.weight [5, 64]", "region_classifier.bias [5]"])
    for pool in [Pool.allCases, [.global]] { try TaskTrial.checkSizes(Self.tasks(pool), on: Engine(threads: 2)) }
    let configuration = TaskTrial.configuration(Self.tasks())
    #expect(
      configuration.multiplications(height: 64, width: 32)
        == configuration.backbone.multiplications(height: 64, width: 32) + Double(4 * 2 * 32 * 5))
  }

  @Test("vectors are the means by weights, the strongest part and the mean of the map")
  func vectors() throws {
    let trial = TaskTrial(Self.tasks())
    let pass = trial.evaluate(isTraced: true)
    let x = pass.output.features.tensor.array
    let weights = try #require(trial.inputs[.regionWeights(rows: 4, columns: 2, scale: 2)]).array
    func mean(_ image: Int, _ region: Int, _ z: Int) -> Double {
      (0..<8).reduce(0) { $0 + Double(weights[(image * 8 + $1) * 5 + region]) * Double(x[(image * 8 + $1) * 32 + z]) }
    }
    let places = (0..<6 * 32).map { ($0 / 32, $0 % 32) }
    try Agreement.check(
      "foreground", pass.output.vectors[0].array, places.map { mean($0.0, 0, $0.1) }, within: 1e-5)
    let parts = places.map { image, z -> Double in
      let shown = image == 0 ? [1, 2, 3] : image == 1 ? [] : [1, 2, 3, 4]
      return shown.map { mean(image, $0, z) }.max() ?? 0
    }
    try Agreement.check("parts", pass.output.vectors[1].array, parts, within: 1e-5)
    let global = places.map { image, z in (0..<8).reduce(0.0) { $0 + Double(x[(image * 8 + $1) * 32 + z]) / 8 } }
    try Agreement.check("global", pass.output.vectors[2].array, global, within: 1e-5)
    guard case .integers(let exists)? = pass.traces["exists"] else {
      throw Disagreement(description: "nothing says which regions there are")
    }
    #expect(exists.prefix(15) == [1, 1, 1, 1, 0, 1, 0, 0, 0, 0, 1, 1, 1, 1, 1])
  }

  @Test("the map of the likeliest identity averages to its logit, and parts are the regions that are read")
  func maps() throws {
    let engine = Engine(threads: 2)
    for pool in [Pool.allCases, [.parts, .global], [.global]] {
      let trial = TaskTrial(Self.tasks(pool), on: engine)
      let weight = try trial.require("region_classifier.weight")
      weight.load(TestNumbers.normal(weight.value.count, "region maps"))
      let output = trial.evaluate().output
      let logits = try #require(output.identityLogits[.regions]?.first).tensor.array
      for image in 0..<3 {
        let maps = trial.model.maps(of: output, image: image, on: engine)
        let global = try #require(maps.global)
        let row = Array(logits[image * 5..<image * 5 + 5])
        #expect(row[global.predicted] == row.max())
        let mean = global.values.reduce(0, +) / Float(global.values.count)
        #expect(abs(mean - row[global.predicted]) < 1e-3 * max(1, abs(mean)))
        let parts = ["head", "upper", "lower", "shoes"]
        #expect(
          maps.softParts.map(\.name)
            == (pool == [.global] ? [] : pool.contains(.foreground) ? ["foreground"] + parts : parts))
      }
    }
  }

  @Test("a region's map is of the place that counts most, and empty where the image shows none")
  func parts() throws {
    let engine = Engine(threads: 1)
    let trial = TaskTrial(Self.tasks(), identities: [1], on: engine)
    var weights = [Float](repeating: 0, count: 8 * 5)
    for (place, weight) in [(0, 0.5), (1, 0.25), (3, 0.25)] { weights[place * 5 + 1] = Float(weight) }
    weights[6 * 5 + 4] = 1
    let tape = Tape(on: engine, mode: .evaluation)
    let output = trial.model(
      tape.input(trial.images),
      inputs: [.regionWeights(rows: 4, columns: 2, scale: 2): engine.tensor(weights, shape: [1, 4, 2, 5])], on: tape)
    let parts = trial.model.maps(of: output, image: 0, on: engine).softParts
    #expect(parts.count == 5)
    #expect(parts[1].values == [1, 0.5, 0, 0.5, 0, 0, 0, 0] && parts[1].share == 0.25)
    #expect(parts[2].values == [Float](repeating: 0, count: 8) && parts[2].share == 0)
    #expect(parts[4].values == [0, 0, 0, 0, 0, 0, 1, 0])
  }
}
