import Foundation
import Layers
import Models
import Support
import Tensors
import TestSupport
import Testing

/// Which tensors of a file a backbone takes, and what it says of those that do not fit.
@Suite struct BackboneFitTests {
  private static let small = ResNetConfiguration(block: .basic, blocks: [1, 2, 1, 1], width: 4)

  /// A file of all tensors of a network, each with numbers of its own, behind a prefix.
  private func state(
    _ configuration: ResNetConfiguration = small, prefix: String = "", others: [String: StoredTensor] = [:]
  ) -> [String: StoredTensor] {
    var tensors = others
    for (place, tensor) in configuration.tensors.enumerated() {
      let count = tensor.shape.reduce(1, *)
      tensors[prefix + tensor.name] = StoredTensor(
        (0..<count).map { Float(place) + Float($0) / 1024 }, shape: tensor.shape)
    }
    return tensors
  }

  private func file(_ tensors: [String: StoredTensor]) throws -> TensorFile {
    try TensorFile(data: SafeTensors(tensors: tensors).serialized())
  }

  @Test(arguments: [
    ResNetConfiguration(block: .basic, blocks: [1, 1, 1, 1], width: 16),
    ResNetConfiguration(block: .basic, blocks: [2, 3, 1, 2], width: 8, lastStride: 2),
    ResNetConfiguration(block: .bottleneck, blocks: [1, 2, 1, 1], width: 4, lastStride: 2),
    ResNetConfiguration(block: .bottleneck, blocks: [3, 4, 6, 3], width: 8),
  ])
  func namesAndShapesAreTheModels(configuration: ResNetConfiguration) throws {
    let store = ParameterStore(on: Engine(threads: 1))
    _ = ResNet(configuration, prefix: "backbone.", in: store)
    var expected: [String: [Int]] = [:]
    for parameter in store.parameters { expected[parameter.name] = parameter.storedShape }
    for statistic in store.statistics { expected[statistic.name] = statistic.value.shape }
    let described = Dictionary(uniqueKeysWithValues: configuration.tensors.map { ("backbone." + $0.name, $0.shape) })
    #expect(described == expected)
    var told = try #require(ResNetConfiguration(of: file(state(configuration, prefix: "model."))))
    told.lastStride = configuration.lastStride
    #expect(told == configuration)
  }

  @Test(arguments: [
    "", "backbone.", "module.", "model.", "state_dict.", "state_dict.module.", "model.backbone.",
    "state_dict.model.backbone.", "teacher.backbone.", "model_ema.", "features.", "a.b.c.d.e.f.g.", "layer1.",
    "0.layer1.0.",
  ])
  func everyTensorArrivesWhateverStandsInFront(prefix: String) throws {
    let others = [
      "\(prefix)fc.weight": StoredTensor([1, 2] as [Float], shape: [1, 2]),
      "\(prefix)bn1.num_batches_tracked": StoredTensor([7], shape: []),
      "optimizer.state.0.momentum_buffer": StoredTensor([1] as [Float], shape: [1]),
    ]
    let state = state(prefix: prefix, others: others)
    let file = try file(state)
    let fit = BackboneFit(of: file, into: Self.small)
    #expect(fit.prefix == prefix && fit.misfits.isEmpty)
    #expect(fit.loaded == Self.small.tensors.map { prefix + $0.name })
    #expect(Set(fit.leftOut) == Set(others.keys))
    try fit.checkNumbers(in: file)

    let store = ParameterStore(on: Engine(threads: 1))
    _ = ResNet(Self.small, prefix: "backbone.", in: store)
    try fit.load(file, into: store)
    for parameter in store.parameters {
      #expect(parameter.storedValues == state[prefix + parameter.name.dropFirst(9)]?.floats, "\(parameter.name)")
    }
    for statistic in store.statistics {
      #expect(statistic.value.array == state[prefix + statistic.name.dropFirst(9)]?.floats, "\(statistic.name)")
    }
  }

  @Test func ofTwoModelsTheMoreCompleteIsTaken() throws {
    var tensors = state(prefix: "state_dict.module.encoder_q.")
    for (name, tensor) in state(prefix: "state_dict.module.encoder_k.") { tensors[name] = tensor }
    tensors["model.conv1.weight"] = tensors["state_dict.module.encoder_q.conv1.weight"]
    let fit = BackboneFit(of: try file(tensors), into: Self.small)
    #expect(fit.prefix == "state_dict.module.encoder_q." && fit.misfits.isEmpty)
    #expect(fit.leftOut.count == Self.small.tensors.count + 1)
    #expect(fit.others == ["state_dict.module.encoder_k."])
  }

  private func both(_ one: String, _ other: String) -> [String: StoredTensor] {
    state(prefix: one).merging(state(prefix: other)) { first, _ in first }
  }

  @Test func ofTwoThatFitThePlainOneIsTakenAndOtherwiseNone() throws {
    let plain = BackboneFit(of: try file(both("model.", "model_ema.")), into: Self.small)
    #expect(plain.prefix == "model." && plain.others == ["model_ema."] && plain.misfits.isEmpty)
    let bare = BackboneFit(of: try file(both("", "module.")), into: Self.small)
    #expect(bare.prefix == "" && bare.others == ["module."] && bare.misfits.isEmpty)
    for (one, other) in [("student.module.backbone.", "teacher.backbone."), ("net.", "model."), ("a.", "b.")] {
      let tensors = try file(both(one, other))
      let fit = BackboneFit(of: tensors, into: Self.small)
      let prefixes = [one, other].sorted { ($0.count, $0) < ($1.count, $1) }
      #expect(fit.misfits == [.ambiguous(prefixes)])
      let store = ParameterStore(on: Engine(threads: 1))
      _ = ResNet(Self.small, prefix: "backbone.", in: store)
      #expect(throws: PlainError.self) { try fit.load(tensors, into: store) }
    }
    // What does not fit is no other choice.
    var tensors = both("student.", "teacher.")
    tensors["teacher.layer1.0.bn1.bias"] = StoredTensor([1] as [Float], shape: [1])
    let fit = BackboneFit(of: try file(tensors), into: Self.small)
    #expect(fit.prefix == "student." && fit.misfits.isEmpty && fit.others.isEmpty)
  }

