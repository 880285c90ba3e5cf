import Runs
import Support

/// A run that goes on, perhaps elsewhere. The same plan gives the same bits for the same kernels, OpenBLAS, compiler and
/// processor; a run that was begun with others has bits that no uninterrupted run has, so that its record and its reader
/// are told.
package struct ProvenanceChain {
  /// What the record has to say from now on; nil where it says it already.
  package let changed: Provenance?
  /// What may leave the run with bits of its own, in words; nil where nothing does.
  package let remark: String?

  /// - Parameters:
  ///   - known: where the run has been; nil where it has no steps behind it.
  ///   - origin: where it is now.
  package init(of known: Provenance?, goingOnAt origin: Provenance) {
    guard var known, let last = known.stations.last else {
      (changed, remark) = (origin, nil)
      return
    }
    // OpenBLAS's description of itself names its kernels too.
    let hasOtherKernels = last.blasKernels != origin.blasKernels
    let decisive: [(String, KeyPath<Provenance, String>)] = [
      (hasOtherKernels ? "OpenBLAS's kernels" : "OpenBLAS", hasOtherKernels ? \.blasKernels : \.blas),
      ("the compiler", \.compiler), ("the processor", \.cpu),
    ]
    let differences = decisive.compactMap { name, part in
      last[keyPath: part] == origin[keyPath: part]
        ? nil : "\(name) (\(Wording.quoted(last[keyPath: part])), now \(Wording.quoted(origin[keyPath: part])))"
    }
    // Threads are not decisive, the commit need not be: what changes numbers is part of the run's hash.
    guard
      !differences.isEmpty || last.commit != origin.commit || last.hasLocalChanges != origin.hasLocalChanges
    else {
      (changed, remark) = (nil, nil)
      return
    }
    known.resumed = (known.resumed ?? []) + [origin]
    changed = known
    remark =
      differences.isEmpty
      ? nil
      : "goes on elsewhere than it was begun: other \(differences.joined(separator: ", ")). Its bits may be those of no "
        + "run that was left undisturbed, and its record says so; `aanet runs remove` puts it away, and `aanet run` begins anew"
  }
}
