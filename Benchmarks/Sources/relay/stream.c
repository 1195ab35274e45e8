#define _GNU_SOURCE
#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct loop loop;

static void *must(void *pointer) {
  if (pointer) return pointer;
  perror("relay");
  exit(1);
}

void buffer_make_room(struct buffer *buffer, size_t size) {
  const size_t content = buffer->tail - buffer->head;
  if (buffer->capacity - content < size) {
    const size_t doubled = buffer->capacity * 2;
    const size_t capacity = doubled > content + size ? doubled : content + size;
    buffer->base = must(realloc(buffer->base, capacity));
    buffer->capacity = capacity;
  }
  memmove(buffer->base, buffer->base + buffer->head, content);
  buffer->head = 0;
  buffer->tail = content;
}

static void buffer_consume(struct buffer *buffer, size_t size) {
  buffer->head += size;
  if (buffer->head == buffer->tail) buffer->head = buffer->tail = 0;
}

static void buffer_init(struct buffer *buffer) {
  *buffer = (struct buffer){.base = must(malloc(STREAM_READ_SIZE)), .capacity = STREAM_READ_SIZE};
}

static void stream_fail(struct stream *stream) {
  if (stream->is_closed) return;
  stream_close(stream);
  stream->did_close(stream);
}

static void refresh_now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  loop.now = (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

// One read per readiness, not until EAGAIN: the next turn comes back for the rest.
static void did_become_readable(evutil_socket_t fd, short what, void *context) {
  struct stream *stream = context;
  struct buffer *input = &stream->input;
  (void)what;
  uint8_t *room = buffer_reserve(input, input->head == input->tail ? STREAM_READ_SIZE : STREAM_READ_SIZE / 4);
  const ssize_t size = read(fd, room, input->capacity - input->tail);
  refresh_now();
  if (size <= 0) {
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    stream_fail(stream);
    return;
  }
  input->tail += (size_t)size;
  const size_t used = stream->did_receive(stream, input->base + input->head, input->tail - input->head);
  if (!stream->is_closed) buffer_consume(input, used);
}

static void stream_write(struct stream *stream) {
  struct buffer *output = &stream->output;
  const size_t count = output->tail - output->head;
  if (count == 0) return;
  const ssize_t size = write(stream->fd, output->base + output->head, count);
  if (size < 0 && errno != EAGAIN && errno != EINTR) {
    stream_fail(stream);
    return;
  }
  if (size > 0) buffer_consume(output, (size_t)size);
  if ((size_t)size != count) event_add(stream->write_event, NULL);
}

static void did_become_writable(evutil_socket_t fd, short what, void *context) {
  (void)fd;
  (void)what;
  stream_write(context);
}

struct stream *stream_open(int fd, size_t (*did_receive)(struct stream *, const uint8_t *, size_t),
                           void (*did_close)(struct stream *)) {
  struct stream *stream = must(calloc(1, sizeof *stream));
  stream->fd = fd;
  stream->did_receive = did_receive;
  stream->did_close = did_close;
  buffer_init(&stream->input);
  buffer_init(&stream->output);
  stream->read_event = must(event_new(loop.base, fd, EV_READ | EV_PERSIST, did_become_readable, stream));
  stream->write_event = must(event_new(loop.base, fd, EV_WRITE, did_become_writable, stream));
  event_add(stream->read_event, NULL);
  return stream;
}

void stream_close(struct stream *stream) {
  if (stream->is_closed) return;
  stream->is_closed = true;
  event_free(stream->read_event);
  event_free(stream->write_event);
  close(stream->fd);
  stream_send(stream);
}

static void stream_free(struct stream *stream) {
  free(stream->input.base);
  free(stream->output.base);
  free(stream);
}

void socket_configure(int fd) {
  const int on = 1, size = SOCKET_BUFFER_SIZE;
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

void loop_flush(void) {
  // A write that fails closes its stream, which queues it once more: it is freed when it comes up again.
  while (loop.unflushed) {
    struct stream *stream = loop.unflushed;
    loop.unflushed = stream->next_unflushed;
    stream->is_unflushed = false;
    if (stream->is_closed) {
      stream_free(stream);
    } else {
      stream_write(stream);
    }
  }
}

void loop_turn(void) {
  if (event_base_loop(loop.base, EVLOOP_ONCE) < 0) {
    fprintf(stderr, "relay: libevent's loop failed\n");
    exit(1);
  }
  loop_flush();
}
