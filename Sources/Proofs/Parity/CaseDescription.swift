import Configuration
import Foundation
import Layers
import Models
import Support
import YAML

/// What the JSON text beside a golden case says of it: the model, the settings of its method, the optimiser, the phases.
///
/// What else stands there tells a reader how the numbers were made, and is passed over.
struct CaseDescription {
  struct Optimizer {
    let momentum: Double
    let decay: [Parameter.Group: Double]
    let isNesterov: Bool
    let rates: Rates
    /// The rates of the third step, where a second stage begins with it.
    let secondRates: Rates?
    /// Parameters that are trained at a rate of their own.
    let ownRates: [OwnRate]
  }

  /// Parameters with a rate of their own, by how their names begin.
  struct OwnRate {
    /// `fused` of `lr_fused` and `fused_prefixes`.
    let name: String
    let prefixes: [String]
    /// What the new layers' rate is multiplied with.
    let factor: Double
  }

  /// Learning rates.
  struct Rates {
    let backbone: Double
    let new: Double

    var byGroup: [Parameter.Group: Double] { [.backbone: backbone, .new: new, .logVariance: new] }
  }

  /// A phase of training.
  struct Phase {
    let name: Setting
    /// What the names of trained parameters begin with.
    let trains: [Setting]
    let statistics: NormStatistics
    let rates: Rates
  }

  let name: String
  /// nil where the case names no method.
  let method: Setting?
  let backbone: ResNetConfiguration
  let labels: TrainingLabels
  let optimizer: Optimizer
  /// nil where the case is of three steps and no phases.
  let phases: [Phase]?
  /// The method's settings; nil where the case has none.
  let settings: Setting?
  private let whole: Setting

  /// Reads a description.
  ///
  /// - Parameter table: must know the method, or else nobody knows what the rest means.
  /// - Throws: ``PlainError`` where there is none, ``ConfigurationError`` where a value is not what it must be.
  init(contentsOf file: URL, for table: MethodTable) throws {
    try self.init(Self.read(file), for: table)
  }

  /// Reads a description of any kind of case.
  static func read(_ file: URL) throws -> Setting {
    let value: YAMLValue
    // Every text of JSON is one of YAML, whose reader knows the place of each value.
    do { value = try YAML.parse(contentsOf: file) } catch {
      throw PlainError("\(file.path): cannot be read as the description of a golden case (\(error))")
    }
    guard value.entries != nil else {
      throw PlainError("\(file.path): cannot be read as the description of a golden case, which is a JSON object")
    }
    return Setting(value)
  }

  private init(_ whole: Setting, for table: MethodTable) throws(ConfigurationError) {
    self.whole = whole
    method = whole[present: "method"]
    _ = try table.entry(of: method)
    settings = whole[present: "settings"]
    name = try whole.member("name").string()
    var backbone: [(String, YAMLValue)] = []
    for (ours, theirs) in [
      ("block", "block"), ("blocks", "depths"), ("width", "width"), ("last_stride", "last_stride"),
    ] {
      backbone.append((ours, try whole.member(theirs).value))
    }
    self.backbone = try ResNetConfiguration(Setting(.mapping(backbone), path: "backbone"))
    labels = try Self.labels(whole)
    optimizer = try Self.optimizer(try whole.member("optimizer"))
    phases = try Self.phases(whole[present: "phases"])
  }

  /// The value that a name stands for: that of `settings`, else the one beside them; `rate_NAME` is what the new layers'
  /// rate is multiplied with for the parameters that are trained at `lr_NAME`.
  subscript(name: String) -> YAMLValue? {
    settings?[present: name]?.value ?? whole[present: name]?.value
      ?? optimizer.ownRates.first { name == "rate_\($0.name)" }.map { .double($0.factor) }
  }

  /// Where a value of that name is missing.
  func missing(_ name: String) -> ConfigurationError {
    let place = settings ?? whole
    return ConfigurationError(at: place.location, path: place.path(of: name), "is missing and has no default")
  }

