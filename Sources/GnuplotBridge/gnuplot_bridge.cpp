#include "gnuplot_bridge.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>

#include <gnuplot-iostream.h>

extern char **environ;

struct gnuplot_bridge {
  pid_t process = -1;
  FILE *errors = nullptr;  // an unlinked temporary file that takes gnuplot's standard error
  std::unique_ptr<gnuplotio::Gnuplot> stream;
};

namespace {

/// Holds SIGPIPE back from this thread, so that writing to a gnuplot that is gone returns EPIPE. Only a signal that
/// arose meanwhile is swallowed; one that the program was already waiting for stays.
class SigpipeGuard {
 public:
  SigpipeGuard() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~SigpipeGuard() {
    sigset_t pending;
    sigpending(&pending);
    if (!was_pending_ && sigismember(&pending, SIGPIPE) == 1) {
      const timespec at_once = {0, 0};
      while (sigtimedwait(&pipe_, nullptr, &at_once) == -1 && errno == EINTR) {
      }
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t pipe_, before_;
  bool was_pending_;
};

/// posix_spawn's two attribute blocks, freed on every way out.
struct Spawn {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  Spawn() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
  }
  ~Spawn() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
};

int start(const char *program, const char *folder, int input, int errors, pid_t *process) {
  Spawn spawn;
  posix_spawn_file_actions_addchdir_np(&spawn.actions, folder);
  posix_spawn_file_actions_adddup2(&spawn.actions, input, STDIN_FILENO);
  posix_spawn_file_actions_addopen(&spawn.actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&spawn.actions, errors, STDERR_FILENO);
  sigset_t none, defaults;
  sigemptyset(&none);
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigmask(&spawn.attributes, &none);
  posix_spawnattr_setsigdefault(&spawn.attributes, &defaults);
  posix_spawnattr_setflags(&spawn.attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::string name = program, plain = "-d";  // -d: no start-up files, whatever the machine's owner put there
  char *arguments[] = {name.data(), plain.data(), nullptr};
  return posix_spawnp(process, program, &spawn.actions, &spawn.attributes, arguments, environ);
}

}  // namespace

extern "C" gnuplot_bridge *gnuplot_bridge_open(const char *program, const char *folder, int *problem) {
  int ends[2] = {-1, -1};
  try {
    auto bridge = std::make_unique<gnuplot_bridge>();
    bridge->errors = tmpfile();
    if (bridge->errors == nullptr || pipe2(ends, O_CLOEXEC) != 0) {
      *problem = errno;
      if (bridge->errors != nullptr) fclose(bridge->errors);
      return nullptr;
    }
    *problem = start(program, folder, ends[0], fileno(bridge->errors), &bridge->process);
    close(ends[0]);
    FILE *input = *problem == 0 ? fdopen(ends[1], "w") : nullptr;
    if (input == nullptr) {
      if (*problem == 0) *problem = errno;
      close(ends[1]);
      if (bridge->process > 0) waitpid(bridge->process, nullptr, 0);
      fclose(bridge->errors);
      return nullptr;
    }
    bridge->stream = std::make_unique<gnuplotio::Gnuplot>(input);
    return bridge.release();
  } catch (...) {
    *problem = ENOMEM;
    return nullptr;
  }
}

extern "C" int gnuplot_bridge_command(gnuplot_bridge *gnuplot, const char *text) {
  SigpipeGuard guard;
  try {
    *gnuplot->stream << text << "\n" << std::flush;
    return *gnuplot->stream ? 0 : -1;
  } catch (...) {
    return -1;
  }
}

extern "C" int gnuplot_bridge_data(gnuplot_bridge *gnuplot, const char *name, const double *values, size_t rows,
                                   size_t columns) {
  SigpipeGuard guard;
  try {
    auto &stream = *gnuplot->stream;
    stream << "$" << name << " << END_OF_DATA\n";
    for (size_t row = 0; row < rows; row++) {
      for (size_t column = 0; column < columns; column++) {
        if (column > 0) stream << " ";
        gnuplotio::TextSender<double>::send(stream, values[row * columns + column]);
      }
      stream << "\n";
    }
    stream << "END_OF_DATA\n" << std::flush;
    return stream ? 0 : -1;
  } catch (...) {
    return -1;
  }
}

extern "C" int gnuplot_bridge_close(gnuplot_bridge *gnuplot, char *message, size_t capacity) {
  if (capacity > 0) message[0] = 0;
  {
    SigpipeGuard guard;
    try {
      gnuplot->stream.reset();  // flushes and closes our end: gnuplot reads the end of its input
    } catch (...) {
    }
  }
  int state = 0;
  pid_t ended;
  do ended = waitpid(gnuplot->process, &state, 0);
  while (ended == -1 && errno == EINTR);
  int status = -1;
  if (ended == gnuplot->process) {
    if (WIFEXITED(state)) status = WEXITSTATUS(state);
    if (WIFSIGNALED(state)) status = 128 + WTERMSIG(state);
  }
  if (capacity > 0) {
    rewind(gnuplot->errors);
    message[fread(message, 1, capacity - 1, gnuplot->errors)] = 0;
  }
  fclose(gnuplot->errors);
  delete gnuplot;
  return status;
}
