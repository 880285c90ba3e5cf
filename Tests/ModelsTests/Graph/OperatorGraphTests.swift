import Layers
import Models
import Tensors
import TestSupport
import Testing

/// A network as operators. That they compute what the network computes is for ONNX Runtime to say (Tests/Export).
@Suite struct OperatorGraphTests {
  private let engine = Engine(threads: 1)

  /// The network of some tasks and what they need, on images of 128 × 64.
  private func graph(of tasks: TaskSet) -> (model: AANet, graph: OperatorGraph, outputs: AANet.GraphOutputs) {
    var configuration = SmallNetwork.configuration
    configuration.tasks = tasks
    let model = AANet(configuration, on: engine)
    let graph = OperatorGraph()
    let image = graph.input("image", shape: [3, 128, 64])
    let inputs = configuration.inputs(height: 128, width: 64).map { input in
      (input, graph.input("\(input)", shape: [input.shape[2], input.shape[0], input.shape[1]]))
    }
    let outputs = model(image, inputs: Dictionary(uniqueKeysWithValues: inputs), in: graph)
    return (model, graph, outputs)
  }

  /// A task alone, or with those that it needs.
  private func alone(_ task: TaskName) -> TaskSet {
    var names = Set([task])
    if task == .refinement { names.insert(.strips) }
    while let missing = TaskSet(only: names).all.flatMap(\.needs).map(\.task).first(where: { !names.contains($0) }) {
      names.insert(missing)
    }
    var tasks = TaskSet(only: names)
    tasks.attention?.attributes = ["hair"]
    return tasks
  }

  @Test(
    "every task: operators read what was there before them, names are used once, the descriptor is as long as the layout"
  )
  func everyTaskIsWhole() throws {
    try withEvery("task", in: TaskName.allCases) { task in
      let (model, graph, outputs) = graph(of: alone(task))
      var known = Set(graph.inputs.map(\.name) + graph.constants.map(\.name))
      try Agreement.require(known.count == graph.inputs.count + graph.constants.count, "a name stands twice")
      for node in graph.nodes {
        let missing = node.inputs.filter { !$0.isEmpty && !known.contains($0) }
        try Agreement.require(missing.isEmpty, "\(node.name) reads \(missing)")
        for output in node.outputs { try Agreement.require(known.insert(output).inserted, "\(output) stands twice") }
      }
      let length = model.layout.length
      try Agreement.require(outputs.descriptor?.shape ?? [0] == [length], "\(outputs.descriptor?.shape ?? [])")
      // What a pass in evaluation reads: everything but the classifiers of identities and what only losses read.
      let read = Set(graph.nodes.flatMap(\.inputs))
      try Agreement.require(graph.constants.allSatisfy { read.contains($0.name) }, "a constant that nobody reads")
    }
  }

  @Test("weights stand under PyTorch's names, in PyTorch's shapes, once, however often they are read")
  func weights() throws {
    let (model, graph, _) = graph(of: alone(.streams))
    let state = model.state()
    let named = graph.constants.filter { state[$0.name] != nil }
    #expect(named.contains { $0.name == "backbone.conv1.weight" && $0.shape == [4, 3, 7, 7] })
    #expect(graph.unnamed == Set(graph.constants.map(\.name)).subtracting(named.map(\.name)))
    #expect(named.count > 100 && named.allSatisfy { $0.shape == state[$0.name]?.shape })
    for constant in named {
      guard case .floats(let numbers) = constant.numbers else { continue }
      #expect(numbers == state[constant.name]?.floats, "\(constant.name)")
    }
    // Four streams share each convolution of the backbone.
    #expect(graph.nodes.count { $0.inputs.contains("backbone.layer2.0.conv1.weight") } == 4)
  }
}
