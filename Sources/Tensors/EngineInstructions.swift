import Kernels

/// What the engine's machine code is made of.
package enum EngineInstructions {
  /// The instruction sets, as bits, that this room was compiled for, and with it every other one that holds loops.
  ///
  /// It runs on any processor: it returns a constant, and no type of the engine is touched. It is never inlined: in
  /// another room the same words would tell of that room.
  @inline(never)
  package static var builtFor: UInt64 { kernels_built_for() }
}
