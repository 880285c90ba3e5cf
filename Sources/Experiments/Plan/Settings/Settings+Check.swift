import Configuration
import Support

extension Settings {
  /// Checks what no single setting can know: that the settings agree with each other.
  ///
  /// - Parameter locate: where a setting was written, by its dotted path; nil for a default.
  /// - Throws: `ConfigurationError` at the setting to change, with what to change it to.
  package func check(locate: (String) -> SourceLocation? = { _ in nil }) throws(ConfigurationError) {
    func fault(_ paths: String..., reason: String) -> ConfigurationError {
      // The first of the settings that somebody wrote; among defaults, the first.
      let written = paths.first { locate($0) != nil }
      return ConfigurationError(at: written.flatMap(locate), path: written ?? paths.first ?? "", reason)
    }
    let enabled = tasks.enabled
    guard !enabled.isEmpty else {
      throw fault(
        "tasks", reason: "every task is off; turn one on of \(Wording.list(TaskName.allCases.map(\.rawValue)))")
    }
    if tasks.attention != nil, tasks.attribute == nil {
      throw fault(
        "tasks.attention", "tasks",
        reason: "the attention task needs the attribute task, whose maps it is made of; add attribute to tasks")
    }
    let rows = backbone.extent(of: input.height)
    let map =
      "a feature map of \(rows) \(rows == 1 ? "row" : "rows") (input height \(input.height), "
      + "backbone.last_stride \(backbone.lastStride): one row for \(backbone.stride) pixels)"
    if let part = tasks.part, part.parts > rows {
      throw fault(
        "tasks.part.parts", "input.size", "backbone.last_stride", "tasks.part",
        reason: "\(part.parts) parts do not fit on \(map); "
          + "\(remedies(rows: part.parts)), or at most \(rows) \(rows == 1 ? "part" : "parts")")
    }
    if tasks.attribute?.regions == .thirds, rows < 3 {
      throw fault(
        "input.size", "backbone.last_stride", "tasks.attribute",
        reason: "the attribute task cuts the map into top, middle and bottom, and there is \(map); "
          + remedies(rows: 3))
    }
    if case .fixed(let weights) = loss.weights {
      try checkWeights(weights, enabled: enabled, fault: { fault($0, $1, reason: $2) })
    }
  }

  /// What gives a map of so many rows.
  private func remedies(rows: Int) -> String {
    let height = "take an input height of at least \((rows - 1) * backbone.stride + 1)"
    var kept = backbone
    kept.lastStride = 1
    let isEnough = backbone.lastStride > 1 && kept.extent(of: input.height) >= rows
    return height + (isEnough ? ", or backbone.last_stride: 1" : "")
  }

  private func checkWeights(
    _ weights: [TaskName: Double], enabled: [TaskName], fault: (String, String, String) -> ConfigurationError
  ) throws(ConfigurationError) {
    for task in enabled where weights[task] == nil {
      throw fault(
        "loss.weights", "tasks.\(task.rawValue)",
        "the \(task.rawValue) task is on and has no weight; add \(task.rawValue): 1, or take uncertainty")
    }
    for task in TaskName.allCases where weights[task] != nil && !enabled.contains(task) {
      throw fault(
        "loss.weights.\(task.rawValue)", "loss.weights",
        "the \(task.rawValue) task is off and has a weight; leave the weight out, or add the task to tasks")
    }
    guard enabled.contains(where: { weights[$0] ?? 0 > 0 }) else {
      throw fault("loss.weights", "loss", "every weight is 0, so nothing would be learned")
    }
  }
}
