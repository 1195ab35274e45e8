// Apart from CLinux.c: linux/tcp.h, which alone has all of tcp_info, and netinet/tcp.h do not go together.
#include "CLinux.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

int ctx_tcp_round_trip(int fd, uint32_t *smoothed, uint32_t *least) {
  struct tcp_info info = {0};
  socklen_t size = sizeof info;
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return -1;
  *smoothed = info.tcpi_rtt;
  *least = info.tcpi_min_rtt;
  return 0;
}

void ctx_tcp_watch(int fd, int seconds) {
  // Probes after a third of the time and each sixth from there; what was sent or probed may wait for all of it.
  int on = 1, idle = seconds / 3 > 0 ? seconds / 3 : 1, gap = seconds / 6 > 0 ? seconds / 6 : 1, count = 4;
  unsigned int limit = (unsigned int)seconds * 1000;
  setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &gap, sizeof gap);
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof count);
  setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &limit, sizeof limit);
}
