import Foundation
import TestSupport
import Testing

@Suite struct DataCommandTests {
  /// A project with a registry and nothing else.
  private func project() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      synthetic-duke: { root: data/synthetic-duke, layout: dukemtmc, attributes: duke_attribute.mat, synthetic: true }
      synthetic-market: { root: data/mine, layout: market1501, synthetic: false }
      """, to: "datasets.yaml")
    return folder
  }

  @Test func twinIsMadeWhereTheRegistryLooksAndShown() throws {
    let project = try project()
    // Another scale has an entry of its own, and --data a disk of its own.
    try project.write(
      """
      synthetic-duke: { root: data/duke, layout: dukemtmc, synthetic: true, scale: medium }
      synthetic-duke-small: { root: data/duke-small, layout: dukemtmc, synthetic: true, scale: small }
      """, to: "datasets.yaml")
    let disk = try TemporaryFolder()
    let place = ["--project", project.url.path, "--data", disk.url.path]
    let made = try BuiltCommand.run(
      ["data", "make", "synthetic-duke", "--scale", "small", "--format", "json"] + place)
    #expect(made.status == 0, "\(made.complaints)")
    let printed = try #require(try JSONSerialization.jsonObject(with: Data(made.output.utf8)) as? [String: Any])
    #expect(printed["images"] as? Int == 2000)
    #expect(printed["wasPresent"] as? Bool == false)
    #expect(try FileManager.default.contentsOfDirectory(atPath: disk.url.path) == ["duke-small"])
    let again = try BuiltCommand.run(["data", "make", "synthetic-duke-small"] + place)
    #expect(again.status == 0 && again.output.contains("synthetic-duke-small is there already"))
    #expect(again.output.contains("query                 192 images, 64 identities, 8 cameras"), "\(again.output)")
    #expect(again.output.contains("keypoints.json, parsing  joints and labels, exact\n"), "\(again.output)")
    let noisy = try BuiltCommand.run(["data", "make", "synthetic-duke-small", "--joint-noise", "3"] + place)
    let words = "synthetic-duke-small is there already: 2000 images, seed 1, in \(disk.url.path)/duke-small; cues drawn"
    #expect(noisy.status == 0 && noisy.output.hasPrefix(words), "\(noisy.output)")
    #expect(noisy.output.contains("joints with a deviation of 3 pixels, exact labels\n"), "\(noisy.output)")

    let shown = try BuiltCommand.run(["data", "show", "synthetic-duke-small"] + place)
    #expect(shown.status == 0, "\(shown.complaints)")
    let sheet = project.url.appendingPathComponent("reports/_out/data/synthetic-duke-small.jpg")
    #expect(try Data(contentsOf: sheet).count > 100_000)
  }

  /// A dataset that no layout of the known benchmarks fits, from its description to a trained run.
  @Test func aDatasetOfOnesOwnIsVerifiedAndTrainedOn() throws {
    let project = try TinyProject()
    let files = FileManager.default
    // Names of people in place of numbers, cameras by letter, folders of their own.
    let people = Dictionary(
      uniqueKeysWithValues: (Array(1...8) + Array(11...14)).map { (String(format: "%04d", $0), "person \($0)") })
    for (split, folder) in [("bounding_box_train", "learn"), ("query", "asked"), ("bounding_box_test", "seen")] {
      let old = project.url.appendingPathComponent("data/tiny/\(split)")
      for name in try files.contentsOfDirectory(atPath: old.path) {
        let parts = name.split(separator: "_").map(String.init)
        let camera = ["1": "A", "2": "B", "3": "C"][String(parts[1].dropFirst().prefix(1))] ?? "?"
        let identity = people[parts[0]] ?? parts[0]
        try project.folder.write(
          [UInt8](Data(contentsOf: old.appendingPathComponent(name))),
          to: "elsewhere/own/\(folder)/\(identity)/\(camera)-\(parts[2]).jpg")
      }
    }
    try project.folder.write(
      #"""
      own:
        root: data/own
        layout:
          folders: { train: learn, query: asked, gallery: seen }
          pattern: '(?<identity>[^/]+)/(?<camera>[A-C])-\d+\.jpg'
        expect: { gallery: { images: 14, identities: 4, cameras: 3, junk: 1, distractors: 1 } }
      """#, to: "datasets.yaml")
    try project.folder.write(
      """
      title: On a dataset of my own
      dataset: own
      backbone: { block: basic, blocks: [1, 1, 1, 1], width: 16 }
      input: { size: [96, 32] }
      tasks: [global]
      train: { epochs: 1, batch: 8, rate: { new: 0.05 } }
      seeds: [1]
      """, to: "experiments/own.yaml")
    let data = ["--data", project.url.appendingPathComponent("elsewhere").path]
    let verified = try BuiltCommand.run(["data", "verify", "own", "--format", "json"] + data, in: project.url)
    #expect(verified.status == 0, "\(verified.complaints) \(verified.output)")
    let json = try #require(try JSONSerialization.jsonObject(with: Data(verified.output.utf8)) as? [String: Any])
    #expect((json["identity_names"] as? [String])?.count == 12 && json["sound"] as? Bool == true)

    let arguments = ["run", "own", "--format", "json"]
    let run = try BuiltCommand.run(arguments + data, in: project.url)
    #expect(run.status == 0, "\(run.complaints)")
    #expect(run.output.contains("\"mAP\""), "\(run.output)")
    // The run is the same wherever the data lies: here in its own folder.
    let own = ["--data", project.url.appendingPathComponent("elsewhere/own").path]
    let again = try BuiltCommand.run(arguments + own, in: project.url)
    #expect(again.status == 0 && again.output == run.output && again.complaints.contains("1 run was finished before"))

    try project.folder.write("no image", to: "elsewhere/own/asked/stray.jpg")
    let stray = try BuiltCommand.run(["data", "verify", "own"] + data, in: project.url)
    #expect(stray.status == 2 && stray.complaints.contains("1 of 5 image names does not follow datasets.yaml:5:14"))
    #expect(stray.complaints.contains("It is 'stray.jpg'"), "\(stray.complaints)")
    let missing = try BuiltCommand.run(["data", "verify", "own"], in: project.url)
    #expect(missing.status == 2 && missing.complaints.contains("--data or in the variable AANET_DATA"))
  }

  @Test func aRunSaysInOneLineThatLabelsAreMissing() throws {
    let project = try TinyProject()
    let run = try BuiltCommand.run(["run", "tiny", "train.epochs=1", "--variant", "all"], in: project.url)
    #expect(run.status == 0, "\(run.complaints)")
    let notes = run.complaints.split(separator: "\n").filter { $0.hasPrefix("note: tiny: ") }
    #expect(notes.count == 1 && notes[0].contains("`aanet data verify tiny` lists them"), "\(run.complaints)")
  }

  @Test func verifyEndsWithOneWhereAnEvaluationWouldBeSpoilt() throws {
    let project = try TinyProject()
    let sound = try BuiltCommand.run(["data", "verify", "tiny"], in: project.url)
    #expect(sound.status == 0, "\(sound.complaints)")
    #expect(sound.output.contains("nothing here would spoil an evaluation"))
    #expect(sound.output.contains("label defect: test, 4 without upper_color (read as 'other'): 0011 0012 0013 0014"))
    try project.folder.write(
      String(contentsOf: project.url.appendingPathComponent("datasets.yaml"), encoding: .utf8)
        + "\n  expect: { query: { images: 5, identities: 4, cameras: 1 } }\n", to: "datasets.yaml")
    try project.folder.write("no image", to: "data/tiny/query/0012_c3s1_000001_01.jpg")
    let spoilt = try BuiltCommand.run(["data", "verify", "tiny", "--format", "json"], in: project.url)
    #expect(spoilt.status == 1)
    let json = try #require(try JSONSerialization.jsonObject(with: Data(spoilt.output.utf8)) as? [String: Any])
    let kinds = (json["problems"] as? [[String: Any]])?.compactMap { $0["kind"] as? String }
    #expect(kinds == ["counts", "unreadable"], "\(spoilt.output)")
    // The counts stop a run too, with words that help.
    let run = try BuiltCommand.run(["run", "tiny"], in: project.url)
    #expect(run.status == 2 && run.complaints.contains("2 cameras where 1 are expected"), "\(run.complaints)")
    let missing = try BuiltCommand.run(["data", "verify", "tinny"], in: project.url)
    #expect(missing.status == 2 && missing.complaints.contains("did you mean 'tiny'?"))
  }

  /// A file that is cut short, and a query that lies in the gallery: what `verify` says, `run` says.
  @Test func verifyAndRunAgreeOnDamageAndCopies() throws {
    let project = try TinyProject()
    func bytes(_ path: String) throws -> [UInt8] {
      [UInt8](try Data(contentsOf: project.url.appendingPathComponent(path)))
    }
    let query = "data/tiny/query/0011_c1s1_000000_01.jpg"
    let whole = try bytes(query)
    try project.folder.write(Array(whole.dropLast(100)), to: query)
    let verified = try BuiltCommand.run(["data", "verify", "tiny"], in: project.url)
    #expect(verified.status == 1)
    #expect(
      verified.output.contains(
        "problem: query: 1 file that ends early or is damaged within: '0011_c1s1_000000_01.jpg'"))
    let command = ["run", "tiny", "train.epochs=1", "--variant", "plain"]
    let refused = try BuiltCommand.run(command, in: project.url)
    #expect(refused.status == 2 && refused.complaints.contains("'query/0011_c1s1_000000_01.jpg'"))
    #expect(refused.complaints.contains("--accept-damaged") && refused.output.isEmpty)
    let accepted = try BuiltCommand.run(command + ["--accept-damaged"], in: project.url)
    #expect(accepted.status == 0 && accepted.output.contains("plain, seed 1: mAP"), "\(accepted.complaints)")
    #expect(accepted.complaints.contains("note: tiny: accepted: 1 file that ends early or is damaged within"))
    try project.folder.write(whole, to: query)
    try project.folder.write(whole, to: "data/tiny/bounding_box_test/0011_c6s1_000009_01.jpg")
    let leak = try BuiltCommand.run(["data", "verify", "tiny"], in: project.url)
    #expect(leak.status == 1 && leak.output.contains("problem: 1 of 4 queries lies in the gallery too"))
    let stopped = try BuiltCommand.run(command + ["--accept-damaged"], in: project.url)
    #expect(stopped.status == 2 && stopped.complaints.contains("1 of 4 queries lies in the gallery too"))
  }

  @Test func mistakesAreErrorsThatHelp() throws {
    let project = try project()
    let place = ["--project", project.url.path]
    let cases: [([String], String)] = [
      (["data", "make", "synthetic-duk"], "did you mean 'synthetic-duke'?"),
      (["data", "make", "synthetic-duke", "--scale", "smal"], "did you mean 'small'?"),
      (["data", "make", "synthetic-duke", "--out", project.url.path], "is no twin"),
      (["data", "make", "synthetic-market"], "synthetic: true"),
      (["data", "make", "synthetic-duke", "--seed", "-1"], "--seed"),
      (["data", "make", "synthetic-duke", "--joint-noise", "65"], "--joint-noise is from 0"),
      (["data", "make", "synthetic-duke", "--label-noise", "5"], "--label-noise is from 0"),
      (["data", "show", "synthetic-duk"], "did you mean 'synthetic-duke'?"),
      (["data", "show", "synthetic-duke"], "aanet data make synthetic-duke"),
      (["data", "show", project.url.path], "has no images"),
      (["data", "show", project.url.path, "--out", "sheet.png"], "end its name in .jpg"),
      (["data", "show", project.url.path, "--rows", "0"], "--rows"),
    ]
    for (arguments, hint) in cases {
      let outcome = try BuiltCommand.run(arguments + place)
      #expect(outcome.status == 2, "\(arguments)")
      #expect(outcome.output.isEmpty, "\(arguments)")
      #expect(outcome.complaints.contains(hint), "\(arguments): \(outcome.complaints)")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: project.url.path) == ["datasets.yaml"])
  }
}
