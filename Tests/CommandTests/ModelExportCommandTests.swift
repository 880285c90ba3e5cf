import Datasets
import Foundation
import Tensors
import TestSupport
import Testing

/// `aanet export` as a person meets it. What the models compute is held against ONNX Runtime in Tests/Export.
@Suite struct ModelExportCommandTests {
  /// One short run, trained once.
  private static let trained = Result {
    let project = try TinyProject()
    let outcome = try BuiltCommand.run(["run", "tiny", "train.epochs=1"], in: project.url)
    guard outcome.status == 0 else { throw Failure(description: outcome.complaints) }
    return project
  }

  private struct Failure: Error, CustomStringConvertible { let description: String }

  private struct Written: Decodable {
    struct File: Decodable {
      let path: String
      let bytes: Int
    }
    struct Port: Decodable {
      let name: String
      let type: String
      let shape: [String]
    }
    let files: [File]
    let inputs: [Port]
    let outputs: [Port]
    let examples: [String]
  }

  private func export(_ arguments: [String]) throws -> BuiltCommand.Outcome {
    try BuiltCommand.run(["export"] + arguments, in: Self.trained.get().url)
  }

  private func written(_ arguments: [String]) throws -> Written {
    let outcome = try export(arguments + ["--format", "json"])
    try #require(outcome.status == 0, "\(outcome.complaints)")
    return try JSONDecoder().decode(Written.self, from: Data(outcome.output.utf8))
  }

  private func bytes(_ path: String) throws -> Data {
    try Data(contentsOf: Self.trained.get().url.appendingPathComponent(path))
  }

  @Test func aModelIsWrittenAndSaysWhatItTakesAndGives() throws {
    let model = try written(["tiny/all/1", "--to", "one/model.onnx", "--examples", "data/tiny/query"])
    let data = try bytes("one/model.onnx")
    #expect(model.files.map(\.bytes) == [data.count])
    #expect(model.inputs.map(\.name) == ["image"] && model.inputs[0].type == "uint8")
    #expect(model.inputs[0].shape == ["N", "image_side_1", "image_side_2", "3"])
    let names = model.outputs.map(\.name)
    #expect(names.prefix(2) == ["descriptor", "attribute_gender"] && names.contains("attention_map"))
    #expect(model.outputs.first { $0.name == "part_rows" }?.shape == ["N", "6", "2"])
    // Twelve vectors of head.width numbers.
    #expect(model.outputs[0].shape == ["N", "192"] && names.count { $0.hasPrefix("attribute_") } == 12)
    let set = try #require(model.examples.first).split(separator: "/").last.map(String.init)
    #expect(model.examples.count == 1 && set == "test_data_set_0")
    let files = try Self.trained.get().folder.files().filter { $0.hasPrefix("one/test_data_set_0/") }
    #expect(files.count { $0.contains("input_") } == 1 && files.count { $0.contains("output_") } == names.count)
    // The names of classes and what the data are stand in the file.
    for word in ["descriptor_layout", "teenager", "synthetic twin", "backbone.layer4.0.conv2.weight"] {
      #expect(data.range(of: Data(word.utf8)) != nil, "\(word)")
    }
  }

  @Test func equalRunsGiveEqualBytes() throws {
    _ = try written(["tiny/plain/1", "--to", "equal/a.onnx", "--input", "normalised"])
    _ = try written(["tiny/plain/1", "--to", "equal/b.onnx", "--input", "normalised", "--threads", "1"])
    #expect(try bytes("equal/a.onnx") == bytes("equal/b.onnx"))
  }

  @Test func nothingIsOverwrittenUnasked() throws {
    _ = try written(["tiny/plain/1", "--to", "kept/model.onnx"])
    let before = try bytes("kept/model.onnx")
    let refused = try export(["tiny/all/1", "--to", "kept/model.onnx"])
    #expect(refused.status == 2 && refused.complaints.contains("--force") && refused.output.isEmpty)
    #expect(try bytes("kept/model.onnx") == before)
    _ = try written(["tiny/all/1", "--to", "kept/model.onnx", "--force"])
    #expect(try bytes("kept/model.onnx") != before)

    _ = try written(["tiny/plain/1", "--to", "kept/folder/"])
    let again = try export(["tiny/plain/1", "--to", "kept/folder/"])
    #expect(again.status == 2 && again.complaints.contains("--force"), "\(again.complaints)")
    _ = try written(["tiny/all/1", "--to", "kept/folder/", "--force"])
    try Self.trained.get().folder.write("mine", to: "kept/folder/notes.txt")
    let foreign = try export(["tiny/plain/1", "--to", "kept/folder/", "--force"])
    #expect(foreign.status == 2 && foreign.complaints.contains("notes.txt"), "\(foreign.complaints)")
    #expect(try bytes("kept/folder/notes.txt") == Data("mine".utf8))
  }

