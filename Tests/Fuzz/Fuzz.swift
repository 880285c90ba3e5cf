import Foundation

// libFuzzer brings the main program and calls these two.

/// The target that this process feeds: what libFuzzer calls can carry no context.
nonisolated(unsafe) private var target: any FuzzTarget = NamesTarget()

/// Takes the kind of input from the command line, `fuzz KIND [libFuzzer's options and folders]`; `fuzz KIND --seeds DIR`
/// writes sound inputs to start from and ends.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(
  _ count: UnsafeMutablePointer<CInt>,
  _ words: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>
) -> CInt {
  let given = (0..<Int(count.pointee)).compactMap { words.pointee[$0].map { String(cString: $0) } }
  guard given.count > 1, let kind = FuzzKind(rawValue: given[1]) else {
    fail("the first word is a kind of input: \(FuzzKind.allCases.map(\.rawValue).joined(separator: ", "))")
  }
  do {
    target = try kind.target()
    if given.count == 4, given[2] == "--seeds" {
      try target.writeSeeds(to: URL(fileURLWithPath: given[3], isDirectory: true))
      exit(0)
    }
  } catch { fail("\(error)") }
  // libFuzzer sees the words without the kind.
  for place in 1..<Int(count.pointee) { words.pointee[place] = words.pointee[place + 1] }
  count.pointee -= 1
  return 0
}

/// Feeds one input. What a target must do with whatever bytes it is given is end, soon, in little memory, with a value
/// or an error; libFuzzer sees traps, what AddressSanitizer sees, and what takes too long or too much.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ length: Int) -> CInt {
  target.feed(Array(UnsafeBufferPointer(start: bytes, count: length)))
  return 0
}

private func fail(_ message: String) -> Never {
  FileHandle.standardError.write(Data("fuzz: \(message)\n".utf8))
  exit(2)
}
