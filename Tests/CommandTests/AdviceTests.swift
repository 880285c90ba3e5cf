import Experiments
import Foundation
import Runs
import Support
import TestSupport
import Testing

/// What a command's error tells a person to do is done, and helps.
@Suite struct AdviceTests {
  private let project: TinyProject
  private var store: RunStore { RunStore(root: project.url.appendingPathComponent("runs", isDirectory: true)) }

  init() throws { project = try TinyProject() }

  private func aanet(_ arguments: String...) throws -> BuiltCommand.Outcome {
    try BuiltCommand.run(arguments, in: project.url)
  }

  /// A command fails with exit code 2 and gives advice.
  private func expectAdvice(_ words: String, of arguments: String..., line: Int = #line) throws {
    let outcome = try BuiltCommand.run(arguments, in: project.url)
    #expect(outcome.status == 2 && outcome.complaints.contains(words), "line \(line): \(outcome.complaints)")
  }

  private func expectDone(_ arguments: String..., line: Int = #line) throws {
    let outcome = try BuiltCommand.run(arguments, in: project.url)
    #expect(outcome.status == 0, "line \(line): \(outcome.complaints)")
  }

  private func train(_ variant: String = "plain") throws -> RunIdentity {
    try expectDone("run", "tiny", "train.epochs=1", "--variant", variant, "--threads", "1")
    return try #require(store.identities().first { $0.variant == variant })
  }

  /// Damaged or missing files of a finished run: what is advised gets them back, and trains nothing again.
  @Test func filesOfARunAreMadeAnew() throws {
    let run = try train()
    let again = ["run", "tiny", "train.epochs=1", "--variant", "plain", "--threads", "1"]
    let whole = try Data(contentsOf: store.url(.ranks, of: run))
    func damage(_ file: RunStore.File) throws { try Data("{".utf8).write(to: store.url(file, of: run)) }
    func remove(_ files: RunStore.File...) throws {
      for file in files { try FileManager.default.removeItem(at: store.url(file, of: run)) }
    }
    func expectMadeAnew(line: Int = #line) throws {
      let outcome = try BuiltCommand.run(again, in: project.url)
      #expect(outcome.status == 0 && !outcome.complaints.contains("epoch 1/1"), "line \(line): \(outcome.complaints)")
      #expect(try Data(contentsOf: store.url(.ranks, of: run)) == whole, "line \(line)")
      try expectDone("runs", "verify", line: line)
      try expectDone("runs", line: line)
    }
    try damage(.metrics)
    try expectAdvice("metrics.json: is no JSON; remove the file, and aanet run writes it anew", of: "runs")
    try remove(.metrics)
    try expectMadeAnew()

    try damage(.provenance)
    try expectAdvice("remove it and metrics.json beside it, and aanet run writes both anew", of: "runs")
    try remove(.provenance, .metrics)
    try expectMadeAnew()

    try damage(.ranks)
    let ranks = #expect(throws: FileError.self) { try store.ranks(of: run) }
    #expect(ranks?.reason.hasSuffix("remove it and metrics.json beside it, and aanet run writes both anew") == true)
    try remove(.ranks, .metrics)
    try expectMadeAnew()

    try remove(.descriptors)
    try expectAdvice(
      "it is missing; remove metrics.json beside it, and aanet run writes both anew", of: "figures", "tiny/plain/1")
    try remove(.metrics)
    try expectMadeAnew()
    try expectDone("figures", "tiny/plain/1", "--queries", "1", "--worst", "0", "--to", "figures")

    // What was removed comes back but for a run of the same name.
    let removed = try aanet("runs", "remove", "tiny")
    let said = try #require(removed.output.firstRange(of: "To get back: aanet "))
    let restore = removed.output[said.upperBound...].prefix { $0 != "\n" }
    #expect(try BuiltCommand.run(again, in: project.url).status == 0)
    try expectAdvice(
      "there is such a run again; remove it first to restore the one in the trash", of: "runs", "restore")
    try FileManager.default.removeItem(at: store.folder(for: run))
    let restored = try BuiltCommand.run([], in: project.url, by: "\"$1\" \(restore)")
    #expect(restored.status == 0 && restored.output.contains("restored tiny/plain"), "\(restored.complaints)")
  }

