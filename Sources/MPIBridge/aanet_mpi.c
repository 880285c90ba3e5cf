// Built by `make mpi` with the machine's own mpicc: which MPI that is, is nobody else's concern.
#include "aanet_mpi.h"

#include <mpi.h>

static MPI_Comm world;

// MPI counts bytes in an int.
enum { piece = 1 << 30, tag = 1 };

int aanet_mpi_interface(void) { return AANET_MPI_INTERFACE; }

int aanet_mpi_start(int *rank, int *count, int *count_here) {
  int given = 0;
  // The shards of a process have threads of their own, one of which runs at a time.
  if (MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &given) != MPI_SUCCESS) return 1;
  if (given < MPI_THREAD_SERIALIZED) return 2;
  MPI_Comm_dup(MPI_COMM_WORLD, &world);
  MPI_Comm_rank(world, rank);
  MPI_Comm_size(world, count);
  MPI_Comm here;
  MPI_Comm_split_type(world, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &here);
  MPI_Comm_size(here, count_here);
  MPI_Comm_free(&here);
  return 0;
}

int aanet_mpi_exchange(const void *sent, size_t sent_bytes, void *received, size_t received_bytes, int peer) {
  const char *out = sent;
  char *in = received;
  do {
    int out_now = sent_bytes > piece ? piece : (int)sent_bytes;
    int in_now = received_bytes > piece ? piece : (int)received_bytes;
    if (MPI_Sendrecv(out, out_now, MPI_BYTE, peer, tag, in, in_now, MPI_BYTE, peer, tag, world, MPI_STATUS_IGNORE) !=
        MPI_SUCCESS)
      return 1;
    out += out_now;
    in += in_now;
    sent_bytes -= (size_t)out_now;
    received_bytes -= (size_t)in_now;
  } while (sent_bytes > 0 || received_bytes > 0);
  return 0;
}

void aanet_mpi_abort(int code) { MPI_Abort(MPI_COMM_WORLD, code); }

int aanet_mpi_finish(void) {
  MPI_Comm_free(&world);
  return MPI_Finalize();
}

const char *aanet_mpi_library(void) {
  static char text[MPI_MAX_LIBRARY_VERSION_STRING];
  int length = 0;
  MPI_Get_library_version(text, &length);
  return text;
}
