#define _GNU_SOURCE
#include "CProfile.h"
#include "CProfileHook.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define CTX_METER_OFF
#endif
#endif

#ifdef CTX_METER_OFF

enum ctx_profile_clock ctx_profile_start(int64_t period, uint64_t gap, size_t size) { return CTX_PROFILE_NONE; }
struct ctx_profile_totals ctx_profile_stop(void) { return (struct ctx_profile_totals){0, 0, 0}; }
int ctx_profile_next(size_t *position, struct ctx_profile_sample *sample) { return 0; }
void ctx_profile_discard(void) {}
void ctx_profile_modules(void (*visit)(struct ctx_profile_module, void *), void *context) {}

#else

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>
#include <unwind.h>

// A record in the buffer: a word of kind and depth, the weight, then the addresses.
#define RECORD_HEAD 2

int ctx_profile_samples_allocations;

static __thread int is_sampled_thread __attribute__((tls_model("initial-exec")));

/// One thread is sampled; nobody else touches this while it is. The handler runs on that thread only.
static struct {
  pid_t thread;
  int perf;
  timer_t timer;
  enum ctx_profile_clock clock;
  uint64_t *words;
  size_t capacity, count;
  uintptr_t stack_start, stack_end;
  uint64_t gap, random;
  int64_t bytes_left;
  /// A walk is under way: what comes meanwhile is not sampled.
  volatile sig_atomic_t is_walking;
  sigjmp_buf walk_failed;
  struct ctx_profile_totals totals;
  struct sigaction old_segv, old_bus;
} profile = {.perf = -1};

// MARK: Walking

// By unwind tables first, not by frame pointers: libc, libevent and Swift's runtime are built without the latter. With
// glibc 2.35 and libgcc 12 the unwinder finds its tables without a lock or an allocation, so a signal handler may use
// it. It ends at the helpers that Swift's compiler makes without a table; those have frame pointers, which lead on. Both
// may follow a wrong word: each frame must lie further up in the stack, and a fault ends the walk.

struct walk {
  uint64_t *addresses;
  uint32_t depth;
  /// Addresses are kept from this one on; those before are the profiler's own.
  uintptr_t first;
  uintptr_t frame;
  uintptr_t frame_pointer;
  /// Not where the tables end, but because the walk left the stack or has become too deep.
  int is_stopped;
};

#if defined(__x86_64__)
#define FRAME_POINTER_REGISTER 6
#elif defined(__aarch64__)
#define FRAME_POINTER_REGISTER 29
#else
#error "the registers of this machine are not known"
#endif

static _Unwind_Reason_Code visit_frame(struct _Unwind_Context *context, void *argument) {
  struct walk *walk = argument;
  int is_before_instruction = 0;
  uintptr_t address = _Unwind_GetIPInfo(context, &is_before_instruction);
  uintptr_t frame = _Unwind_GetCFA(context);
  walk->is_stopped = frame < walk->frame || frame < profile.stack_start || frame > profile.stack_end || address == 0 ||
                     walk->depth == CTX_PROFILE_DEPTH_MAX;
  if (walk->is_stopped) return _URC_NORMAL_STOP;
  walk->frame = frame;
  walk->frame_pointer = _Unwind_GetGR(context, FRAME_POINTER_REGISTER);
  if (walk->depth == 0 && address != walk->first) return _URC_NO_REASON;
  walk->addresses[walk->depth++] = is_before_instruction ? address : address - 1;
  return _URC_NO_REASON;
}

/// From the frame at which the tables ended.
static void follow_frame_pointers(struct walk *walk) {
  uintptr_t frame = walk->frame_pointer;
  uintptr_t least = walk->frame;
  while (walk->depth < CTX_PROFILE_DEPTH_MAX && frame % sizeof(uintptr_t) == 0 && frame >= least &&
         frame + 2 * sizeof(uintptr_t) <= profile.stack_end) {
    const uintptr_t *words = (const uintptr_t *)frame;
    if (words[1] == 0) return;
    walk->addresses[walk->depth++] = words[1] - 1;
    least = frame + 2 * sizeof(uintptr_t);
    frame = words[0];
  }
}

