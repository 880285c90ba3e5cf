// What the program asks of MPI: to say who is there, and to move bytes. Sums are its own, in an order of its own.
#ifndef AANET_MPI_H
#define AANET_MPI_H

#include <stddef.h>

// Raised whenever a function changes, so that a bridge of another version is refused.
#define AANET_MPI_INTERFACE 2

int aanet_mpi_interface(void);

// Joins the others: the process's rank, how many there are, how many of them on this machine, and how many ways there are
// between them, each of which one thread may use while another uses the other. 0 where all is well.
int aanet_mpi_start(int *rank, int *count, int *count_here, int *ways);

// Sends bytes to a rank while it receives others from it, by the way of a number; either may be none. Waiting leaves
// the processor to others, on way 1 at once. 0 where all is well.
int aanet_mpi_exchange(const void *sent, size_t sent_bytes, void *received, size_t received_bytes, int peer, int way);

// Ends all ranks at once.
void aanet_mpi_abort(int code);

// Leaves, together with all others.
int aanet_mpi_finish(void);

// The name and version of the MPI that it was built with.
const char *aanet_mpi_library(void);

#endif
