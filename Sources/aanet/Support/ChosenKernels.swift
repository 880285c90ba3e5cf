import Foundation
import Tensors

/// Whether the program itself chose the kernels that OpenBLAS runs, for this machine alone. The variable by which it tells
/// OpenBLAS looks the same where a person has set it, for every machine.
enum ChosenKernels {
  private static let mark = "AANET_CHOSE_KERNELS"

  /// Remembers, before the program starts itself anew with better kernels, that nobody has said which ones to take.
  static func remember() {
    if getenv(KernelChoice.variable) == nil { setenv(mark, "1", 1) }
  }

  /// Lets programs on other machines, which inherit this one's variables, choose for themselves.
  static func forget() {
    guard getenv(mark) != nil else { return }
    unsetenv(KernelChoice.variable)
    unsetenv(mark)
  }
}