  /// A rate that is too high: the lower one that is advised, copied into a shell, is a run that starts.
  @Test func aLowerRateCanBeCopied() throws {
    let outcome = try aanet(
      "run", "tiny", "train.rate.new=100", "--variant", "plain", "--threads", "1")
    let said = try #require(outcome.complaints.firstRange(of: "a lower rate may not: aanet "), "\(outcome.complaints)")
    let words = outcome.complaints[said.upperBound...].prefix { $0 != "(" && $0 != "\n" }
    let again = try BuiltCommand.run(
      [], in: project.url, by: "\"$1\" \(words) train.epochs=1 --variant plain --threads 1")
    #expect([0, 3].contains(again.status), "\(again.complaints)")
    #expect(store.identities().count == 2)
  }

  @Test func weightsThatAreNotThere() throws {
    try expectAdvice(
      "start from chance with backbone.weights=none", of: "run", "tiny", "backbone.weights=weights/my #1.pth")
    try expectDone("run", "tiny", "backbone.weights=none", "train.epochs=1", "--variant", "plain", "--threads", "1")
  }

  @Test func attributesThatAreNotThere() throws {
    let registry = "tiny:\n  root: data/tiny\n  layout: market1501\n"
    try project.folder.write(registry, to: "datasets.yaml")
    let words =
      "name the file with 'attributes:' in datasets.yaml, or leave out the tasks 'attribute' and 'attention'"
    try expectAdvice(words, of: "run", "tiny", "train.epochs=1", "--variant", "all", "--threads", "1")
    try expectDone(
      "run", "tiny", "train.epochs=1", "tasks=[global, part]", "loss.weights=uncertainty", "--variant", "all",
      "--threads", "1")
    try project.folder.write(registry + "  attributes: market_attribute.mat\n", to: "datasets.yaml")
    try expectDone("run", "tiny", "train.epochs=1", "--variant", "all", "--threads", "1")
  }

  /// Files whose names do not say what is written, and folders in a file's place.
  @Test func namesOfFilesToWrite() throws {
    try expectAdvice("end its name in .jpg", of: "data", "show", "tiny", "--out", "sheet.gif")
    try expectDone("data", "show", "tiny", "--out", "sheet.jpg")
    _ = try train("all")
    let image = "0011_c1s1_000000_01.jpg"
    try expectAdvice("end its name in .png", of: "query", "tiny/all", image, "--out", "panel.jpg")
    try expectDone("query", "tiny/all", image, "--out", "panel.png", "--threads", "1")
    try expectAdvice(
      "write attribute=value, as in gender=male,backpack=yes", of: "query", "tiny/all", image, "--where", "gender")
    try expectDone("query", "tiny/all", image, "--where", " gender = male ,backpack=yes", "--out", "a #1.png")
    #expect(FileManager.default.fileExists(atPath: project.url.appendingPathComponent("a #1.png").path))
    try expectAdvice("it is a folder; name a file in it", of: "weights", "export", "tiny/all", "--to", "data")
    try expectDone("weights", "export", "tiny/all", "--to", "data/out.safetensors")
    _ = try train()
    try expectAdvice("take a run of a variant that has it", of: "predict", "tiny/plain", "data/tiny/query")
    try expectDone("predict", "tiny/all", "data/tiny/query", "--threads", "1")
  }

