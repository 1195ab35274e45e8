#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

int ctx_die_with_parent(pid_t launcher) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // The launcher may have died before the call above: then the kernel sends nothing, and the parent has changed.
  return getppid() == launcher ? 0 : -1;
}

void ctx_set_process_name(const char *name) { prctl(PR_SET_NAME, name); }

int ctx_pin_to_cpu(pid_t pid, int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  return sched_setaffinity(pid, sizeof set, &set) == 0 ? 0 : errno;
}

int ctx_allowed_cpus(int *cpus, int capacity) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return -1;
  int count = 0;
  for (int cpu = 0; cpu < CPU_SETSIZE && count < capacity; cpu++) {
    if (CPU_ISSET(cpu, &set)) cpus[count++] = cpu;
  }
  return count;
}

static int64_t nanoseconds(clockid_t clock) {
  struct timespec time;
  if (clock_gettime(clock, &time) != 0) return -1;
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int64_t ctx_process_cpu_nanoseconds(pid_t pid) {
  clockid_t clock;
  if (clock_getcpuclockid(pid, &clock) != 0) return -1;
  return nanoseconds(clock);
}

void ctx_iterate(int64_t count) {
  // The compiler may neither shorten the loop nor leave it out: it does not know what the empty assembly does to `count`.
  for (; count > 0; count--) __asm__ volatile("" : "+r"(count));
}

int64_t ctx_thread_cpu_nanoseconds(void) { return nanoseconds(CLOCK_THREAD_CPUTIME_ID); }

int64_t ctx_monotonic_nanoseconds(void) { return nanoseconds(CLOCK_MONOTONIC); }

int64_t ctx_realtime_nanoseconds(void) { return nanoseconds(CLOCK_REALTIME); }

int ctx_timer(void) { return timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC); }

void ctx_arm_timer(int fd, int64_t due) {
  const struct itimerspec time = {.it_value = {.tv_sec = due / 1000000000, .tv_nsec = due % 1000000000}};
  timerfd_settime(fd, TFD_TIMER_ABSTIME, &time, NULL);
}

int ctx_event(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

void ctx_signal_event(int fd) { eventfd_write(fd, 1); }

int ctx_memory_file(const char *name, size_t size) {
  int fd = memfd_create(name, MFD_CLOEXEC);
  if (fd < 0) return -1;
  if (ftruncate(fd, (off_t)size) != 0) {
    int error = errno;
    close(fd);
    errno = error;
    return -1;
  }
  return fd;
}

int ctx_tcp_socket(void) { return socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); }

int ctx_accept(int fd) { return accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC); }

int ctx_socket_pair(int fds[2]) { return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds); }

int ctx_pipe(int fds[2]) { return pipe2(fds, O_CLOEXEC); }

int ctx_set_nonblocking(int fd) {
  int flags = fcntl(fd, F_GETFL);
  return flags < 0 ? -1 : fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

void ctx_terminal_size(int fd, int *columns, int *rows) {
  struct winsize size = {0};
  ioctl(fd, TIOCGWINSZ, &size);
  *columns = size.ws_col;
  *rows = size.ws_row;
}

const char *ctx_signal_name(int signal) { return sigabbrev_np(signal); }
