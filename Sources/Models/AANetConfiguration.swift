import Configuration
import Layers

/// Everything that decides the shape of a network and of its loss: settings, and what the training set has.
package struct AANetConfiguration: Hashable, Sendable {
  package var backbone: ResNetConfiguration
  package var head: HeadSettings
  package var tasks: TaskSet
  package var loss: LossSettings
  package var labels: TrainingLabels

  package init(
    backbone: ResNetConfiguration, head: HeadSettings = HeadSettings(), tasks: TaskSet = TaskSet(),
    loss: LossSettings = LossSettings(), labels: TrainingLabels
  ) {
    self.backbone = backbone
    self.head = head
    self.tasks = tasks
    self.loss = loss
    self.labels = labels
  }

  /// The attributes that are learned, in the order of the network's output.
  package var attributes: [AttributeOutput] { tasks.readsAttributes ? labels.attributes : [] }

  /// What tasks build on.
  package var sizes: TaskSizes { TaskSizes(backbone: backbone, width: head.width, labels: labels) }

  /// Which numbers of the network's descriptors are whose.
  package var descriptorLayout: DescriptorLayout { DescriptorLayout(of: tasks, in: sizes) }

  /// Numbers in a descriptor: 12·V with the paper's four tasks.
  package var descriptorLength: Int { descriptorLayout.length }

  /// Multiplications of a forward pass over one image in the layers that take nearly all of the time: the backbone's
  /// convolutions and what tasks compute on the whole map.
  package func multiplications(height: Int, width: Int) -> Double {
    let map = MapExtent(height: height, width: width, backbone: backbone)
    let ofTasks = tasks.sized(sizes).reduce(0) { $0 + $1.task.multiplications(on: map, in: $1.sizes) }
    return ofTasks + backbone.multiplications(height: height, width: width)
  }

  /// What the tasks read of each image beside the network's input, for images of a size.
  package func inputs(height: Int, width: Int) -> [CueInput] {
    tasks.inputs(on: MapExtent(height: height, width: width, backbone: backbone))
  }

  /// Each task that is on and what it looks like, for images of a size.
  package func sketches(height: Int, width: Int) -> [(task: any Task, sketch: TaskSketch)] {
    let map = MapExtent(height: height, width: width, backbone: backbone)
    return tasks.sized(sizes).map { ($0.task, $0.task.sketch(on: map, beside: tasks, in: $0.sizes)) }
  }

  /// Trainable numbers of the network, known before memory is asked for.
  package var parameterCount: Int {
    let ofTasks = tasks.sized(sizes).reduce(0) { $0 + $1.task.parameterCount(in: $1.sizes) }
    return backbone.parameterCount + ofTasks + loss.parameterCount(tasks: tasks.weighed.count)
  }
}

/// The classifier Z → V → C that tasks share the form of.
package struct HeadSettings: Configurable {
  /// V in the paper.
  package var width: Int

  package static let keys: [Key<HeadSettings>] = [
    Key(
      "width", \.width, .int(in: 1...8192), "The numbers that each classifier reduces its features to: V in the paper.")
  ]

  package init() { self.init(width: 256) }

  package init(width: Int = 256) { self.width = width }
}