  @Test func aFolderHasWeightsDescriptionCardAndProgram() throws {
    let folder = try written(["tiny/all/1", "--to", "folder/"])
    let names = folder.files.map { URL(fileURLWithPath: $0.path).lastPathComponent }
    #expect(Set(names) == ["model.safetensors", "graph.json", "config.json", "model.py", "plan.yaml", "README.md"])
    #expect(folder.files.allSatisfy { $0.bytes > 0 })
    let place = try Self.trained.get().url.appendingPathComponent("folder")
    let tensors = try SafeTensors(contentsOf: place.appendingPathComponent("model.safetensors")).tensors
    #expect(tensors["backbone.conv1.weight"] != nil && tensors["part_heads.5.reduce.weight"] != nil)
    let configuration = try #require(
      try JSONSerialization.jsonObject(with: bytes("folder/config.json")) as? [String: Any])
    let stretches = try #require(configuration["descriptor"] as? [[String: Any]])
    #expect(stretches.reduce(0) { $0 + ($1["count"] as? Int ?? 0) } == 192)
    #expect(configuration["size"] as? [Int] == [96, 32])
    let graph = try #require(try JSONSerialization.jsonObject(with: bytes("folder/graph.json")) as? [String: Any])
    let steps = try #require(graph["steps"] as? [[String: Any]])
    #expect(
      graph["outputs"] as? [String]
        == (configuration["outputs"] as? [[String: Any]])?.compactMap { $0["name"] as? String })
    // Nothing is read that is not there, or not there any more.
    var known = Set(tensors.keys).union(
      (graph["constants"] as? [[String: Any]] ?? []).compactMap { $0["name"] as? String })
    known.insert("image")
    func values(in operand: Any) -> [String] {
      (operand as? String).map { [$0] } ?? (operand as? [Any])?.flatMap(values) ?? []
    }
    for step in steps {
      let read = values(in: step["with"] ?? [])
      #expect(
        read.allSatisfy(known.contains) && (step["frees"] as? [String])?.allSatisfy(read.contains) == true, "\(step)")
      known.subtract(step["frees"] as? [String] ?? [])
      known.insert(step["gives"] as? String ?? "")
    }
    let program = String(decoding: try bytes("folder/model.py"), as: UTF8.self).split(separator: "\n")
    #expect(program.count <= 30 && program.allSatisfy { $0.count <= 120 }, "\(program.count) lines")
    let card = String(decoding: try bytes("folder/README.md"), as: UTF8.self)
    for words in [
      "synthetic twin: its images are drawn", "| 1 (this one) |", "must not be used", "@inproceedings{tay2019aanet",
      "compare with nothing published",
    ] { #expect(card.contains(words), "\(words)") }
  }

  /// Images of any size, smaller and larger than the network's, a pixel wide, a pixel high: as bytes with what the network says
  /// of them, and as the loader brings them to the network. `Tests/Export` holds both forms against each other.
  @Test func imagesOfAnySizeAreExamples() throws {
    let project = try Self.trained.get()
    let sizes = [
      (1, 1), (1, 2), (2, 1), (1, 63), (191, 1), (1, 191), (63, 1), (2, 2), (3, 5), (32, 96), (96, 32), (64, 191),
      (63, 192),
      (71, 139), (139, 71), (31, 95), (33, 97), (47, 143), (49, 145), (300, 1), (1, 300),
    ]
    var stream = RandomStream(seed: 3, name: "sizes")
    let drawn = (0..<23).map { _ in (1 + stream.int(below: 200), 1 + stream.int(below: 260)) }
    for (number, (width, height)) in (sizes + drawn).enumerated() {
      var image = Image(width: width, height: height, red: 0, green: 0, blue: 0)
      for place in image.pixels.indices { image.pixels[place] = UInt8(stream.int(below: 256)) }
      try project.folder.write(
        try JPEG.encode(image, quality: 95), to: String(format: "sizes/%02d-%dx%d.jpg", number, height, width))
    }
    let count = sizes.count + drawn.count
    let bytes = try written(["tiny/all/1", "--to", "any-size/model.onnx", "--examples", "sizes"])
    #expect(bytes.examples.count > 40)
    let normalised = try written([
      "tiny/all/1", "--to", "any-size/normalised/model.onnx", "--input", "normalised", "--examples", "sizes",
    ])
    #expect(normalised.examples.count == (count + 31) / 32)
    _ = try written(["tiny/all/1", "--to", "any-size/torch/"])
    if let kept = ProcessInfo.processInfo.environment["AANET_KEEP"], !kept.isEmpty {
      try FileManager.default.copyItem(
        at: project.url.appendingPathComponent("any-size"),
        to: URL(fileURLWithPath: kept).appendingPathComponent("any-size"))
    }
  }

  @Test func wrongWordsAreSaidToBe() throws {
    for (arguments, words) in [
      (["tiny/all/1", "--to", "model.pt"], "a file ends in .onnx"),
      (["tiny/all/1", "--to", "folder/", "--input", "bytes"], "of an ONNX file"),
      (["tiny/all/1", "--to", "model.onnx", "--input", "byte"], "bytes"),
      (["tiny/all/1", "--to", "data"], "holds files that are not a model's"),
      (["tiny/al/1", "--to", "model.onnx"], "did you mean"),
      (["tiny/all/1", "--to", "model.onnx", "--examples", "absent"], "there is no image and no folder 'absent'"),
      (["tiny/all/1", "--to", "datasets.yaml/model.onnx"], "a file stands where a folder is needed"),
    ] {
      let outcome = try export(arguments)
      #expect(outcome.status == 2 && outcome.complaints.contains(words), "\(arguments): \(outcome.complaints)")
    }
    #expect(try !Self.trained.get().folder.files().contains("model.onnx"))
  }

  /// Names that want to be a command, a tag, a heading or a path.
  @Test func hostileNamesAreTextInACardAndAModel() throws {
    let project = try TinyProject()
    let names = ["`touch mark` ../..", "# heading <script>alert(1)</script>", "\\\" + exit() + \\\""]
    let variants = names.enumerated().map { number, name in
      "  \"\(name)\": { tasks: [global], loss: { weights: { global: \(number + 1) } } }"
    }
    let beginning = TinyProject.experiment.split(separator: "\n").prefix { !$0.hasPrefix("variants") }
    try project.folder.write(
      (beginning + ["variants:"] + variants.map { $0[...] }).joined(separator: "\n") + "\n", to: "experiments/tiny.yaml"
    )
    let trained = try BuiltCommand.run(["run", "tiny", "train.epochs=1"], in: project.url)
    try #require(trained.status == 0, "\(trained.complaints)")
    let runs = try FileManager.default.subpathsOfDirectory(atPath: project.url.appendingPathComponent("runs").path)
      .filter { $0.hasSuffix("checkpoint.safetensors") }.map { "runs/" + ($0 as NSString).deletingLastPathComponent }
    #expect(runs.count == names.count)
    let before = Set(project.folder.files())
    for (number, run) in runs.enumerated() {
      for place in ["\(number)/folder/", "\(number)/model.onnx"] {
        let outcome = try BuiltCommand.run(["export", run, "--to", place], in: project.url)
        #expect(outcome.status == 0, "\(outcome.complaints)")
      }
      let card = try String(
        contentsOf: project.url.appendingPathComponent("\(number)/folder/README.md"), encoding: .utf8)
      let headings = card.split(separator: "\n").filter { $0.hasPrefix("#") }
      #expect(headings.count == 6 && headings[0].hasPrefix("# `tiny/") && headings[0].hasSuffix("`"), "\(headings)")
      let program = try String(
        contentsOf: project.url.appendingPathComponent("\(number)/folder/model.py"), encoding: .utf8)
      #expect(
        try program == String(contentsOf: project.url.appendingPathComponent("0/folder/model.py"), encoding: .utf8))
    }
    let new = Set(project.folder.files()).subtracting(before)
    #expect(new.allSatisfy { file in runs.indices.contains { file.hasPrefix("\($0)/") } }, "\(new)")
  }
}
