/* Echoes what comes on the first listening socket it was granted, one connection after the other.
   argv[1] says how many connections to serve (1 without it). */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static int first_listener(void) {
  struct stat status;
  for (int fd = 3; fd < 64; fd++)
    if (fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode)) return fd;
  return -1;
}

/* Sends all of it, waiting where the socket is full. */
static int send_all(int socket, const char *bytes, ssize_t length) {
  while (length > 0) {
    ssize_t sent = send(socket, bytes, (size_t)length, 0);
    if (sent < 0 && errno != EAGAIN) return -1;
    if (sent < 0) {
      struct pollfd ready = {.fd = socket, .events = POLLWRNORM};
      if (poll(&ready, 1, -1) < 0) return -1;
      continue;
    }
    bytes += sent;
    length -= sent;
  }
  return 0;
}

static int echo(int socket) {
  static char piece[65536];
  long long total = 0;
  for (;;) {
    ssize_t length = recv(socket, piece, sizeof piece, 0);
    if (length < 0 && errno == EAGAIN) {
      struct pollfd ready = {.fd = socket, .events = POLLRDNORM};
      if (poll(&ready, 1, -1) < 0) return perror("poll"), 1;
      continue;
    }
    if (length < 0) return perror("recv"), 1;
    if (length == 0) break;
    if (send_all(socket, piece, length) != 0) return perror("send"), 1;
    total += length;
  }
  shutdown(socket, SHUT_RDWR);
  close(socket);
  printf("echoed %lld\n", total);
  fflush(stdout);
  return 0;
}

int main(int count, char **words) {
  int listener = first_listener();
  if (listener < 0) return fputs("listener: no listening socket was granted\n", stderr), 1;
  printf("listening on %d\n", listener);
  fflush(stdout);
  for (int left = count > 1 ? atoi(words[1]) : 1; left > 0; left--) {
    int connection = accept(listener, NULL, NULL);
    if (connection < 0) return perror("accept"), 1;
    if (echo(connection) != 0) return 1;
  }
  return 0;
}
