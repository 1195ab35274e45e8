// The yardstick: what a hop costs in C, with nothing but the frame's header rewritten. Speaks the frames of ctxchain
// under the propagator `none`, one caller's request forwarded as one request downstream: its id remapped, its remaining
// deadline and hops left rewritten, its payload copied; the reply goes back under the caller's id. No context, no
// timers (a pending call's deadline is kept but nothing fires when it passes: that makes the yardstick cheaper, never
// dearer), no counters, no allocation per request.
//
//   relay --listen PORT [--next HOST:PORT] [--cpu N]
//
// PORT 0 takes a free one. Prints its port once it is ready, which with --next is when the hello was answered.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "frame.h"
#include "stream.h"

enum { PENDING_COUNT_MAX = 65536 };

// A call downstream. Its id on the wire is its slot and the slot's generation, so a reply finds it without a search,
// and a late reply finds nothing.
struct pending {
  struct stream *caller;  // NULL: the slot is free
  uint64_t caller_id;
  int64_t deadline;  // nanoseconds of the loop's clock, INT64_MAX = none
  uint32_t generation;
  int32_t next_free;
};

static struct pending pending[PENDING_COUNT_MAX];
static int32_t used_count;
static int32_t first_free = -1;
static struct stream *downstream;
static bool is_ready;

static void fail(const char *what) {
  fprintf(stderr, "relay: %s\n", what);
  exit(1);
}

// MARK: The table

static int32_t allocate_slot(void) {
  const int32_t free = first_free;
  if (free >= 0) {
    first_free = pending[free].next_free;
    return free;
  }
  return used_count < PENDING_COUNT_MAX ? used_count++ : -1;
}

static void free_slot(int32_t slot) {
  pending[slot].caller = NULL;
  pending[slot].generation++;
  pending[slot].next_free = first_free;
  first_free = slot;
}

static uint64_t wire_id(int32_t slot) { return (uint64_t)pending[slot].generation << 32 | (uint32_t)slot; }

static int32_t find_slot(uint64_t id) {
  const uint32_t slot = (uint32_t)id;
  if (slot >= (uint32_t)used_count || !pending[slot].caller || pending[slot].generation != id >> 32) return -1;
  return (int32_t)slot;
}

// MARK: Frames

// Appends a header and returns where the payload goes.
static uint8_t *append(struct stream *stream, struct frame_header header) {
  const size_t size = FRAME_HEADER_SIZE + (size_t)header.payload_size;
  header.size = (uint32_t)(size - FRAME_SIZE_FIELD_SIZE);
  uint8_t *frame = buffer_reserve(&stream->output, size);
  frame_store(frame, &header);
  stream->output.tail += size;
  stream_send(stream);
  return frame + FRAME_HEADER_SIZE;
}

static void send_error(struct stream *caller, uint64_t id, enum frame_status status) {
  append(caller, (struct frame_header){.type = FRAME_ERROR, .id = id, .status = (uint16_t)status});
}

static uint8_t *append_field(uint8_t *end, const char *name, const char *value) {
  const uint16_t sizes[2] = {(uint16_t)strlen(name), (uint16_t)strlen(value)};
  memcpy(end, sizes, sizeof sizes);
  memcpy(end + sizeof sizes, name, sizes[0]);
  memcpy(end + sizeof sizes + sizes[0], value, sizes[1]);
  return end + sizeof sizes + sizes[0] + sizes[1];
}

static void send_hello(struct stream *stream) {
  uint8_t fields[128];
  uint8_t *end = append_field(fields, "version", "1");
  end = append_field(end, "edge", "relay>relay");
  end = append_field(end, "propagator", "none");
  const size_t fields_size = (size_t)(end - fields), size = FRAME_HEADER_SIZE + fields_size;
  uint8_t *frame = buffer_reserve(&stream->output, size);
  const struct frame_header header = {
      .size = (uint32_t)(size - FRAME_SIZE_FIELD_SIZE), .type = FRAME_HELLO, .field_count = 3};
  frame_store(frame, &header);
  memcpy(frame + FRAME_HEADER_SIZE, fields, fields_size);
  stream->output.tail += size;
  stream_send(stream);
}