/// Appends a sample of the stack from the frame at `first` on.
static void sample(uint32_t kind, uint64_t weight, uintptr_t first) {
  // The time that the profiler itself takes is none of the node's; and the record under way must not be written into.
  if (profile.is_walking) return;
  profile.is_walking = 1;
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
  if (profile.count + RECORD_HEAD + CTX_PROFILE_DEPTH_MAX > profile.capacity) {
    profile.totals.lost_samples++;
    profile.is_walking = 0;
    return;
  }
  uint64_t *record = profile.words + profile.count;
  struct walk walk = {.addresses = record + RECORD_HEAD, .first = first};
  if (sigsetjmp(profile.walk_failed, 0) == 0) {
    _Unwind_Backtrace(visit_frame, &walk);
    if (walk.depth > 0 && !walk.is_stopped) follow_frame_pointers(&walk);
  } else {
    walk.depth = 0;
  }
  if (walk.depth == 0) {
    profile.totals.lost_samples++;
  } else {
    record[0] = (uint64_t)kind << 32 | walk.depth;
    record[1] = weight;
    profile.count += RECORD_HEAD + walk.depth;
    if (kind == 0) {
      profile.totals.cpu_samples++;
    } else {
      profile.totals.allocation_samples++;
    }
  }
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
  profile.is_walking = 0;
}

static void did_fault(int number, siginfo_t *info, void *context) {
  if (is_sampled_thread && profile.is_walking) siglongjmp(profile.walk_failed, 1);
  // Not ours: it comes again when this returns, and ends the process as it would have.
  sigaction(number, number == SIGSEGV ? &profile.old_segv : &profile.old_bus, NULL);
}

// MARK: CPU time

static void did_use_cpu(int number, siginfo_t *info, void *raw) {
  int error = errno;
  ucontext_t *context = raw;
#if defined(__x86_64__)
  uintptr_t address = (uintptr_t)context->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
  uintptr_t address = (uintptr_t)context->uc_mcontext.pc;
#else
#error "the program counter of this machine is not known"
#endif
  uint64_t weight = profile.clock == CTX_PROFILE_TIMER ? 1 + (uint64_t)info->si_overrun : 1;
  sample(0, weight, address);
  errno = error;
}

/// Kernel time is sampled too, and shows as the function that called the kernel.
static int start_perf(int64_t period) {
  struct perf_event_attr event;
  memset(&event, 0, sizeof event);
  event.size = sizeof event;
  event.type = PERF_TYPE_SOFTWARE;
  event.config = PERF_COUNT_SW_CPU_CLOCK;
  event.sample_period = (uint64_t)period;
  event.wakeup_events = 1;
  event.disabled = 1;
  int fd = (int)syscall(SYS_perf_event_open, &event, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
  if (fd < 0) return 0;
  struct f_owner_ex owner = {.type = F_OWNER_TID, .pid = profile.thread};
  if (fcntl(fd, F_SETOWN_EX, &owner) != 0 || fcntl(fd, F_SETSIG, SIGPROF) != 0 ||
      fcntl(fd, F_SETFL, O_ASYNC | O_NONBLOCK) != 0 || ioctl(fd, PERF_EVENT_IOC_ENABLE, 0) != 0) {
    close(fd);
    return 0;
  }
  profile.perf = fd;
  return 1;
}

static int start_timer(int64_t period) {
  struct sigevent event;
  memset(&event, 0, sizeof event);
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = SIGPROF;
  event._sigev_un._tid = profile.thread;
  if (timer_create(CLOCK_THREAD_CPUTIME_ID, &event, &profile.timer) != 0) return 0;
  struct timespec gap = {.tv_sec = period / 1000000000, .tv_nsec = period % 1000000000};
  struct itimerspec time = {.it_interval = gap, .it_value = gap};
  if (timer_settime(profile.timer, 0, &time, NULL) == 0) return 1;
  timer_delete(profile.timer);
  return 0;
}

// MARK: Allocations

/// Evenly spread gaps, twice the mean at most: a pattern of sizes that repeats cannot fall in step with them.
static int64_t next_gap(void) {
  profile.random ^= profile.random << 13;
  profile.random ^= profile.random >> 7;
  profile.random ^= profile.random << 17;
  return (int64_t)(profile.random % (2 * profile.gap)) + 1;
}

__attribute__((noinline)) void ctx_profile_did_allocate(size_t size, const void *caller) {
  if (!is_sampled_thread || profile.is_walking) return;
  profile.bytes_left -= (int64_t)size;
  if (profile.bytes_left > 0) return;
  uint64_t weight = 0;
  while (profile.bytes_left <= 0) {
    profile.bytes_left += next_gap();
    weight += profile.gap;
  }
  sample(1, weight, (uintptr_t)caller);
}

// MARK: Start and end

static void find_stack(void) {
  pthread_attr_t attributes;
  void *start = NULL;
  size_t size = 0;
  if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
    pthread_attr_getstack(&attributes, &start, &size);
    pthread_attr_destroy(&attributes);
  }
  profile.stack_start = (uintptr_t)start;
  profile.stack_end = (uintptr_t)start + size;
}

