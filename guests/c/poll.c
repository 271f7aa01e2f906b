/* Waits for standard input with poll(), for at most argv[1] milliseconds at a time (1000 without
   it), and says what came: "timeout", "read N" or "end". Stops at the end of the input or after
   the third timeout in a row. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int count, char **words) {
  int timeout_ms = count > 1 ? atoi(words[1]) : 1000;
  char piece[4096];
  for (int timeouts = 0; timeouts < 3;) {
    struct pollfd input = {.fd = 0, .events = POLLRDNORM};
    int ready = poll(&input, 1, timeout_ms);
    if (ready < 0) return perror("poll"), 1;
    if (ready == 0) {
      puts("timeout");
      timeouts++;
    } else {
      timeouts = 0;
      ssize_t length = read(0, piece, sizeof piece);
      if (length < 0) return perror("read"), 1;
      if (length == 0) return puts("end"), 0;
      printf("read %zd\n", length);
    }
    fflush(stdout);
  }
  return 2;
}
