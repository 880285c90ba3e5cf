import Foundation
import Models
import Tensors
import TestSupport
import Testing

/// `aanet weights` as a person meets it.
@Suite struct WeightsCommandTests {
  private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("TensorsTests/Fixtures", isDirectory: true)

  private func weights(_ arguments: [String], in folder: URL? = nil) throws -> BuiltCommand.Outcome {
    try BuiltCommand.run(["weights"] + arguments, in: folder)
  }

  private func fixture(_ name: String) -> String { Self.fixtures.appendingPathComponent(name).path }

  @Test(arguments: ["plain.pth", "legacy.pth", "plain.safetensors"])
  func inspectListsTensors(name: String) throws {
    let table = try weights(["inspect", fixture(name)])
    #expect(table.status == 0, "\(table.complaints)")
    let line = try #require(table.output.split(separator: "\n").first { $0.hasPrefix("conv1.weight") })
    #expect(line.split(separator: " ", maxSplits: 1).last?.contains("F32   [4, 3, 3, 3]      108") == true)
    #expect(table.output.contains("3 tensors, 113 numbers"))

    let json = try weights(["inspect", fixture(name), "--statistics", "--format", "json"])
    let listing = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    let tensors = try #require(listing["tensors"] as? [[String: Any]])
    let counter = try #require(tensors.first { $0["name"] as? String == "bn1.num_batches_tracked" })
    #expect(counter["type"] as? String == "I64" && counter["shape"] as? [Int] == [])
    #expect((counter["statistics"] as? [String: Any])?["mean"] as? Double == 7)
    #expect(listing["numbers"] as? Int == 113)
  }

  @Test func statisticsStandInTheTable() throws {
    let table = try weights(["inspect", fixture("kinds.pth"), "--statistics"])
    let line = try #require(table.output.split(separator: "\n").first { $0.hasPrefix("edges") })
    #expect(line.split(separator: " ").suffix(3) == ["16376", "65504", "3"])
  }

