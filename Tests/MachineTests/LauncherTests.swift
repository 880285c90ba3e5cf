import Machine
import Testing

/// Which environments are those of several processes that work together.
@Suite struct LauncherTests {
  @Test func launchersAreTold() {
    #expect(Launcher(["OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_RANK": "1"])?.processes == 4)
    #expect(Launcher(["PMI_SIZE": "2", "PMI_RANK": "0"])?.processes == 2)
    #expect(Launcher(["PMIX_RANK": "0", "SLURM_STEP_NUM_TASKS": "8", "SLURM_NTASKS": "16"])?.processes == 8)
    #expect(Launcher(["PMI_RANK": "0", "SLURM_NTASKS": "16"])?.variable == "SLURM_NTASKS")
  }

  /// One process of a batch script is alone, however many tasks the job may start.
  @Test func oneProcessIsAlone() {
    for environment in [
      [:], ["SLURM_NTASKS": "16", "SLURM_PROCID": "0"], ["OMPI_COMM_WORLD_SIZE": "1"], ["PMI_SIZE": "many"],
    ] { #expect(Launcher(environment) == nil) }
  }

  @Test func whatIsMissingIsSaid() throws {
    let launcher = try #require(Launcher(["PMI_SIZE": "2"]))
    let fault = #expect(throws: MPIBridge.Fault.self) {
      try MPIBridge(startedBy: launcher, [MPIBridge.variable: "/nowhere/libaanet_mpi.so"])
    }
    let text = fault?.description ?? ""
    #expect(text.contains("one of 2 processes (PMI_SIZE)") && text.contains("/nowhere") && text.contains("make mpi"))
    // A library that is no bridge.
    let other = #expect(throws: MPIBridge.Fault.self) {
      try MPIBridge(startedBy: launcher, [MPIBridge.variable: "libc.so.6"])
    }
    #expect(other?.description.contains("has no aanet_mpi_interface") == true)
  }
}
