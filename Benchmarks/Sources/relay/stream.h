// One TCP connection over plain libevent events with buffers of its own, and the turn of the loop: wait, run what is
// ready, write what was queued. The same socket options, buffer sizes and number of system calls as Sources/EventLoop.
// Without that module's backpressure: a yardstick is loaded with what its buffers hold.
#ifndef RELAY_STREAM_H
#define RELAY_STREAM_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STREAM_READ_SIZE = 64 << 10, SOCKET_BUFFER_SIZE = 128 << 10 };

// Bytes are appended at `tail` and used up at `head`; the memory is kept.
struct buffer {
  uint8_t *base;
  size_t capacity, head, tail;
};

struct stream {
  int fd;
  struct event *read_event, *write_event;
  struct buffer input, output;
  // Uses up as much of `size` bytes as it can and says how much; the rest is handed in again with what comes next.
  size_t (*did_receive)(struct stream *, const uint8_t *bytes, size_t size);
  // The peer left; the stream is freed afterwards.
  void (*did_close)(struct stream *);
  struct stream *next_unflushed;
  bool is_unflushed, is_closed;
};

struct loop {
  struct event_base *base;
  // CLOCK_MONOTONIC at the latest read, in nanoseconds: read once per callback, not once per request.
  int64_t now;
  struct stream *unflushed;
};

extern struct loop loop;

// Moves the content to the front, and to more memory when that is not enough.
void buffer_make_room(struct buffer *buffer, size_t size);

// Room for `size` more bytes at the end of the buffer.
static inline uint8_t *buffer_reserve(struct buffer *buffer, size_t size) {
  if (buffer->capacity - buffer->tail < size) buffer_make_room(buffer, size);
  return buffer->base + buffer->tail;
}

// Takes over a connected descriptor.
struct stream *stream_open(int fd, size_t (*did_receive)(struct stream *, const uint8_t *, size_t),
                           void (*did_close)(struct stream *));

// Queues the stream's output for the end of this turn.
static inline void stream_send(struct stream *stream) {
  if (stream->is_unflushed) return;
  stream->is_unflushed = true;
  stream->next_unflushed = loop.unflushed;
  loop.unflushed = stream;
}

// Nothing of the stream is used any more; its memory goes at the end of the turn.
void stream_close(struct stream *stream);

// A non-blocking socket with equal buffers and no delay, as every socket here is.
void socket_configure(int fd);

// Writes what is queued.
void loop_flush(void);

// One wait, what is ready then, and a flush.
void loop_turn(void);

#endif
