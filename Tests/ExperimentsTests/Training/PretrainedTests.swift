import Experiments
import Foundation
import Models
import Runs
import Support
import Tensors
import TestSupport
import Testing
import Trained

/// `backbone.weights` from YAML to the trained model.
@Suite struct PretrainedTests {
  private static let backbone = ResNetConfiguration(block: .basic, blocks: [1, 1, 1, 1], width: 16)

  /// Weights for the tiny experiment's backbone, with what a pretrained classifier has beside them.
  private func state(_ configuration: ResNetConfiguration = backbone) -> [String: StoredTensor] {
    var tensors = [
      "fc.weight": StoredTensor([Float](repeating: 1, count: 8), shape: [4, 2]),
      "fc.bias": StoredTensor([Float](repeating: 1, count: 4), shape: [4]),
      "bn1.num_batches_tracked": StoredTensor([7], shape: []),
    ]
    for tensor in configuration.tensors {
      var stream = RandomStream(seed: 3, name: tensor.name)
      let isVariance = tensor.name.hasSuffix("running_var")
      let values = (0..<tensor.shape.reduce(1, *)).map { _ in
        isVariance ? Float(1 + stream.uniform()) : Float(stream.normal(deviation: 0.1))
      }
      tensors[tensor.name] = StoredTensor(values, shape: tensor.shape)
    }
    return tensors
  }

  private func write(_ tensors: [String: StoredTensor], to path: String, of project: TinyProject) throws {
    try project.folder.write(Array(try SafeTensors(tensors: tensors).serialized()), to: path)
  }

  private func run(
    _ project: TinyProject, _ overrides: [String] = [], remarks: (String) -> Void = { _ in }
  ) throws -> RunRecord {
    let plan = try ExperimentLibrary(project: project.url)
      .plan("tiny", overrides: ["backbone.weights=weights/pretrained.safetensors", "train.epochs=1"] + overrides)
    let store = RunStore(root: project.url.appendingPathComponent("runs", isDirectory: true))
    let runner = try ExperimentRunner(plan, project: project.url, store: store)
    let watch: (ExperimentRunner.Event) -> Void = { if case .remark(let text) = $0 { remarks(text) } }
    let results = try runner.run(variants: ["plain"], threads: 1, report: watch)
    return try #require(results.first).record
  }

  @Test func theBackboneStartsFromTheFile() throws {
    let project = try TinyProject()
    let state = state()
    try write(state, to: "weights/pretrained.safetensors", of: project)
    var remarks: [String] = []
    // A rate too small to move a weight leaves what was loaded.
    let record = try run(project, ["train.rate.pretrained=1e-30"]) { remarks.append($0) }
    let wanted =
      "weights/pretrained.safetensors: all \(Self.backbone.tensors.count) tensors of the backbone are loaded; "
      + "left out: fc.bias, fc.weight, 1 num_batches_tracked"
    #expect(remarks.contains(wanted), "\(remarks)")
    let trained = try SafeTensors(contentsOf: record.folder.appendingPathComponent("checkpoint.safetensors")).tensors
    for tensor in Self.backbone.tensors where !tensor.name.contains("running_") {
      #expect(trained["model.backbone.\(tensor.name)"] == state[tensor.name], "\(tensor.name)")
    }
  }

  @Test func otherNumbersAreAnotherRun() throws {
    let project = try TinyProject()
    var state = state()
    try write(state, to: "weights/pretrained.safetensors", of: project)
    let first = try run(project)
    #expect(try run(project).identity == first.identity)
    state["bn1.bias"] = StoredTensor([Float](repeating: 0.5, count: 16), shape: [16])
    try write(state, to: "weights/pretrained.safetensors", of: project)
    #expect(try run(project).identity.hash != first.identity.hash)
  }

  @Test func aRunsCheckpointIsAFileOfPretrainedWeights() throws {
    let project = try TinyProject()
    try write(state(), to: "weights/pretrained.safetensors", of: project)
    let first = try run(project)
    let checkpoint = first.folder.appendingPathComponent("checkpoint.safetensors")
    var remarks: [String] = []
    _ = try run(project, ["backbone.weights=\(checkpoint.path)"]) { remarks.append($0) }
    #expect(remarks.contains { $0.contains("are loaded from 'model.backbone.*'") }, "\(remarks)")
  }

  /// What does not fit is an error at the key, before anything is on the disk.
  private func expectRefused(
    _ tensors: [String: StoredTensor], saying words: String..., line: Int = #line
  ) throws {
    let project = try TinyProject()
    try write(tensors, to: "weights/pretrained.safetensors", of: project)
    try expectRefused(project, saying: words, line: line)
  }

