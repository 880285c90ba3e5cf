import Foundation

/// A program that answers as a Python with PyTorch does, without either: it makes virtual environments of itself, takes note
/// of what pip is to install, and says speeds that are made up.
package struct FakePython: Sendable {
  /// The folder of ``program`` and of what it takes note of.
  package let folder: TemporaryFolder
  /// It is called `python3`, so that its folder may stand in front of a PATH.
  package let program: URL

  /// - Parameters:
  ///   - parameters: the trainable numbers that it says its networks have.
  ///   - speeds: images per second in each mode.
  ///   - script: commands for a shell that come first: `$1` and `$2` are Python's arguments.
  package init(
    parameters: Int = 1, speeds: [String: Double] = ["fp32": 2, "channels_last": 4, "bf16": 8],
    first script: String = ""
  ) throws {
    folder = try TemporaryFolder()
    let cases = speeds.map { "*'\"mode\":\"\($0)\"'*) speed=\($1);;" }.joined(separator: "\n")
    program = try folder.write(
      """
      #!/bin/sh
      notes='\(folder.url.path)'
      \(script)
      case "$1 $2" in
      "-c "*) echo 9.9.9+fake ;;
      "-m venv") echo "$3" >> "$notes/venv" && mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
      "-m pip") echo "$@" >> "$notes/pip" ;;
      *)
        cat > "$notes/program.py"
        echo "$2" >> "$notes/works"
        case "$2" in
        \(cases)
        esac
        echo "{\\"images_per_s\\": $speed, \\"peak_rss_gib\\": 2, \\"parameters\\": \(parameters)}"
      esac

      """, to: "python3")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
  }

  /// What it took note of: `venv` the folders, `pip` the arguments, `works` what was to be measured, `program.py`.
  package func notes(_ name: String) -> [String] {
    let text = try? String(contentsOf: folder.url.appendingPathComponent(name), encoding: .utf8)
    return (text ?? "").split(separator: "\n").map(String.init)
  }

  /// Whether there is such a note.
  package func hasNoted(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: folder.url.appendingPathComponent(name).path)
  }
}
