import Foundation

/// A level of x86-64: instruction sets that a program is compiled for together, by the names that compilers and
/// distributions have for them (System V ABI, AMD64 supplement). Each level has those of the ones before it.
///
/// `make portable` builds the program once for each, side by side: the lowest under its plain name, the others with the
/// level behind it (`aanet`, `aanet-v4`). The one that is started looks for the highest that its processor can run.
package enum ProcessorLevel: String, CaseIterable, Sendable {
  /// AVX2 and fused multiply-adds: Intel since 2013, AMD since 2017.
  case v3 = "x86-64-v3"
  /// AVX-512: Intel's servers since 2017, AMD since 2022.
  case v4 = "x86-64-v4"

  /// The variable that holds the program to a level: `v3`.
  package static let variable = "AANET_LEVEL"

  /// What it adds to the one before, as ``InstructionSets`` names them.
  private var adds: Set<String> {
    switch self {
    case .v3:
      [
        "SSE3", "SSSE3", "SSE4.1", "SSE4.2", "POPCNT", "AVX", "AVX2", "BMI", "BMI2", "F16C", "FMA", "LZCNT", "MOVBE",
      ]
    case .v4: ["AVX512F", "AVX512BW", "AVX512CD", "AVX512DQ", "AVX512VL"]
    }
  }

  /// All that it needs, as bits.
  package var bits: UInt64 {
    let names = self == .v3 ? adds : Self.v3.adds.union(adds)
    return InstructionSets.bits { names.contains($0) }
  }

  /// The end of the program's name, and what the variable says: `v4`.
  package var short: String { String(rawValue.suffix(2)) }

  /// The level that a program was compiled for; nil where it was compiled for one machine.
  package init?(builtFor: UInt64) {
    guard let level = Self.allCases.first(where: { $0.bits == builtFor }), builtFor != 0 else { return nil }
    self = level
  }

  /// The program to run instead of one of a level; nil where there is no better one for the processor.
  ///
  /// - Parameters:
  ///   - program: the path of the one that runs.
  ///   - level: what that was compiled for.
  ///   - has: what the processor has, as bits.
  ///   - wanted: what the variable says.
  ///   - isThere: whether a program is there.
  package static func better(
    than program: String, of level: ProcessorLevel, processorHas has: UInt64, wanted: String?,
    isThere: (String) -> Bool
  ) -> String? {
    let higher = allCases.drop { $0 != level }.dropFirst()
    return higher.last { next in
      next.bits & ~has == 0 && wanted.map { $0.isEmpty || $0 >= next.short } ?? true
        && isThere("\(program)-\(next.short)")
    }.map { "\(program)-\($0.short)" }
  }

  /// What is wrong with what the variable says; nil where it is a level's name or says nothing.
  package static func complaint(wanted: String?) -> String? {
    guard let wanted, !wanted.isEmpty, !allCases.contains(where: { $0.short == wanted }) else { return nil }
    let known = allCases.map(\.short).joined(separator: " and ")
    return "\(variable) is '\(wanted)'; levels are \(known)"
  }
}
