import Foundation
import Support

/// A Python that has PyTorch: somebody's own, or one in a virtual environment that is made for it.
package struct PeerPython: Sendable {
  package let program: URL
  /// PyTorch's version, as it says it.
  package let torch: String

  /// The version that is installed, so that figures of two machines are of one program.
  package static let version = "2.15.0"

  /// What pip installs. PyTorch's own index has a form for processors alone, a tenth the size of the one with CUDA, which
  /// is what PyPI has; pip takes it where that index can be reached.
  private static let packages = [
    "--extra-index-url", "https://download.pytorch.org/whl/cpu", "torch==\(version)",
  ]

  /// Asks a Python for its PyTorch.
  ///
  /// - Parameters:
  ///   - name: a program by its path or, without a slash, by the name that a shell finds it by; or the folder of a virtual
  ///     environment.
  ///   - watch: called many times a second while it is waited for.
  /// - Throws: `PlainError` with what to do where there is none; what `watch` throws.
  package init(at name: String, watch: () throws -> Void) throws {
    let program = try Self.program(name)
    let answer = try SideProgram(
      program: program, arguments: ["-c", "import torch; print(torch.__version__)"],
      folder: URL(fileURLWithPath: "/", isDirectory: true)
    ).run(watch: watch)
    guard answer.status == 0 else {
      let pip = ShellCommand(program.path, "-m", "pip", "install", options: Self.packages)
      throw PlainError("\(program.path) has no PyTorch that works (\(answer.reason)); \(pip.text) installs it there")
    }
    let words = answer.output.split(whereSeparator: \.isWhitespace)
    guard words.count == 1, let version = words.first, version.count < 60, version.first?.isNumber == true else {
      throw PlainError(
        "\(program.path) does not answer as Python does, but with \(Wording.quoted(answer.output)); name a Python")
    }
    (self.program, torch) = (program, Wording.printable(String(version)))
  }

  private static func program(_ name: String) throws(PlainError) -> URL {
    guard name.contains("/") else {
      guard let found = path(of: name) else {
        throw PlainError("no program \(Wording.quoted(name)) is in the folders of PATH; give the path of a Python")
      }
      return URL(fileURLWithPath: found)
    }
    // A link as it stands: Python knows its virtual environment by the path that it is started by.
    var (place, isFolder) = (URL(fileURLWithPath: name).standardizedFileURL, ObjCBool(false))
    guard FileManager.default.fileExists(atPath: place.path, isDirectory: &isFolder) else {
      throw PlainError("\(name): there is no such program; give the path of a Python that has PyTorch")
    }
    if isFolder.boolValue { place = place.appendingPathComponent("bin/python") }
    guard FileManager.default.isExecutableFile(atPath: place.path) else {
      throw PlainError("\(place.path): there is no program there; give the path of a Python that has PyTorch")
    }
    return place
  }

  private static func path(of name: String) -> String? {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").lazy.map { "\($0)/\(name)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  // MARK: One that is made

  /// The folder of this program's caches, as the user has it: `~/.cache/aanet`.
  package static var caches: URL {
    let named = ProcessInfo.processInfo.environment["XDG_CACHE_HOME"] ?? ""
    let all =
      named.hasPrefix("/")
      ? URL(fileURLWithPath: named, isDirectory: true)
      : FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".cache", isDirectory: true)
    return all.appendingPathComponent("aanet", isDirectory: true)
  }

  /// The virtual environment of a folder of caches, made where it is not there yet. It is there whole or not at all.
  ///
  /// - Parameters:
  ///   - say: told what is done before it is; pip's own words go to standard error as they come.
  ///   - watch: called many times a second meanwhile.
  /// - Throws: `PlainError` or `FileError` with what to do where it cannot be made; what `watch` throws.
  package static func made(
    in caches: URL = caches, say: (String) -> Void, watch: () throws -> Void
  ) throws -> PeerPython {
    let folder = caches.appendingPathComponent("torch-\(version)", isDirectory: true)
    if FileManager.default.fileExists(atPath: folder.path) {
      do { return try PeerPython(at: folder.path, watch: watch) } catch let error as PlainError {
        throw PlainError("\(error); or remove \(folder.path), and it is made anew")
      }
    }
    guard let python = path(of: "python3") else {
      throw PlainError("there is no python3 here; \(advice)")
    }
    try AtomicFile.makeFolder(caches)
    sweep(caches)
    let unfinished = caches.appendingPathComponent("\(prefix)\(getpid())", isDirectory: true)
    defer { try? FileManager.default.removeItem(at: unfinished) }
    say(
      "making \(folder.path): a virtual environment with torch \(version), some 200 MB to download "
        + "(several GB where only PyPI can be reached); it is made once")
    let venv = try SideProgram(program: URL(fileURLWithPath: python), arguments: ["-m", "venv", unfinished.path])
      .run(watch: watch)
    guard venv.status == 0 else {
      // Debian keeps what venv needs in a package of its own, and says so on standard output.
      let isPackage = (venv.output + venv.complaints).contains("ensurepip")
      throw PlainError(
        "\(python) makes no virtual environment (\(isPackage ? "it has no ensurepip" : venv.reason)); \(advice)"
      )
    }
    let pip = SideProgram(
      program: unfinished.appendingPathComponent("bin/python"),
      arguments: ["-m", "pip", "install", "--no-input", "--disable-pip-version-check"] + packages,
      isHeard: true)
    guard try pip.run(watch: watch).status == 0 else {
      throw PlainError(
        "pip could not install torch \(version), for the reason that it gave above; it takes a network and room in "
          + "\(caches.path) and \(FileManager.default.temporaryDirectory.path). Where there is none, name a Python that "
          + "has PyTorch with --python; any version will do")
    }
    _ = try PeerPython(at: unfinished.path, watch: watch)
    // Where another process was faster, its environment is as good.
    rename(unfinished.path, folder.path)
    return try PeerPython(at: folder.path, watch: watch)
  }

  private static let advice =
    "install it (Debian: apt-get install python3-venv), or name a Python that has PyTorch with --python"

  private static let prefix = "torch-\(version).unfinished-"

  /// Removes what killed processes have left half-made.
  private static func sweep(_ caches: URL) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: caches.path)) ?? [] where name.hasPrefix(prefix) {
      guard let process = Int32(name.dropFirst(prefix.count)), kill(process, 0) != 0, errno == ESRCH else { continue }
      try? FileManager.default.removeItem(at: caches.appendingPathComponent(name))
    }
  }
}