  private static func labels(_ whole: Setting) throws(ConfigurationError) -> TrainingLabels {
    var attributes: [AttributeOutput] = []
    for item in try whole[present: "attributes"]?.items() ?? [] {
      let values = try item.items(count: 3...3)
      attributes.append(
        AttributeOutput(
          name: try values[0].string(maximum: 100), classes: try values[1].int(), region: try values[2].choice()))
    }
    var attended: [String] = []
    for item in try whole[present: "aam"]?.items() ?? [] { attended.append(try item.string(maximum: 100)) }
    return TrainingLabels(
      identities: try whole.member("ids").int(), attributes: attributes, attended: attended, source: "the case")
  }

  private static func optimizer(_ setting: Setting) throws(ConfigurationError) -> Optimizer {
    let shared = ["lr_backbone", "lr_new", "lr_backbone_stage2"]
    let own = try setting.entries().map(\.key).filter { $0.hasPrefix("lr_") && !shared.contains($0) }
      .map { String($0.dropFirst("lr_".count)) }
    let keys = try KnownKeys(
      setting,
      known: ["kind", "momentum", "nesterov", "weight_decay", "log_variance_weight_decay", "backbone_prefixes"] + shared
        + own.flatMap { ["lr_\($0)", "\($0)_prefixes"] })
    let kind = try keys.required("kind")
    guard kind.isWord("sgd") else { throw kind.mismatch("sgd, which alone is replayed") }
    let decay = try keys.required("weight_decay").double(in: 0...1)
    let rates = try rates(setting)
    let second = try keys["lr_backbone_stage2"].map { second throws(ConfigurationError) in
      Rates(backbone: try second.double(in: rateRange), new: rates.new)
    }
    var ownRates: [OwnRate] = []
    for name in own {
      let rate = try keys.required("lr_\(name)")
      guard rates.new > 0 else { throw rate.error("is compared with lr_new, which is 0") }
      var prefixes: [String] = []
      for prefix in try keys.required("\(name)_prefixes").items(count: 1...100) {
        prefixes.append(try prefix.string(maximum: 200))
      }
      ownRates.append(OwnRate(name: name, prefixes: prefixes, factor: try rate.double(in: rateRange) / rates.new))
    }
    return Optimizer(
      momentum: try keys.required("momentum").double(in: 0...1),
      decay: [
        .backbone: decay, .new: decay,
        .logVariance: try keys["log_variance_weight_decay"]?.double(in: 0...1) ?? 0,
      ],
      isNesterov: try keys["nesterov"]?.bool() ?? false, rates: rates, secondRates: second, ownRates: ownRates)
  }

  private static let rateRange: ClosedRange<Double> = 0...1e3

  private static func rates(_ setting: Setting) throws(ConfigurationError) -> Rates {
    Rates(
      backbone: try setting.member("lr_backbone").double(in: rateRange),
      new: try setting.member("lr_new").double(in: rateRange))
  }

  private static func phases(_ list: Setting?) throws(ConfigurationError) -> [Phase]? {
    guard let list else { return nil }
    var phases: [Phase] = []
    for item in try list.items(count: 1...20) {
      let name = try item.member("name")
      let word = try name.string(maximum: 40)
      for earlier in phases where earlier.name.isWord(word) {
        throw name.error("a second phase of the name \(Wording.quoted(word))")
      }
      phases.append(
        Phase(
          name: name, trains: try item.member("trains").items(count: 1...100),
          statistics: try item.member("batchnorm").choice(), rates: try rates(item)))
    }
    return phases
  }
}

extension Setting {
  /// What stands under a key of a mapping whose other keys nobody has to know; nil where nothing does.
  subscript(present key: String) -> Setting? {
    value[key: key].map { Setting($0, path: path(of: key)) }.flatMap { $0.isNull ? nil : $0 }
  }

  func member(_ key: String) throws(ConfigurationError) -> Setting {
    guard value.entries != nil else { throw mismatch("a mapping (key: value)") }
    guard let found = self[present: key] else {
      throw ConfigurationError(at: location, path: path(of: key), "is missing and has no default")
    }
    return found
  }
}