// MARK: Requests

// A microsecond less than what is left, so that the deadline shrinks from hop to hop; 0 when it has passed.
static uint32_t remaining_microseconds(int64_t deadline) {
  if (deadline == INT64_MAX) return 0;
  const int64_t remaining = (deadline - loop.now - 1) / 1000;
  return remaining <= 0 ? 0 : (uint32_t)(remaining < UINT32_MAX ? remaining : UINT32_MAX);
}

static void forward(struct stream *caller, const struct frame_header *request, const uint8_t *payload) {
  const int64_t deadline = request->deadline ? loop.now + (int64_t)request->deadline * 1000 : INT64_MAX;
  const uint32_t remaining = remaining_microseconds(deadline);
  if (request->deadline && remaining == 0) {
    send_error(caller, request->id, STATUS_DEADLINE_EXCEEDED);
    return;
  }
  const int32_t slot = allocate_slot();
  if (slot < 0) {
    send_error(caller, request->id, STATUS_RESOURCE_EXHAUSTED);
    return;
  }
  pending[slot].caller = caller;
  pending[slot].caller_id = request->id;
  pending[slot].deadline = deadline;
  uint8_t *copy = append(downstream, (struct frame_header){.type = FRAME_REQUEST,
                                                           .id = wire_id(slot),
                                                           .deadline = remaining,
                                                           .hops_left = (uint16_t)(request->hops_left - 1),
                                                           .payload_size = request->payload_size});
  memcpy(copy, payload, request->payload_size);
}

static void answer(struct stream *caller, const struct frame_header *request) {
  uint8_t *payload = append(
      caller, (struct frame_header){.type = FRAME_RESPONSE, .id = request->id, .payload_size = request->payload_size});
  memset(payload, 0, request->payload_size);
}

// A search, because cancels are rare and a list of each caller's requests would cost every request.
static void cancel(const struct stream *caller, uint64_t caller_id) {
  for (int32_t slot = 0; slot < used_count; slot++) {
    if (pending[slot].caller != caller || pending[slot].caller_id != caller_id) continue;
    append(downstream, (struct frame_header){.type = FRAME_CANCEL, .id = wire_id(slot)});
    free_slot(slot);
    return;
  }
}

static bool did_receive_from_caller(struct stream *caller, const struct frame_header *header, const uint8_t *payload) {
  switch (header->type) {
    case FRAME_REQUEST:
      if (header->hops_left == 0) return false;
      if (downstream && header->hops_left > 1) {
        forward(caller, header, payload);
      } else {
        answer(caller, header);
      }
      return true;
    case FRAME_CANCEL:
      cancel(caller, header->id);
      return true;
    case FRAME_HELLO:
      send_hello(caller);
      return true;
    default:
      return false;
  }
}

static bool did_receive_from_callee(struct stream *callee, const struct frame_header *header, const uint8_t *payload) {
  (void)callee;
  if (header->type == FRAME_HELLO) {
    is_ready = true;
    return true;
  }
  if (header->type != FRAME_RESPONSE && header->type != FRAME_ERROR) return header->type == FRAME_GOAWAY;
  const int32_t slot = find_slot(header->id);
  if (slot < 0) return true;
  uint8_t *copy = append(pending[slot].caller, (struct frame_header){.type = header->type,
                                                                     .id = pending[slot].caller_id,
                                                                     .status = header->status,
                                                                     .payload_size = header->payload_size});
  memcpy(copy, payload, header->payload_size);
  free_slot(slot);
  return true;
}

// MARK: Streams