  private func expectRefused(_ project: TinyProject, saying words: [String], line: Int = #line) throws {
    let error = #expect(throws: ConfigurationError.self, "line \(line)") { try run(project) }
    let text = "\(try #require(error))"
    for word in words + ["backbone.weights", "pretrained.safetensors"] {
      #expect(text.contains(word), "line \(line): \(text)")
    }
    #expect(!FileManager.default.fileExists(atPath: project.url.appendingPathComponent("runs").path), "line \(line)")
  }

  @Test func whatDoesNotFitStopsBeforeTraining() throws {
    var tensors = state()
    tensors["layer1.0.conv2.weights"] = tensors.removeValue(forKey: "layer1.0.conv2.weight")
    try expectRefused(
      tensors, saying: "'layer1.0.conv2.weight' is missing", "nearest name is 'layer1.0.conv2.weights'",
      "1 other tensor")
    tensors = state()
    tensors["conv1.weight"] = StoredTensor([Float](repeating: 1, count: 16 * 27), shape: [16, 3, 3, 3])
    try expectRefused(tensors, saying: "'conv1.weight' has the shape [16, 3, 3, 3]; the backbone needs [16, 3, 7, 7]")
    try expectRefused(
      state(ResNetConfiguration(block: .basic, blocks: [1, 1, 2, 1], width: 16)),
      saying: "'layer3.1.", "has no place", "The file holds { block: basic, blocks: [1, 1, 2, 1], width: 16 }",
      "backbone has { block: basic, blocks: [1, 1, 1, 1], width: 16 }")
    tensors = state()
    tensors["bn1.bias"] = StoredTensor([Float](repeating: .nan, count: 16), shape: [16])
    try expectRefused(tensors, saying: "'bn1.bias' holds nan")
    try expectRefused(["fc.weight": StoredTensor([1] as [Float], shape: [1])], saying: "'conv1.weight' is missing")
  }

  /// What the error says to do is done, and the run starts.
  @Test func ofTwoNetworksTheOneIsExtractedAsTheErrorSays() throws {
    let project = try TinyProject()
    var tensors: [String: StoredTensor] = [:]
    for (name, tensor) in state() {
      tensors["student.module.backbone.\(name)"] = tensor
      tensors["teacher.backbone.\(name)"] = tensor
    }
    try write(tensors, to: "weights/pretrained.safetensors", of: project)
    let error = try #require(#expect(throws: ConfigurationError.self) { try run(project) })
    let text = "\(error)"
    #expect(
      text.contains("the backbone fits under 2 prefixes: 'teacher.backbone.', 'student.module.backbone.'"), "\(text)")
    let command = try #require(text.range(of: "aanet weights extract ")).upperBound
    let words = text[command...].split(separator: " ").map(String.init)
    #expect(words.count == 5 && words[1] == "--prefix" && words[3] == "--to", "\(words)")
    let target = project.url.appendingPathComponent(words[4])
    let result = try WeightsExport.extract(URL(fileURLWithPath: words[0]), prefix: words[2], to: target)
    #expect(result.tensors == tensors.count / 2 && result.leftOut == tensors.count / 2)
    var remarks: [String] = []
    _ = try run(project, ["backbone.weights=\(words[4])"]) { remarks.append($0) }
    #expect(remarks.contains { $0.contains("all \(Self.backbone.tensors.count) tensors of the backbone are loaded") })
  }

  @Test func aPrefixIsFoundAndSaid() throws {
    let project = try TinyProject()
    var tensors: [String: StoredTensor] = [:]
    for (name, tensor) in state() {
      tensors["model.\(name)"] = tensor
      tensors["model_ema.\(name)"] = tensor
    }
    try write(tensors, to: "weights/pretrained.safetensors", of: project)
    var remarks: [String] = []
    _ = try run(project) { remarks.append($0) }
    #expect(
      remarks.contains {
        $0.contains("are loaded from 'model.*'") && $0.contains("'model_ema.*', which would fit as well")
      })
    try expectRefused(
      ["blocks.0.attn.qkv.weight": StoredTensor([1] as [Float], shape: [1])],
      saying: "'conv1.weight' is missing", "the file has blocks.0.attn.qkv.weight")
  }

  @Test func aFileThatCannotBeReadStopsBeforeTraining() throws {
    let project = try TinyProject()
    try expectRefused(project, saying: ["there is no file", "backbone.weights=none"])
    try project.folder.write("no weights", to: "weights/pretrained.safetensors")
    try expectRefused(project, saying: ["neither a safetensors file nor"])
    let place = try #require(URL(string: "/dev/null"))
    try FileManager.default.removeItem(at: project.url.appendingPathComponent("weights/pretrained.safetensors"))
    try FileManager.default.createSymbolicLink(
      atPath: project.url.appendingPathComponent("weights/pretrained.safetensors").path, withDestinationPath: place.path
    )
    try expectRefused(project, saying: ["not a regular file"])
  }
}
