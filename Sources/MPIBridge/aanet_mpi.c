// Built by `make mpi` with the machine's own mpicc: which MPI that is, is nobody else's concern.
#include "aanet_mpi.h"

#include <mpi.h>
#include <time.h>

// A communicator for each way.
static MPI_Comm comms[2];

// Nanoseconds in which an answer is looked for without a pause: the first way's are short and often just about to come.
static const long patience[2] = {50000, 0};

// Bytes of a message: MPI counts them in an int. On a slow network the short messages of the first way wait for what the
// second one has under way.
static const size_t most[2] = {1 << 30, 1 << 18};

enum { tag = 1 };

int aanet_mpi_interface(void) { return AANET_MPI_INTERFACE; }

int aanet_mpi_start(int *rank, int *count, int *count_here, int *ways) {
  int given = 0;
  // The shards of a process have threads of their own, one of which runs at a time; the second way is for a thread that
  // works beside them.
  if (MPI_Init_thread(NULL, NULL, MPI_THREAD_MULTIPLE, &given) != MPI_SUCCESS) return 1;
  if (given < MPI_THREAD_SERIALIZED) return 2;
  int mine = given == MPI_THREAD_MULTIPLE ? 2 : 1;
  // Each must have the second way, or none takes it.
  MPI_Allreduce(&mine, ways, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
  for (int way = 0; way < 2; way++) MPI_Comm_dup(MPI_COMM_WORLD, &comms[way]);
  MPI_Comm_rank(comms[0], rank);
  MPI_Comm_size(comms[0], count);
  MPI_Comm here;
  MPI_Comm_split_type(comms[0], MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &here);
  MPI_Comm_size(here, count_here);
  MPI_Comm_free(&here);
  return 0;
}

// MPI's own waiting keeps a processor busy, which the threads that compute want. What has not come for long is looked for
// seldom: each look costs some microseconds of a processor.
static int await(MPI_Request requests[2], long patience) {
  enum { shortest = 20000, longest = 500000 };
  struct timespec start, now, pause = {0, shortest};
  clock_gettime(CLOCK_MONOTONIC, &start);
  for (;;) {
    int done = 0;
    MPI_Status statuses[2];
    if (MPI_Testall(2, requests, &done, statuses) != MPI_SUCCESS) return 1;
    if (done) return 0;
    clock_gettime(CLOCK_MONOTONIC, &now);
    long waited = (now.tv_sec - start.tv_sec) * 1000000000L + now.tv_nsec - start.tv_nsec;
    if (waited < patience) continue;
    nanosleep(&pause, NULL);
    if (pause.tv_nsec < longest) pause.tv_nsec += pause.tv_nsec / 4;
  }
}

int aanet_mpi_exchange(const void *sent, size_t sent_bytes, void *received, size_t received_bytes, int peer, int way) {
  const char *out = sent;
  char *in = received;
  MPI_Comm comm = comms[way];
  size_t piece = most[way];
  do {
    int out_now = (int)(sent_bytes > piece ? piece : sent_bytes);
    int in_now = (int)(received_bytes > piece ? piece : received_bytes);
    MPI_Request requests[2];
    if (MPI_Irecv(in, in_now, MPI_BYTE, peer, tag, comm, &requests[0]) != MPI_SUCCESS) return 1;
    if (MPI_Isend(out, out_now, MPI_BYTE, peer, tag, comm, &requests[1]) != MPI_SUCCESS) return 1;
    if (await(requests, patience[way]) != 0) return 1;
    out += out_now;
    in += in_now;
    sent_bytes -= (size_t)out_now;
    received_bytes -= (size_t)in_now;
  } while (sent_bytes > 0 || received_bytes > 0);
  return 0;
}

void aanet_mpi_abort(int code) { MPI_Abort(MPI_COMM_WORLD, code); }

int aanet_mpi_finish(void) {
  for (int way = 0; way < 2; way++) MPI_Comm_free(&comms[way]);
  return MPI_Finalize();
}

const char *aanet_mpi_library(void) {
  static char text[MPI_MAX_LIBRARY_VERSION_STRING];
  int length = 0;
  MPI_Get_library_version(text, &length);
  return text;
}
