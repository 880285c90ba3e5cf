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
    let made = try BuiltCommand.run([
      "data", "make", "synthetic-duke", "--project", project.url.path, "--format", "json",
    ])
    #expect(made.status == 0, "\(made.complaints)")
    let printed = try #require(try JSONSerialization.jsonObject(with: Data(made.output.utf8)) as? [String: Any])
    #expect(printed["images"] as? Int == 2000)
    #expect(printed["wasPresent"] as? Bool == false)
    let again = try BuiltCommand.run(["data", "make", "synthetic-duke", "--project", project.url.path])
    #expect(again.status == 0 && again.output.contains("is there already"))
    #expect(again.output.contains("query                 192 images, 64 identities, 8 cameras"), "\(again.output)")

    let shown = try BuiltCommand.run(["data", "show", "synthetic-duke", "--project", project.url.path])
    #expect(shown.status == 0, "\(shown.complaints)")
    let sheet = project.url.appendingPathComponent("reports/_out/data/synthetic-duke.jpg")
    #expect(try Data(contentsOf: sheet).count > 100_000)
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

  @Test func mistakesAreErrorsThatHelp() throws {
    let project = try project()
    let place = ["--project", project.url.path]
    let cases: [([String], String)] = [
      (["data", "make", "synthetic-duk"], "did you mean 'synthetic-duke'?"),
      (["data", "make", "synthetic-duke", "--scale", "smal"], "did you mean 'small'?"),
      (["data", "make", "synthetic-duke", "--out", project.url.path], "is no twin"),
      (["data", "make", "synthetic-market"], "synthetic: true"),
      (["data", "make", "synthetic-duke", "--seed", "-1"], "--seed"),
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
