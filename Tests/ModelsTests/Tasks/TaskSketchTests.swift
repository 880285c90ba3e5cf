import Configuration
import Layers
import Models
import Testing

/// What tasks say of themselves for a figure.
struct TaskSketchTests {
  private static let labels = TrainingLabels(
    identities: 3,
    attributes: [
      .init(name: "hat", classes: 2, region: .top), .init(name: "age", classes: 4, region: .global),
    ], attended: ["hat"])

  private func network(_ tasks: TaskSet, lastStride: Int = 1) -> AANetConfiguration {
    AANetConfiguration(
      backbone: .init(block: .basic, blocks: [1, 1, 1, 1], width: 8, lastStride: lastStride), head: .init(width: 16),
      tasks: tasks, labels: Self.labels)
  }

  private func sketch(_ tasks: TaskSet) throws -> TaskSketch {
    try #require(network(tasks).sketches(height: 128, width: 64).last?.sketch)
  }

  @Test(
    "every task shows what it reads, what goes into the descriptor, and its loss", arguments: TaskSet.all.map(\.name))
  func all(_ name: TaskName) throws {
    let configuration = network(TaskSet(only: TaskName.allCases))
    let sketches = configuration.sketches(height: 128, width: 64)
    let place = try #require(sketches.firstIndex { $0.task.name == name })
    let (task, sketch) = sketches[place]
    #expect(!sketch.chains.isEmpty)
    for chain in sketch.chains {
      #expect(!chain.boxes.isEmpty && !chain.reads.isEmpty)
      for case .task(let read) in chain.reads {
        #expect(sketches[...place].contains { $0.task.name == read }, "what is read stands before")
      }
      for box in chain.boxes { #expect(!box.words.isEmpty && (box.kind == .loss) == box.size.isEmpty) }
    }
    for need in task.needs { #expect(sketch.chains.contains { $0.reads.contains(.task(need.task)) }) }
    let boxes = sketch.chains.flatMap(\.boxes)
    #expect(boxes.contains { $0.kind == .loss } == type(of: task).hasLoss)
    let vectors = configuration.descriptorLayout.vectors.filter { $0.slot.task == name }
    // The numbers of all boxes that go into the descriptor are those of the layout.
    let numbers = boxes.filter { $0.kind == .vector }.map { box in
      box.size.split(separator: " × ").compactMap { Int($0) }.reduce(1, *)
    }
    #expect(numbers.reduce(0, +) == vectors.reduce(0) { $0 + $1.width })
  }

  @Test("sizes are those of the map and of the settings")
  func sizes() throws {
    #expect(
      try sketch(TaskSet(part: .init(parts: 4), attribute: nil, attention: nil)).chains[0].boxes.map(\.size)
        == ["4 × 64", "4 × 16", "4 × C", ""])
    #expect(
      try sketch(TaskSet(part: nil, attention: nil)).chains[0].boxes.map(\.size) == [
        "8×4×16", "4 × 16", "6 values", "",
      ])
    var scales = TaskSet(only: [.scales])
    scales.scales = ScalesTask(divisors: [1, 2])
    let chains = try sketch(scales).chains
    #expect(chains.map(\.reads) == [[.features], [.images], [.task(.scales)]])
    #expect(chains[1].boxes.map(\.size).prefix(3) == ["64×32", "4×2×64", "64"])
  }

  /// A task of which nothing is said but what any task says.
  private struct Unsaid: Task {
    static let name = TaskName.global
    static let mark = "u"
    static let meaning = "Nothing."
    static let keys: [Key<Unsaid>] = []
    var needs: [TaskNeed] { AttentionTask().needs }

    func vectors(in sizes: TaskSizes) -> [DescriptorLayout.Vector] {
      [.init(.global, width: 5), .init(.attention, width: 5)]
    }

    func parameterCount(in sizes: TaskSizes) -> Int { 0 }

    func network(in sizes: TaskSizes, _ store: ParameterStore) -> any TaskNetwork {
      GlobalTask().network(in: sizes, store)
    }
  }

  @Test("a task that says nothing of itself is drawn by what it gives and needs")
  func unsaid() {
    let backbone = ResNetConfiguration(block: .basic, blocks: [1, 1, 1, 1], width: 8)
    let sketch = Unsaid().sketch(
      on: MapExtent(height: 128, width: 64, backbone: backbone), beside: TaskSet(), in: network(TaskSet()).sizes)
    #expect(sketch.chains.map(\.reads) == [[.features, .task(.attribute)]])
    #expect(sketch.chains[0].boxes.map(\.size) == ["2 × 5", ""])
    #expect(sketch.chains[0].boxes.map(\.kind) == [.vector, .loss])
  }
}
