import Foundation

/// The `aanet` program of this build while it runs, to be looked at, interrupted or killed.
package final class StartedCommand {
  private let process = Process()
  private let complaints: URL

  /// The process's number.
  package var number: Int32 { process.processIdentifier }

  /// Starts `aanet` with the arguments in a folder.
  ///
  /// - Parameters:
  ///   - terminal: what its standard error goes to; by default a file that ``complaintsSoFar`` reads.
  ///   - script: commands for a shell that becomes what starts the program, `"$@"`.
  /// - Throws: ``BuiltCommand/Failure`` where the program is not beside the tests, or what `Process` throws.
  package init(
    _ arguments: [String], in folder: URL, environment: [String: String] = [:], by script: String? = nil,
    terminal: FileHandle? = nil
  ) throws {
    let room = try TemporaryFolder()
    complaints = try room.write("", to: "complaints")
    let program = try BuiltCommand.program()
    process.executableURL = script == nil ? program : URL(fileURLWithPath: "/bin/sh")
    process.arguments = script.map { ["-c", $0, "sh", program.path] + arguments } ?? arguments
    process.environment = BuiltCommand.environment(environment)
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = try terminal ?? FileHandle(forWritingTo: complaints)
    try process.run()
  }

  deinit { if process.isRunning { send(SIGKILL) } }

  /// What it has written to standard error.
  package var complaintsSoFar: String { (try? String(contentsOf: complaints, encoding: .utf8)) ?? "" }

  /// Sends it a signal.
  package func send(_ signal: Int32) { kill(number, signal) }

  /// Waits until something holds of it; false where it ended without. No machine is too slow: what never comes ends with
  /// a quarter of an hour.
  package func wait(until holds: () throws -> Bool) rethrows -> Bool {
    for _ in 0..<90_000 {
      if try holds() { return true }
      guard process.isRunning else { return try holds() }
      usleep(10_000)
    }
    return false
  }

  /// Waits for its end and gives the exit code, or the signal that ended it as a negative number.
  package func end() -> Int32 {
    process.waitUntilExit()
    return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
  }
}
