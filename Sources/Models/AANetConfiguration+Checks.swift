import Configuration
import Support

extension TaskSet {
  /// What no single setting can know: whether the tasks have what they need, work on such a map, and have their weights.
  package func fault(on map: MapExtent, weighed loss: LossSettings) -> SettingFault? {
    guard !weighed.isEmpty else {
      let known = Wording.list(TaskName.allCases.map(\.rawValue))
      return SettingFault(at: "tasks", reason: "every task is off; turn one on of \(known)")
    }
    for task in all {
      let name = type(of: task).name
      for need in task.needs where !has(need.task) {
        return SettingFault(
          at: "tasks.\(name.rawValue)", "tasks",
          reason: "the \(name.rawValue) task needs the \(need.task.rawValue) task, \(need.reason); "
            + "add \(need.task.rawValue) to tasks")
      }
      if let fault = task.fault(beside: self) { return fault }
    }
    return all.lazy.compactMap { $0.fault(on: map) }.first ?? loss.fault(of: weighed)
  }

  /// Whether the tasks can learn from what a dataset has.
  package func fault(learning labels: TrainingLabels) -> SettingFault? {
    all.lazy.compactMap { $0.fault(learning: labels) }.first ?? faultOfVectors(labels)
  }

  /// A task that reads vectors, and no task before it that gives one; or no vector at all.
  private func faultOfVectors(_ labels: TrainingLabels) -> SettingFault? {
    let sizes = TaskSizes(backbone: ResNetConfiguration(), width: 1, labels: labels)
    let reader = sized(sizes).first { type(of: $0.task).readsVectors && $0.sizes.before.isEmpty }.map {
      task, _ -> SettingFault in
      SettingFault(
        at: "tasks.\(task.name.rawValue)", "tasks",
        reason:
          "the \(task.name.rawValue) task reads the descriptor's vectors of the tasks before it, and none gives one; "
          + "add global to tasks")
    }
    guard reader == nil, DescriptorLayout(of: self, in: sizes).vectors.isEmpty else { return reader }
    return SettingFault(
      at: "tasks",
      reason: "no task puts a vector into the descriptor, by which images are ranked; add global to tasks, or take "
        + "descriptor: false away")
  }

  /// Whether a batch can be computed in so many shards.
  package func fault(inShards shards: Int) -> SettingFault? {
    guard shards > 1 else { return nil }
    for task in all {
      guard let sought = type(of: task).lookedForInBatch else { continue }
      return SettingFault(
        at: "train.shards", "tasks.\(task.name.rawValue)",
        reason:
          "the \(task.name.rawValue) task looks for \(sought) among all images of a batch, which \(shards) shards cut "
          + "apart; take train.shards: 1, or leave the task out")
    }
    return nil
  }

  /// Whether those of the tasks that take part can learn from batches of so many images.
  ///
  /// - Parameter groups: how many images of an identity stand in a row; nil where they come as they will.
  package func fault(inBatchesOf images: Int, groups: Int?, of active: [TaskName]) -> SettingFault? {
    all.lazy.filter { active.contains($0.name) }.compactMap { $0.fault(inBatchesOf: images, groups: groups) }.first
  }
}

extension AANetConfiguration {
  /// Bounds on what a description may ask for, far above any training set: what is above them is a slip of the pen or ill
  /// will, and below them no size overflows.
  private enum Most {
    static let identities = 10_000_000
    static let classes = 65_536
  }

  /// Checks that the parts fit together for an input of that size.
  ///
  /// - Throws: ``PlainError`` that names what does not fit.
  package func validate(height: Int, width: Int) throws(PlainError) {
    do throws(ConfigurationError) {
      // What a key refuses from a file it refuses from a program, too.
      _ = try ResNetConfiguration(Setting(backbone.yaml, path: "backbone"))
      _ = try HeadSettings(Setting(head.yaml, path: "head"))
      _ = try TaskSet(Setting(tasks.yaml, path: "tasks"))
      _ = try LossSettings(Setting(loss.yaml, path: "loss"))
    } catch {
      throw PlainError(error.description)
    }
    try check(labels)
    guard height > 0, width > 0, backbone.extent(of: height) > 0, backbone.extent(of: width) > 0 else {
      throw PlainError("an input of \(height)×\(width) leaves no feature map")
    }
    let map = MapExtent(height: height, width: width, backbone: backbone)
    if let fault = tasks.fault(on: map, weighed: loss) ?? tasks.fault(learning: labels) {
      throw PlainError(fault.reason)
    }
  }

  private func check(_ labels: TrainingLabels) throws(PlainError) {
    guard (2...Most.identities).contains(labels.identities) else {
      throw PlainError("a classifier tells 2 to \(Most.identities) identities apart, not \(labels.identities)")
    }
    var names: Set<String> = []
    for output in labels.attributes {
      guard (2...Most.classes).contains(output.classes) else {
        throw PlainError("the attribute '\(output.name)' has \(output.classes) classes")
      }
      guard names.insert(output.name).inserted else {
        throw PlainError("the attribute '\(output.name)' is named twice")
      }
    }
  }
}
