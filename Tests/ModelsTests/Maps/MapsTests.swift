import Layers
import Models
import Tensors
import TestSupport
import Testing

/// Class activation maps, peaks and what a descriptor still knows.
struct MapsTests {
  private let engine = Engine(threads: 2)

  private static let attributes: [AttributeOutput] = [
    .init(name: "gender", classes: 2, region: .global), .init(name: "hair", classes: 3, region: .top),
    .init(name: "shoes", classes: 2, region: .bottom),
  ]

  private func model(
    global: Bool = true, part: Bool = true, regions: AttributeRegions = .thirds,
    features: AttributeFeatures = .reduced, attention: AttentionTask? = .init(attributes: ["hair", "gender"])
  ) -> AANet {
    let model = AANet(
      AANetConfiguration(
        backbone: .init(block: .basic, blocks: [1, 1, 1, 1], width: 4), head: .init(width: 6),
        tasks: .init(
          global: global ? .init() : nil, part: part ? .init(parts: 2) : nil,
          attribute: .init(regions: regions, features: features),
          attention: attention), labels: .init(identities: 5, attributes: Self.attributes)), on: engine)
    model.initialise(seed: 3)
    // Classifiers start near 0; real ones do not.
    for parameter in model.store.parameters where parameter.name.contains("classifier") || parameter.name.contains("bn")
    {
      parameter.load(TestNumbers.normal(parameter.value.count, parameter.name, mean: 0.3))
    }
    for statistic in model.store.statistics {
      _ = statistic.value.values.update(
        fromContentsOf: TestNumbers.uniform(statistic.value.count, statistic.name, in: 0.5...1.5))
    }
    return model
  }

  private func pass(_ model: AANet) -> AANet.Output {
    let images = engine.tensor(TestNumbers.normal(3 * 96 * 64 * 3, "maps images"), shape: [3, 96, 64, 3])
    let tape = Tape(on: engine, mode: .evaluation)
    return model(tape.input(images), on: tape)
  }

  /// Two units over two channels, factor 2 and 0.5; unit 1 is at 0 and so has no say. Class 1 counts unit 0 twice:
  /// u = 2 · 2 · (1, 2).
  @Test("a channel's weight is what the units above 0 carry of it")
  func channelWeights() throws {
    let head = HeadNumbers(reduce: [1, 2, 3, 4], scale: [2, 0.5], classifier: [1, -1, 2, 1], bias: [0, 0.25])
    #expect(head.channelWeights(of: 1, vector: [0.1, 0]) == [4, 8])
    #expect(head.channelWeights(of: 1, vector: [0.1, 7]) == [4 + 1.5, 8 + 2])
    #expect(head.channelWeights(of: 0, vector: [0, 3]) == [-1.5, -2])
    // Scores (1, 2.25) and, of equals, the first.
    #expect(head.likeliest([1, 0]) == 1)
    #expect(HeadNumbers(reduce: [1], scale: [1], classifier: [2, 2], bias: [0, 0]).likeliest([1]) == 0)
  }

  /// The map's mean and the terms that no place decides add up to the class score, which a map of anything else would
  /// miss.
  @Test("the global map's mean is the class score, but for a constant")
  func globalMap() throws {
    let model = model()
    let output = pass(model)
    let global = try #require(model.identityHeads[.global])
    let head = HeadNumbers(global)
    let norm = NormNumbers(global.norm)
    for image in 0..<3 {
      let map = try #require(model.maps(of: output, image: image, on: engine).global)
      let vector = output.vectors[0].view([6], offset: image * 6).array
      func sum(_ term: (Int) -> Double) -> Double { (0..<6).filter { vector[$0] > 0 }.reduce(0) { $0 + term($1) } }
      let row = (0..<6).map { Double(head.classifier[map.predicted * 6 + $0]) }
      let score = Double(head.bias[map.predicted]) + sum { row[$0] * Double(vector[$0]) }
      let constant = Double(head.bias[map.predicted]) + sum { row[$0] * norm.offset[$0] }
      let mean = map.values.reduce(0.0) { $0 + Double($1) } / Double(map.values.count)
      try Agreement.check("score", [mean + constant], [score], within: 1e-4)
      #expect(map.rows == 0..<6 && map.width == 4 && Set(map.values).count > 1)
    }
  }

  @Test("an attribute map's mean over its rows is the predicted class's score less its bias")
  func attributeMaps() throws {
    try attributeMaps(of: model(), rows: [0..<6, 0..<2, 4..<6])
    try attributeMaps(of: model(regions: .whole), rows: [0..<6, 0..<6, 0..<6])
    try attributeMaps(of: model(features: .pooled), rows: [0..<6, 0..<2, 4..<6])
    try attributeMaps(of: model(regions: .whole, features: .pooled), rows: [0..<6, 0..<6, 0..<6])
  }

