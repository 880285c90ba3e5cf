/// A task's part of a pass in evaluation, in Python over PyTorch: what a person reads who wants the descriptor without this
/// program.
///
/// The lines find the feature map `x` `[N, Z, H, W]`, the maps behind the backbone's stages `stages`, the normalised images
/// `image` and what tasks read beside them, `given`; they append the task's vectors, each `[N, width]`, to `v`, and may set
/// `assigned`, how much each place belongs to each part, `[N, P, H·W]`. Numbers are `t[name]`. Whatever somebody else named stands in `config` alone, never in a line.
package struct PythonPass: Sendable {
  /// What the lines call, each a whole definition.
  package let functions: [String]
  package let lines: String

  init(_ lines: String, calling functions: [String] = []) {
    self.lines = lines
    self.functions = functions
  }
}

/// What several tasks call.
extension PythonPass {
  /// The classifier Z → V → C without its last step.
  static let head = """
    def head(x, name):
        return F.relu(bn(x @ t[name + ".reduce.weight"].T, name + ".bn"))
    """

  static let unit = """
    def unit(x):
        n = x.norm(dim=-1, keepdim=True)
        return torch.where(n <= 1e-12, torch.zeros_like(x), x / n)
    """

  /// The row and the column of each channel's first maximum, of those that are above zero somewhere.
  static let peaks = """
    def peaks(x):
        most, at = x.flatten(2).max(2)
        return [[divmod(i, x.shape[3]) for i, m in zip(*row) if m > 0] for row in zip(at.tolist(), most.tolist())]
    """
}

extension String {
  /// A number as Python reads it.
  static func python(_ number: Double) -> String { "\(number)" }
  static func python(_ flag: Bool) -> String { flag ? "True" : "False" }
}
