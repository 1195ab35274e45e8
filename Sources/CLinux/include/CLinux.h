// Linux calls that Swift cannot import: variadic functions, macros, and what needs _GNU_SOURCE.
#ifndef CTXCHAIN_CLINUX_H
#define CTXCHAIN_CLINUX_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// Asks the kernel to send SIGKILL to the calling process when the thread that spawned it ends.
/// Returns 0, or -1 when `launcher` is no longer the parent: the launcher is gone already.
int ctx_die_with_parent(pid_t launcher);

/// Sets the name that `ps` and `top` show for this thread (15 bytes at most are kept).
void ctx_set_process_name(const char *name);

/// Pins a process to one CPU. Returns 0 or an errno value.
int ctx_pin_to_cpu(pid_t pid, int cpu);

/// Fills `cpus` with the CPUs that the calling process may run on; returns how many (at most `capacity`), or -1.
int ctx_allowed_cpus(int *cpus, int capacity);

/// CPU time of a process, all threads, in nanoseconds; -1 when the process is gone.
int64_t ctx_process_cpu_nanoseconds(pid_t pid);

/// CPU time of the calling thread, in nanoseconds.
int64_t ctx_thread_cpu_nanoseconds(void);

/// Turns a loop of two instructions so many times.
void ctx_iterate(int64_t count);

/// CLOCK_MONOTONIC in nanoseconds.
int64_t ctx_monotonic_nanoseconds(void);

/// Nanoseconds since 1970, UTC.
int64_t ctx_realtime_nanoseconds(void);

/// A non-blocking, close-on-exec timer descriptor on CLOCK_MONOTONIC. Returns it, or -1 with errno set.
int ctx_timer(void);

/// Lets a timer descriptor expire once at `due` (CLOCK_MONOTONIC, nanoseconds above 0), instead of when it was to.
void ctx_arm_timer(int fd, int64_t due);

/// A non-blocking, close-on-exec event descriptor. Returns it, or -1 with errno set.
int ctx_event(void);

/// Makes an event descriptor readable, once more.
void ctx_signal_event(int fd);

/// An anonymous memory file of `size` zero bytes, close-on-exec. Returns the descriptor, or -1 with errno set.
int ctx_memory_file(const char *name, size_t size);

/// A non-blocking, close-on-exec IPv4 stream socket. Returns the descriptor, or -1 with errno set.
int ctx_tcp_socket(void);

/// Accepts a connection as a non-blocking, close-on-exec descriptor. Returns it, or -1 with errno set.
int ctx_accept(int fd);

/// What the kernel knows of the way to a TCP peer and back, in microseconds: smoothed, which holds what the peer takes to
/// answer, and the least. Returns 0, or -1 with errno set.
int ctx_tcp_round_trip(int fd, uint32_t *smoothed, uint32_t *least);

/// A TCP connection whose peer is silent for about so many seconds, because it or the way to it is gone, ends with
/// ETIMEDOUT, whether something is sent or not.
void ctx_tcp_watch(int fd, int seconds);

/// A connected pair of close-on-exec stream sockets. Returns 0, or -1 with errno set.
int ctx_socket_pair(int fds[2]);

/// A close-on-exec pipe: `fds[0]` reads, `fds[1]` writes. Returns 0, or -1 with errno set.
int ctx_pipe(int fds[2]);

/// Sets O_NONBLOCK. Returns 0, or -1 with errno set.
int ctx_set_nonblocking(int fd);

/// Columns and rows of the terminal behind `fd`; both 0 when there is none or it does not say.
void ctx_terminal_size(int fd, int *columns, int *rows);

/// `KILL` for 9, and so on; NULL for a number that is no signal.
const char *ctx_signal_name(int signal);

#endif
