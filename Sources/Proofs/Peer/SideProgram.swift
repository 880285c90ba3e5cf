import Foundation
import Support

/// A program that is run beside this one, once and to its end.
struct SideProgram {
  /// How it ended, and what it said.
  struct Answer {
    /// The exit code; nil where a signal ended it.
    let status: Int32?
    let signal: Int32
    let output: String
    let complaints: String

    /// Why it did not do its work: the last line that it wrote, or the signal.
    var reason: String {
      guard status != nil else { return "signal \(signal)" + (signal == SIGKILL ? "; was there memory enough?" : "") }
      let last = complaints.split(whereSeparator: \.isNewline).last { !$0.allSatisfy(\.isWhitespace) }
      return last.map { Wording.printable(String($0), limit: 400) } ?? "exit code \(status ?? 0)"
    }
  }

  let program: URL
  let arguments: [String]
  /// What it reads.
  var input = ""
  /// What its environment has beside this process's.
  var environment: [String: String] = [:]
  /// The folder that it works in; nil is this process's.
  var folder: URL?
  /// Whether what it says goes to standard error as it comes, and not into the answer.
  var isHeard = false

  /// Runs it.
  ///
  /// - Parameter watch: called many times a second; what it throws ends the program, too.
  /// - Throws: `PlainError` where it cannot be started; what `watch` throws.
  func run(watch: () throws -> Void) throws -> Answer {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    if let folder { process.currentDirectoryURL = folder }
    let (read, output, complaints) = (try Self.sheet(input), try Self.sheet(), try Self.sheet())
    process.standardInput = read
    process.standardOutput = isHeard ? FileHandle.standardError : output
    process.standardError = isHeard ? FileHandle.standardError : complaints
    let ending = ProcessEnding(of: process)
    do { try process.run() } catch {
      throw PlainError("\(program.path) cannot be started: \(error.localizedDescription)")
    }
    while process.isRunning {
      do { try watch() } catch {
        stop(process)
        ending.wait()
        throw error
      }
      usleep(20_000)
    }
    ending.wait()
    let isExit = process.terminationReason == .exit
    return Answer(
      status: isExit ? process.terminationStatus : nil, signal: isExit ? 0 : process.terminationStatus,
      output: try Self.text(of: output), complaints: try Self.text(of: complaints))
  }

  /// Asks it to end, so that it can clear away what it has begun, and ends it where it does not.
  private func stop(_ process: Process) {
    kill(process.processIdentifier, SIGINT)
    for _ in 0..<Self.patience where process.isRunning { usleep(10_000) }
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
  }

  /// Hundredths of a second that a program has to end.
  private static let patience = 300

  /// A file without a name: no amount of output stops who writes it, and it is gone with this process, however that ends.
  private static func sheet(_ text: String = "") throws -> FileHandle {
    let place = FileManager.default.temporaryDirectory.appendingPathComponent(".aanet.\(UUID().uuidString)")
    let descriptor = open(place.path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw FileError(
        FileManager.default.temporaryDirectory, "a temporary file cannot be made there: \(DiskFault.words(errno))")
    }
    unlink(place.path)
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    try file.write(contentsOf: Data(text.utf8))
    try file.seek(toOffset: 0)
    return file
  }

  /// The first mebibyte of what was written.
  private static func text(of file: FileHandle) throws -> String {
    try file.seek(toOffset: 0)
    return String(decoding: try file.read(upToCount: 1 << 20) ?? Data(), as: UTF8.self)
  }
}
