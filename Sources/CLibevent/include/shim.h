// The part of libevent that EventLoop uses. <sys/select.h> comes first: libevent's own config defines _GNU_SOURCE after
// the C library's headers were read, and with an empty module cache the two disagree about fd_set.
#ifndef CTXCHAIN_CLIBEVENT_SHIM_H
#define CTXCHAIN_CLIBEVENT_SHIM_H

#include <sys/select.h>

#include <event2/event.h>

#endif
