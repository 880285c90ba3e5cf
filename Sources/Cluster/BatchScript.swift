import Foundation
import Support

/// The scripts that Slurm keeps and starts. Whatever comes from a person or a file stands in them as a quoted word.
package enum BatchScript {
  /// How often a task may be requeued before it counts as one that gets nowhere.
  private static let mostTurns = 200

  /// The script of an array, a task of which trains one run.
  ///
  /// - Parameters:
  ///   - tasks: the words of `aanet run` that each task alone has.
  ///   - words: those that all have, before them.
  ///   - endings: the beginning of the names of the files that say how tasks ended, where that was badly.
  package static func array(
    _ tasks: [[String]], program: URL, words: [String], endings: URL, request: ClusterRequest
  ) -> String {
    let step = [
      "srun", "--ntasks=\(request.ranks)", "--cpus-per-task=\(request.cpus)", "--kill-on-bad-exit=1",
      "--mpi=\(request.ranks > 1 ? request.mpi : "none")",
    ]
    return """
      #!/bin/bash
      # One task of this array trains one run. Written by aanet submit.
      case $SLURM_ARRAY_TASK_ID in
      \(tasks.enumerated().map { "\($0)) set -- \(quoted($1)) ;;" }.joined(separator: "\n"))
      *) echo "there is no task $SLURM_ARRAY_TASK_ID" >&2; exit 2 ;;
      esac
      # Never $SLURM_JOB_ID, which for the last task is the whole array's.
      me=${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}
      ending=\(endings.path.quotedForShell)$SLURM_ARRAY_TASK_ID
      step= turn= heard=
      # The time limit is near: the run is saved and has another turn.
      trap 'heard=yes turn=over; [ "$step" ] && kill -USR1 $step 2>/dev/null' USR1
      # scancel or preemption: the processes are told, too, and save.
      trap heard=yes TERM
      rm -f "$ending"
      # The bridge to MPI is the copy beside the program.
      unset AANET_MPI
      \(quoted(step)) \\
        \(quoted([program.path, "run"] + words)) "$@" </dev/null & step=$!
      [ "$turn" ] && kill -USR1 $step 2>/dev/null
      # A signal ends the waiting, and not the step.
      while heard=; wait $step; code=$?; [ "$heard" ]; do :; done
      # Bash 5.2 can lose the code of a step that ends at the moment of a signal, by which it was told to save.
      [ $code -lt 0 ] && code=130
      [ $code = 0 ] && exit 0

      # What is preempted still runs, and has a time of its preemption. What is cancelled does not run any more, and stays so.
      state=$(scontrol --oneliner show job "$me" 2>/dev/null)
      case $state in
      *' JobState=RUNNING '*' PreemptTime='[0-9]*) turn=over ;;
      *' JobState=RUNNING '*) ;;
      ?*) turn= ;;
      esac
      if [ "$turn" ] && [ "${SLURM_RESTART_COUNT:-0}" -lt \(mostTurns) ]; then
        echo "$me: its turn is over (code $code); it goes on in turn $((${SLURM_RESTART_COUNT:-0} + 2))"
        # Slurm ends this script when it has put the task back.
        scontrol requeue "$me" && { sleep 600 & pause=$!; while kill -0 $pause 2>/dev/null; do wait $pause; done; exit $code; }
      elif [ $code = 130 ] && [ -z "$state" ]; then
        # Whether it is preempted cannot be told. Slurm puts a preempted task back if it still lives then.
        sleep 600 & pause=$!; while kill -0 $pause 2>/dev/null; do wait $pause; done
      fi
      echo "$me: ended with code $code"
      # Saved and taken away is no failure; saved, with another turn that it does not get, is one.
      [ $code = 130 ] && [ -z "$turn" ] || echo $code > "$ending"
      exit $code

      """
  }

  /// The script of a job that looks at records.
  package static func look(_ words: [String]) -> String {
    """
    #!/bin/bash
    # Written by aanet submit.
    exec \(quoted(words))

    """
  }

  private static func quoted(_ words: [String]) -> String { words.map(\.quotedForShell).joined(separator: " ") }
}
