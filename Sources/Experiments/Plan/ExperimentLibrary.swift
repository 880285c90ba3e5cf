import Configuration
import Foundation
import Support
import YAML

/// The experiments of a project: the YAML files under `experiments/`.
package struct ExperimentLibrary: Sendable {
  /// The project's folder, which messages leave out of paths.
  package let project: URL
  /// The folder `experiments/`.
  package let folder: URL

  /// Opens the experiments of a project.
  package init(project: URL) {
    self.project = project.standardizedFileURL
    folder = self.project.appendingPathComponent("experiments", isDirectory: true)
  }

  /// The names of all files, bases too, sorted: paths under `experiments/` without `.yaml`.
  package func names() -> [String] {
    let paths = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
    return paths.filter { $0.hasSuffix(".yaml") && !$0.split(separator: "/").contains { $0.hasPrefix(".") } }
      .map { String($0.dropLast(".yaml".count)) }.sorted()
  }

  /// Resolves an experiment.
  ///
  /// - Parameters:
  ///   - wanted: its name, the last part of its name where that is unique, or the path of a file.
  ///   - overrides: changes of the form `train.epochs=5`.
  /// - Throws: `ConfigurationError` at the first fault.
  package func plan(_ wanted: String, overrides: [String] = []) throws(ConfigurationError) -> ExperimentPlan {
    let (name, file) = try find(wanted)
    var changes: [Override] = []
    for text in overrides { changes.append(try Override(text)) }
    return try plan(load(file), name: name, file: file, overrides: changes)
  }

  /// Resolves an experiment, or every experiment of a folder in sorted order: `quickstart` is all of
  /// `experiments/quickstart/`.
  ///
  /// - Parameters:
  ///   - wanted: what ``plan(_:overrides:)`` takes, or a folder under `experiments/`.
  ///   - overrides: changes that are made to each.
  /// - Throws: `ConfigurationError` at the first fault of any of them.
  package func plans(_ wanted: String, overrides: [String] = []) throws(ConfigurationError) -> [ExperimentPlan] {
    guard let names = names(inFolder: wanted) else { return [try plan(wanted, overrides: overrides)] }
    var plans: [ExperimentPlan] = []
    for name in names { plans.append(try plan(name, overrides: overrides)) }
    return plans
  }

  private func plan(
    _ contents: ExperimentFile, name: String, file: URL, overrides: [Override]
  ) throws(ConfigurationError) -> ExperimentPlan {
    if let abstract = contents.own["abstract"], try abstract.bool() {
      throw abstract.error("this file is a base for others to extend, not an experiment")
    }
    guard let runs = contents.own["runs"] else {
      do {
        return try ExperimentPlan(contents, name: name, file: file, overrides: overrides)
      } catch {
        // Where a file that it extends says so, the fault may be this one's all the same.
        guard let other = error.location?.file, other != contents.shown else { throw error }
        throw ConfigurationError(
          at: error.location, path: error.path, "\(error.reason) (in \(Wording.printable(contents.shown)))")
      }
    }
    return try ExperimentPlan(reporting: runs, of: contents, name: name, file: file) {
      setting throws(ConfigurationError) in
      let wanted = try setting.string(maximum: 1000)
      let others = names().filter { $0 != name && isRunnable($0) }
      guard others.contains(wanted) else {
        throw setting.error(
          Wording.unknown("there is no experiment", naming: wanted, among: others))
      }
      let source = try load(url(of: wanted))
      if let again = source.own["runs"] {
        throw setting.error(
          "\(wanted) reports runs of another experiment itself (\(again.value.location?.description ?? wanted))")
      }
      return try ExperimentPlan(source, name: wanted, file: url(of: wanted), overrides: overrides)
    }
  }

  /// Every experiment that can be run, and what is wrong with the files that cannot be read.
  package func survey() -> (plans: [ExperimentPlan], faults: [ConfigurationError]) {
    var plans: [ExperimentPlan] = []
    var faults: [ConfigurationError] = []
    for name in names() {
      do throws(ConfigurationError) {
        let file = url(of: name)
        let contents = try load(file)
        if try contents.own["abstract"]?.bool() ?? false {
          try checkBase(contents)
        } else {
          plans.append(try plan(contents, name: name, file: file, overrides: []))
        }
      } catch { faults.append(error) }
    }
    return (plans, faults)
  }

  // MARK: Names

  /// The experiments of a folder under `experiments/`, sorted, bases left out; nil where there is no such folder, or
  /// where an experiment has that name.
  private func names(inFolder wanted: String) -> [String]? {
    let all = names()
    guard !all.contains(wanted), !wanted.isEmpty, !wanted.unicodeScalars.contains("\0") else { return nil }
    let plain = wanted.split(separator: "/", omittingEmptySubsequences: true).joined(separator: "/")
    var folders = [plain]
    for root in [URL(fileURLWithPath: "."), project] {
      let path = URL(fileURLWithPath: wanted, relativeTo: root).standardizedFileURL.path
      if path.hasPrefix(folder.path + "/") { folders.append(String(path.dropFirst(folder.path.count + 1))) }
    }
    for folder in folders {
      let inside = all.filter { $0.hasPrefix(folder + "/") && isRunnable($0) }
      if !inside.isEmpty { return inside }
    }
    return nil
  }

  /// The name and file that a person means.
  func find(_ wanted: String) throws(ConfigurationError) -> (name: String, file: URL) {
    let names = names()
    if names.contains(wanted) { return (wanted, url(of: wanted)) }
    let sameEnd = names.filter { $0.hasSuffix("/" + wanted) }
    if sameEnd.count == 1, let name = sameEnd.first { return (name, url(of: name)) }
    guard sameEnd.isEmpty else {
      throw ConfigurationError(
        at: nil, "\(Wording.quoted(wanted)) is the name of several experiments; write one of \(Wording.list(sameEnd))")
    }
    if let file = file(atPath: wanted) { return try named(file) }
    throw ConfigurationError(at: nil, unknown(wanted, among: names))
  }

  private func unknown(_ wanted: String, among names: [String]) -> String {
    let what = "there is no experiment \(Wording.quoted(wanted))"
    guard !names.isEmpty else {
      return
        "\(what); \(Wording.printable(folder.path)) holds no .yaml files; go to a project's folder, or name it with --project"
    }
    let runnable = names.filter { isRunnable($0) }
    let short = runnable.map { name in name.split(separator: "/").last.map(String.init) ?? name }
    let plain = wanted.hasSuffix(".yaml") ? String(wanted.dropLast(".yaml".count)) : wanted
    let near =
      Wording.nearest(to: plain, in: runnable)
      ?? Wording.nearest(to: plain, in: short).flatMap { word in runnable.first { $0.hasSuffix(word) } }
    let meant = near.map { "; did you mean \(Wording.quoted($0))? Known: " } ?? "; known: "
    return what + meant + Wording.list(runnable)
  }

  /// The names of all experiments, sorted: without bases.
  func runnableNames() -> [String] { names().filter { isRunnable($0) } }

  private func isRunnable(_ name: String) -> Bool {
    guard let value = try? YAML.parse(contentsOf: url(of: name)) else { return true }
    return value[key: "abstract"]?.scalar?.text != "true"
  }

  /// A path given by the person: relative to the current folder, then to the project.
  private func file(atPath path: String) -> URL? {
    guard !path.isEmpty, !path.unicodeScalars.contains("\0") else { return nil }
    let candidates = [URL(fileURLWithPath: path), URL(fileURLWithPath: path, relativeTo: project)]
    return candidates.map(\.standardizedFileURL).first { file in
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder) && !isFolder.boolValue
    }
  }

  private func named(_ file: URL) throws(ConfigurationError) -> (name: String, file: URL) {
    if file.path.hasPrefix(folder.path + "/"), file.pathExtension == "yaml" {
      return (String(file.path.dropFirst(folder.path.count + 1).dropLast(".yaml".count)), file)
    }
    let name = file.deletingPathExtension().lastPathComponent
    guard FolderName.fits(name) else {
      throw ConfigurationError(at: nil, "\(Wording.quoted(file.path)): the name is too long for the folder of its runs")
    }
    return (name, file)
  }

  private func url(of name: String) -> URL { folder.appendingPathComponent(name + ".yaml", isDirectory: false) }

  // MARK: Files

  private func load(_ file: URL) throws(ConfigurationError) -> ExperimentFile {
    let allowed = [folder, file.deletingLastPathComponent()].map { $0.resolvingSymlinksInPath() }
    return try ExperimentFile.load(file, inside: allowed, show: shown)
  }

  /// Each value of a base must be right by itself. Whether they agree, and name a dataset, is for the experiment to say
  /// that completes them.
  private func checkBase(_ contents: ExperimentFile) throws(ConfigurationError) {
    var settings = contents.settings
    if settings[key: "dataset"]?.entries != nil {
      if settings[key: "dataset"]?[key: "name"] == nil { settings[key: "dataset"]?[key: "name"] = .string("any") }
    } else if settings[key: "dataset"] == nil {
      settings[key: "dataset"] = .string("any")
    }
    _ = try Settings(Setting(settings))
  }

  /// A file's path as messages show it: relative to the project where it is in it.
  private func shown(_ file: URL) -> String {
    for root in [project.path, project.resolvingSymlinksInPath().path] where file.path.hasPrefix(root + "/") {
      return String(file.path.dropFirst(root.count + 1))
    }
    return file.path
  }
}