  @Test(arguments: ["", "features.", "module.encoder."])
  func aSequentialOfTheChildrenIsReadByPlace(prefix: String) throws {
    let places = ["conv1": "0", "bn1": "1", "layer1": "4", "layer2": "5", "layer3": "6", "layer4": "7"]
    func name(_ tensor: String) -> String {
      let part = tensor.prefix { $0 != "." }
      return prefix + (places[String(part)] ?? "") + tensor.dropFirst(part.count)
    }
    let plain = state()
    var tensors: [String: StoredTensor] = [:]
    for (tensor, numbers) in plain { tensors[name(tensor)] = numbers }
    tensors["\(prefix)1.num_batches_tracked"] = StoredTensor([7], shape: [])
    let sequential = try file(tensors)
    let fit = BackboneFit(of: sequential, into: Self.small)
    #expect(fit.prefix == prefix && fit.misfits.isEmpty && fit.leftOut == ["\(prefix)1.num_batches_tracked"])
    let store = ParameterStore(on: Engine(threads: 1))
    _ = ResNet(Self.small, prefix: "backbone.", in: store)
    try fit.load(sequential, into: store)
    for parameter in store.parameters {
      #expect(parameter.storedValues == plain[String(parameter.name.dropFirst(9))]?.floats, "\(parameter.name)")
    }
    #expect(ResNetConfiguration(of: sequential) == Self.small && fit.network(in: sequential) == Self.small)
    // A deeper one is no smaller one here either.
    tensors["\(prefix)6.1.conv1.weight"] = StoredTensor([1] as [Float], shape: [1])
    let surplus = BackboneFit(of: try file(tensors), into: Self.small)
    #expect(surplus.misfits == [.surplus("\(prefix)6.1.conv1.weight")])
  }

  @Test func namesWithoutEndCostNothing() throws {
    let long = String(repeating: "conv1.weight.", count: 30)
    let tensors = Dictionary(
      uniqueKeysWithValues: (0..<10_000).map { ("\(long)\($0).conv1.weight", StoredTensor([1] as [Float], shape: [1])) }
    )
    let fit = BackboneFit(of: try file(tensors), into: Self.small)
    #expect(fit.misfits.count > Self.small.tensors.count - 2 && fit.loaded.isEmpty)
    #expect(ResNetConfiguration(of: try file(tensors)) == nil)
  }

  @Test func whatDoesNotFitIsNamedAndNothingIsLoaded() throws {
    var tensors = state()
    tensors["layer1.0.conv2.weight"] = nil
    tensors["layer2.0.bn1.bias"] = StoredTensor([1] as [Float], shape: [1])
    tensors["layer2.1.bn1.bias"] = StoredTensor([Int](repeating: 1, count: 8), shape: [8])
    tensors["layer3.1.conv1.weight"] = StoredTensor([1] as [Float], shape: [1])
    tensors["layer1.0.se.fc1.weight"] = StoredTensor([1] as [Float], shape: [1])
    let file = try file(tensors)
    let fit = BackboneFit(of: file, into: Self.small)
    #expect(
      Set(fit.misfits) == [
        .missing("layer1.0.conv2.weight"), .shape("layer2.0.bn1.bias", found: [1], needed: [8]),
        .kind("layer2.1.bn1.bias", .int64), .surplus("layer3.1.conv1.weight"), .surplus("layer1.0.se.fc1.weight"),
      ])
    let store = ParameterStore(on: Engine(threads: 1))
    _ = ResNet(Self.small, prefix: "backbone.", in: store)
    let before = store.parameters.map(\.storedValues)
    #expect(throws: PlainError.self) { try fit.load(file, into: store) }
    #expect(store.parameters.map(\.storedValues) == before)
  }

  @Test func aLargerNetworkIsNoPretrainedSmallerOne() throws {
    let larger = ResNetConfiguration(block: .basic, blocks: [1, 2, 3, 1], width: 4)
    let fit = BackboneFit(of: try file(state(larger)), into: Self.small)
    #expect(fit.misfits.count == 2 * 2 * 5 && fit.misfits.allSatisfy { $0.name.hasPrefix("layer3.") })
  }

  @Test(arguments: [Double.nan, .infinity, 1e300])
  func aNumberThatIsNotFiniteIsFoundBeforeTraining(value: Double) throws {
    var tensors = state()
    let name = "layer4.0.bn1.running_var"
    let bytes = try #require(tensors[name]).floats.map(Double.init)
    tensors[name] = try double([value] + bytes.dropFirst())
    let file = try file(tensors)
    let fit = BackboneFit(of: file, into: Self.small)
    #expect(fit.misfits.isEmpty)
    let error = #expect(throws: PlainError.self) { try fit.checkNumbers(in: file) }
    #expect(try #require(error).description.contains("'\(name)'"))
  }

  /// A tensor of double precision, by way of a file.
  private func double(_ values: [Double]) throws -> StoredTensor {
    let header = #"{"t":{"dtype":"F64","shape":[\#(values.count)],"data_offsets":[0,\#(values.count * 8)]}}"#
    var data = Data(withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) })
    data.append(contentsOf: header.utf8)
    for value in values { data.append(contentsOf: withUnsafeBytes(of: value) { Array($0) }) }
    return try #require(try SafeTensors(data: data).tensors["t"])
  }
}