  /// Names as people give them, in folders, overrides and variants, and the command that goes on with such a run.
  @Test func oddNamesAreTakenAsTheyAre() throws {
    let odd = "-a #1: 'b' \"c\" $(touch mark) %41\t*"
    let text = TinyProject.experiment.replacing(
      "plain:", with: "\"\(odd.replacing("\"", with: "\\\"").replacing("\t", with: " "))\":")
    let variant = odd.replacing("\t", with: " ")
    try project.folder.write(text, to: "experiments/my #1 exp.yaml")
    let runs = project.url.appendingPathComponent(odd, isDirectory: true).path
    let begun = try BuiltCommand.run(
      ["run", "my #1 exp", "train.epochs=40", "--variant=\(variant)", "--threads", "1", "--no-report", "--runs", runs],
      in: project.url,
      by: "(while ! ls ./*/my*/*/seed-*/epochs.jsonl >/dev/null 2>&1; do sleep 0.01; done; kill -TERM $$) & exec \"$@\""
    )
    #expect(begun.status == 130, "\(begun.complaints)")
    let said = try #require(begun.complaints.firstRange(of: "To go on: aanet "), "\(begun.complaints)")
    let words = begun.complaints[said.upperBound...].prefix { $0 != "\n" }
    let again = try BuiltCommand.run([], in: project.url, by: "\"$1\" \(words)")
    #expect(again.status == 0, "\(words)\n\(again.complaints)")
    let made = RunStore(root: URL(fileURLWithPath: runs, isDirectory: true))
    #expect(made.identities().map(\.variant) == [variant] && made.identities().map(\.experiment) == ["my #1 exp"])
    for reference in ["my #1 exp/\(variant)/1", "my #1 exp/\(variant)", "\(variant)/1"] {
      let shown = try BuiltCommand.run(["runs", "verify", "--runs", runs, "--", reference], in: project.url)
      #expect(shown.status == 0 && shown.output.hasPrefix("1 finished run"), "\(reference): \(shown.complaints)")
    }
    #expect(!FileManager.default.fileExists(atPath: project.url.appendingPathComponent("mark").path))
  }

  /// Commands that look for runs where there is no project say so.
  @Test func outsideAProject() throws {
    let elsewhere = try TemporaryFolder()
    for command in [["runs"], ["runs", "verify"], ["runs", "remove", "x"], ["runs", "restore"], ["runs", "trash"]] {
      let outcome = try BuiltCommand.run(command, in: elsewhere.url)
      #expect(
        outcome.status == 2
          && outcome.complaints.contains(
            "is no project's folder: it has no experiments/, no datasets.yaml and no runs/; go to a project's folder, name "
              + "it with --project, or name a folder of runs with --runs"),
        "\(command): \(outcome.complaints)")
      let missing = try BuiltCommand.run(command + ["--runs", "nowhere"], in: elsewhere.url)
      #expect(missing.status == 2 && missing.complaints.contains("--runs nowhere: there is no such folder"))
    }
    let there = try BuiltCommand.run(["runs", "--project", project.url.path], in: elsewhere.url)
    #expect(there.status == 0 && there.output.contains("there are no runs under"), "\(there.complaints)")
    try elsewhere.write("", to: "runs/note")
    #expect(try BuiltCommand.run(["runs"], in: elsewhere.url).status == 0)
    for command in [["show", "x"], ["run", "x"], ["data", "verify", "x"], ["compare", "x", "y"], ["figures", "x"]] {
      let outcome = try BuiltCommand.run(command, in: elsewhere.url)
      #expect(outcome.status == 2 && outcome.complaints.contains("--project"), "\(command): \(outcome.complaints)")
    }
  }

  /// Files that may not be read are said to be that, and not to be damaged. Modes bind everybody but root, who gives
  /// the program to somebody else here, where that is possible.
  @Test func filesThatMayNotBeRead() throws {
    let run = try train()
    let isRoot = geteuid() == 0
    let script = isRoot ? "exec setpriv --reuid=65534 --regid=65534 --clear-groups \"$@\"" : nil
    if isRoot {
      // The program and the folder must be within reach of somebody else.
      var folder = project.url
      while folder.path != FileManager.default.temporaryDirectory.standardizedFileURL.path, folder.path != "/" {
        chmod(folder.path, 0o755)
        folder.deleteLastPathComponent()
      }
      guard try BuiltCommand.run(["--help"], in: project.url, by: script).status == 0 else {
        print("the program cannot be given to another user here: files that may not be read are not tried")
        return
      }
    }
    func expectSaid(_ place: URL, _ arguments: String..., line: Int = #line) throws {
      var status = stat()
      #expect(stat(place.path, &status) == 0 && chmod(place.path, 0) == 0)
      defer { chmod(place.path, status.st_mode) }
      let outcome = try BuiltCommand.run(arguments, in: project.url, by: script)
      #expect(
        outcome.status == 2
          && outcome.complaints.contains(
            "Permission denied; make it readable for you, and the folders that it lies in"),
        "line \(line): \(outcome.complaints)")
    }
    try expectSaid(store.url(.epochs, of: run), "runs")
    try expectSaid(store.url(.metrics, of: run), "runs")
    try expectSaid(store.folder(for: run).deletingLastPathComponent(), "runs")
    try expectSaid(project.url.appendingPathComponent("experiments/tiny.yaml"), "show", "tiny")
    try expectSaid(project.url.appendingPathComponent("datasets.yaml"), "data", "verify", "tiny")
  }
}
