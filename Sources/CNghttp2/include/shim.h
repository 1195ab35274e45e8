// HTTP/2 by nghttp2: its session, which knows no socket. 1.52 is what Debian bookworm has.
#ifndef CTXCHAIN_CNGHTTP2_SHIM_H
#define CTXCHAIN_CNGHTTP2_SHIM_H

#include <nghttp2/nghttp2.h>

#endif
