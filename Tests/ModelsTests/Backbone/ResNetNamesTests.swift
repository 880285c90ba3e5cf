import Layers
import Models
import Tensors
import Testing

/// Parameters under torchvision's names and shapes, so that its files load as they are.
struct ResNetNamesTests {
  /// torchvision's parameters of a ResNet without `fc`, in the order of its `named_parameters`, shapes `[K, C, R, S]`.
  private static func torchvision(_ block: ResNetConfiguration.Block, _ depths: [Int]) -> [(String, [Int])] {
    var list: [(String, [Int])] = [("conv1.weight", [64, 3, 7, 7])]
    func norm(_ name: String, _ channels: Int) {
      list += [("\(name).weight", [channels]), ("\(name).bias", [channels])]
    }
    norm("bn1", 64)
    var inputs = 64
    for (stage, planes) in [64, 128, 256, 512].enumerated() {
      for index in 0..<depths[stage] {
        let name = "layer\(stage + 1).\(index)"
        let kernels =
          block == .basic
          ? [(3, inputs, planes), (3, planes, planes)]
          : [(1, inputs, planes), (3, planes, planes), (1, planes, 4 * planes)]
        for (number, (kernel, from, to)) in kernels.enumerated() {
          list.append(("\(name).conv\(number + 1).weight", [to, from, kernel, kernel]))
          norm("\(name).bn\(number + 1)", to)
        }
        let outputs = planes * block.expansion
        if index == 0 && (stage > 0 || inputs != outputs) {
          list.append(("\(name).downsample.0.weight", [outputs, inputs, 1, 1]))
          norm("\(name).downsample.1", outputs)
        }
        inputs = outputs
      }
    }
    return list
  }

  private func store(_ block: ResNetConfiguration.Block, _ depths: [Int]) -> ParameterStore {
    let store = ParameterStore(on: Engine(threads: 1))
    _ = ResNet(ResNetConfiguration(block: block, blocks: depths), prefix: "", in: store)
    return store
  }

  @Test("ResNet-50: 159 parameters, 23,508,032 numbers")
  func resNet50() {
    let store = store(.bottleneck, [3, 4, 6, 3])
    let expected = Self.torchvision(.bottleneck, [3, 4, 6, 3])
    #expect(store.parameters.count == 159)
    #expect(store.parameterCount == 23_508_032)
    #expect(store.parameters.map(\.name) == expected.map(\.0))
    #expect(store.parameters.map(\.storedShape) == expected.map(\.1))
    let shapes = Dictionary(uniqueKeysWithValues: store.parameters.map { ($0.name, $0.storedShape) })
    #expect(shapes["layer1.0.downsample.0.weight"] == [256, 64, 1, 1])
    #expect(shapes["layer3.4.conv2.weight"] == [256, 256, 3, 3])
    #expect(shapes["layer4.0.downsample.1.bias"] == [2048])
    #expect(shapes["layer4.2.conv3.weight"] == [2048, 512, 1, 1])
    #expect(shapes["layer4.1.downsample.0.weight"] == nil)
    #expect(store.statistics.count == 2 * 53)
    #expect(store.statistics.map(\.name).contains("layer3.4.bn2.running_var"))
    #expect(store.statistics.first?.name == "bn1.running_mean")
  }

  @Test("ResNet-18: 60 parameters, 11,176,512 numbers")
  func resNet18() {
    let store = store(.basic, [2, 2, 2, 2])
    let expected = Self.torchvision(.basic, [2, 2, 2, 2])
    #expect(store.parameters.count == 60)
    #expect(store.parameterCount == 11_176_512)
    #expect(store.parameters.map(\.name) == expected.map(\.0))
    #expect(store.parameters.map(\.storedShape) == expected.map(\.1))
    #expect(!store.parameters.contains { $0.name.hasPrefix("layer1.0.downsample") })
  }

  /// In torchvision's form a first block of stride 1 has a projection only where its channels change.
  @Test("a last stride of 1 keeps the last stage's projection")
  func lastStride() {
    func names(_ lastStride: Int) -> [String] {
      let store = ParameterStore(on: Engine(threads: 1))
      _ = ResNet(
        ResNetConfiguration(block: .basic, blocks: [1, 1, 1, 1], width: 2, lastStride: lastStride), prefix: "backbone.",
        in: store)
      return store.parameters.map(\.name)
    }
    #expect(names(1) == names(2))
    #expect(names(1).contains("backbone.layer4.0.downsample.0.weight"))
  }
}