static void handle(int number, void (*handler)(int, siginfo_t *, void *), struct sigaction *old) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = handler;
  // A handler that is left by a jump must not leave its signal blocked.
  action.sa_flags = SA_SIGINFO | SA_RESTART | SA_NODEFER;
  sigaction(number, &action, old);
}

static _Unwind_Reason_Code ignore_frame(struct _Unwind_Context *context, void *argument) { return _URC_NO_REASON; }

enum ctx_profile_clock ctx_profile_start(int64_t period, uint64_t gap, size_t buffer_size) {
  ctx_profile_discard();
  void *memory = mmap(NULL, buffer_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return CTX_PROFILE_NONE;
  profile.words = memory;
  profile.capacity = buffer_size / sizeof *profile.words;
  profile.count = 0;
  profile.totals = (struct ctx_profile_totals){0, 0, 0};
  profile.thread = (pid_t)syscall(SYS_gettid);
  is_sampled_thread = 1;
  profile.gap = gap > 0 ? gap : 1;
  profile.random = 0x9e3779b97f4a7c15;
  profile.bytes_left = next_gap();
  find_stack();
  // Whatever the unwinder sets up once is set up before a handler needs it.
  _Unwind_Backtrace(ignore_frame, NULL);
  handle(SIGSEGV, did_fault, &profile.old_segv);
  handle(SIGBUS, did_fault, &profile.old_bus);
  handle(SIGPROF, did_use_cpu, NULL);
  profile.clock = CTX_PROFILE_PERF;
  if (!start_perf(period)) {
    profile.clock = CTX_PROFILE_TIMER;
    if (!start_timer(period)) profile.clock = CTX_PROFILE_NONE;
  }
  if (profile.clock == CTX_PROFILE_NONE) {
    ctx_profile_stop();
    ctx_profile_discard();
    return CTX_PROFILE_NONE;
  }
  ctx_profile_samples_allocations = 1;
  return profile.clock;
}

struct ctx_profile_totals ctx_profile_stop(void) {
  ctx_profile_samples_allocations = 0;
  is_sampled_thread = 0;
  if (profile.clock == CTX_PROFILE_TIMER) timer_delete(profile.timer);
  if (profile.perf >= 0) close(profile.perf);
  profile.perf = -1;
  profile.clock = CTX_PROFILE_NONE;
  // A signal that was on its way still finds its handler, and by default would end the process.
  struct sigaction ignored;
  memset(&ignored, 0, sizeof ignored);
  ignored.sa_handler = SIG_IGN;
  sigaction(SIGPROF, &ignored, NULL);
  sigaction(SIGSEGV, &profile.old_segv, NULL);
  sigaction(SIGBUS, &profile.old_bus, NULL);
  return profile.totals;
}

int ctx_profile_next(size_t *position, struct ctx_profile_sample *sample) {
  if (*position >= profile.count) return 0;
  const uint64_t *record = profile.words + *position;
  sample->kind = (uint32_t)(record[0] >> 32);
  sample->depth = (uint32_t)record[0];
  sample->weight = record[1];
  sample->addresses = record + RECORD_HEAD;
  *position += RECORD_HEAD + sample->depth;
  return 1;
}

void ctx_profile_discard(void) {
  if (profile.words != NULL) munmap(profile.words, profile.capacity * sizeof *profile.words);
  profile.words = NULL;
  profile.capacity = 0;
  profile.count = 0;
}

// MARK: Modules

struct module_visit {
  void (*visit)(struct ctx_profile_module, void *);
  void *context;
};

static int visit_module(struct dl_phdr_info *info, size_t size, void *argument) {
  struct module_visit *visit = argument;
  struct ctx_profile_module module = {.base = info->dlpi_addr, .start = UINT64_MAX, .path = info->dlpi_name};
  for (int index = 0; index < info->dlpi_phnum; index++) {
    const ElfW(Phdr) *header = &info->dlpi_phdr[index];
    if (header->p_type != PT_LOAD || (header->p_flags & PF_X) == 0) continue;
    uint64_t start = info->dlpi_addr + header->p_vaddr;
    if (start < module.start) module.start = start;
    if (start + header->p_memsz > module.end) module.end = start + header->p_memsz;
  }
  if (module.end > 0) visit->visit(module, visit->context);
  return 0;
}

void ctx_profile_modules(void (*visit)(struct ctx_profile_module, void *), void *context) {
  struct module_visit argument = {.visit = visit, .context = context};
  dl_iterate_phdr(visit_module, &argument);
}

#endif
