import Configuration
import Models
import Support

/// How several cross-entropies of one task become its loss.
package typealias Reduction = LossReduction

/// The global task (GFN) has no setting of its own.
package struct GlobalTask: Sendable, Hashable {
  /// States the task.
  package init() {}
}

/// The part task (PFN): horizontal parts found from peak activations.
package struct PartTask: Sendable, Hashable {
  /// How rows are divided into parts.
  package typealias Binning = PartBinning

  /// How many parts.
  package var parts: Int
  /// How rows are divided.
  package var binning: Binning
  /// How the parts' losses become one.
  package var reduction: Reduction

  /// States the task; six parts by k-means, losses added, by default.
  package init(parts: Int = 6, binning: Binning = .kmeans, reduction: Reduction = .sum) {
    self.parts = parts
    self.binning = binning
    self.reduction = reduction
  }

  init(_ setting: Setting) throws(ConfigurationError) {
    self.init()
    let keys = try setting.keys("parts", "binning", "reduction")
    if let parts = keys["parts"] { self.parts = try parts.int(in: 1...64) }
    if let binning = keys["binning"] { self.binning = try binning.choice() }
    if let reduction = keys["reduction"] { self.reduction = try reduction.choice() }
  }

  var yaml: YAMLValue {
    .mapping([
      ("parts", .int(parts)), ("binning", .string(binning.rawValue)), ("reduction", .string(reduction.rawValue)),
    ])
  }
}

/// The attribute task (AFN).
package struct AttributeTask: Sendable, Hashable {
  /// Where attributes are looked for.
  package typealias Regions = AttributeRegions

  /// How the attributes' losses become one.
  package var reduction: Reduction
  /// Where attributes are looked for.
  package var regions: Regions

  /// States the task; by default losses are averaged and each attribute is looked for in its own region.
  package init(reduction: Reduction = .mean, regions: Regions = .thirds) {
    self.reduction = reduction
    self.regions = regions
  }

  init(_ setting: Setting) throws(ConfigurationError) {
    self.init()
    let keys = try setting.keys("reduction", "regions")
    if let reduction = keys["reduction"] { self.reduction = try reduction.choice() }
    if let regions = keys["regions"] { self.regions = try regions.choice() }
  }

  var yaml: YAMLValue {
    .mapping([("reduction", .string(reduction.rawValue)), ("regions", .string(regions.rawValue))])
  }
}

/// The attention task (AAM).
package struct AttentionTask: Sendable, Hashable {
  /// What of the merged map becomes 0.
  package typealias Threshold = AttentionThreshold

  /// The attributes whose maps are merged; nil takes the dataset's own selection.
  package var attributes: [String]?
  /// What of the merged map becomes 0.
  package var threshold: Threshold

  /// States the task; the dataset's attributes and the mean by default.
  package init(attributes: [String]? = nil, threshold: Threshold = .mean) {
    self.attributes = attributes
    self.threshold = threshold
  }

  init(_ setting: Setting) throws(ConfigurationError) {
    self.init()
    let keys = try setting.keys("attributes", "threshold")
    if let attributes = keys["attributes"], !attributes.isWord("default") {
      guard attributes.value.items != nil else { throw attributes.mismatch("'default' or a list of attributes") }
      var names: [String] = []
      for item in try attributes.items(count: 1...100) {
        let name = try item.string(maximum: 100)
        guard !names.contains(name) else { throw item.error("\(Wording.quoted(name)) stands here twice") }
        names.append(name)
      }
      self.attributes = names
    }
    if let threshold = keys["threshold"] { self.threshold = try Self.threshold(threshold) }
  }

  private static func threshold(_ setting: Setting) throws(ConfigurationError) -> Threshold {
    if setting.isWord("mean") { return .mean }
    if setting.isWord("otsu") { return .otsu }
    guard let number = try? setting.double() else {
      throw setting.mismatch("mean, otsu or a fraction of the map's maximum between 0 and 1")
    }
    guard (0...1).contains(number) else { throw setting.error("a fraction of the map's maximum lies between 0 and 1") }
    return .fraction(number)
  }

  var yaml: YAMLValue {
    let names = attributes.map { YAMLValue.sequence($0.map(YAMLValue.string)) }
    let level: YAMLValue =
      switch threshold {
      case .mean: .string("mean")
      case .otsu: .string("otsu")
      case .fraction(let share): .double(share)
      }
    return .mapping([("attributes", names ?? .string("default")), ("threshold", level)])
  }
}

extension Settings {
  /// Which tasks are trained, and how; nil is a task that is off.
  package struct Tasks: Sendable, Hashable {
    /// The global task.
    package var global: GlobalTask?
    /// The part task.
    package var part: PartTask?
    /// The attribute task.
    package var attribute: AttributeTask?
    /// The attention task, which needs the attribute task.
    package var attention: AttentionTask?

    /// States tasks; all four by default.
    package init(
      global: GlobalTask? = GlobalTask(), part: PartTask? = PartTask(), attribute: AttributeTask? = AttributeTask(),
      attention: AttentionTask? = AttentionTask()
    ) {
      self.global = global
      self.part = part
      self.attribute = attribute
      self.attention = attention
    }

    init(_ setting: Setting?) throws(ConfigurationError) {
      self.init()
      guard let setting else { return }
      self.init(global: nil, part: nil, attribute: nil, attention: nil)
      let keys = try KnownKeys(setting, known: TaskName.allCases.map(\.rawValue))
      for task in TaskName.allCases {
        guard let own = keys[task.rawValue], !own.isWord("none") else { continue }
        guard own.value.entries != nil else { throw own.mismatch("a mapping, {} for the defaults, or none") }
        switch task {
        case .global:
          _ = try own.keys()
          global = GlobalTask()
        case .part: part = try PartTask(own)
        case .attribute: attribute = try AttributeTask(own)
        case .attention: attention = try AttentionTask(own)
        }
      }
    }

    var yaml: YAMLValue {
      let all = [global.map { _ in .mapping([]) }, part?.yaml, attribute?.yaml, attention?.yaml] as [YAMLValue?]
      return .mapping(zip(TaskName.allCases, all).compactMap { task, own in own.map { (task.rawValue, $0) } })
    }

    /// The tasks that are on, in their order.
    package var enabled: [TaskName] { TaskName.allCases.filter(has) }

    /// Whether a task is on.
    package func has(_ task: TaskName) -> Bool {
      switch task {
      case .global: global != nil
      case .part: part != nil
      case .attribute: attribute != nil
      case .attention: attention != nil
      }
    }
  }
}