  private func attributeMaps(of model: AANet, rows: [Range<Int>]) throws {
    let output = pass(model)
    for image in 0..<3 {
      let maps = model.maps(of: output, image: image, on: engine).attributes
      #expect(maps.map(\.rows) == rows)
      for (index, name) in ["gender", "hair", "shoes"].enumerated() {
        let classes = output.attributeLogits[index].shape[1]
        let scores = output.attributeLogits[index].tensor.view([classes], offset: image * classes).array
        let map = maps[index]
        #expect(scores[map.predicted] == scores.max())
        let parameter = model.store.parameters.first { $0.name == "attribute_classifiers.\(name).bias" }
        let bias = try #require(parameter).value.array
        let mean = map.values.reduce(0.0) { $0 + Double($1) } / Double(map.values.count)
        try Agreement.check(
          name, [mean], [Double(scores[map.predicted]) - Double(bias[map.predicted])], within: 1e-4)
      }
    }
  }

  @Test("the attributes' scaled maps, merged and cut, are the network's attention map")
  func attention() throws {
    for features in AttributeFeatures.allCases { try attention(of: model(features: features)) }
  }

  private func attention(of model: AANet) throws {
    let output = pass(model)
    for image in 0..<3 {
      let maps = model.maps(of: output, image: image, on: engine)
      var merged = [Float](repeating: 0, count: 24)
      for map in maps.attributes.prefix(2).map(\.scaled) {
        for (place, value) in map.values.enumerated() {
          merged[map.rows.lowerBound * 4 + place] = max(merged[map.rows.lowerBound * 4 + place], value)
        }
      }
      let mean = merged.reduce(0, +) / 24
      try Agreement.check(
        "attention", try #require(maps.attention), merged.map { $0 < mean ? 0 : Double($0) }, within: 1e-5)
    }
  }

  @Test("peaks are counted where the part task finds them")
  func peaks() throws {
    // Channel 0 peaks at place 1 first and at place 2 again, channel 1 at place 3, channel 2 nowhere.
    let features = engine.tensor([1, 0, 0, 5, 0, -1, 5, 1, 0, 0, 2, 0], shape: [1, 2, 2, 3])
    #expect(AANet.peaks(of: features, on: engine) == [0, 1, 0, 1])

    let output = pass(model())
    let rows = PartBins.peakRows(of: output.features.tensor, on: engine)
    for image in 0..<3 {
      let maps = model().maps(of: output, image: image, on: engine)
      let byRow = (0..<6).map { row in maps.peaks[row * 4..<row * 4 + 4].reduce(0, +) }
      #expect(byRow == (0..<6).map { row in rows[image].count { $0 == row } })
      #expect(maps.parts.map(\.rows) == output.partRegions.map { $0[image] } && maps.parts.count == 2)
    }
  }

  @Test("a descriptor gives the attribute task's scores, whatever else is in it")
  func readout() throws {
    try withEvery("global", in: [true, false]) { global in
      try withEvery("part", in: [true, false]) { part in
        try withEvery("regions", in: AttributeRegions.allCases) { regions in
          try withEvery("features", in: AttributeFeatures.allCases) { features in
            try withEvery("attention", in: [AttentionTask(attributes: ["hair"]), nil]) { attention in
              let model = model(global: global, part: part, regions: regions, features: features, attention: attention)
              try readout(of: model)
            }
          }
        }
      }
    }
  }

  private func readout(of model: AANet) throws {
    let output = pass(model)
    let length = model.layout.length
    let readout = AttributeReadout(of: model)
    for image in 0..<3 {
      let logits = readout.logits(of: output.descriptors[image * length..<(image + 1) * length])
      for (index, scores) in logits.enumerated() {
        let all = output.attributeLogits[index]
        let expected = all.tensor.view([all.shape[1]], offset: image * all.shape[1]).array
        try Agreement.check("scores \(index)", scores, expected.doubles, within: 1e-5)
      }
      try Agreement.require(logits.count == 3, "\(logits.count) attributes")
    }
  }

  @Test("a task that is off has no map")
  func tasksOff() {
    let model = AANet(
      AANetConfiguration(
        backbone: .init(block: .basic, blocks: [1, 1, 1, 1], width: 4), head: .init(width: 6),
        tasks: .init(only: [.global]), labels: .init(identities: 2)),
      on: engine)
    let maps = model.maps(of: pass(model), image: 0, on: engine)
    #expect(maps.global != nil && maps.attributes.isEmpty && maps.attention == nil && maps.parts.isEmpty)
    #expect(AttributeReadout(of: model).logits(of: [1, 2, 3, 4, 5, 6]).isEmpty)
  }

  @Test("a flat map scales to nothing")
  func flat() {
    let map = ActivationMap(predicted: 0, rows: 1..<2, width: 3, values: [4, 4, 4])
    #expect(map.scaled.values == [0, 0, 0] && map.scaled.rows == 1..<2)
    #expect(ActivationMap(predicted: 0, rows: 0..<1, width: 3, values: [-1, 0, 3]).scaled.values == [0, 0.25, 1])
  }
}
