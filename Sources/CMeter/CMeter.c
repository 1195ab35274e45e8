#define _GNU_SOURCE
#include "CMeter.h"
#include "CProfileHook.h"

#include <dlfcn.h>

bool ctx_meter_read_arc(struct ctx_arc_counts *counts) {
  // Looked up once: a name that is not found costs an allocation each time.
  static struct ctx_arc_counts (*read)(void);
  static bool is_known;
  if (!is_known) read = (struct ctx_arc_counts (*)(void))dlsym(RTLD_DEFAULT, "ctx_arc_read");
  is_known = true;
  if (!read) return false;
  *counts = read();
  return true;
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define CTX_METER_OFF
#endif
#endif

#ifdef CTX_METER_OFF

struct ctx_meter ctx_meter_read(void) { return (struct ctx_meter){0, 0, 0}; }
int ctx_meter_is_active(void) { return 0; }

#else

#include <errno.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static __thread struct ctx_meter meter __attribute__((tls_model("initial-exec")));

struct ctx_meter ctx_meter_read(void) { return meter; }
int ctx_meter_is_active(void) { return 1; }

// MARK: Allocation. glibc exports its own allocator under __libc_ names for this purpose.

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *pointer, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *pointer);

__attribute__((always_inline)) static inline void count_allocation(size_t size) {
  meter.allocations++;
  meter.allocated_size += size;
  if (__builtin_expect(ctx_profile_samples_allocations, 0)) {
    ctx_profile_did_allocate(size, __builtin_extract_return_addr(__builtin_return_address(0)));
  }
}

__attribute__((visibility("default"))) void *malloc(size_t size) {
  count_allocation(size);
  return __libc_malloc(size);
}

__attribute__((visibility("default"))) void *calloc(size_t count, size_t size) {
  count_allocation(count * size);
  return __libc_calloc(count, size);
}

__attribute__((visibility("default"))) void *realloc(void *pointer, size_t size) {
  count_allocation(size);
  return __libc_realloc(pointer, size);
}

__attribute__((visibility("default"))) void *memalign(size_t alignment, size_t size) {
  count_allocation(size);
  return __libc_memalign(alignment, size);
}

__attribute__((visibility("default"))) void *aligned_alloc(size_t alignment, size_t size) {
  return memalign(alignment, size);
}

__attribute__((visibility("default"))) int posix_memalign(void **pointer, size_t alignment, size_t size) {
  if (alignment < sizeof(void *) || (alignment & (alignment - 1)) != 0) return EINVAL;
  void *memory = memalign(alignment, size);
  if (memory == NULL) return ENOMEM;
  *pointer = memory;
  return 0;
}

__attribute__((visibility("default"))) void free(void *pointer) { __libc_free(pointer); }

// MARK: System calls of the request path, Swift's and libevent's.

#define COUNTED(result, name, parameters, ...)                                      \
  __attribute__((visibility("default"))) result name parameters {                  \
    meter.system_calls++;                                                           \
    return (result)syscall(__VA_ARGS__);                                            \
  }

COUNTED(ssize_t, read, (int fd, void *bytes, size_t size), SYS_read, fd, bytes, size)
COUNTED(ssize_t, write, (int fd, const void *bytes, size_t size), SYS_write, fd, bytes, size)
COUNTED(ssize_t, readv, (int fd, const struct iovec *parts, int count), SYS_readv, fd, parts, count)
COUNTED(ssize_t, writev, (int fd, const struct iovec *parts, int count), SYS_writev, fd, parts, count)
COUNTED(ssize_t, send, (int fd, const void *bytes, size_t size, int flags), SYS_sendto, fd, bytes, size, flags, NULL, 0)
COUNTED(ssize_t, recv, (int fd, void *bytes, size_t size, int flags), SYS_recvfrom, fd, bytes, size, flags, NULL, NULL)
COUNTED(ssize_t, sendmsg, (int fd, const struct msghdr *message, int flags), SYS_sendmsg, fd, message, flags)
COUNTED(ssize_t, recvmsg, (int fd, struct msghdr *message, int flags), SYS_recvmsg, fd, message, flags)
COUNTED(int, accept4, (int fd, struct sockaddr *address, socklen_t *size, int flags), SYS_accept4, fd, address, size, flags)
#ifdef SYS_epoll_wait
COUNTED(int, epoll_wait, (int fd, struct epoll_event *events, int count, int timeout), SYS_epoll_wait, fd, events, count, timeout)
#else
// ARM64 has the call with a signal mask alone.
COUNTED(int, epoll_wait, (int fd, struct epoll_event *events, int count, int timeout), SYS_epoll_pwait, fd, events, count, timeout, NULL, 0)
#endif
COUNTED(int, epoll_ctl, (int fd, int operation, int target, struct epoll_event *event), SYS_epoll_ctl, fd, operation, target, event)
COUNTED(int, timerfd_settime, (int fd, int flags, const struct itimerspec *time, struct itimerspec *old), SYS_timerfd_settime, fd, flags, time, old)

#endif
