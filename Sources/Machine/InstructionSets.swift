import Kernels

/// Whether a program may run on a processor: it must have every instruction set that the program was compiled for.
///
/// This room is compiled for the oldest processors, so that it can tell before anything else is run.
package enum InstructionSets {
  /// The instruction sets of the processor that runs this, as bits.
  package static var ofThisProcessor: UInt64 { kernels_processor_has() }

  /// The names of all that are known for this kind of processor.
  package static let names: Set<String> = Set(
    (0..<UInt64.bitWidth).compactMap { kernels_instruction_set(Int32($0)).map { String(cString: $0) } })

  /// Whether the processor that runs this has an instruction set, by its name: `AVX2`.
  package static func processorHas(_ name: String) -> Bool {
    (0..<UInt64.bitWidth).contains { ofThisProcessor >> $0 & 1 == 1 && Self.name($0) == name }
  }

  /// Those of some names, as bits.
  static func bits(where isNamed: (String) -> Bool) -> UInt64 {
    (0..<UInt64.bitWidth).reduce(0) { $0 | (isNamed(name($1)) ? 1 << UInt64($1) : 0) }
  }

  /// What is wrong and what to do where a processor lacks something that a program was compiled for; nil where it has
  /// all of it.
  ///
  /// - Parameters:
  ///   - builtFor: what the program was compiled for, as bits.
  ///   - has: what the processor has, as bits.
  package static func complaint(builtFor: UInt64, has: UInt64) -> String? {
    let lacking = builtFor & ~has
    guard lacking != 0 else { return nil }
    let names = (0..<UInt64.bitWidth).filter { lacking >> $0 & 1 == 1 }.map(name)
    return
      "this program was built for another processor: this one lacks \(names.joined(separator: ", ")); build it anew "
      + "on this machine, in the project's folder: swift package clean && make build"
  }

  /// The name of an instruction set, as processors' data sheets write it.
  private static func name(_ bit: Int) -> String {
    kernels_instruction_set(Int32(bit)).map { String(cString: $0) } ?? "instruction set \(bit)"
  }
}