// Every whole frame among the bytes goes to `handle`; what is no frame, or not expected, closes the stream.
static inline size_t take_frames(struct stream *stream, const uint8_t *bytes, size_t size,
                                 bool (*handle)(struct stream *, const struct frame_header *, const uint8_t *)) {
  size_t used = 0;
  while (size - used >= FRAME_HEADER_SIZE) {
    const struct frame_header header = frame_load(bytes + used);
    const size_t frame_size = frame_total_size(&header);
    if (!frame_is_valid(&header)) {
      stream_close(stream);
      stream->did_close(stream);
      return used;
    }
    if (frame_size > size - used) return used;
    if (!handle(stream, &header, bytes + used + frame_size - header.payload_size)) {
      stream_close(stream);
      stream->did_close(stream);
      return used;
    }
    used += frame_size;
  }
  return used;
}

static size_t take_from_caller(struct stream *caller, const uint8_t *bytes, size_t size) {
  return take_frames(caller, bytes, size, did_receive_from_caller);
}

static size_t take_from_callee(struct stream *callee, const uint8_t *bytes, size_t size) {
  return take_frames(callee, bytes, size, did_receive_from_callee);
}

static void did_lose_caller(struct stream *caller) {
  for (int32_t slot = 0; slot < used_count; slot++) {
    if (pending[slot].caller != caller) continue;
    append(downstream, (struct frame_header){.type = FRAME_CANCEL, .id = wire_id(slot)});
    free_slot(slot);
  }
}

static void did_lose_callee(struct stream *callee) {
  (void)callee;
  fail("the next relay left");
}

static void did_accept(evutil_socket_t listener, short what, void *context) {
  (void)what;
  (void)context;
  int fd;
  while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
    socket_configure(fd);
    stream_open(fd, take_from_caller, did_lose_caller);
  }
}

// MARK: Start

static struct sockaddr_in parse_address(const char *text) {
  char host[64];
  unsigned port;
  struct sockaddr_in address = {.sin_family = AF_INET};
  if (sscanf(text, "%63[0-9.]:%u", host, &port) != 2 || port > 65535 ||
      inet_pton(AF_INET, host, &address.sin_addr) != 1) {
    fail("--next: expected IPV4:PORT");
  }
  address.sin_port = htons((uint16_t)port);
  return address;
}

static void connect_downstream(const char *text) {
  const struct sockaddr_in address = parse_address(text);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) fail("--next: cannot connect");
  socket_configure(fd);
  downstream = stream_open(fd, take_from_callee, did_lose_callee);
  send_hello(downstream);
  // Before the first turn, which would wait for the answer with the hello still in hand.
  loop_flush();
  while (!is_ready) loop_turn();
}

static unsigned start_listening(unsigned port) {
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)port)};
  socklen_t size = sizeof address;
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  socket_configure(fd);
  if (bind(fd, (const struct sockaddr *)&address, size) != 0 || listen(fd, SOMAXCONN) != 0 ||
      getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
    fail("--listen: cannot listen on this port");
  }
  event_add(event_new(loop.base, fd, EV_READ | EV_PERSIST, did_accept, NULL), NULL);
  return ntohs(address.sin_port);
}

static void pin(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  if (sched_setaffinity(0, sizeof set, &set) != 0) fail("--cpu: not allowed");
}

int main(int count, char **words) {
  unsigned port = 0;
  const char *next = NULL;
  for (int index = 1; index < count; index += 2) {
    if (index + 1 == count) fail("usage: relay --listen PORT [--next HOST:PORT] [--cpu N]");
    const char *value = words[index + 1];
    if (strcmp(words[index], "--listen") == 0) {
      port = (unsigned)atoi(value);
    } else if (strcmp(words[index], "--next") == 0) {
      next = value;
    } else if (strcmp(words[index], "--cpu") == 0) {
      pin(atoi(value));
    } else {
      fail("usage: relay --listen PORT [--next HOST:PORT] [--cpu N]");
    }
  }
  // Whoever started it may be killed without a word.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  signal(SIGPIPE, SIG_IGN);
  loop.base = event_base_new();
  if (!loop.base) fail("libevent's base cannot be made");
  if (next) connect_downstream(next);
  printf("%u\n", start_listening(port));
  fflush(stdout);
  for (;;) loop_turn();
}
