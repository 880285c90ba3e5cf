/// How large a YAML text may be: whoever writes a file must not decide how much memory we take.
package struct YAMLLimits: Sendable, Hashable {
  /// Bytes of the text.
  package var bytes: Int
  /// Values and keys, all together.
  package var nodes: Int
  /// Mappings and sequences within each other.
  package var depth: Int
  /// Bytes of one scalar.
  package var scalarBytes: Int

  /// States the limits; each default is far above what a setting needs.
  package init(bytes: Int = 1 << 20, nodes: Int = 50_000, depth: Int = 32, scalarBytes: Int = 1 << 16) {
    self.bytes = bytes
    self.nodes = nodes
    self.depth = depth
    self.scalarBytes = scalarBytes
  }
}