  @Test func aFileThatWantsToRunSomethingEndsWithTwo() throws {
    let outcome = try weights(["inspect", fixture("refused/module.pth")])
    #expect(outcome.status == 2 && outcome.output.isEmpty)
    #expect(
      outcome.complaints.contains("'torch.nn.modules.linear.Linear'") && outcome.complaints.contains("nothing was run"))
    let absent = try weights(["inspect", "absent.pth"])
    #expect(absent.status == 2 && absent.complaints.contains("absent.pth: it cannot be read"))
  }

  @Test func aTrainedModelIsExportedByAnyNameOfItsRun() throws {
    let project = try TinyProject()
    let trained = try BuiltCommand.run(["run", "tiny", "train.epochs=1", "seeds=[1, 2]"], in: project.url)
    #expect(trained.status == 0, "\(trained.complaints)")
    let runs = project.url.appendingPathComponent("runs/tiny/all")
    let folder = try #require(
      try FileManager.default.contentsOfDirectory(atPath: runs.path).first { $0.hasPrefix("seed-1-") })
    let checkpoint = try TensorFile(contentsOf: runs.appendingPathComponent("\(folder)/checkpoint.safetensors"))
    let hash = String(folder.dropFirst("seed-1-".count))

    for name in ["tiny/all/1", "all/seed-1", "tiny/all/\(folder)", String(hash.prefix(8)), "runs/tiny/all/\(folder)"] {
      let outcome = try weights(["export", name, "--to", "out/model.safetensors"], in: project.url)
      #expect(outcome.status == 0, "\(name): \(outcome.complaints)")
      let file = project.url.appendingPathComponent("out/model.safetensors")
      let exported = try TensorFile(contentsOf: file)
      #expect(exported.entries.count == checkpoint.entries.count { $0.name.hasPrefix("model.") })
      #expect(exported.entries.allSatisfy { exported.tensor($0.name) == checkpoint.tensor("model.\($0.name)") })
      #expect(exported["global_head.classifier.weight"] != nil && exported.metadata == ["format": "pt"])
      try FileManager.default.removeItem(at: file)
    }

    let alone = try weights(
      ["export", "all/1", "--backbone-only", "--to", "backbone.safetensors", "--format", "json"], in: project.url)
    #expect(alone.status == 0, "\(alone.complaints)")
    let backbone = try TensorFile(contentsOf: project.url.appendingPathComponent("backbone.safetensors"))
    let configuration = ResNetConfiguration(block: .basic, blocks: [1, 1, 1, 1], width: 16)
    #expect(Set(backbone.entries.map(\.name)) == Set(configuration.tensors.map(\.name)))
    for tensor in configuration.tensors { #expect(backbone[tensor.name]?.shape == tensor.shape) }

    let several = try weights(["export", "tiny/all", "--to", "no.safetensors"], in: project.url)
    #expect(several.status == 2 && several.complaints.contains("names 2 runs") && several.complaints.contains(folder))
    let slip = try weights(["export", "tiny/al/1", "--to", "no.safetensors"], in: project.url)
    #expect(slip.status == 2 && slip.complaints.contains("did you mean 'tiny/all/1'?"))
    let onto = try weights(["export", "all/1", "--to", "out"], in: project.url)
    #expect(onto.status == 2 && onto.complaints.contains("it is a folder"))
    #expect(!FileManager.default.fileExists(atPath: project.url.appendingPathComponent("no.safetensors").path))

    // The exported backbone computes; its input and features have channels first.
    let image = project.url.appendingPathComponent("data/tiny/query/0011_c1s1_000000_01.jpg").path
    let features = try weights(
      [
        "features", "backbone.safetensors", "--image", image, "--size", "96x32", "--last-stride", "2", "--to",
        "f.safetensors",
      ],
      in: project.url)
    #expect(features.status == 0, "\(features.complaints)")
    let computed = try TensorFile(contentsOf: project.url.appendingPathComponent("f.safetensors"))
    #expect(computed["input"]?.shape == [1, 3, 96, 32] && computed["features"]?.shape == [1, 128, 3, 1])
    #expect(computed.summaries(statistics: true).allSatisfy { $0.statistics?.notFinite == 0 })
    let other = try weights(
      ["features", "backbone.safetensors", "--image", image, "--arch", "resnet50", "--to", "f.safetensors"],
      in: project.url)
    #expect(
      other.status == 2 && other.complaints.contains("The file holds { block: basic, blocks: [1, 1, 1, 1], width: 16 }")
    )
  }

  @Test func oneOfSeveralNetworksIsExtracted() throws {
    let folder = try TemporaryFolder()
    let numbers = StoredTensor([1, 2] as [Float], shape: [2])
    let file = SafeTensors(tensors: [
      "teacher.a.w": numbers, "teacher.a.n": StoredTensor([7], shape: []), "student.w": numbers,
    ])
    try folder.write(Array(try file.serialized()), to: "both.safetensors")
    let outcome = try weights(
      ["extract", "both.safetensors", "--prefix", "teacher.a", "--to", "out/a.safetensors"], in: folder.url)
    #expect(
      outcome.status == 0 && outcome.output.contains("2 tensors, 3 numbers; 1 tensors left out"),
      "\(outcome.complaints)")
    let written = try SafeTensors(contentsOf: folder.url.appendingPathComponent("out/a.safetensors"))
    #expect(written.tensors == ["w": numbers, "n": StoredTensor([7], shape: [])])
    let slip = try weights(
      ["extract", "both.safetensors", "--prefix", "techer.a.", "--to", "b.safetensors"], in: folder.url)
    #expect(slip.status == 2 && slip.complaints.contains("did you mean 'teacher.a.'?"), "\(slip.complaints)")
    #expect(folder.files() == ["both.safetensors", "out/a.safetensors"])
  }

  @Test func usageErrorsEndWithTwo() throws {
    for arguments in [
      ["features", "x", "--image", "y", "--to", "z", "--size", "384"],
      ["features", "x", "--image", "y", "--to", "z", "--size", "0x128"],
      ["features", "x", "--image", "y", "--to", "z", "--last-stride", "3"],
      ["features", "x", "--image", "y", "--to", "z", "--arch", "vgg"], ["export", "x"], ["inspect"],
      ["export", "x", "--to", "y"],
    ] {
      let outcome = try weights(arguments)
      #expect(outcome.status == 2 && !outcome.complaints.isEmpty, "\(arguments)")
    }
    for command in [
      ["--help"], ["inspect", "--help"], ["export", "--help"], ["extract", "--help"], ["features", "--help"],
    ] {
      let help = try weights(command)
      #expect(help.status == 0 && help.output.contains("aanet weights"))
    }
  }
}
